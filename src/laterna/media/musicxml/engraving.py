"""How notes are written: in voices, bar by bar, as values that notation has.

Times are units, 24 of a quarter note. Notes begin and end on 32nds (3 units) and triplet 16ths (4 units).
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, groupby, pairwise
from math import inf
from typing import NamedTuple

from symusic.core import ScoreTick, TrackTick

from laterna.errors import DataError
from laterna.media.musicxml.terms import TYPES

QUARTER = 24
MOST_VOICES = 4  # on a staff
_GRIDS = (3, 4)
_DENOMINATORS = (1, 2, 4, 8, 16, 32)
_HALF = 48
_THIRDS = {16, 32}  # of a half note


class Span(NamedTuple):
    """A note as it sounds."""

    start: int
    end: int
    pitch: int
    velocity: int


class Bar(NamedTuple):
    """A bar; one that another metre cuts off is shorter than its own."""

    start: int
    end: int
    metre: tuple[int, int]
    is_new: bool  # the metre
    is_short: bool


class Event(NamedTuple):
    """What one value of a voice sounds, or a rest; ``triplet`` is how long the triplet is that it is in, else 0."""

    start: int
    end: int
    type: str
    dots: int
    spans: tuple[Span, ...]
    triplet: int
    begins_triplet: bool
    ends_triplet: bool


class _Value(NamedTuple):
    length: int
    type: str
    dots: int
    note_step: int  # a note of it begins on multiples of this, so that beats stay visible
    rest_step: int


def _values(longest: str, length: int) -> tuple[_Value, ...]:
    """The values from one type down, plain and dotted, the longest first."""
    found = []
    for name in TYPES[TYPES.index(longest) :]:
        found.append(_Value(length, name, 0, max(1, length // 2), length))
        if length % 2:
            break
        found.append(_Value(length * 3 // 2, name, 1, length // 2, 2 * length))
        length //= 2
    return tuple(sorted(found, reverse=True))


_STRAIGHT = _values("whole", 96)
_TRIPLET = _values("half", 32)


def spans_of(track: TrackTick, ticks_per_quarter: int) -> list[Span]:
    """A track's notes, moved to where they can be written, in the order of their starts, the highest first.

    A note ends where its pitch begins again.
    """
    spans = []
    for note in track.notes:
        start = _nearest(max(0, note.start) * QUARTER / ticks_per_quarter)
        end = _nearest((note.start + note.duration) * QUARTER / ticks_per_quarter)
        if end <= start:
            end = next(unit for unit in count(start + _GRIDS[0]) if any(unit % grid == 0 for grid in _GRIDS))
        spans.append(Span(start, end, note.pitch, note.velocity))
    return _each_pitch_once(sorted(spans, key=lambda span: (span.start, -span.pitch, span.end)))


def _each_pitch_once(spans: Sequence[Span]) -> list[Span]:
    again: dict[int, int] = {}  # when a pitch begins next
    kept = []
    for span in reversed(spans):
        end = min(span.end, again.get(span.pitch, span.end))
        if end > span.start:
            kept.append(span._replace(end=end))
        again[span.pitch] = span.start
    return kept[::-1]


def bars_of(score: ScoreTick, end: int) -> list[Bar]:
    """The bars up to one that holds ``end``.

    Raises:
        DataError: a metre has no beats, or beats that are not written.
    """
    metres = {0: (4, 4)}
    for told in sorted(score.time_signatures, key=lambda told: told.time):
        if told.numerator < 1 or told.denominator not in _DENOMINATORS:
            raise DataError(
                f"The score has a metre of {told.numerator}/{told.denominator}, which is not written: "
                "give it beats from whole notes to 32nds."
            )
        metres[_GRIDS[0] * round(told.time * QUARTER / score.ticks_per_quarter / _GRIDS[0])] = (
            told.numerator,
            told.denominator,
        )
    bars: list[Bar] = []
    for at, after in pairwise([*sorted(metres), inf]):
        metre, start = metres[int(at)], int(at)
        length = 4 * QUARTER * metre[0] // metre[1]
        while start < min(after, end):
            stop = int(min(start + length, after))
            is_new = not bars or metre != bars[-1].metre
            bars.append(Bar(start, stop, metre, is_new, stop - start < length))
            start = stop
    return bars


def voices_of(spans: Iterable[Span]) -> list[list[Span]]:
    """Spans as up to four voices of notes and chords; what has no room is in the last, and overlaps there."""
    voices: list[list[Span]] = [[]]
    for span in spans:
        for voice in voices:
            if not voice or voice[-1].end <= span.start or voice[-1][:2] == span[:2]:
                voice.append(span)
                break
        else:
            if len(voices) < MOST_VOICES:
                voices.append([])
            voices[-1].append(span)
    return voices


def events_of(voice: Sequence[Span], bars: Sequence[Bar]) -> list[list[Event]]:
    """What is written of a voice in each bar; nothing where it is silent."""
    starts = [bar.start for bar in bars]
    by_bar = groupby(_slices(voice, bars), key=lambda found: bisect_right(starts, found[0]) - 1)
    return [_events(bars[number], list(slices)) for number, slices in by_bar]


_Slice = tuple[int, int, tuple[Span, ...]]


def _slices(voice: Sequence[Span], bars: Sequence[Bar]) -> Iterator[_Slice]:
    """What sounds between each two points at which a note or a bar begins or ends."""
    points = {bars[-1].end, *(bar.start for bar in bars), *(time for span in voice for time in span[:2])}
    sounding: list[Span] = []
    begun = 0
    for start, end in pairwise(sorted(points)):
        sounding = [span for span in sounding if span.end > start]
        while begun < len(voice) and voice[begun].start == start:
            sounding.append(voice[begun])
            begun += 1
        yield start, end, tuple(sounding)


def _events(bar: Bar, slices: Sequence[_Slice]) -> list[Event]:
    if not any(spans for *_, spans in slices):
        return []
    triplets = _triplets({start - bar.start for start, *_ in slices}, bar.end - bar.start)
    return [
        event._replace(start=event.start + bar.start, end=event.end + bar.start)
        for start, end, spans in slices
        for first, last, triplet in _cut(start - bar.start, end - bar.start, triplets)
        for event in _written(first, last, spans, triplet)
    ]


def _triplets(points: set[int], length: int) -> list[tuple[int, int]]:
    """The stretches of a bar that are written in triplets: those in which something begins between 32nds."""
    found = []
    at = 0
    while at < length:
        width = next(width for width in (QUARTER, 12, 6, 3) if at % width == 0 and at + width <= length)
        halves = at % _HALF == 0 and at + _HALF <= length
        within = {point - at for point in points if at < point < at + _HALF}
        if halves and within and within <= _THIRDS:
            width = _HALF
        if any(point % _GRIDS[0] for point in within if point < width):
            found.append((at, at + width))
        at += width
    return found


def _cut(
    first: int, last: int, triplets: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, tuple[int, int] | None]]:
    """A stretch of a bar, cut where triplets begin and end, each piece with the triplet that it is in."""
    edges = {first, last, *(edge for triplet in triplets for edge in triplet if first < edge < last)}
    for start, end in pairwise(sorted(edges)):
        yield start, end, next((triplet for triplet in triplets if triplet[0] <= start < triplet[1]), None)


def _written(first: int, last: int, spans: tuple[Span, ...], triplet: tuple[int, int] | None) -> Iterator[Event]:
    """A stretch as the fewest values that leave beats visible."""
    begin, end = triplet or (0, 0)
    while first < last:
        value = next(
            value
            for value in (_TRIPLET if triplet else _STRAIGHT)
            if value.length <= last - first and (first - begin) % (value.note_step if spans else value.rest_step) == 0
        )
        after = first + value.length
        yield Event(first, after, value.type, value.dots, spans, end - begin, first == begin, after == end)
        first = after


def _nearest(units: float) -> int:
    return min((grid * round(units / grid) for grid in _GRIDS), key=lambda unit: abs(unit - units))
