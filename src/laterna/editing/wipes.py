"""Wipes: each part of the picture switches once from one shot to the other, when an edge passes it.

When a part switches is where it changes most; in a wipe these moments lie on a plane over the picture (an edge that
sweeps across) or on a cone (one that grows from the middle), in a whip pan, a passing body or a busy scene they don't.
"""

from dataclasses import dataclass

import numpy as np

from laterna.editing.gradual import LENGTHS, PROBES, Ramp, blank, sureness
from laterna.editing.likeness import Window
from laterna.editing.sketches import COLUMNS, ROWS, colours
from laterna.media.shots import Transition

_FAINTEST = 12.0  # merit, about grey levels between the ends
_LEAST_SWITCH = 64.0  # squared grey levels; parts that change less say nothing
_TOLERANCE = 1.5  # frames that a part may switch off its moment
_LEAST_ORDER = 0.7  # weighted share of the parts that switch in their moment
_LEAST_COVER = 0.25  # share of the picture that switches
_SHORTEST = 4.0  # frames
_RIDGE = 1e-6  # keeps the fit solvable where all that changes lies on one line


@dataclass(frozen=True, slots=True)
class _Sweep:
    """An edge's passage from frame ``first`` to frame ``last``, fractions of frames counted.

    ``moments`` is when each part should switch, (rows * columns,); ``order`` the share that does; ``cover`` the share
    of the picture that switches at all.
    """

    first: float
    last: float
    moments: np.ndarray
    order: float
    cover: float


def wipes(window: Window, walls: np.ndarray, rate: float) -> list[Transition]:
    """The window's wipes, none over another; ``walls`` as for dissolves."""
    merit = _switch_merit(window.apart, walls)
    found: list[Transition] = []
    while merit.size and merit.max() > _FAINTEST:
        row, before = np.unravel_index(int(merit.argmax()), merit.shape)
        rough = Ramp(int(before), int(before) + LENGTHS[row] + 1, 0)
        blank(merit, rough)
        wipe = _wipe(window, rough, walls, rate)
        if wipe is not None and all(wipe.last_frame < w.first_frame or wipe.first_frame > w.last_frame for w in found):
            found.append(wipe)
    return found


def _switch_merit(apart: np.ndarray, walls: np.ndarray) -> np.ndarray:
    """For each length and first end: the ends' distance, where frames between look like a patchwork of the two.

    In a patchwork |x-a|^2 + |x-b|^2 = |a-b|^2, and |x-a|^2 grows evenly.
    """
    frames = len(apart)
    merit = np.zeros((len(LENGTHS), frames), np.float32)
    for row, length in enumerate(LENGTHS):
        span = length + 1
        if span >= frames:
            break
        before = np.arange(frames - span)
        ends = np.maximum(apart[before, before + span] ** 2, 1e-3)
        offsets = np.unique(np.linspace(0, span, PROBES + 2).round().astype(int)[1:-1])
        doubt = np.zeros(len(before))
        for offset in offsets:
            to_a, to_b = apart[before, before + offset] ** 2 / ends, apart[before + offset, before + span] ** 2 / ends
            doubt += np.abs(to_a + to_b - 1) + np.abs((to_a - to_b + 1) / 2 - offset / span)
        open_way = walls[before + span] == walls[before]
        merit[row, : frames - span] = open_way * np.sqrt(ends) * np.maximum(0, 1 - doubt / len(offsets) / 0.6)
    return merit


def _wipe(window: Window, rough: Ramp, walls: np.ndarray, rate: float) -> Transition | None:
    opening, closing = (int(np.searchsorted(walls, walls[rough.before], side)) for side in ("left", "right"))
    pad = max(3, (rough.after - rough.before) // 2)
    sweep = _sweep(window, max(opening, rough.before - pad), min(closing, rough.after + pad + 1))
    if sweep is None or sweep.order < _LEAST_ORDER / 2:
        return None
    pad = max(3, int(sweep.last - sweep.first) // 6)
    sweep = _sweep(window, max(opening, int(sweep.first) - pad), min(closing, int(sweep.last) + pad + 2))
    if sweep is None or sweep.order < _LEAST_ORDER or sweep.cover < _LEAST_COVER:
        return None
    before, after = max(opening, int(sweep.first) - 1), min(closing - 1, int(np.ceil(sweep.last)) + 1)
    if sweep.last - sweep.first < _SHORTEST or window.returns(before, after, round(rate)) < 0.4:
        return None
    if window.found(before, after) > 0.5 and sweep.order < 0.9:
        return None
    if _patchiness(window, before, after, sweep.moments) > 0.5:
        return None
    first, last = max(before + 1, round(sweep.first)), min(after - 1, round(sweep.last))
    return Transition("wipe", first, last, sureness((1 - sweep.order) / (1 - _LEAST_ORDER)))


def _sweep(window: Window, first: int, end: int) -> _Sweep | None:
    """The edge that sweeps across the picture between two frames, if any part of it changes."""
    pictures = colours(window.pooled[first:end])
    change = ((pictures[2:] - pictures[:-2]) ** 2).sum(axis=-1).reshape(len(pictures) - 2, -1)
    strongest = change.max(axis=0) if len(change) else np.zeros(1)
    weights = np.sqrt(strongest) * (strongest > _LEAST_SWITCH)
    if not weights.any():
        return None
    weights /= weights.sum()
    switches = change.argmax(axis=0) + 1.0
    fitted = [_fitted(basis, switches, weights) for basis in _BASES]
    moments, order = max(fitted, key=lambda one: one[1])
    cover = float((strongest > _LEAST_SWITCH).mean())
    return _Sweep(first + float(moments.min()), first + float(moments.max()), first + moments, order, cover)


def _fitted(basis: np.ndarray, switches: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, float]:
    """The moments on ``basis`` nearest to the switches, by robust least squares; and the share that keeps to them."""
    trust = weights
    for _ in range(5):
        weighted = (basis * trust[:, None]).T
        moments = basis @ np.linalg.solve(weighted @ basis + _RIDGE * np.eye(basis.shape[1]), weighted @ switches)
        off = np.abs(moments - switches)
        trust = weights / (1 + (off / _TOLERANCE) ** 2)
    tolerance = _TOLERANCE + 0.04 * float(np.ptp(moments))
    return moments, float(weights @ (off < tolerance))


def _patchiness(window: Window, before: int, after: int, moments: np.ndarray) -> float:
    """How far the frames between are from patchworks of their ends, in distances between the ends."""
    pictures = colours(window.pooled[before : after + 1])
    moments = moments.reshape(ROWS, COLUMNS) - before
    frames = np.arange(len(pictures))[:, None, None]
    patchwork = np.where((frames < moments)[..., None], pictures[0], pictures[-1])
    settled = np.abs(frames - moments) > _TOLERANCE
    strays = ((pictures - patchwork) ** 2).sum(axis=-1)
    apart = ((pictures[-1] - pictures[0]) ** 2).sum(axis=-1).mean()
    return float(np.sqrt((strays * settled).sum() / max(settled.sum(), 1) / max(apart, 1.0)))


def _bases() -> tuple[np.ndarray, np.ndarray]:
    """Of a plane over the picture (rows * columns, 3), and of a cone on its middle (rows * columns, 2)."""
    down, right = np.mgrid[-1 : 1 : ROWS * 1j, -1 : 1 : COLUMNS * 1j]
    one = np.ones_like(down)
    plane, cone = np.stack([one, right, down], axis=-1), np.stack([one, np.hypot(right, down)], axis=-1)
    return plane.reshape(-1, 3), cone.reshape(-1, 2)


_BASES = _bases()
