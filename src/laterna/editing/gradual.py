"""Gradual transitions: dissolves, fades and wipes.

All three are read off the window's self-similarity matrix. In a dissolve every frame is a mix of the two ends, the new
shot's share growing evenly (the production model of Hampapur et al. 1995); how far a frame is from that mix follows
from its distances to both ends alone. A fade is two such ramps that meet in a flat picture (Lienhart 1999). In a wipe
each part of the picture belongs to one end or to the other, and switches once, its neighbours soon after.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from laterna.editing.likeness import Window
from laterna.editing.sketches import colours
from laterna.media.shots import Transition

_LENGTHS = (4, 6, 8, 11, 15, 20, 26, 34, 44, 58, 75)  # frames of a transition that are looked for
_PROBES = 5  # frames between the ends that are compared with the mix
_FAINTEST = 6.0  # grey levels between the ends
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


def gradual(window: Window, sudden: np.ndarray, rate: float) -> list[Transition]:
    """The window's gradual transitions, in order. No transition runs across ``sudden`` changes: (frames,) bool."""
    walls = np.cumsum(sudden)
    ramps = list(_ramps(window, walls))
    fades, used = _fades(window, ramps, rate)
    dissolves = [_dissolve(ramp) for ramp in ramps if ramp not in used and _is_dissolve(window, ramp, rate)]
    taken = [*fades, *dissolves]
    wipes = [
        wipe
        for wipe in _wipes(window, walls, rate)
        if all(wipe.last_frame < t.first_frame or wipe.first_frame > t.last_frame for t in taken)
    ]
    return sorted([*taken, *wipes], key=lambda t: t.first_frame)


# Ramps


def _ramps(window: Window, walls: np.ndarray) -> Iterator[Ramp]:
    """Stretches that mix their ends evenly, the clearest first, none over another."""
    merit = _mix_merit(window.apart, walls)
    kept: list[Ramp] = []
    while merit.size and merit.max() > _FAINTEST:
        row, before = np.unravel_index(int(merit.argmax()), merit.shape)
        rough = Ramp(int(before), int(before) + _LENGTHS[row] + 1, 0)
        ramp = _refined(window.apart, rough, walls)
        if ramp.error < _WORST_MIX and not any(ramp.over(other) for other in kept):
            kept.append(ramp)
            yield ramp
        for ends in (rough, ramp):
            _blank(merit, ends)


def _blank(merit: np.ndarray, ramp: Ramp) -> None:
    for row, length in enumerate(_LENGTHS):
        merit[row, max(0, ramp.before - length) : ramp.after] = 0


def _mix_merit(apart: np.ndarray, walls: np.ndarray) -> np.ndarray:
    """For each length and first end: the ends' distance, less where the frames between stray from the mix."""
    frames = len(apart)
    merit = np.zeros((len(_LENGTHS), frames), np.float32)
    for row, length in enumerate(_LENGTHS):
        span = length + 1
        if span >= frames:
            break
        before = np.arange(frames - span)
        between, error = _strays(apart, before, span)
        open_way = walls[before + span] == walls[before]
        merit[row, : frames - span] = open_way * between * (1 - (error / 0.45) ** 2)
    return merit


def _strays(apart: np.ndarray, before: np.ndarray, span: int) -> tuple[np.ndarray, np.ndarray]:
    """Distance of the ends ``span`` frames apart, and the rms distance of frames between from their even mix.

    |x - (1-s)a - sb|^2 = (1-s)|x-a|^2 + s|x-b|^2 - s(1-s)|a-b|^2, so distances are all it takes.
    """
    ends = apart[before, before + span] ** 2
    offsets = np.unique(np.linspace(0, span, _PROBES + 2).round().astype(int)[1:-1])
    total = np.zeros(len(before), np.float32)
    for offset in offsets:
        share = offset / span
        middle = before + offset
        to_both = (1 - share) * apart[before, middle] ** 2 + share * apart[middle, before + span] ** 2
        total += to_both - share * (1 - share) * ends
    error = np.sqrt(np.maximum(total, 0) / len(offsets) / np.maximum(ends, 1e-3))
    return np.sqrt(ends), error


def _refined(apart: np.ndarray, ramp: Ramp, walls: np.ndarray) -> Ramp:
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
    smooth = np.convolve(np.pad(slope, 1, mode="edge"), [0.25, 0.5, 0.25], "valid")
    before, after = ramp.before - first, ramp.after - first
    quarter = (after - before) // 4
    least = 0.3 * float(np.median(slope[before + quarter : after - quarter]))
    grows = smooth > least
    middle = (before + after) // 2
    start, stop = middle, middle
    while start > 0 and grows[start - 1]:
        start -= 1
    while stop < len(slope) and grows[stop]:
        stop += 1
    return Ramp(first + start, first + max(stop, start + 2), 0)


# Dissolves and fades


def _is_dissolve(window: Window, ramp: Ramp, rate: float) -> bool:
    before, after = ramp.before, ramp.after
    if window.apart[before, after] < _FAINTEST or after - before < 4:
        return False
    if window.returns(before, after, round(rate)) < 0.4 or window.relit(before, after) < 0.5:
        return False
    return ramp.error < 0.12 or window.found(before, after) < 0.4


def _dissolve(ramp: Ramp) -> Transition:
    return Transition("dissolve", ramp.before + 1, ramp.after - 1, _sureness(ramp.error / _WORST_MIX))


def _sureness(error: float) -> float:
    """1 for no error, 0.5 for as much as is borne."""
    return max(0.0, min(1.0, 1 - 0.5 * error))


def _fades(window: Window, ramps: list[Ramp], rate: float) -> tuple[list[Transition], list[Ramp]]:
    """Pairs of ramps, into a flat picture and out of it; and the ramps that they use."""
    contrast = colours(window.pooled)[..., 0].std(axis=(1, 2))
    into = [r for r in ramps if contrast[r.after] < 0.3 * contrast[r.before]]
    out_of = [r for r in ramps if contrast[r.before] < 0.3 * contrast[r.after]]
    fades, used = [], []
    for first in into:
        for second in out_of:
            if first.after - 3 <= second.before <= first.after + rate:
                flat = contrast[min(first.after, second.before) : max(first.after, second.before) + 1].max()
                peak = min(contrast[first.before], contrast[second.after])
                if flat < 0.35 * peak and window.returns(first.before, second.after, round(rate / 2)) > 0.4:
                    fades.append(
                        Transition("fade", first.before + 1, second.after - 1, _sureness(first.error + second.error))
                    )
                used += [first, second]
    return fades, used


# Wipes


def _wipes(window: Window, walls: np.ndarray, rate: float) -> list[Transition]:
    merit = _switch_merit(window.apart, walls)
    wipes: list[Transition] = []
    while merit.size and merit.max() > 10:
        row, before = np.unravel_index(int(merit.argmax()), merit.shape)
        rough = Ramp(int(before), int(before) + _LENGTHS[row] + 1, 0)
        wipe = _wipe(window, rough, rate)
        if wipe is not None and all(wipe.last_frame < w.first_frame or wipe.first_frame > w.last_frame for w in wipes):
            wipes.append(wipe)
        _blank(merit, rough)
    return wipes


def _switch_merit(apart: np.ndarray, walls: np.ndarray) -> np.ndarray:
    """For each length and first end: the ends' distance, where frames between look like a patchwork of the two.

    In a patchwork |x-a|^2 + |x-b|^2 = |a-b|^2, and |x-a|^2 grows evenly.
    """
    frames = len(apart)
    merit = np.zeros((len(_LENGTHS), frames), np.float32)
    for row, length in enumerate(_LENGTHS):
        span = length + 1
        if span >= frames:
            break
        before = np.arange(frames - span)
        ends = np.maximum(apart[before, before + span] ** 2, 1e-3)
        offsets = np.unique(np.linspace(0, span, _PROBES + 2).round().astype(int)[1:-1])
        excess, uneven = np.zeros(len(before)), np.zeros(len(before))
        for offset in offsets:
            to_a, to_b = apart[before, before + offset] ** 2 / ends, apart[before + offset, before + span] ** 2 / ends
            excess += np.abs(to_a + to_b - 1)
            uneven += np.abs((to_a - to_b + 1) / 2 - offset / span)
        open_way = walls[before + span] == walls[before]
        doubt = (excess + uneven) / len(offsets)
        merit[row, : frames - span] = open_way * np.sqrt(ends) * np.maximum(0, 1 - doubt / 0.6)
    return merit


def _wipe(window: Window, rough: Ramp, rate: float) -> Transition | None:
    before, after = rough.before, rough.after
    if window.returns(before, after, round(rate)) < 0.5:
        return None
    pictures = colours(window.pooled[before : after + 1])
    way = pictures[-1] - pictures[0]  # (rows, columns, 3)
    energy = (way**2).sum(-1)
    weight = np.where(energy > 0.1 * energy.mean(), energy, 0)
    share = ((pictures - pictures[0]) * way).sum(-1) / np.maximum(energy, 1)  # (frames, rows, columns)
    share = np.clip(share, 0, 1)
    mixed = float((4 * share * (1 - share)).mean(axis=0).ravel() @ weight.ravel() / weight.sum())
    moment = (1 - share).sum(axis=0)  # frame at which each part switches
    smooth = _smoothed(moment, weight)
    mean = (moment * weight).sum() / weight.sum()
    spread = float(((moment - mean) ** 2 * weight).sum())
    rough_part = float(((moment - smooth) ** 2 * weight).sum())
    order = 1 - rough_part / max(spread, 1e-3)
    deviation = np.sqrt(spread / weight.sum()) / (after - before)
    if mixed > 0.35 or order < 0.75 or deviation < 0.15:
        return None
    low, high = np.quantile(moment[weight > 0], [0.02, 0.98])
    return Transition(
        "wipe", before + max(1, int(low)), before + min(after - before - 1, int(np.ceil(high))), _sureness(mixed / 0.35)
    )


def _smoothed(field: np.ndarray, weight: np.ndarray) -> np.ndarray:
    field, weight = field.astype(np.float32), weight.astype(np.float32)
    return cv2.blur(field * weight, (5, 5)) / np.maximum(cv2.blur(weight, (5, 5)), 1e-3)
