"""Dissolves and fades.

In a dissolve every frame is a mix of the two ends, the new shot's share growing evenly (the production model of
Hampapur et al. 1995). How far a frame is from that mix follows from its distances to both ends alone, so such ramps are
read off the window's self-similarity matrix. A fade is two ramps that meet in a flat picture (Lienhart 1999).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from laterna.editing.detection.likeness import Window
from laterna.media.shots import Transition

_LENGTHS = (4, 6, 8, 11, 15, 20, 26, 34, 44, 58, 75, 98)  # frames of a transition that are looked for
_LONGEST = 2.5  # seconds
_SHORTEST = 4  # frames from end to end
_PROBES = 5  # frames between the ends that are compared with the mix
_FAINTEST = 6.0  # grey levels between the ends
_COMES_BACK = 12  # frames within which the picture is not back again
_FLAT = 0.3  # of the other end's contrast; less is a flat picture
_WORST_MIX = 0.32  # of the distance between the ends


@dataclass(frozen=True, slots=True)
class Ramp:
    """``before`` is the last frame of one picture, ``after`` the first of the other; those between mix them.

    ``error`` is how far they are from the mix, in distances between the ends.
    """

    before: int
    after: int
    error: float

    def over(self, other: "Ramp") -> bool:
        """Whether they share mixed frames."""
        return self.before < other.after - 1 and other.before < self.after - 1


def dissolves_and_fades(window: Window, walls: np.ndarray) -> list[Transition]:
    """The window's dissolves and fades, none over another.

    ``walls`` counts the sudden changes up to each frame, (frames,): no transition runs across one.
    """
    ramps = list(_ramps(window, walls))
    pairs = list(_fades(window, ramps))
    used = {ramp for pair in pairs for ramp in pair}
    fades = [_fade(*pair) for pair in pairs if not _comes_back(window, *pair)]
    return fades + [_dissolve(ramp) for ramp in ramps if ramp not in used and _is_dissolve(window, ramp)]


# Ramps


def _ramps(window: Window, walls: np.ndarray) -> Iterator[Ramp]:
    """Stretches that mix their ends evenly, the clearest first, none over another."""
    merit = _mix_merit(window, walls)
    kept: list[Ramp] = []
    for rough in likely(window, merit, _FAINTEST):
        contrasts = window.contrast[[rough.before, rough.after]]
        flat = contrasts.min() < _FLAT * contrasts.max()
        if not flat and window.returns(rough.before, rough.after, _COMES_BACK) < 0.2:
            continue
        ramp = refined(window.apart, rough, walls)
        whole = ramp.error < _WORST_MIX and ramp.after - ramp.before >= _SHORTEST
        if whole and not any(ramp.over(other) for other in kept):
            kept.append(ramp)
            blank(window, merit, ramp)
            yield ramp


def lengths(window: Window) -> list[int]:
    """How many mixed frames the transitions have that are looked for: the rows of a table of merits."""
    return [length for length in _LENGTHS if length < min(_LONGEST * window.rate, len(window) - 1)]


def likely(window: Window, merit: np.ndarray, least: float) -> Iterator[Ramp]:
    """The places of the highest merits, (lengths, first ends), each once: what is like one that was given is left out.

    Merits are taken away as this goes on; more may be taken away meanwhile.
    """
    spans = [length + 1 for length in lengths(window)]
    while merit.size and merit.max() > least:
        row, before = (int(place) for place in np.unravel_index(int(merit.argmax()), merit.shape))
        near = spans[row] // 3
        merit[max(0, row - 1) : row + 2, max(0, before - near) : before + near + 1] = 0
        yield Ramp(before, before + spans[row], 0)


def blank(window: Window, merit: np.ndarray, ramp: Ramp) -> None:
    """Take away the merits of all that shares mixed frames with a ramp."""
    for row, length in enumerate(lengths(window)):
        merit[row, max(0, ramp.before - length) : ramp.after - 1] = 0


def _mix_merit(window: Window, walls: np.ndarray) -> np.ndarray:
    """For each length and first end: the ends' distance, less where the frames between stray from the mix."""
    frames = len(window)
    merit = np.zeros((len(lengths(window)), frames), np.float32)
    for row, length in enumerate(lengths(window)):
        span = length + 1
        before = np.arange(frames - span)
        between, error = _strays(window.apart, before, span)
        open_way = walls[before + span] == walls[before]
        merit[row, : frames - span] = open_way * between * (1 - (error / 0.45) ** 2)
    return merit


def _strays(apart: np.ndarray, before: np.ndarray, span: int) -> tuple[np.ndarray, np.ndarray]:
    """Distance of the ends ``span`` frames apart, and the rms distance of frames between from their even mix.

    |x - (1-s)a - sb|^2 = (1-s)|x-a|^2 + s|x-b|^2 - s(1-s)|a-b|^2, so distances are all it takes.
    """
    ends, to_a, to_b, share = probes(apart, before, span)
    strays = (1 - share) * to_a + share * to_b - share * (1 - share) * ends
    error = np.sqrt(np.maximum(strays.mean(axis=0), 0) / np.maximum(ends, 1e-3))
    return np.sqrt(ends), error


def probes(apart: np.ndarray, before: np.ndarray, span: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Squared distances that tell how ``span`` frames from each of ``before`` on lead from one end to the other.

    Between the ends, (places,); from frames between to the first and to the other end, (probes, places); and how far
    along these frames are, 0..1, (probes, 1).
    """
    offsets = _offsets(span)
    middle = before + offsets
    ends = apart[before, before + span]
    to_a, to_b = apart[before, middle], apart[middle, before + span]
    return ends * ends, to_a * to_a, to_b * to_b, (offsets / span).astype(np.float32)


@lru_cache(maxsize=256)
def _offsets(span: int) -> np.ndarray:
    return np.unique(np.linspace(0, span, _PROBES + 2).round().astype(int)[1:-1])[:, None]


def refined(apart: np.ndarray, ramp: Ramp, walls: np.ndarray) -> Ramp:
    """The same ramp from where its picture starts to change to where it has changed."""
    for _ in range(2):
        reach = ramp.after - ramp.before
        first = max(0, ramp.before - reach, int(np.searchsorted(walls, walls[ramp.before])))
        end = min(len(apart), ramp.after + reach + 1, int(np.searchsorted(walls, walls[ramp.before], "right")))
        share = _share(apart, ramp, first, end)
        ramp = _steep(share, ramp, first)
    _, error = _strays(apart, np.array([ramp.before]), ramp.after - ramp.before)
    return Ramp(ramp.before, ramp.after, float(error[0]))


def _share(apart: np.ndarray, ramp: Ramp, first: int, end: int) -> np.ndarray:
    """How far each frame of ``first`` to ``end`` lies on the way from one end of the ramp to the other."""
    to_a, to_b = apart[ramp.before, first:end] ** 2, apart[ramp.after, first:end] ** 2
    ends = apart[ramp.before, ramp.after] ** 2
    return (to_a - to_b + ends) / (2 * max(ends, 1e-3))


def _steep(share: np.ndarray, ramp: Ramp, first: int) -> Ramp:
    """The run of frames round the ramp's middle in which the share keeps growing."""
    slope = np.diff(share)
    smooth = slope.copy()
    smooth[1:-1] = (slope[:-2] + 2 * slope[1:-1] + slope[2:]) / 4
    before, after = ramp.before - first, ramp.after - first
    quarter = (after - before) // 4
    grows = smooth > 0.3 * float(slope[before + quarter : after - quarter].mean())
    middle = (before + after) // 2
    start, stop = middle, middle
    while start > 0 and grows[start - 1]:
        start -= 1
    while stop < len(slope) and grows[stop]:
        stop += 1
    return Ramp(first + start, first + max(stop, start + 2), 0)


# Dissolves and fades


def _is_dissolve(window: Window, ramp: Ramp) -> bool:
    before, after = ramp.before, ramp.after
    apart = float(window.apart[before, after])
    if apart < _FAINTEST or window.returns(before, after, window.rate) < 0.3:
        return False
    found, relit = window.found(before, after), window.relit(before, after)
    if relit < 0.2 or (relit < 0.5 and found > 0.4):  # the light changed
        return False
    strays, short = window.strays(before, after), after - before < 9
    if found > 0.45:  # the same place: another take, or the camera moves
        return ramp.error < 0.12 and strays < 0.25 and relit > 0.7 and after - before > 5
    if strays > (0.43 if ramp.error < 0.2 else 0.395) or apart < (24 if short else 12):
        return False
    return not (short and ramp.error > 0.2) and not window.again(before, after, window.rate)


def _dissolve(ramp: Ramp) -> Transition:
    return Transition("dissolve", ramp.before + 1, ramp.after - 1, sureness(ramp.error / _WORST_MIX))


def sureness(error: float) -> float:
    """1 for no error, 0.5 for as much as is borne."""
    return max(0.0, min(1.0, 1 - 0.5 * error))


def _fades(window: Window, ramps: list[Ramp]) -> Iterator[tuple[Ramp, Ramp]]:
    """Pairs of ramps, one into a flat picture, and soon one out of it."""
    contrast = window.contrast
    into = [ramp for ramp in ramps if contrast[ramp.after] < _FLAT * contrast[ramp.before]]
    out_of = [ramp for ramp in ramps if contrast[ramp.before] < _FLAT * contrast[ramp.after]]
    for first in into:
        for second in out_of:
            held = contrast[min(first.after, second.before) : max(first.after, second.before) + 1]
            peak = min(contrast[first.before], contrast[second.after])
            if first.after - 3 <= second.before <= first.after + window.rate and held.max() < 0.35 * peak:
                yield first, second


def _comes_back(window: Window, first: Ramp, second: Ramp) -> bool:
    """Whether there is the same picture after as before: a slow flash, or the light that went out for a while."""
    nearer = window.apart[first.before, second.after] < 0.12 * window.apart[first.before, first.after]
    return bool(nearer) and window.found(first.before, second.after) > 0.6


def _fade(first: Ramp, second: Ramp) -> Transition:
    return Transition("fade", first.before + 1, second.after - 1, sureness(first.error + second.error))
