"""Whether a model serves all kinds of users alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from laterna.audience.evaluation.intervals import Interval, Mean, interval, short
from laterna.audience.evaluation.protocols import Split
from laterna.errors import DataError

ACTIVITY = "activity"
_SHUFFLES = 1000


@dataclass(frozen=True)
class Gap:
    """A figure in each group of users.

    Attributes:
        groups: the figure and its interval by group.
        widest: between the best and the worst served group.
        p: of so wide a gap if users were in groups at random: among few users, some gap there always is.
    """

    groups: dict[str, Interval]
    widest: float
    p: float

    def __str__(self) -> str:
        told = "; ".join(f"{name}: {found}" for name, found in self.groups.items())
        return f"{told}; widest gap {short(self.widest)}, p {short(self.p)}"

    def to_json(self) -> dict[str, Any]:
        groups = {name: found.to_json() for name, found in self.groups.items()}
        return {"groups": groups, "widest": self.widest, "p": self.p}


def gap(figure: Mean, group_of: np.ndarray, drawn: np.ndarray, *, seed: int = 0) -> Gap:
    """A figure by groups of users.

    Args:
        figure: over users.
        group_of: the name of each user's group, (users,).
        drawn: users, as of :func:`laterna.audience.evaluation.intervals.draws`.
        seed: of the random groups that it is compared with.
    """
    names, numbers = np.unique(group_of, return_inverse=True)
    told = {str(name): interval(_Part(figure, numbers == number), drawn) for number, name in enumerate(names)}
    widest, rng = _widest(figure, numbers), np.random.default_rng(seed)
    as_wide = sum(_widest(figure, rng.permutation(numbers)) >= widest - 1e-12 for _ in range(_SHUFFLES))
    return Gap(told, widest, (1 + as_wide) / (1 + _SHUFFLES))


def by_activity(splits: Sequence[Split]) -> dict[str, str]:
    """Users in thirds by how many events they have before their last test."""
    counts = dict[str, int]()
    for split in splits:
        frame = split.known.frame.group_by("user").len()
        of = dict(zip(frame["user"], frame["len"], strict=True))
        counts |= {user: of[user] for user in split.test.users}
    few, some = (int(np.quantile([*counts.values()], share, method="lower")) for share in (1 / 3, 2 / 3))
    names = (f"1: up to {few} events", f"2: up to {some}", "3: more")
    return {user: names[int(np.searchsorted((few, some), count))] for user, count in counts.items()}


def by_column(frame: pl.DataFrame, column: str) -> dict[str, str]:
    """Users by what a column of the events says last of each.

    Raises:
        DataError: there is no such column.
    """
    if column not in frame.columns or column in ("user", "item", "time", "rating"):
        others = [name for name in frame.columns if name not in ("user", "item", "time", "rating")]
        raise DataError(f"The events tell no groups {column!r} of users: use one of {', '.join([ACTIVITY, *others])}.")
    last = frame.group_by("user").agg(pl.col(column).drop_nulls().last().cast(pl.String).fill_null("not told"))
    return dict(zip(last["user"], last[column], strict=True))


@dataclass(frozen=True)
class _Part:
    """A mean over some of the users alone."""

    figure: Mean
    members: np.ndarray

    def __call__(self, drawn: np.ndarray) -> float:
        weights = drawn * self.members
        count = weights @ self.figure.counts
        return float(weights @ self.figure.sums / count) if count else float("nan")


def _widest(figure: Mean, numbers: np.ndarray) -> float:
    means = np.bincount(numbers, figure.sums) / np.bincount(numbers, figure.counts)
    return float(means.max() - means.min())
