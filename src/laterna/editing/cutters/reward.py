"""What a cut is worth: flow, variety, pace, story and length, as a weighted sum of features.

Every feature is a mean over the film's time: of a shot's own (its pace, its fit to the sentence heard over it) or of
its join to the shot before (does the size change, do the moods meet). So a film's worth is a sum over its shots, each
of which hangs on itself and its neighbour alone, and the best film can be found by dynamic programming. What joins are
judged by is the craft's common knowledge: cut to another size of shot or another place (the 30-degree rule), match
the movement, do not cut from a moving camera to a still one, let dissolves tell of another place or time, and cut on
the beat (Reisz and Millar, The Technique of Film Editing; Murch, In the Blink of an Eye).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from laterna.editing.cutters.problem import CUT, DISSOLVE, HANDLE, UNKNOWN, WINDOWS, Bin, Event, Problem, in_point
from laterna.errors import DataError

OWN = ("story", "pace", "beats", "quality", "key", "wide", "close", "moving", "lively", "bright", "long")
JOINS = ("scale", "camera", "motion", "mood", "variety", "jumps", "transition", "order", "dissolves")
NAMES = (*OWN, *JOINS, "missing")
"""The features of a cut: -1..1, "missing" the share of the film's length that has no picture."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "story": ("story",),
    "pace": ("pace", "beats"),
    "look": ("quality", "key"),
    "flow": ("scale", "camera", "motion", "mood", "jumps", "transition"),
    "variety": ("variety",),
    "order": ("order",),
    "taste": ("wide", "close", "moving", "lively", "bright", "long", "dissolves"),
}
_WEIGHTS: Mapping[str, float] = {
    "story": 0.26,
    "pace": 0.12,
    "beats": 0.10,
    "quality": 0.06,
    "key": 0.08,
    "scale": 0.08,
    "camera": 0.05,
    "motion": 0.06,
    "mood": 0.08,
    "variety": 0.06,
    "jumps": 0.15,
    "transition": 0.05,
    "order": 0.05,
    "missing": -1.5,
}
_STILL = 0.02  # picture widths a second; slower is as good as still
_ALIKE = 0.9  # likeness from which two shots of one size look like one that jumps
_SIZES = np.array([[-0.6, 1.0, 0.3], [0.8, -0.6, 1.0], [0.3, 0.8, -0.6]])  # wide, medium, close to each of them
_BLOCKS = 512  # shots whose joins are held at a time


@dataclass(frozen=True)
class Reward:
    """The weights of the features; the default is the craft's, "taste" features weigh nothing in it.

    Attributes:
        weights: by the names of ``NAMES``; those left out weigh nothing.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: dict(_WEIGHTS))

    def __post_init__(self) -> None:
        strange = sorted(set(self.weights) - set(NAMES))
        if strange:
            raise DataError(f"A cut has no feature {strange[0]!r} to weigh: it has {', '.join(NAMES)}.")

    @property
    def vector(self) -> np.ndarray:
        """(F,) in the order of ``NAMES``."""
        return np.array([self.weights.get(name, 0.0) for name in NAMES])

    def worth(self, features: np.ndarray) -> np.ndarray:
        """(...,) of cuts' features, (..., F)."""
        return features @ self.vector

    def with_taste(
        self, score: Callable[[np.ndarray], np.ndarray], around: np.ndarray, *, share: float = 0.5
    ) -> "Reward":
        """This reward and a learned one, by its slope: so that cutters stay exact.

        Args:
            score: the learned reward, of features (N, F) in the order of ``NAMES`` to (N,), such as
                ``laterna.learning.reward.Reward.score``.
            around: (N, F) features of cuts like those to be made; the slope is the mean of those there.
            share: of the learned reward, 0..1. "missing" keeps its weight: a film has to be whole.
        """
        step = 1e-3
        shifted = around[:, None, :] + step * np.eye(len(NAMES))  # (N, F, F)
        there = score(shifted.reshape(-1, len(NAMES))).reshape(shifted.shape[:2])
        slope = ((there - score(around)[:, None]) / step).mean(0)
        slope[-1] = 0.0
        ours = self.vector
        size = float(np.linalg.norm(ours[:-1])) / max(1e-9, float(np.linalg.norm(slope)))
        mixed = (1 - share) * ours + share * size * slope
        mixed[-1] = ours[-1]
        return Reward(dict(zip(NAMES, mixed.tolist(), strict=True)))


class Scored:
    """A problem with its reward: what every possible event is worth, for the cutters to look up.

    Memory grows with the square of the bin's shots; :meth:`Problem.narrowed` keeps that in bounds.
    """

    def __init__(self, problem: Problem, reward: Reward) -> None:
        self.problem = problem
        self.reward = reward
        self._weights = dict(zip(NAMES, reward.vector, strict=True))
        self.joins = self._joined()  # (N, N, 2), what a second of a shot is worth by its join to the shot before
        self.nearest = self.joins.max(2)  # (N, N), by the better of the two transitions
        rank = problem.bin.rank
        self.usable = np.zeros(int(rank.max()) + 1)  # (G,) seconds that each take group can fill
        np.maximum.at(self.usable, rank, np.minimum(problem.bin.length, problem.longest))
        self._owns: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        self._bests: dict[int, np.ndarray] = {}

    @property
    def missing(self) -> float:
        """What is lost when the whole film has no picture."""
        return float(self._weights["missing"])

    def own(self, mark: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What a second of a shot that starts at a mark is worth by itself, and whether a dissolve finds its handles.

        Returns:
            (N, K, 3) worth for each shot, end (``problem.ends[mark]``) and window, -inf where a shot is too short;
            (N, K, 3) bool, whether it can be dissolved to; the same, whether from it.
        """
        if mark not in self._owns:
            ends = self.problem.ends[mark]
            shot, end, window = np.ix_(np.arange(len(self.problem.bin)), np.arange(len(ends)), np.array(WINDOWS))
            seconds = (self.problem.marks[ends] - self.problem.marks[mark])[end]
            starts = in_point(self.problem.bin, shot, seconds, window)
            rest = self.problem.bin.length[shot] - seconds - starts
            features = own_features(self.problem, shot, mark, ends[end], window)
            worth = sum(self._weights[name] * values for name, values in features.items())
            worth = np.where(self.problem.bin.length[shot] >= seconds - 1e-9, worth, -np.inf)
            roomy = seconds >= 4 * HANDLE
            head, tail = (starts >= HANDLE) & roomy, (rest >= HANDLE) & roomy
            self._owns[mark] = worth.astype(np.float32), head, tail
        return self._owns[mark]

    def best_own(self, mark: int) -> np.ndarray:
        """(N,) the most that a second of each shot is worth by itself if it starts at a mark; -inf where none can."""
        if mark not in self._bests:
            self._bests[mark] = self.own(mark)[0].max((1, 2), initial=-np.inf)
        return self._bests[mark]

    def _joined(self) -> np.ndarray:
        shots = np.arange(len(self.problem.bin))
        joins = np.empty((len(shots), len(shots), 2), np.float32)
        for start in range(0, len(shots), _BLOCKS):
            block = shots[start : start + _BLOCKS]
            for transition in (CUT, DISSOLVE):
                features = join_features(self.problem.bin, block[:, None], shots[None], transition)
                joins[block, :, transition] = sum(self._weights[name] * values for name, values in features.items())
        if self.problem.apart is not None:
            joins[self.problem.apart] = -np.inf
        if not self.problem.dissolves:
            joins[..., DISSOLVE] = -np.inf
        return joins


def features(problem: Problem, events: Sequence[Event]) -> np.ndarray:
    """(F,) the features of a cut, in the order of ``NAMES``."""
    totals = np.zeros(len(NAMES))
    reached = problem.marks[events[-1].end] if events else 0.0
    totals[-1] = 1 - reached / problem.seconds
    if not events:
        return totals
    shot, start, end, window, transition = np.array(
        [(e.shot, e.start, e.end, e.window, e.transition) for e in events]
    ).T
    share = (problem.marks[end] - problem.marks[start]) / problem.seconds
    for name, values in own_features(problem, shot, start, end, window).items():
        totals[NAMES.index(name)] = np.broadcast_to(values, share.shape) @ share
    for name, values in join_features(problem.bin, shot[:-1], shot[1:], transition[1:]).items():
        totals[NAMES.index(name)] = np.broadcast_to(values, share[1:].shape) @ share[1:]
    return totals


def own_features(
    problem: Problem, shot: np.ndarray, start: int | np.ndarray, end: np.ndarray, window: np.ndarray
) -> dict[str, np.ndarray]:
    """The features of shots by themselves, for each second that they last; the arrays broadcast."""
    bin = problem.bin
    seconds = problem.marks[end] - problem.marks[start]
    begins = in_point(bin, shot, seconds, window)
    has_key = (bin.key[shot] >= begins) & (bin.key[shot] <= begins + seconds)
    wanted = np.maximum(0.1, (problem.pace[start] + problem.pace[end]) / 2)
    return {
        "story": _told(problem, shot, start, end) / seconds,
        "pace": 1 - 2 * np.minimum(1, np.abs(np.log2(seconds / wanted))),
        "beats": problem.strength[end],
        "quality": 2 * bin.quality[shot] - 1,
        "key": has_key * bin.key_score[shot],
        "wide": (bin.scale[shot] == 0) * 1.0,
        "close": (bin.scale[shot] == 2) * 1.0,
        "moving": (bin.camera[shot] > 0) * 1.0,
        "lively": bin.arousal[shot],
        "bright": bin.valence[shot],
        "long": np.minimum(1, seconds / problem.longest),
    }


def _told(problem: Problem, shot: np.ndarray, start: int | np.ndarray, end: np.ndarray) -> np.ndarray:
    """Seconds of sentences heard over each shot, each weighted by how well the shot fits it."""
    heard = problem.heard[end] - problem.heard[start]  # (..., S)
    return np.einsum("...s,...s->...", heard, problem.match.T[shot])


def join_features(
    bin: Bin, before: np.ndarray, after: np.ndarray, transition: int | np.ndarray
) -> dict[str, np.ndarray]:
    """The features of joins, for each second of the shot ``after`` one; the arrays broadcast."""
    alike = bin.likeness[before, after]
    elsewhere = bin.setting[before] != bin.setting[after]
    known = (bin.scale[before] != UNKNOWN) & (bin.scale[after] != UNKNOWN)
    same_size = bin.scale[before] == bin.scale[after]
    still = [bin.camera[shots] == 0 for shots in (before, after)]
    moved = [np.log2(bin.motion[shots] + _STILL) for shots in (before, after)]
    change = np.abs(bin.valence[before] - bin.valence[after]) + np.abs(bin.arousal[before] - bin.arousal[after])
    calm = (1 - (bin.arousal[before] + bin.arousal[after]) / 2) / 2
    dissolve = np.asarray(transition) == DISSOLVE
    sizes = _SIZES[bin.scale[before], bin.scale[after]]
    return {
        "scale": np.where(known, np.where(elsewhere & same_size, 0.0, sizes), 0.0),
        "camera": np.where(still[0] == still[1], 0.5, -0.5),
        "motion": 1 - np.minimum(2, np.abs(moved[0] - moved[1])),
        "mood": np.where(dissolve, 0.5 - change / 4, 1 - change).clip(-1, 1),
        "variety": 1 - 2 * alike,
        "jumps": -1.0 * ((alike > _ALIKE) & same_size & ~dissolve),
        "transition": np.where(elsewhere, np.where(dissolve, 2 * calm - 0.6, 0.0), np.where(dissolve, -1.0, 0.2)),
        "order": np.where(bin.rank[after] > bin.rank[before], 1.0, -1.0),
        "dissolves": dissolve * 1.0 + 0 * alike,
    }
