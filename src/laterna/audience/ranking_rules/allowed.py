"""Rules of what may be in a list at all. What the catalogue does not know is not allowed by any that asks it."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import numpy as np
import polars as pl

from laterna.audience.ranking_rules.facts import Candidates, moment
from laterna.errors import DataError


class Filter(ABC):
    """A rule that refuses candidates."""

    name: ClassVar[str]

    @abstractmethod
    def refused(self, candidates: Candidates) -> Iterator[tuple[np.ndarray, str]]:
        """Masks (n,) bool of what is refused, each with the reason in words."""


@dataclass(frozen=True)
class Available(Filter):
    """Only what can be watched at a moment: from its ``since`` on, before its ``until``."""

    at: datetime
    name: ClassVar[str] = "availability"

    def refused(self, candidates: Candidates) -> Iterator[tuple[np.ndarray, str]]:
        at = pl.lit(moment(self.at, "The rule of availability").astimezone(UTC)).cast(pl.Datetime("us", "UTC"))
        yield ~candidates.known, "it is not in the catalogue, so nobody knows whether it is available"
        day = f"{self.at:%Y-%m-%d}"
        yield candidates.where(pl.col("since") > at, "Availability"), f"it is not available yet on {day}"
        yield candidates.where(pl.col("until") <= at, "Availability"), f"it is no longer available on {day}"


@dataclass(frozen=True)
class OfAge(Filter):
    """Only what a viewer of this age may watch."""

    years: int
    name: ClassVar[str] = "age"

    def refused(self, candidates: Candidates) -> Iterator[tuple[np.ndarray, str]]:
        if self.years < 0:
            raise DataError(f"A viewer can't be {self.years} years old: give the age in years.")
        yield ~candidates.known, "it is not in the catalogue, so nobody knows for which age it is"
        yield candidates.where(pl.col("age") > self.years, "Age"), f"it is for viewers older than {self.years}"


@dataclass(frozen=True)
class Unseen(Filter):
    """Nothing that the viewer has seen."""

    seen: Collection[str]
    name: ClassVar[str] = "seen"

    def refused(self, candidates: Candidates) -> Iterator[tuple[np.ndarray, str]]:
        seen = frozenset(self.seen)
        yield np.array([item in seen for item in candidates.items], bool), "it was watched already"
