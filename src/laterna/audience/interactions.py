"""Users' histories as numbers: the only thing that ranking models see."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import polars as pl

from laterna.errors import DataError

if TYPE_CHECKING:
    from laterna.audience.events import Events


@dataclass(frozen=True, eq=False)
class Interactions:
    """Who met which items, each user's oldest first, as a compressed sparse row matrix (users, items).

    Attributes:
        items: the vocabulary: what a column's number stands for.
        users: what a row's number stands for.
        starts: where each row begins in the three arrays below, and where the last one ends, (users + 1,) int64.
        columns: numbers of items, (events,) int32; an item that was met twice is there twice.
        times: seconds since 1970 UTC, (events,) int64.
        ratings: (events,) float32, NaN where none was given.
    """

    items: tuple[str, ...]
    users: tuple[str, ...]
    starts: np.ndarray
    columns: np.ndarray
    times: np.ndarray
    ratings: np.ndarray

    @classmethod
    def of(cls, events: "Events", items: Sequence[str] | None = None, users: Sequence[str] | None = None) -> Self:
        """Events coded; those of other items or users than the ones named are left out.

        Args:
            events: ordered by time.
            items: the vocabulary, each once; all that the events have, sorted, unless given.
            users: the rows, each once; one without events is an empty row. All that the events have, sorted, unless
                given.

        Raises:
            DataError: an item or a user is named twice.
        """
        items = tuple(events.items if items is None else items)
        users = tuple(events.users if users is None else users)
        columns, rows = _coded(events.frame["item"], items, "item"), _coded(events.frame["user"], users, "user")
        known = np.flatnonzero((columns >= 0) & (rows >= 0))
        order = known[np.argsort(rows[known], kind="stable")]
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows[known], minlength=len(users)))]).astype(np.int64)
        times = events.frame["time"].dt.epoch("s").to_numpy()
        ratings = events.frame["rating"].cast(pl.Float32).fill_null(float("nan")).to_numpy()
        return cls(items, users, starts, columns[order], times[order].astype(np.int64, copy=False), ratings[order])

    def __len__(self) -> int:
        return len(self.users)

    @property
    def lengths(self) -> np.ndarray:
        """How many events each row has, (users,) int64."""
        return np.diff(self.starts)

    @cached_property
    def owners(self) -> np.ndarray:
        """The row of each event, (events,) int32."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.lengths)

    def row(self, number: int) -> np.ndarray:
        """The items of one row, oldest first, (events of the row,) int32."""
        return self.columns[self.starts[number] : self.starts[number + 1]]

    def rows(self, numbers: np.ndarray | Sequence[int]) -> Self:
        """Some rows, in the order named."""
        numbers = np.asarray(numbers, np.int64)
        lengths = self.lengths[numbers]
        chosen = ranges(self.starts[numbers], lengths)
        return self._with(tuple(self.users[number] for number in numbers), lengths, chosen)

    def where(self, kept: np.ndarray) -> Self:
        """Some of the events, ``kept`` (events,) bool; a row may be left without any."""
        return self._with(self.users, np.bincount(self.owners[kept], minlength=len(self)), np.flatnonzero(kept))

    def without_each(self, events: np.ndarray) -> Self:
        """A single row as many times as events are named, (n,) numbers, each time without one of them."""
        every = np.arange(len(self.columns))
        chosen = np.array([np.delete(every, event) for event in events], np.int64).ravel()
        return self._with(self.users * len(events), np.full(len(events), len(every) - 1), chosen)

    def latest(self, most: int) -> Self:
        """The last events of each row, at most so many of one."""
        lengths = np.minimum(self.lengths, most)
        return self._with(self.users, lengths, ranges(self.starts[1:] - lengths, lengths))

    def without_last(self) -> tuple[Self, Self]:
        """All events but the last of each row, and these."""
        lengths = np.maximum(self.lengths - 1, 0)
        return self._with(self.users, lengths, ranges(self.starts[:-1], lengths)), self.latest(1)

    def once(self) -> Self:
        """Each item of a row once, at the last time that it was met."""
        keys = self.owners.astype(np.int64) * len(self.items) + self.columns
        _, backwards = np.unique(keys[::-1], return_index=True)
        if len(backwards) == len(keys):
            return self
        chosen = np.sort(len(keys) - 1 - backwards)
        return self._with(self.users, np.bincount(self.owners[chosen], minlength=len(self)), chosen)

    def transposed(self) -> tuple[np.ndarray, np.ndarray]:
        """Who met each item: where an item's rows begin, (items + 1,) int64, and these, (events,) int32."""
        counts = np.bincount(self.columns, minlength=len(self.items))
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return starts, self.owners[np.argsort(self.columns, kind="stable")]

    def recency(self, half_life: float) -> np.ndarray:
        """How much each event counts, (events,) float32: 1 for the last of a row, half for one so many events before.

        Where the half-life is 0 all count 1.
        """
        if not half_life:
            return np.ones(len(self.columns), np.float32)
        later = np.repeat(self.starts[1:], self.lengths) - 1 - np.arange(len(self.columns))
        return (0.5 ** (later / half_life)).astype(np.float32)

    def seen(self) -> np.ndarray:
        """Which items each row has, (users, items) bool."""
        found = np.zeros((len(self), len(self.items)), bool)
        found[self.owners, self.columns] = True
        return found

    def dense(self) -> np.ndarray:
        """1 where a row has an item, else 0, (users, items) float32."""
        return self.seen().astype(np.float32)

    def _with(self, users: tuple[str, ...], lengths: np.ndarray, chosen: np.ndarray) -> Self:
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        parts = (part[chosen] for part in (self.columns, self.times, self.ratings))
        return type(self)(self.items, users, starts, *parts)


def ranges(firsts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The numbers of several ranges, one after another: each ``first, first + 1, ...``, as many as its length."""
    ends = np.cumsum(lengths)
    shifts = firsts - (ends - lengths)
    return np.repeat(shifts, lengths) + np.arange(ends[-1] if len(ends) else 0)


def _coded(column: pl.Series, names: tuple[str, ...], what: str) -> np.ndarray:
    """Each value's place among the names, (n,) int32; -1 for none of them."""
    if len({*names}) < len(names):
        twice = next(name for number, name in enumerate(names) if name in names[:number])
        raise DataError(f"The {what} {twice!r} is named twice: name each {what} once.")
    coded = column.cast(pl.Enum(names), strict=False).to_physical().cast(pl.Int32)
    return coded.fill_null(-1).to_numpy()
