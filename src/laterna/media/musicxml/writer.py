"""A score as MusicXML, engraved so that notation programs open it."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from xml.etree.ElementTree import Element, SubElement, tostring

from symusic.core import ScoreTick, TrackTick

from laterna.errors import DataError
from laterna.media.musicxml.engraving import (
    MOST_VOICES,
    QUARTER,
    Bar,
    Event,
    Span,
    bars_of,
    events_of,
    spans_of,
    voices_of,
)
from laterna.media.musicxml.spelling import Accidentals, Key, Pitch, spelled
from laterna.media.musicxml.terms import LOUD, PLACES, SNARE

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE score-partwise PUBLIC
  "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">
<score-partwise version="4.0">
"""
_FOOT = "</score-partwise>\n"
_NO_KEY = Key(0, False)
_MIDDLE_C = 60
_TREBLE, _BASS, _PERCUSSION = ("G", 2), ("F", 4), ("percussion", 0)  # sign and line
_KEYBOARDS = (*range(24), 46)  # General MIDI: pianos, celestas, organs; the harp
_HANDS = 53, 67  # a keyboard that plays below and above has a staff for each hand
_LOWEST = 14  # below it an octave would have to be called -1, which MusicXML lacks
_DRUM_CHANNEL = 10
_A_MINUTE = 60_000_000  # microseconds
_LARGEST = 20_000_000  # bytes: what is larger is not read either
_TRIPLETS = {48: "quarter", 24: "eighth", 12: "16th", 6: "32nd", 3: "64th"}  # what a triplet of a length is of
_UNWRITABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters that XML can't hold

_Told = list[tuple[int, Element]]  # what stands above a staff or in it, and when


def written(score: ScoreTick) -> bytes:
    """A score as a document of a part for each track.

    Notes begin and end at the nearest 32nd or triplet 16th, and where their pitch begins again in the track. Tempos,
    metres (4/4 where none is told), keys, markers, names, programs and velocities are kept; pedals, controllers, pitch
    bends and lyrics are not.

    Raises:
        DataError: the score holds no note, a tempo or a metre that can't be written, or more than 20 MB of notes.
    """
    spans = [spans_of(track, score.ticks_per_quarter) for track in score.tracks]
    if not any(spans):
        raise DataError("The score holds no note that could be written: choose another one.")
    bars = bars_of(score, max(span.end for part in spans for span in part))
    keys = _keys(score)
    parts = [_Part(f"P{n}", *pair, bars, keys) for n, pair in enumerate(zip(score.tracks, spans, strict=True), 1)]
    pieces = []
    size = 0
    for piece in _pieces(parts, _by_bar(_above(score), bars)):
        pieces.append(piece.encode())
        size += len(pieces[-1])
        if size > _LARGEST:
            raise DataError(f"The score takes more than {_LARGEST // 10**6} MB to write: cut it into pieces.")
    return b"".join(pieces)


def _pieces(parts: Sequence["_Part"], above: Sequence[_Told]) -> Iterator[str]:
    """The document, a bar at a time; what stands above the score is in its first part."""
    heading, listed = Element("identification"), Element("part-list")
    _add(_add(heading, "encoding"), "software", "Laterna")
    for number, part in enumerate(parts):
        part.listed(listed, number)
    yield from (_HEAD, _text(heading, 1), _text(listed, 1))
    for part in parts:
        yield f'  <part id="{part.id}">\n'
        for measure in part.measures(above if part is parts[0] else [[] for _ in above]):
            yield _text(measure, 2)
        yield "  </part>\n"
    yield _FOOT


class _Part:
    """A track as a part of one staff, or of two for both hands."""

    def __init__(
        self, part_id: str, track: TrackTick, spans: list[Span], bars: list[Bar], keys: dict[int, Key]
    ) -> None:
        self.id, self._track, self._bars, self._keys = part_id, track, bars, keys
        self._key_times = list(keys)
        self._is_low = not track.is_drum and min((span.pitch for span in spans), default=_LOWEST) < _LOWEST
        self._drums = sorted({span.pitch for span in spans} or {SNARE}) if track.is_drum else []
        self._hands = _hands(track, spans)

    def listed(self, part_list: Element, number: int) -> None:
        """Put the part and its instruments into the list of parts."""
        part = _add(part_list, "score-part", id=self.id)
        _add(part, "part-name", _line(self._track.name))
        channel = _DRUM_CHANNEL if self._drums else number % 15 + 1 + (number % 15 >= _DRUM_CHANNEL - 1)
        titles = {drum: f"Drum {drum}" for drum in self._drums} or {0: _line(self._track.name)}
        for instrument, title in titles.items():
            _add(_add(part, "score-instrument", id=self._instrument(instrument)), "instrument-name", title)
        for instrument in titles:
            sound = _add(part, "midi-instrument", id=self._instrument(instrument))
            _add(sound, "midi-channel", channel)
            _add(sound, "midi-program", self._track.program + 1)
            if self._drums:
                _add(sound, "midi-unpitched", instrument + 1)

    def measures(self, above: Iterable[_Told]) -> Iterator[Element]:
        """The bars, with what stands above each."""
        starts = {bar.start for bar in self._bars}
        inside = [(at, _key_change(key)) for at, key in self._keys.items() if at not in starts]
        staves = [[events_of(voice, self._bars) for voice in voices_of(hand)] for _, hand in self._hands]
        for number, (told, changes) in enumerate(zip(above, _by_bar(inside, self._bars), strict=True)):
            events = [[voice[number] for voice in staff] for staff in staves]
            yield self._measure(number, sorted([*changes, *told], key=itemgetter(0)), events)

    def _measure(self, number: int, told: _Told, staves: Sequence[Sequence[list[Event]]]) -> Element:
        bar = self._bars[number]
        measure = Element("measure", number=str(number + (not self._bars[0].is_short)))
        if bar.is_short:
            measure.set("implicit", "yes")
        self._attributes(measure, number)
        _tell(measure, bar, told)
        has_begun = False
        for staff, voices in enumerate(staves):
            shown = self._accidentals([event for events in voices for event in events])
            for voice, events in enumerate(voices):
                if voice and not events:
                    continue
                if has_begun:
                    _add(_add(measure, "backup"), "duration", bar.end - bar.start)
                has_begun = True
                place = staff * MOST_VOICES + voice + 1, staff + 1
                if not events:
                    measure.append(self._silence(bar, place))
                for event in events:
                    measure.extend(self._notes(event, place, shown))
        if bar is self._bars[-1]:
            _add(_add(measure, "barline", location="right"), "bar-style", "light-heavy")
        return measure

    def _attributes(self, measure: Element, number: int) -> None:
        """What holds from a bar on: divisions, key, metre, clefs."""
        bar, attributes = self._bars[number], Element("attributes")
        if not number:
            _add(attributes, "divisions", QUARTER)
        if bar.start in self._keys:
            _add_key(attributes, self._keys[bar.start])
        if bar.is_new:
            metre = _add(attributes, "time")
            _add(metre, "beats", bar.metre[0])
            _add(metre, "beat-type", bar.metre[1])
        if not number:
            self._clefs(attributes)
        if len(attributes):
            measure.append(attributes)

    def _clefs(self, attributes: Element) -> None:
        if len(self._hands) > 1:
            _add(attributes, "staves", len(self._hands))
        for number, ((sign, line), _) in enumerate(self._hands, 1):
            clef = _add(attributes, "clef", **({"number": str(number)} if len(self._hands) > 1 else {}))
            _add(clef, "sign", sign)
            if line:
                _add(clef, "line", line)
        if self._is_low:
            moved = _add(attributes, "transpose")
            _add(moved, "chromatic", 0)
            _add(moved, "octave-change", -1)

    def _accidentals(self, events: Iterable[Event]) -> dict[Span, str]:
        """The accidentals before the notes of a bar on a staff, as they follow one another in time."""
        shown: dict[Span, str] = {}
        bar = Accidentals()
        for event in sorted(events, key=lambda event: event.start):
            for span in event.spans:
                if span.start == event.start and not self._drums:
                    key = self._key(event.start)
                    shown.setdefault(span, bar.before(self._pitch(span.pitch, key), key))
        return shown

    def _notes(self, event: Event, place: tuple[int, int], shown: Mapping[Span, str]) -> Iterator[Element]:
        """The notes of an event, or its rest, on a (voice, staff)."""
        if not event.spans:
            note = Element("note")
            _add(note, "rest")
            self._add_value(note, event, place)
            _add_notations(note, (), event)
            yield note
        for number, span in enumerate(event.spans):
            note = Element("note", dynamics=f"{span.velocity * 100 / LOUD:.2f}")
            if number:
                _add(note, "chord")
            self._add_pitch(note, span.pitch, self._key(event.start))
            ties = ["stop"] * (span.start < event.start) + ["start"] * (event.end < span.end)
            begins = span.start == event.start
            self._add_value(note, event, place, ties, span.pitch, shown.get(span, "") if begins else "")
            _add_notations(note, ties, None if number else event)
            yield note

    def _add_value(
        self,
        note: Element,
        event: Event,
        place: tuple[int, int],
        ties: Sequence[str] = (),
        pitch: int = 0,
        accidental: str = "",
    ) -> None:
        """How long a note lasts and how that is written, in the order that the format asks for."""
        _add(note, "duration", event.end - event.start)
        for kind in ties:
            _add(note, "tie", type=kind)
        if event.spans and self._drums:
            _add(note, "instrument", id=self._instrument(pitch))
        _add(note, "voice", place[0])
        _add(note, "type", event.type)
        for _ in range(event.dots):
            _add(note, "dot")
        if accidental:
            _add(note, "accidental", accidental)
        if event.triplet:
            _add_triplet(note, event.triplet)
        if len(self._hands) > 1:
            _add(note, "staff", place[1])

    def _silence(self, bar: Bar, place: tuple[int, int]) -> Element:
        """A rest of a whole bar."""
        note = Element("note")
        _add(note, "rest", measure="yes")
        _add(note, "duration", bar.end - bar.start)
        _add(note, "voice", place[0])
        if len(self._hands) > 1:
            _add(note, "staff", place[1])
        return note

    def _add_pitch(self, note: Element, number: int, key: Key) -> None:
        if self._drums:
            step, octave = PLACES.get(number, PLACES[SNARE])
            place = _add(note, "unpitched")
            _add(place, "display-step", step)
            _add(place, "display-octave", octave)
            return
        pitch, written = _add(note, "pitch"), self._pitch(number, key)
        _add(pitch, "step", written.step)
        if written.alter:
            _add(pitch, "alter", written.alter)
        _add(pitch, "octave", written.octave)

    def _pitch(self, number: int, key: Key) -> Pitch:
        return spelled(number + 12 * self._is_low, key)

    def _key(self, at: int) -> Key:
        before = bisect_right(self._key_times, at)
        return self._keys[self._key_times[before - 1]] if before else _NO_KEY

    def _instrument(self, number: int) -> str:
        return f"{self.id}-I{number + 1}"


def _hands(track: TrackTick, spans: list[Span]) -> list[tuple[tuple[str, int], list[Span]]]:
    """The clefs of a part's staves, and the notes on them."""
    if track.is_drum:
        return [(_PERCUSSION, spans)]
    pitches = [span.pitch for span in spans] or [_MIDDLE_C]
    has_chords = any(after.start < span.end for span, after in pairwise(spans))
    if track.program in _KEYBOARDS and has_chords and min(pitches) < _HANDS[0] and max(pitches) > _HANDS[1]:
        left = [span for span in spans if span.pitch < _MIDDLE_C]
        return [(_TREBLE, [span for span in spans if span.pitch >= _MIDDLE_C]), (_BASS, left)]
    return [(_TREBLE if sum(pitches) >= _MIDDLE_C * len(pitches) else _BASS, spans)]


def _keys(score: ScoreTick) -> dict[int, Key]:
    """The key signatures by their times; more than seven sharps or flats are none."""
    told = sorted(score.key_signatures, key=lambda told: told.time)
    return {_unit(one.time, score): Key(one.key, one.tonality == 1) for one in told if -7 <= one.key <= 7}


def _by_bar(told: _Told, bars: Sequence[Bar]) -> list[_Told]:
    """What is told in each bar; what comes after the last one is left out."""
    starts = [bar.start for bar in bars]
    found: list[_Told] = [[] for _ in bars]
    for at, element in told:
        if at <= bars[-1].end:
            found[bisect_right(starts, at) - 1].append((at, element))
    return found


def _above(score: ScoreTick) -> _Told:
    """Markers and tempos, and when they are told."""
    paces = {_unit(tempo.time, score): tempo.mspq for tempo in sorted(score.tempos, key=lambda tempo: tempo.time)}
    if any(pace <= 0 for pace in paces.values()):
        raise DataError("The score has a tempo that is nothing: set it before it is written.")
    words = [(_unit(marker.time, score), _line(marker.text)) for marker in score.markers]
    return [(at, _words(text)) for at, text in words if text] + [(at, _tempo(pace)) for at, pace in paces.items()]


def _words(text: str) -> Element:
    direction = Element("direction", placement="above")
    _add(_add(direction, "direction-type"), "words", text)
    return direction


def _tempo(pace: int) -> Element:
    direction = Element("direction", placement="above")
    mark = _add(_add(direction, "direction-type"), "metronome")
    _add(mark, "beat-unit", "quarter")
    _add(mark, "per-minute", f"{_A_MINUTE / pace:.2f}".rstrip("0").rstrip("."))
    exact = (f"{_A_MINUTE / pace:.{digits}f}" for digits in range(13))
    tempo = next((text for text in exact if float(text) and round(_A_MINUTE / float(text)) == pace), "")
    _add(direction, "sound", tempo=tempo)
    return direction


def _key_change(key: Key) -> Element:
    attributes = Element("attributes")
    _add_key(attributes, key)
    return attributes


def _tell(measure: Element, bar: Bar, told: Iterable[tuple[int, Element]]) -> None:
    """Put what is told into its places in a bar, and go back to the start."""
    now = bar.start
    for at, element in told:
        if at > now:
            _add(_add(measure, "forward"), "duration", at - now)
        measure.append(element)
        now = at
    if now > bar.start:
        _add(_add(measure, "backup"), "duration", now - bar.start)


def _add_key(attributes: Element, key: Key) -> None:
    said = _add(attributes, "key")
    _add(said, "fifths", key.fifths)
    _add(said, "mode", key.mode)


def _add_triplet(note: Element, length: int) -> None:
    said = _add(note, "time-modification")
    _add(said, "actual-notes", 3)
    _add(said, "normal-notes", 2)
    _add(said, "normal-type", _TRIPLETS[length])


def _add_notations(note: Element, ties: Iterable[str], event: Event | None) -> None:
    """The ties of a note, and the bracket of the triplet that its event begins or ends."""
    notations = Element("notations")
    for kind in ties:
        _add(notations, "tied", type=kind)
    if event is not None and event.triplet:
        for kind, is_there in (("start", event.begins_triplet), ("stop", event.ends_triplet)):
            if is_there:
                _add(notations, "tuplet", type=kind)
    if len(notations):
        note.append(notations)


def _add(parent: Element, tag: str, text: object = None, **attributes: str) -> Element:
    element = SubElement(parent, tag, attributes)
    element.text = None if text is None else str(text)
    return element


def _text(element: Element, level: int) -> str:
    """An element with a line for each of its children."""
    element.text = "\n" + "  " * (level + 1)
    for child in element:
        child.tail = element.text
    element[-1].tail = "\n" + "  " * level
    return f"{'  ' * level}{tostring(element, 'unicode')}\n"


def _unit(time: int, score: ScoreTick) -> int:
    return round(max(0, time) * QUARTER / score.ticks_per_quarter)


def _line(text: str) -> str:
    return " ".join(_UNWRITABLE.sub("", text).split())
