"""How sure a figure is: intervals by the bootstrap over users, and paired tests between models.

Events of one user hang together, so users are what is drawn (Efron 1979, "Bootstrap methods"). All models of a table
are judged on the same draws, so that a difference has an interval of its own, narrower than the two apart would tell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from laterna.errors import DataError

DRAWS = 2000
LEVEL = 0.95
Statistic = Callable[[np.ndarray], float]
"""A figure as a function of how often each user was drawn, (users,); NaN if nobody was whom it is about."""


@dataclass(frozen=True)
class Interval:
    """A figure and the ends between which it lies with 95% confidence."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{short(self.value)} [{short(self.low)}, {short(self.high)}]"

    def to_json(self) -> dict[str, float]:
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Comparison:
    """One model's figure less another's, users paired.

    Attributes:
        difference: in the figure's own unit.
        relative: as a share of the other's figure; its ``low`` is the paired lower bound. None where that is not
            always above 0.
        p: of a difference as large if models were alike, two-sided, by flipping users' signs at random (Fisher's
            randomisation test; Smucker et al. 2007). None for a figure that is no mean over users.
    """

    difference: Interval
    relative: Interval | None
    p: float | None

    def to_json(self) -> dict[str, Any]:
        relative = None if self.relative is None else self.relative.to_json()
        return {"difference": self.difference.to_json(), "relative": relative, "p": self.p}


@dataclass(frozen=True)
class Mean:
    """The mean of values of which a user may have several, such as one for each split.

    Attributes:
        values: (n,).
        users: (n,) int64, the number of each value's user.
    """

    values: np.ndarray
    users: np.ndarray

    def __call__(self, drawn: np.ndarray) -> float:
        return float(drawn @ self.sums / (drawn @ self.counts))

    @cached_property
    def sums(self) -> np.ndarray:
        """(users,)"""
        return np.bincount(self.users, weights=self.values)

    @cached_property
    def counts(self) -> np.ndarray:
        """(users,)"""
        return np.bincount(self.users)


def draws(users: int, seed: int = 0, count: int = DRAWS) -> np.ndarray:
    """How often each user is drawn in each of the bootstrap's samples, (count, users) uint8.

    Raises:
        DataError: there is but one user.
    """
    if users < 2:
        raise DataError("A figure of one user has no interval: judge on two users at least.")
    rng, shares = np.random.default_rng(seed), np.full(users, 1 / users)
    return np.array([rng.multinomial(users, shares).astype(np.uint8) for _ in range(count)])


def interval(statistic: Statistic, drawn: np.ndarray) -> Interval:
    """A figure with the percentiles of its bootstrap; ``drawn`` as of :func:`draws`."""
    return _between(statistic(np.ones(drawn.shape[1], np.int64)), [statistic(sample) for sample in drawn])


def compare(ours: Statistic, theirs: Statistic, drawn: np.ndarray, *, seed: int = 0) -> Comparison:
    """Our figure beside theirs, on the same users; ``seed`` is that of the signs flipped."""
    everyone = np.ones(drawn.shape[1], np.int64)
    pairs = np.array([(ours(sample), theirs(sample)) for sample in (everyone, *drawn)])  # (draws + 1, 2)
    differences = pairs[:, 0] - pairs[:, 1]
    relative = None
    if (pairs[:, 1] > 0).all():
        shares = differences / pairs[:, 1]
        relative = _between(shares[0], shares[1:])
    p = _flipped(ours.sums - theirs.sums, seed) if isinstance(ours, Mean) and isinstance(theirs, Mean) else None
    return Comparison(_between(differences[0], differences[1:]), relative, p)


def holm(ps: Sequence[float]) -> list[float]:
    """The p of several tests made together, so that one in twenty tables of them misleads, not one in twenty tests.

    Holm 1979, "A simple sequentially rejective multiple test procedure".
    """
    order = np.argsort(ps, kind="stable")
    grown = np.asarray(ps, float)[order] * np.arange(len(ps), 0, -1)
    adjusted = np.empty(len(ps))
    adjusted[order] = np.minimum(np.maximum.accumulate(grown), 1)
    return adjusted.tolist()


def short(number: float) -> str:
    """A figure in three or four digits, without the nought before its point."""
    text = f"{number:.4f}" if abs(number) < 1 else f"{number:.3g}"
    return text.replace("0.", ".", 1) if abs(number) < 1 else text


def _flipped(differences: np.ndarray, seed: int, count: int = 10_000) -> float:
    """How often users' differences (users,) with random signs sum up to as much as they do, the real one counted."""
    rng, observed, extreme = np.random.default_rng(seed), abs(differences.sum()), 1
    for _ in range(count // 500):
        signs = rng.integers(0, 2, (500, len(differences)), dtype=np.int8) * 2.0 - 1
        extreme += int((np.abs(signs @ differences) >= observed - 1e-12).sum())
    return extreme / (count + 1)


def _between(value: float, drawn: Sequence[float] | np.ndarray) -> Interval:
    low, high = np.nanquantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(value), float(low), float(high))
