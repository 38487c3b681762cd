"""Rules that prefer one candidate to another: each adds to a candidate's worth while the list is made.

Worth is in the unit of relevance, which is 1 for the best candidate and 0 for the last of those near the top.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

import numpy as np
import polars as pl

from laterna.audience.ranking_rules.facts import Candidates, moment
from laterna.errors import DataError

_DAY = 86_400_000_000  # in microseconds


class Ledger(ABC):
    """A preference's account of one list in the making."""

    @abstractmethod
    def worth(self) -> np.ndarray:
        """What it adds to each candidate now, (n,)."""

    @abstractmethod
    def take(self, candidate: int) -> None:
        """Note that a candidate was put in the next place."""

    @abstractmethod
    def said(self, chosen: int, passed: int) -> str:
        """Why one candidate went before another of a higher score, in words."""


class Preference(ABC):
    """A rule that prefers one candidate to another."""

    name: ClassVar[str]

    @abstractmethod
    def open(self, candidates: Candidates, relevance: np.ndarray) -> Ledger:
        """An account for a list of these; relevance (n,) is 0 for what is refused."""


@dataclass(frozen=True, eq=False)
class Diversity(Preference):
    """Things unlike those already in the list: maximal marginal relevance (Carbonell and Goldstein 1998).

    With their lambda the weight is (1 - lambda) / lambda.

    Attributes:
        features: a row (F,) for each item by which two are alike, by the cosine; an item without one is like none.
        weight: what an item loses that is just like one in the list.
    """

    features: Mapping[str, np.ndarray]
    weight: float = 0.3
    name: ClassVar[str] = "diversity"

    def open(self, candidates: Candidates, relevance: np.ndarray) -> Ledger:
        _check(self.weight, "diversity")
        width = next((len(row) for row in self.features.values()), 1)
        none = np.zeros(width)
        try:
            rows = np.array([self.features.get(item, none) for item in candidates.items], float).reshape(-1, width)
        except ValueError as error:
            raise DataError(
                "The features of diversity are not all as long: give each item a row of one length."
            ) from error
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
        return _Alike(candidates.items, unit, self.weight)


@dataclass
class _Alike(Ledger):
    items: tuple[str, ...]
    unit: np.ndarray
    weight: float
    likeness: np.ndarray = field(init=False)
    nearest: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.likeness, self.nearest = np.zeros(len(self.items)), np.full(len(self.items), -1)

    def worth(self) -> np.ndarray:
        return -self.weight * self.likeness

    def take(self, candidate: int) -> None:
        likeness = self.unit @ self.unit[candidate]
        nearer = likeness > self.likeness
        self.likeness[nearer], self.nearest[nearer] = likeness[nearer], candidate

    def said(self, chosen: int, passed: int) -> str:
        return f"{self.items[passed]} is much like {self.items[self.nearest[passed]]}, which is in the list"


@dataclass(frozen=True)
class Freshness(Preference):
    """What came lately: the day from which it is there (``since``), else the middle of its ``year``.

    Attributes:
        at: the present.
        weight: what something of today gains.
        half_life: days after which the gain is half.
    """

    at: datetime
    weight: float = 0.2
    half_life: float = 90.0
    name: ClassVar[str] = "freshness"

    def open(self, candidates: Candidates, relevance: np.ndarray) -> Ledger:
        _check(self.weight, "freshness")
        if not self.half_life > 0:
            raise DataError(f"A half-life of {self.half_life:g} days can't be: give some days.")
        came = pl.coalesce("since", pl.datetime(pl.col("year"), 7, 1, time_unit="us", time_zone="UTC"))
        days = candidates.frame.select(came.dt.timestamp("us")).to_series().cast(pl.Float64).to_numpy() / _DAY
        now = moment(self.at, "The rule of freshness").astimezone(UTC).timestamp() * 1e6 / _DAY
        with np.errstate(invalid="ignore"):
            age = np.maximum(now - days, 0)
        gain = np.where(np.isnan(age), 0.0, self.weight * 0.5 ** (age / self.half_life))
        return _Fresh(candidates.items, gain, age)


@dataclass
class _Fresh(Ledger):
    items: tuple[str, ...]
    gain: np.ndarray
    age: np.ndarray

    def worth(self) -> np.ndarray:
        return self.gain

    def take(self, candidate: int) -> None:
        pass

    def said(self, chosen: int, passed: int) -> str:
        return f"{self.items[chosen]} came {self.age[chosen]:.0f} days ago"


@dataclass(frozen=True)
class Exposure(Preference):
    """Groups seen as much as they deserve: exposure in proportion to merit (Singh and Joachims 2018).

    The exposure of place p is 1 / log2(p + 1); a group's merit is the sum of the relevance of its candidates.

    Attributes:
        column: of the catalogue, whose values are the groups: text or numbers.
        weight: what a group gains that deserves all exposure and had none.
        shown: exposure that each group had in earlier lists.
    """

    column: str
    weight: float = 0.3
    shown: Mapping[str, float] = field(default_factory=dict)
    name: ClassVar[str] = "exposure"

    def open(self, candidates: Candidates, relevance: np.ndarray) -> Ledger:
        _check(self.weight, "exposure")
        if self.column not in candidates.frame.columns or candidates.frame.schema[self.column].is_nested():
            raise DataError(f"The catalogue has no groups in a column {self.column!r}: name one of text or numbers.")
        values = candidates.frame[self.column].cast(pl.String).fill_null("unknown").to_list()
        groups = sorted({*values})
        group = np.array([groups.index(value) for value in values], int)
        merit = np.bincount(group, np.maximum(relevance, 0), minlength=len(groups))
        had = np.array([self.shown.get(name, 0.0) for name in groups])
        if not (np.isfinite(had).all() and (had >= 0).all()):
            raise DataError("Exposure that was had is a number from 0 on: mend what was shown.")
        return _Exposed(self.column, groups, group, merit / max(merit.sum(), 1e-12), had, self.weight)


@dataclass
class _Exposed(Ledger):
    column: str
    groups: list[str]
    group: np.ndarray
    deserved: np.ndarray
    had: np.ndarray
    weight: float
    place: int = 0

    def _owed(self) -> np.ndarray:
        total = self.had.sum()
        return self.deserved - (self.had / total if total > 0 else 0.0)

    def worth(self) -> np.ndarray:
        return self.weight * self._owed()[self.group]

    def take(self, candidate: int) -> None:
        self.place += 1
        self.had[self.group[candidate]] += 1 / np.log2(self.place + 1)

    def said(self, chosen: int, passed: int) -> str:
        one, two = (self.groups[self.group[number]] for number in (chosen, passed))
        return f"of what each deserves, {self.column} {one} was shown less than {two}"


def _check(weight: float, rule: str) -> None:
    if not (weight >= 0 and np.isfinite(weight)):
        raise DataError(f"The weight of {rule} is {weight:g}: give 0 or more.")
