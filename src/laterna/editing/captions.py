"""Captions laid out from what is said: where a sentence is divided, where a line breaks, and how long each stays.

The measures are those of broadcasters' style guides: at most two lines of 42 characters (16 full-width ones), at most
17 characters a second (9 full-width ones), a second at least and seven at most, two frames between captions. Text is
measured in half-widths (Unicode Standard Annex 11), so that one rule serves Latin and Chinese.

Where to break is found by dynamic programming over all divisions, as Knuth and Plass (1981) break paragraphs: breaks
cost least after a sentence's or a clause's end, more between phrases, most after a short word, which belongs to what
follows it.
"""

import itertools
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from laterna.editing.breaking import badness, divides, is_full, may_end, may_start
from laterna.errors import DataError
from laterna.media.captions import Caption, Captions
from laterna.media.timecode import parse_rate, to_seconds
from laterna.media.timeline import frame_rate, resolve, source_start
from laterna.media.transcript import Sentence, Transcript, Word

SHORTEST, LONGEST = Fraction(1), Fraction(7)  # seconds
_GAP = 2  # frames between captions
_LINGER = Fraction(1, 4)  # seconds that a caption stays after its words, where there is room
_BRIDGE = Fraction(1, 2)  # seconds; a shorter pause is filled, so that the eye is not called twice

_FULL_WIDTH_LANGUAGES = ("zh", "ja", "ko", "yue", "cmn")


@dataclass(frozen=True, slots=True)
class _Measure:
    """The most half-widths in a line, and a second's reading."""

    line: int
    speed: int

    @classmethod
    def of(cls, language: str, line_length: int | None = None) -> "_Measure":
        full = language.lower().split("-")[0] in _FULL_WIDTH_LANGUAGES
        line = (line_length or (16 if full else 42)) * (2 if full else 1)
        if line < 8:
            raise DataError(f"Lines of {line_length} characters can't hold words: allow 8 or more.")
        return cls(line, 18 if full else 17)


@dataclass(frozen=True, slots=True)
class _Atom:
    """What a line break can't divide, with its times in seconds.

    ``spaced``: a space stands before it; ``inner``: it goes on with the word before it.
    """

    text: str
    start: Fraction
    end: Fraction
    spaced: bool
    inner: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """A caption's lines, and when their words are said."""

    lines: tuple[str, ...]
    start: Fraction
    end: Fraction

    @property
    def width(self) -> int:
        return width(" ".join(self.lines))


def captions(
    transcript: Transcript | Mapping[Path, Transcript],
    timeline: otio.schema.Timeline | None = None,
    *,
    rate: str | None = None,
    line_length: int | None = None,
    folder: Path = Path(),
) -> Captions:
    """Lay out what is said as captions.

    Args:
        transcript: what is said and when; in Python, in each of several recordings too.
        timeline: a film whose narration track says where the transcript's audio plays; without it the
            transcript's times are the film's.
        rate: the film's frames a second, for captions start and end on frames; the timeline's, or 25, unless given.
        line_length: the most characters in a line; 42, or 16 in Chinese, Japanese and Korean, unless given.
        folder: where the timeline lies, from which its media are found.

    Raises:
        DataError: the sentences are not in order, or the line length is too short to hold words.
    """
    exact = parse_rate(rate or (frame_rate(timeline) if timeline else 25))
    if timeline is not None:
        transcript = _from_whole_frames(placed(transcript, timeline, folder), exact)
    elif not isinstance(transcript, Transcript):
        raise DataError("Several recordings have no time in common: give the timeline that plays them.")
    if any(later.start < earlier.start for earlier, later in itertools.pairwise(transcript.sentences)):
        raise DataError("The transcript's sentences are not in order of time: sort them by their start.")
    measure = _Measure.of(transcript.language, line_length)
    parts = [part for sentence in transcript.sentences for part in _divided(_atoms(sentence, measure), measure)]
    end = None if timeline is None else to_seconds(timeline.duration())
    cuts = [] if timeline is None else _cuts(timeline)
    return Captions(tuple(_timed(parts, measure, exact, end, cuts)))


def too_fast(captions: Captions, language: str = "en") -> list[Caption]:
    """The captions that have to be read faster than is comfortable, because their words are spoken so."""
    speed = reading_speed(language) * Fraction(21, 20)  # frames round a caption's time
    return [caption for caption in captions if width(caption.text) > speed * (caption.end - caption.start)]


def reading_speed(language: str) -> int:
    """The most half-widths that are comfortably read in a second."""
    return _Measure.of(language).speed


def width(text: str) -> int:
    """Half-widths of ``text``: 2 for a full-width character, 1 for another, none for a mark that combines."""
    return sum(2 if is_full(c) else 1 for c in text if not unicodedata.combining(c))


def placed(
    transcript: Transcript | Mapping[Path, Transcript], timeline: otio.schema.Timeline, folder: Path = Path()
) -> Transcript:
    """The transcript in a film's time: its words where the film's narration track plays them, others left out.

    A sentence of which something was cut out stays one.
    """
    heard: list[_Heard] = []
    now = Fraction(0)
    narration = [part for part in timeline.tracks if part.name == "Narration"]  # none in an EDL: nothing is heard
    for item in itertools.chain(*narration[:1]):
        if not isinstance(item, otio.schema.Transition):
            start, now = now, now + to_seconds(item.duration())
            said = _said_in(item, transcript, folder)
            for one in _heard(said, source_start(item, folder), now - start, start) if said else ():
                if heard and heard[-1].goes_on_in(one, start):
                    one = replace(one, words=heard.pop().words + one.words)
                heard.append(one)
    one_language = transcript if isinstance(transcript, Transcript) else next(iter(transcript.values()), Transcript(()))
    return Transcript(tuple(sorted((one.sentence for one in heard), key=lambda s: s.start)), one_language.language)


def _said_in(
    item: otio.core.Item, transcript: Transcript | Mapping[Path, Transcript], folder: Path
) -> Transcript | None:
    """What is said in the recording that a clip plays."""
    if not isinstance(item, otio.schema.Clip) or not item.enabled:
        return None
    if isinstance(transcript, Transcript):
        return transcript
    plays = isinstance(item.media_reference, otio.schema.ExternalReference)
    return transcript.get(resolve(item.media_reference, folder)) if plays else None


def _from_whole_frames(transcript: Transcript, rate: Fraction) -> Transcript:
    """Each sentence moved back to the start of the frame in which it begins.

    So its captions keep their frames when a recording changes before it, and moves it by a part of a frame.
    """
    moved = []
    for sentence in transcript.sentences:
        back = sentence.start - Fraction(int(sentence.start * rate)) / rate
        words = tuple(Word(word.text, word.start - back, word.end - back) for word in sentence.words)
        moved.append(Sentence(sentence.text, words))
    return Transcript(tuple(moved), transcript.language)


@dataclass(frozen=True, slots=True)
class _Heard:
    """Words of a sentence in a film's time: those of it that a clip plays. ``end`` is where the clip ends."""

    whole: Sentence
    words: tuple[Word, ...]
    end: Fraction

    @property
    def sentence(self) -> Sentence:
        complete = len(self.words) == len(self.whole.words)
        return Sentence(self.whole.text if complete else _written(self.words), self.words)

    def goes_on_in(self, other: "_Heard", start: Fraction) -> bool:
        """Whether the clip from ``start`` on, which follows at once, plays more words of the same sentence."""
        together = len(self.words) + len(other.words)
        return self.whole is other.whole and self.end == start and together <= len(self.whole.words)


def _heard(transcript: Transcript, source: Fraction, duration: Fraction, start: Fraction) -> Iterator[_Heard]:
    """What is said in ``duration`` seconds from ``source`` on, moved to ``start``."""
    for sentence in transcript.sentences:
        inside = [word for word in sentence.words if source <= (word.start + word.end) / 2 < source + duration]
        if inside:
            shift = start - source
            words = tuple(Word(w.text, max(start, w.start + shift), w.end + shift) for w in inside)
            yield _Heard(sentence, words, start + duration)


def _written(words: Sequence[Word]) -> str:
    """Words as a text, with spaces where the language has them."""
    text = words[0].text
    for word in words[1:]:
        text += word.text if is_full(text[-1]) or is_full(word.text[0]) else f" {word.text}"
    return text


def _atoms(sentence: Sentence, measure: _Measure) -> list[_Atom]:
    atoms: list[_Atom] = []
    for word, spaced in _spaced(sentence):
        pieces = _pieces(word.text, measure)
        letters = max(1, sum(map(len, pieces)))
        done = 0
        for index, piece in enumerate(pieces):
            start = word.start + (word.end - word.start) * done / letters
            done += len(piece)
            end = word.start + (word.end - word.start) * done / letters
            if atoms and not (spaced and index == 0) and not may_start(piece[0]):
                atoms[-1] = replace(atoms[-1], text=atoms[-1].text + piece, end=end)
            else:
                atoms.append(_Atom(piece, start, end, spaced and index == 0, index > 0))
    return list(_with_whole_titles(atoms, measure))


def _with_whole_titles(atoms: Sequence[_Atom], measure: _Measure) -> Iterator[_Atom]:
    """The atoms, those of a work's title in its marks, 《 and 》, made one where a line can hold it."""
    at = 0
    while at < len(atoms):
        end = at + 1
        if "《" in atoms[at].text and "》" not in atoms[at].text:
            end = next((i + 1 for i in range(at, len(atoms)) if "》" in atoms[i].text), end)
        whole = _text(atoms[at:end])
        if width(whole) > measure.line:
            end, whole = at + 1, atoms[at].text
        yield replace(atoms[at], text=whole, end=atoms[end - 1].end)
        at = end


def _spaced(sentence: Sentence) -> Iterator[tuple[Word, bool]]:
    """Each word, and whether the sentence has a space before it."""
    at, before = 0, ""
    for word in sentence.words:
        found = sentence.text.find(word.text, at)
        if found >= 0:
            spaced, at = sentence.text[at:found].endswith(" "), found + len(word.text)
        else:
            spaced = bool(before) and not is_full(before[-1]) and not is_full(word.text[0])
        before = word.text
        yield word, spaced


def _pieces(text: str, measure: _Measure) -> list[str]:
    """A word in parts that a line break can't divide: no closing mark starts a line, no opening one ends it."""
    pieces: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        last = pieces[-1][-1] if pieces else ""
        clings = not (may_start(character) and may_end(last)) or not (divides(character) or divides(last))
        if last and clings and width(pieces[-1]) < measure.line - 1:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _divided(atoms: Sequence[_Atom], measure: _Measure) -> list[_Part]:
    """The cheapest division of a sentence into captions, by dynamic programming over its breaks."""
    best: list[tuple[float, list[_Part]]] = [(0.0, [])]
    for end in range(1, len(atoms) + 1):
        found = []
        for start in range(end - 1, -1, -1):
            lines = _broken(atoms[start:end], measure)
            if lines is None:
                break
            cost, text = lines
            cost += best[start][0] + _cost(atoms, start, end, measure)
            found.append((cost, [*best[start][1], _Part(text, atoms[start].start, atoms[end - 1].end)]))
        best.append(min(found, key=lambda pair: pair[0]))
    return best[-1][1]


def _cost(atoms: Sequence[_Atom], start: int, end: int, measure: _Measure) -> float:
    """What a caption of these atoms costs, its lines aside."""
    said = float(atoms[end - 1].end - atoms[start].start)
    cost = 8.0 + 100 * max(0.0, said - float(LONGEST))
    if end < len(atoms):
        shown = float(atoms[end].start - atoms[start].start)
        cost += 3 * _badness(atoms, end)
        cost += 10 * max(0.0, float(SHORTEST) - shown) + 10 * max(0.0, _width(atoms[start:end]) / measure.speed - shown)
    return cost


def _broken(atoms: Sequence[_Atom], measure: _Measure) -> tuple[float, tuple[str, ...]] | None:
    """The cheapest way to set atoms on one line or two; None where they don't fit."""
    whole = _width(atoms)
    if whole <= measure.line:
        return 0.0, (_text(atoms),)
    if whole > 2 * measure.line + 1:
        return None
    found = []
    for at in range(1, len(atoms)):
        above, below = _width(atoms[:at]), _width(atoms[at:])
        if max(above, below) <= measure.line:
            found.append((2 + _badness(atoms, at) + 14 * abs(above - below) / measure.line, at))
    if not found:
        return None
    cost, at = min(found)
    return cost, (_text(atoms[:at]), _text(atoms[at:]))


def _badness(atoms: Sequence[_Atom], at: int) -> int:
    """How bad a break before the atom ``at`` is."""
    before, after = atoms[at - 1], atoms[at]
    earlier = atoms[at - 2].text if at > 1 and not before.spaced else ""
    return badness(before.text, after.text, earlier=earlier, spaced=after.spaced, inner=after.inner)


def _timed(
    parts: Sequence[_Part], measure: _Measure, rate: Fraction, film_end: Fraction | None, cuts: Sequence[Fraction]
) -> Iterator[Caption]:
    """Captions on whole frames: as long as their reading asks for, where the next one leaves room.

    One that is read by then goes with the cut rather than linger into the next shot.
    """
    firsts: list[int] = []
    for part in parts:
        firsts.append(max(round(part.start * rate), firsts[-1] + 1 + _GAP if firsts else 0))
    last = math.inf if film_end is None else round(film_end * rate)
    limits = [*(following - _GAP for following in firsts[1:]), last]
    for part, first, limit in zip(parts, firsts, limits, strict=False):  # of no parts there is only the film's end
        needed = max(part.end, part.start + SHORTEST, part.start + Fraction(part.width, measure.speed))
        end = math.ceil(max(needed, part.end + _LINGER) * rate)
        if limit - end < _BRIDGE * rate:
            end = int(limit)
        end = next((round(cut * rate) for cut in cuts if needed <= cut < end / rate), end)
        end = max(first + 1, min(end, first + int(LONGEST * rate)))
        yield Caption(first / rate, end / rate, part.lines)


def _cuts(timeline: otio.schema.Timeline) -> list[Fraction]:
    """When the picture cuts, in seconds; dissolves are no cuts."""
    pictures = [track for track in timeline.tracks if track.name == "Picture"]
    now, found, dissolved = Fraction(0), [], True
    for item in itertools.chain(*pictures[:1]):
        if isinstance(item, otio.schema.Transition):
            dissolved = True
            continue
        if not dissolved:
            found.append(now)
        now, dissolved = now + to_seconds(item.duration()), False
    return found


def _text(atoms: Sequence[_Atom]) -> str:
    return "".join(" " * (atom.spaced and index > 0) + atom.text for index, atom in enumerate(atoms))


def _width(atoms: Sequence[_Atom]) -> int:
    return width(_text(atoms))
