"""Wipes: each part of the picture switches once from one shot to the other, when an edge passes it.

When a part switches is where it changes most. In a wipe these moments grow evenly along the edge's way, whatever shape
of edge it is; in a whip pan, behind a passing body or in a busy scene they don't.
"""

from dataclasses import dataclass

import numpy as np

from laterna.editing.detection.gradual import Ramp, blank, lengths, likely, probes, refined, sureness
from laterna.editing.detection.likeness import Window
from laterna.editing.detection.sketches import COLUMNS, ROWS
from laterna.media.shots import Transition

_FAINTEST = 16.0  # merit, about grey levels between the ends
_LEAST_SWITCH = 64.0  # squared grey levels; parts that change less say nothing
_TOLERANCE = 1.5  # frames that a part may switch off its moment
_FITS = 4  # rounds of the robust fit
_RIDGE = np.float32(1e-6) * np.eye(
    3, dtype=np.float32
)  # keeps the fit solvable where all that changes lies on one line

_LEAST_ORDER = 0.66  # weighted share of the parts that switch in their moment
_LEAST_MARGIN = 0.5  # of order over patchiness
_PLAIN_MARGIN = 0.85  # with which even a small change is a wipe
_LEAST_COVER, _BOLD_COVER = 0.25, 0.4  # shares of the picture that switch
_SHORTEST = 4.0  # frames

_MOST_STRAYS = 0.295  # of lines of the picture from mixes of their ends
_LEAST_STRAYS = 0.35  # of the picture from one mix; less is a dissolve, or a change of light


def wipes(window: Window, walls: np.ndarray) -> list[Transition]:
    """The window's wipes, none over another; ``walls`` as for dissolves."""
    search = _Search(window, walls)
    merit = _switch_merit(window, walls)
    found: list[Transition] = []
    for rough in likely(window, merit, _FAINTEST):
        if window.returns(rough.before, rough.after, window.rate) < 0.3:
            continue
        wipe = search.swept(rough) or search.slatted(rough)
        if wipe is not None and all(wipe.last_frame < w.first_frame or wipe.first_frame > w.last_frame for w in found):
            found.append(wipe)
            blank(window, merit, Ramp(wipe.first_frame - 1, wipe.last_frame + 1, 0))
    return found


def _switch_merit(window: Window, walls: np.ndarray) -> np.ndarray:
    """For each length and first end: the ends' distance, where frames between look like a patchwork of the two.

    In a patchwork |x-a|^2 + |x-b|^2 = |a-b|^2, and |x-a|^2 grows evenly.
    """
    frames = len(window)
    merit = np.zeros((len(lengths(window)), frames), np.float32)
    for row, length in enumerate(lengths(window)):
        span = length + 1
        before = np.arange(frames - span)
        ends, to_a, to_b, share = probes(window.apart, before, span)
        to_a, to_b = to_a / np.maximum(ends, 1e-3), to_b / np.maximum(ends, 1e-3)
        doubt = (np.abs(to_a + to_b - 1) + np.abs((to_a - to_b + 1) / 2 - share)).mean(axis=0)
        open_way = walls[before + span] == walls[before]
        merit[row, : frames - span] = open_way * np.sqrt(ends) * np.maximum(0, 1 - doubt / 0.6)
    return merit


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


class _Search:
    """Judges places in a window where a wipe may be; one that was judged before is none."""

    def __init__(self, window: Window, walls: np.ndarray) -> None:
        self._window, self._walls = window, walls
        self._change = np.zeros((len(window), ROWS * COLUMNS), np.float32)
        steps = window.colours[2:] - window.colours[:-2]
        self._change[1:-1] = (steps * steps).sum(axis=-1).reshape(-1, ROWS * COLUMNS)
        self._judged: set[tuple[str, int, int]] = set()

    def swept(self, rough: Ramp) -> Transition | None:
        """A wipe by one edge."""
        opening, end = self._shot(rough)
        pad = max(3, (rough.after - rough.before) // 2)
        sweep = self._sweep(max(opening, rough.before - pad), min(end, rough.after + pad + 1))
        if sweep is None or sweep.order < _LEAST_ORDER / 2 or self._known("swept", sweep.first, sweep.last):
            return None
        pad = max(3, int(sweep.last - sweep.first) // 6)
        sweep = self._sweep(max(opening, int(sweep.first) - pad), min(end, int(sweep.last) + pad + 2))
        if sweep is None or sweep.order < _LEAST_ORDER or sweep.last - sweep.first < _SHORTEST:
            return None
        before, after = max(opening, int(sweep.first) - 1), min(end - 1, int(np.ceil(sweep.last)) + 1)
        margin = sweep.order - self._patchiness(before, after, sweep.moments)
        if margin < _LEAST_MARGIN or not (margin > _PLAIN_MARGIN or self._bold(before, after, sweep)):
            return None
        if self._window.returns(before, after, self._window.rate) < 0.4:
            return None
        if self._window.again(before, after, self._window.rate):
            return None
        first, last = max(before + 1, round(sweep.first)), min(after - 1, round(sweep.last))
        return Transition("wipe", first, last, sureness((1 - margin) / (1 - _LEAST_MARGIN)))

    def slatted(self, rough: Ramp) -> Transition | None:
        """A wipe that crosses the picture in many places at once, as bars and venetian blinds do."""
        window = self._window
        if window.apart[rough.before, rough.after] < 20:
            return None
        ramp = refined(window.apart, rough, self._walls)
        before, after = ramp.before, ramp.after
        if after - before < 7 or window.apart[before, after] < 30 or self._known("slatted", before, after):
            return None
        if window.returns(before, after, window.rate) < 0.6:
            return None
        lines = window.strays(before, after, by_line=True)
        if lines > _MOST_STRAYS or window.strays(before, after) < _LEAST_STRAYS or window.found(before, after) > 0.4:
            return None
        if window.again(before, after, window.rate):
            return None
        return Transition("wipe", before + 1, after - 1, sureness(lines / _MOST_STRAYS))

    def _shot(self, ramp: Ramp) -> tuple[int, int]:
        """First frame and end frame (exclusive) of what lies between the walls round a ramp."""
        opening, end = (int(np.searchsorted(self._walls, self._walls[ramp.before], side)) for side in ("left", "right"))
        return opening, end

    def _known(self, how: str, first: float, last: float) -> bool:
        place = how, round(first), round(last)
        known = place in self._judged
        self._judged.add(place)
        return known

    def _bold(self, before: int, after: int, sweep: _Sweep) -> bool:
        """Whether so much changes that it can't well be a moving body."""
        apart = self._window.apart[before, after]
        return sweep.cover > _BOLD_COVER and apart > 24 and self._window.found(before, after) < 0.5

    def _sweep(self, first: int, end: int) -> _Sweep | None:
        """The edge that sweeps across the picture between two frames, if enough of it changes."""
        change = self._change[first:end]
        strongest = change[1:-1].max(axis=0, initial=0)
        switching = strongest > _LEAST_SWITCH
        cover = float(switching.mean())
        if cover < _LEAST_COVER:
            return None
        weights = np.sqrt(strongest) * switching
        weights /= weights.sum()
        switches = np.float32(1) + change[1:-1].argmax(axis=0).astype(np.float32)
        moments, order = _fitted(switches, weights)
        moments += first
        return _Sweep(float(moments.min()), float(moments.max()), moments, order, cover)

    def _patchiness(self, before: int, after: int, moments: np.ndarray) -> float:
        """How far the frames between are from patchworks of their ends, in distances between the ends."""
        pictures = self._window.colours[before : after + 1]
        late = np.arange(before, after + 1)[:, None, None] - moments.reshape(ROWS, COLUMNS)
        patchwork = np.where((late < 0)[..., None], pictures[0], pictures[-1])
        settled = np.abs(late) > _TOLERANCE
        strays = ((pictures - patchwork) ** 2).sum(axis=-1)
        apart = ((pictures[-1] - pictures[0]) ** 2).sum(axis=-1).mean()
        return float(np.sqrt((strays * settled).sum() / max(settled.sum(), 1) / max(apart, 1.0)))


def _fitted(switches: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, float]:
    """The moments of the shape of edge that is nearest to the switches, and the weighted share that keeps to them.

    Robust least squares, for all shapes at once. Both arguments and the moments are (rows * columns,).
    """
    trust = np.broadcast_to(weights, (len(_SHAPES), len(weights)))
    for _ in range(_FITS):
        weighted = _SHAPES_ACROSS * trust[:, None, :]  # (shapes, 3, parts)
        factors = np.linalg.solve(weighted @ _SHAPES + _RIDGE, (weighted @ switches)[..., None])
        moments = (_SHAPES @ factors)[..., 0]  # (shapes, parts)
        off = np.abs(moments - switches)
        trust = weights / (1 + (off / _TOLERANCE) ** 2)
    tolerance = _TOLERANCE + 0.04 * np.ptp(moments, axis=1, keepdims=True)
    order = (off < tolerance) @ weights
    best = int(order.argmax())
    return moments[best], float(order[best])


def _shapes() -> np.ndarray:
    """What the moments may be linear in, (shapes, rows * columns, 3): the standard wipes of SMPTE ST 258.

    An edge across, an iris, a box, barn doors both ways, and a clock's hand.
    """
    down, right = np.mgrid[-1 : 1 : ROWS * 1j, -1 : 1 : COLUMNS * 1j]
    iris = np.hypot(down * ROWS, right * COLUMNS) / COLUMNS
    box = np.maximum(abs(down), abs(right))
    hand = np.arctan2(right * COLUMNS, -down * ROWS) / np.pi % 2
    one, none = np.ones_like(down), np.zeros_like(down)
    shapes = [(one, right, down), *((one, field, none) for field in (iris, box, abs(down), abs(right), hand))]
    return np.array(shapes, np.float32).reshape(len(shapes), 3, -1).transpose(0, 2, 1)


_SHAPES = np.ascontiguousarray(_shapes())
_SHAPES_ACROSS = np.ascontiguousarray(_SHAPES.transpose(0, 2, 1))
