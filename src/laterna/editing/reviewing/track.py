"""A film's measures as arrays, picture by picture, and what is judged by them alone: black and frozen pictures."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from laterna.editing.reviewing.finding import Finding, Severity
from laterna.editing.reviewing.sketches import COLUMNS, ROWS, Sketches, rms

_LIT = 0.002  # of a picture; less light than that is none: a title, however small, has more
_LONG_BLACK = Fraction(2)  # seconds
_STILL = 0.25  # grey levels by which the part that changes most may, where nothing moves
_SETTLING, _SETTLES, _BLIP = 1.6, 6, 2  # grey levels, and in how many frames: a codec brings out the details of a hold
_FROZEN = Fraction(1, 2)  # seconds
_PLAIN = 3.0  # grey levels of contrast; less is a plain ground, on which nothing could move
_HARD = 0.48  # of a picture's light, three frames from black, that is left beside it at a cut; a fade leaves less
_AROUND = 5  # frames beside a hold, most of which change where a shot moves
_BEFORE = 8, 2  # frames from a hold at which a fade or a dissolve into it shows
_MIXES = 0.97  # how alike in direction these changes are then
_WHERE = {  # by whether the shot moves before a hold, and after it
    (True, True): "in the midst of a shot",
    (True, False): "at the end of a shot",
    (False, True): "as a shot begins",
}


@dataclass(frozen=True)
class Track:
    """What is kept of a whole film, some 170 bytes a picture.

    Attributes:
        times: when each picture is shown, and last the film's end, in seconds.
        small: (n, 9, 16) uint8 luma.
        step: (n,) float32, root-mean-square grey levels from the picture before.
        lit, change, alike, relit: as in :class:`Sketches`.
    """

    times: list[Fraction]
    small: np.ndarray
    step: np.ndarray
    lit: np.ndarray
    change: np.ndarray
    alike: np.ndarray
    relit: np.ndarray

    def __len__(self) -> int:
        return len(self.lit)

    def span(self, first: int, last: int) -> tuple[Fraction, Fraction]:
        """From when the picture ``first`` is shown to when ``last`` goes, in seconds."""
        return self.times[first], self.times[last + 1]


class Tracker:
    """Gathers a film's track from its sketches."""

    def __init__(self) -> None:
        self._ticks: list[np.ndarray] = []
        self._columns: list[tuple[np.ndarray, ...]] = []
        self._last: np.ndarray | None = None

    def __len__(self) -> int:
        return sum(map(len, self._ticks))

    def add(self, sketches: Sketches) -> None:
        """Take in the next pictures."""
        light = sketches.light
        before = light[:1] if self._last is None else self._last
        step = rms(light, np.concatenate([before, light[:-1]]))
        parts = light.reshape(len(light), ROWS // 2, 2, COLUMNS // 2, 2).astype(np.uint16)
        small = ((parts.sum(axis=(2, 4)) + 2) // 4).astype(np.uint8)
        self._last = light[-1:]
        self._ticks.append(sketches.ticks)
        self._columns.append((small, step, sketches.lit, sketches.change, sketches.alike, sketches.relit))

    def track(self, time_base: Fraction, end: Fraction) -> Track:
        """All that was taken in; ``end`` is the film's, in seconds."""
        ticks = np.concatenate(self._ticks).tolist()
        times = [tick * time_base for tick in ticks]
        columns = (np.concatenate(column) for column in zip(*self._columns, strict=True))
        return Track([*times, max(end, times[-1] + time_base)], *columns)


def black(track: Track) -> Iterator[Finding]:
    """Black pictures that no fade leads to and from, and those that last."""
    for first, last in runs(track.lit < _LIT):
        start, end = track.span(first, last)
        seconds, inside = end - start, first > 0 and last < len(track) - 1
        if last - first + 1 == len(track):
            yield Finding("black", start, end, "error", float(seconds), 0.0, "The whole film is black.")
        elif inside and _hard(track, first - 1, first) and _hard(track, last + 1, last):
            sentence = f"{_counted(last - first + 1)} black between two cuts: a gap in the cut, or a lost clip."
            yield Finding("black", start, end, "error", float(seconds), 0.0, sentence)
        elif seconds > _LONG_BLACK:
            sentence = f"The picture is black for {float(seconds):.1f} s, more than {_LONG_BLACK} s."
            yield Finding("black", start, end, "warning", float(seconds), float(_LONG_BLACK), sentence)


def frozen(track: Track) -> Iterator[Finding]:
    """Pictures that stop moving within a shot; a still, or a title, that is cut or faded to is none."""
    for first, last in _holds(track.change):
        first = max(0, first - 1)  # the picture that all others repeat
        start, end = track.span(first, last)
        if end - start < _FROZEN or track.lit[first] < _LIT or float(track.small[first].std()) < _PLAIN:
            continue
        stops, goes_on = _moves(track, first, -1), _moves(track, last, 1)
        if stops or goes_on:
            severity: Severity = "error" if stops and goes_on else "warning"
            sentence = f"The picture stands still for {float(end - start):.2f} s {_WHERE[stops, goes_on]}."
            yield Finding("frozen", start, end, severity, float(end - start), float(_FROZEN), sentence)


def runs(marked: np.ndarray) -> list[tuple[int, int]]:
    """The first and last index of each run of true values."""
    found = []
    at = 0
    for value, group in itertools.groupby(marked.tolist()):
        count = sum(1 for _ in group)
        if value:
            found.append((at, at + count - 1))
        at += count
    return found


def _holds(change: np.ndarray) -> Iterator[tuple[int, int]]:
    """Runs of pictures that change by no more than coding does, from where their codec began to settle."""
    still = change <= _STILL
    for first, last in runs(~still):  # a key frame in the midst of a hold
        inside = first > 0 and last < len(change) - 1
        if inside and last - first < _BLIP and change[first : last + 1].max() <= _SETTLING:
            still[first : last + 1] = True
    for first, last in runs(still):
        start = first
        while start > 0 and first - start < _SETTLES and change[start] <= change[start - 1] <= _SETTLING:
            start -= 1
        yield start, last


def _hard(track: Track, lit: int, dark: int) -> bool:
    """Whether one step leads from a lit picture to a black one, rather than the last of a fade."""
    way = 1 if lit > dark else -1
    further = track.small[min(max(lit + 3 * way, 0), len(track) - 1)].astype(float)
    ground = float(track.small[dark].mean())
    return float(track.small[lit].mean()) - ground > _HARD * (float(further.mean()) - ground)


def _moves(track: Track, edge: int, way: int) -> bool:
    """Whether the shot moves beyond an edge of a hold: no cut, no fade and no dissolve, and not the film's end."""
    next_to = edge if way < 0 else edge + 1  # the picture that changed from the one before it
    if not 0 < next_to < len(track) or track.alike[next_to] < 0.5 or track.lit[next_to - (way < 0)] < _LIT:
        return False
    beyond = (
        track.change[next_to : next_to + _AROUND] if way > 0 else track.change[max(1, edge - _AROUND + 1) : edge + 1]
    )
    if float(np.median(beyond)) <= _SETTLING:  # but a key frame, which draws a still scene anew
        return False
    held = track.small[edge].astype(np.float32)
    far, near = (track.small[min(max(edge + way * frames, 0), len(track) - 1)] - held for frames in _BEFORE)
    sizes = float(np.linalg.norm(far)) * float(np.linalg.norm(near))
    return sizes < 1 or float(np.vdot(far, near)) / sizes < _MIXES


def _counted(frames: int) -> str:
    return "One frame is" if frames == 1 else f"{frames} frames are"
