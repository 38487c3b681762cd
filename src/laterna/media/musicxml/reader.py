"""MusicXML as a score: by parts or by measures, with one measure of one part in memory at a time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from math import gcd, lcm
from operator import itemgetter
from typing import NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder

from symusic.core import (
    KeySignatureTick,
    NoteTick,
    ScoreTick,
    TempoTick,
    TextMetaTick,
    TimeSignatureTick,
    TrackTick,
)

from laterna.errors import DataError, MediaError
from laterna.media import markup
from laterna.media.musicxml.terms import LOUD, PLACES, QUARTER, SNARE, STEPS, TYPES

MOST_QUARTERS = 100_000
_MOST_ELEMENTS = 1_000_000
_UNITS = 2**10 * 3**3 * 5**2 * 7 * 11 * 13  # of a quarter note: the divisions that programs use are whole numbers of it
_TICKS, _MOST_TICKS = 480, 20_000  # of a quarter note; more would leave 32 bits
_LONGEST_TEXT = 200  # characters of a name or a marker
_CELLS = {"score-partwise": "measure", "score-timewise": "part"}  # what holds one measure of one part
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,12})?|-?\.\d{1,12}")
_SHORTEST, _SLOWEST = 1, 2**24 - 1  # microseconds of a quarter note, as MIDI holds them
_DRUM_CHANNEL = "10"
_BEAT_TYPES = (1, 2, 4, 8, 16, 32, 64, 128)

_Metre = tuple[int, int]  # numerator and denominator


def read(document: bytes, name: str) -> ScoreTick:
    """The score of a document that errors call ``name``.

    A tied note is one, transposing instruments sound as they do, and what has no pitch is a track of drums. Grace and
    cue notes are left out, repeats are played once, microtones are rounded to semitones. Rehearsal marks and words
    become markers.

    Raises:
        MediaError: it is no MusicXML, or would do harm.
        DataError: it says something that can't be, or is over 100,000 quarter notes long.
    """
    cells = _Cells(name)
    markup.parse(document, name, cells, most=_MOST_ELEMENTS)
    return cells.music.score()


class _Note(NamedTuple):
    """What one ``<note>`` sounds; times are units, from the start of its measure."""

    measure: int
    offset: int
    length: int
    pitch: int
    velocity: int
    voice: str
    from_tie: bool
    to_tie: bool
    is_drum: bool


class _Span(NamedTuple):
    """A note as it is heard, from the start of the score."""

    start: int
    end: int
    note: _Note


@dataclass
class _Part:
    """A part as far as it is read, and what holds in it from here on."""

    name: str
    program: int = 0
    is_drum: bool = False
    drums: dict[str, int] = field(default_factory=dict)  # MIDI numbers of the instruments without pitch
    notes: list[_Note] = field(default_factory=list)
    measures: int = 0
    division: Fraction = Fraction(_UNITS)
    semitones: int = 0  # from what is written up to what sounds
    velocity: int = 80


class _Cells(TreeBuilder):
    """Hands on each measure of each part as it ends, and forgets it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.music = _Music(name)
        self._name, self._cell, self._part = name, "", ""

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        if not self._cell:
            if tag not in _CELLS:
                raise MediaError(f"{self._name} is XML, but no score: export it as MusicXML.")
            self._cell = _CELLS[tag]
        if tag == "part":
            self._part = attributes.get("id", "")
        return super().start(tag, attributes)

    def end(self, tag: str, /) -> Element:
        element = super().end(tag)
        if tag == "score-part":
            self.music.list_part(element)
        elif tag == self._cell:
            self.music.take(self._part, element)
            element.clear()
        return element


class _Music:
    """All that was read. What holds for every part is kept by (measure, units from its start), as first told."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._parts: dict[str, _Part] = {}
        self._lengths: list[tuple[int, int]] = []  # of the measures: to the end of the notes, and of the rests too
        self._metres: dict[int, _Metre] = {}
        self._keys: dict[tuple[int, int], tuple[int, int]] = {}
        self._tempos: dict[tuple[int, int], int] = {}
        self._markers: dict[tuple[int, int, str], None] = {}

    def list_part(self, element: Element) -> None:
        """Take a part's name and instruments from the list of parts."""
        part = _Part(_line(element.findtext("part-name")))
        for instrument in element.iter("midi-instrument"):
            program, drum = instrument.findtext("midi-program"), instrument.findtext("midi-unpitched")
            part.program = part.program or _within(self._number(program, part, "program", 1) - 1)
            part.is_drum |= _line(instrument.findtext("midi-channel")) == _DRUM_CHANNEL
            if drum is not None:
                part.drums[instrument.get("id", "")] = _within(self._number(drum, part, "drum") - 1)
        self._parts[element.get("id", "")] = part

    def take(self, part_id: str, cell: Element) -> None:
        """Take the next measure of a part."""
        part = self._parts.setdefault(part_id, _Part(""))
        at = begin = sounded = reached = 0
        for child in cell:
            if child.tag == "note" and child.find("grace") is None:
                length = self._length(child, part)
                begin = begin if child.find("chord") is not None else at
                at = max(at, begin + length)
                if self._note(child, part, begin, length):
                    sounded = max(sounded, begin + length)
            elif child.tag == "forward":
                at += self._length(child, part)
            elif child.tag == "backup":
                at = max(0, at - self._length(child, part))  # what a program has rounded may lead back too far
            elif child.tag == "attributes":
                self._attributes(child, part, at)
            elif child.tag in ("direction", "sound"):
                self._direction(child, part, at)
            reached = max(reached, at)
        self._fill(part.measures, sounded, reached)
        part.measures += 1

    def score(self) -> ScoreTick:
        """All of it as a score, whose ticks are fine enough for every note."""
        starts, metres = self._bars()
        heard = [(part, _joined(part.notes, starts)) for part in self._parts.values()]
        times = chain.from_iterable((span.start, span.end) for _, spans in heard for span in spans)
        needed = _UNITS // gcd(_UNITS, *times)
        ticks = next((some for some in (lcm(_TICKS, needed), needed) if some <= _MOST_TICKS), _TICKS)

        def tick(measure: int, offset: int = 0) -> int:
            return _rounded(min(max(0, starts[measure] + offset), MOST_QUARTERS * _UNITS) * ticks)

        score = ScoreTick(ticks)
        for measure, metre in metres:
            score.time_signatures.append(TimeSignatureTick(tick(measure), *metre))
        for at, key in sorted(self._keys.items()):
            score.key_signatures.append(KeySignatureTick(tick(*at), *key))
        for at, pace in sorted(self._tempos.items()):
            score.tempos.append(TempoTick(tick(*at), mspq=pace))
        for measure, offset, text in sorted(self._markers, key=itemgetter(0, 1)):
            score.markers.append(TextMetaTick(tick(measure, offset), text))
        for part, spans in heard:
            for track in _tracks(part, spans, ticks):
                score.tracks.append(track)
        return score

    def _fill(self, measure: int, sounded: int, reached: int) -> None:
        """Make a measure as long as the fullest of its parts."""
        if measure == len(self._lengths):
            self._lengths.append((0, 0))
        before = self._lengths[measure]
        self._lengths[measure] = max(before[0], sounded), max(before[1], reached)
        if reached > MOST_QUARTERS * _UNITS:
            raise self._too_long()

    def _bars(self) -> tuple[list[int], list[tuple[int, _Metre]]]:
        """Where each measure starts, and (measure, metre) where that is to be told.

        It is told again where a measure starts that the metre doesn't expect, as after a pickup. Rests alone, of which
        some programs write too many, make no measure longer than its metre.
        """
        starts: list[int] = []
        told: list[tuple[int, _Metre]] = []
        at, since, metre = 0, 0, (4, 4)
        for measure, (sounded, reached) in enumerate(self._lengths):
            before, metre = metre, self._metres.get(measure, metre)
            usual = 4 * _UNITS * metre[0] // metre[1]
            if (told and (at - since) % usual) or (measure in self._metres and (not told or metre != before)):
                told.append((measure, metre))
                since = at
            starts.append(at)
            at += (max(sounded, min(reached, usual)) if told else reached) or usual
        if at > MOST_QUARTERS * _UNITS:
            raise self._too_long()
        return starts, told

    def _note(self, element: Element, part: _Part, begin: int, length: int) -> bool:
        """Take a note; False if it is silent."""
        if not length or any(element.find(silent) is not None for silent in ("rest", "cue")):
            return False
        ties = {tie.get("type") for tag in ("tie", "tied") for tie in element.iter(tag)}
        velocity = part.velocity
        if "dynamics" in element.attrib:
            velocity = self._velocity(element, part)
        is_drum = element.find("unpitched") is not None
        pitch = self._drum(element, part) if is_drum else self._pitch(element, part)
        voice = _line(element.findtext("voice"))
        part.notes.append(
            _Note(part.measures, begin, length, pitch, velocity, voice, "stop" in ties, "start" in ties, is_drum)
        )
        return True

    def _pitch(self, element: Element, part: _Part) -> int:
        step = _line(element.findtext("pitch/step"))
        if step not in STEPS:
            raise self._wrong(part, f"has a note of the step {step!r}: write one of {' '.join(STEPS)}")
        octave = self._number(element.findtext("pitch/octave"), part, "octave")
        alter = self._number(element.findtext("pitch/alter"), part, "alteration", 0)
        pitch = round(12 * (octave + 1) + STEPS[step] + alter) + part.semitones
        if not 0 <= pitch <= 127:
            raise self._wrong(part, "has a note that MIDI has no number for: move it by octaves")
        return pitch

    def _drum(self, element: Element, part: _Part) -> int:
        """The drum that an instrument is said to be, else the one that is usually written in that place."""
        instrument = element.find("instrument")
        if instrument is not None and instrument.get("id") in part.drums:
            return part.drums[instrument.get("id", "")]
        place = [_line(element.findtext(f"unpitched/display-{what}")) for what in ("step", "octave")]
        return next((drum for drum, (step, octave) in PLACES.items() if place == [step, str(octave)]), SNARE)

    def _attributes(self, element: Element, part: _Part, at: int) -> None:
        if (divisions := element.findtext("divisions")) is not None:
            number = self._number(divisions, part, "division of a quarter note")
            if number <= 0:
                raise self._wrong(part, "divides a quarter note into nothing: export it again")
            part.division = _UNITS / number
        if (moved := element.find("transpose")) is not None:
            octaves = self._number(moved.findtext("octave-change"), part, "octave change", 0)
            part.semitones = round(self._number(moved.findtext("chromatic"), part, "transposition", 0) + 12 * octaves)
        if (fifths := element.findtext("key/fifths")) is not None:
            signs = _sounding(round(self._number(fifths, part, "key")), part.semitones)
            is_minor = _line(element.findtext("key/mode")) == "minor"
            self._keys.setdefault((part.measures, at), (signs, int(is_minor)))
        if (metre := self._metre(element.find("time"), part)) is not None:
            self._metres.setdefault(part.measures, metre)

    def _metre(self, element: Element | None, part: _Part) -> _Metre | None:
        """Numerator and denominator; those of several metres added up, and None where MIDI can't say them."""
        if element is None or element.find("beat-type") is None:
            return None
        whole, kinds = Fraction(0), [1]
        for beats, kind in zip(element.iter("beats"), element.iter("beat-type"), strict=False):
            kinds.append(round(self._number(kind.text, part, "beat type")))
            if kinds[-1] not in _BEAT_TYPES:
                return None
            for some in (beats.text or "").split("+"):
                whole += self._number(some, part, "number of beats") / kinds[-1]
        beats_in_all = whole * max(kinds)
        return (int(beats_in_all), max(kinds)) if 0 < beats_in_all < 256 and beats_in_all.denominator == 1 else None

    def _direction(self, element: Element, part: _Part, at: int) -> None:
        offset = round(self._number(element.findtext("offset"), part, "offset", 0) * part.division)
        place = part.measures, at + offset
        sounds = [element] if element.tag == "sound" else element.findall("sound")
        tempos = [self._number(sound.get("tempo"), part, "tempo") for sound in sounds if "tempo" in sound.attrib]
        for tempo in tempos or self._metronomes(element, part):
            self._tempos.setdefault(place, self._pace(tempo, part))
        for sound in sounds:
            if "dynamics" in sound.attrib:
                part.velocity = self._velocity(sound, part)
        for tag in ("rehearsal", "words"):
            if text := _line(" ".join(words.text or "" for words in element.iter(tag))):
                self._markers.setdefault((*place, text))

    def _metronomes(self, element: Element, part: _Part) -> Iterator[Fraction]:
        """Quarter notes a minute, of the marks that name a number."""
        for mark in element.iter("metronome"):
            number = re.search(r"\d+(\.\d+)?", mark.findtext("per-minute") or "")
            beat = _line(mark.findtext("beat-unit"))
            if number and beat in TYPES:
                dotted = 2 - Fraction(1, 2 ** min(8, len(mark.findall("beat-unit-dot"))))
                value = Fraction(2) ** (QUARTER - TYPES.index(beat))
                yield self._number(number[0], part, "tempo") * value * dotted

    def _pace(self, tempo: Fraction, part: _Part) -> int:
        """Microseconds of a quarter note."""
        pace = round(60_000_000 / tempo) if tempo > 0 else 0
        if not _SHORTEST <= pace <= _SLOWEST:
            raise self._wrong(part, f"has a tempo of {float(tempo):g}, which is nothing: set it to 4 or more")
        return pace

    def _velocity(self, element: Element, part: _Part) -> int:
        return _within(self._number(element.get("dynamics"), part, "loudness") * LOUD / 100)

    def _length(self, element: Element, part: _Part) -> int:
        length = round(self._number(element.findtext("duration"), part, "duration") * part.division)
        if length < 0:
            raise self._wrong(part, "has a note that lasts less than nothing: export it again")
        return length

    def _number(self, text: str | None, part: _Part, what: str, usual: int | None = None) -> Fraction:
        if text is None and usual is not None:
            return Fraction(usual)
        if not _NUMBER.fullmatch(said := _line(text)):
            raise self._wrong(part, f"has a {what} {said[:20]!r}, which is no number: export it again")
        return Fraction(said)

    def _wrong(self, part: _Part, what: str) -> DataError:
        return DataError(f"Measure {part.measures + 1} of the part {part.name!r} in {self._name} {what}.")

    def _too_long(self) -> DataError:
        return DataError(f"{self._name} has over {MOST_QUARTERS} quarter notes: cut it into pieces.")


def _joined(notes: Sequence[_Note], starts: Sequence[int]) -> list[_Span]:
    """The notes as they are heard, those that ties join as one, in the order of their starts."""
    spans: list[_Span] = []
    open_ties: dict[tuple[int, int], dict[str, int]] = {}  # by pitch and time: by voice: the span that goes on
    for note in sorted(notes, key=lambda note: starts[note.measure] + note.offset):
        start = starts[note.measure] + note.offset
        waiting = open_ties.get((note.pitch, start), {}) if note.from_tie else {}
        if waiting:
            at = waiting.pop(note.voice) if note.voice in waiting else waiting.popitem()[1]
            spans[at] = spans[at]._replace(end=start + note.length)
        else:
            at = len(spans)
            spans.append(_Span(start, start + note.length, note))
        if note.to_tie:
            open_ties.setdefault((note.pitch, start + note.length), {})[note.voice] = at
    return spans


def _tracks(part: _Part, spans: Sequence[_Span], ticks: int) -> Iterator[TrackTick]:
    """A part's track; two where some of its notes have a pitch, and some none."""
    kinds = sorted({span.note.is_drum or part.is_drum for span in spans}) or [part.is_drum]
    for is_drum in kinds:
        track = TrackTick(part.name, part.program, is_drum)
        for start, end, note in spans:
            if is_drum == (note.is_drum or part.is_drum):
                first = _rounded(start * ticks)
                track.notes.append(NoteTick(first, max(1, _rounded(end * ticks) - first), note.pitch, note.velocity))
        yield track


def _sounding(fifths: int, semitones: int) -> int:
    """The sharps of a key that a transposing instrument reads, as it sounds: flats count as less than 0."""
    signs = fifths + (7 * semitones + 6) % 12 - 6
    return signs if -7 <= signs <= 7 else (signs + 5) % 12 - 5


def _rounded(units: int) -> int:
    """So many units, multiplied by ticks, as whole ticks."""
    return (2 * units + _UNITS) // (2 * _UNITS)


def _within(number: Fraction) -> int:
    """The nearest number that MIDI has."""
    return min(127, max(0, round(number)))


def _line(text: str | None) -> str:
    return " ".join((text or "").split())[:_LONGEST_TEXT]
