"""A made audience: realistic events in any number, of viewers whose true tastes are known.

Items have a popularity that falls with a power of its rank, genres, styles, a year, and some come out meanwhile and are
sought most when new. Viewers like genres, styles and eras, some the popular and some the rare; their tastes drift; they
come in sessions at their hour of the day; what they like hangs a little on the hour. See the modules of
:mod:`laterna.audience.generation`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from os import PathLike
from pathlib import Path

import numpy as np
import polars as pl

from laterna.audience.catalogue import Catalogue
from laterna.audience.events import Events
from laterna.audience.generation.choices import SHELF, Choosers
from laterna.audience.generation.shelf import START, WEEK, Shelf, names, stock
from laterna.audience.generation.viewers import Viewers, gather
from laterna.audience.generation.visits import visits
from laterna.audience.sources.columns import TIME
from laterna.errors import DataError
from laterna.media.files import disk_full_named, written_whole

_SHARE_SEEN = 3  # a viewer watches 1 of so many items at most
_CHUNK = 1_000_000  # events that are made at once
_LEAST_ITEMS = 12


def generate(
    users: int = 1_000, items: int = 500, events: int = 50_000, *, seed: int = 0, days: int = 364
) -> "Generated":
    """Make an audience. The same arguments give the same bytes.

    Args:
        users: how many viewers.
        items: how many items.
        events: how many events, all of different pairs of viewer and item.
        seed: what is drawn.
        days: how long the events go on, in whole weeks, from 5 January 2024.

    Raises:
        DataError: a number is too small, or the viewers can't watch so much.
    """
    if users < 1 or items < _LEAST_ITEMS or events < users:
        raise DataError(
            f"{users} users, {items} items and {events} events make no audience: ask for 1 user and"
            f" {_LEAST_ITEMS} items at least, and for as many events as users."
        )
    if events > users * (items // _SHARE_SEEN):
        raise DataError(
            f"{users} users can't watch {events} of {items} items: ask for"
            f" {users * (items // _SHARE_SEEN)} events at most, a third of the items for each."
        )
    weeks = days // WEEK
    if not 1 <= weeks <= 53:
        raise DataError(f"{days} days are no time for an audience: ask for {WEEK} to {53 * WEEK}.")
    shelf = stock(items, weeks, seed)
    return Generated(shelf, gather(users, events, items // _SHARE_SEEN, weeks * WEEK, seed), seed)


def simulate(
    out: Path, *, users: int = 1_000, items: int = 500, events: int = 50_000, seed: int = 0, days: int = 364
) -> Path:
    """Make an audience and write it into a folder: events.parquet and catalogue.parquet, in flat memory.

    Args:
        out: The folder.
        users: how many viewers.
        items: how many items.
        events: how many events, all of different pairs of viewer and item.
        seed: what is drawn.
        days: how long the events go on, in whole weeks, from 5 January 2024.

    Raises:
        DataError: see :func:`generate`.
        StorageError: the folder can't be written.
    """
    generate(users, items, events, seed=seed, days=days).save(out)
    return out


@dataclass(frozen=True)
class Generated:
    """A made audience: ``events``, ``catalogue`` and ``tastes``; or ``save`` them where there are many."""

    shelf: Shelf = field(repr=False)
    viewers: Viewers = field(repr=False)
    seed: int

    @property
    def catalogue(self) -> Catalogue:
        """What there is to watch."""
        return self.shelf.catalogue

    @cached_property
    def events(self) -> Events:
        """All events, made when first asked for."""
        return Events.of(pl.concat(self.parts()))

    @cached_property
    def tastes(self) -> "Tastes":
        """What the viewers truly like."""
        return Tastes(self.shelf, self.viewers)

    def parts(self) -> Iterator[pl.DataFrame]:
        """The events of some users at a time, by user and time; memory stays flat, however many there are."""
        choose = Choosers(self.shelf, self.viewers)
        users = pl.Series(names("u", len(self.viewers.counts)))
        items = pl.Series(self.catalogue.items)
        days = self.shelf.weeks * WEEK
        for number, some in enumerate(_chunks(self.viewers.counts)):
            rng = np.random.default_rng([self.seed, 3, number])
            of, seconds = visits(self.viewers, some, days, rng)
            chosen = choose(of, seconds, rng)
            stars = choose.ratings(of, seconds, chosen, rng)
            micros = (int(START.timestamp()) + seconds) * 1_000_000
            time = pl.Series(micros).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
            yield pl.DataFrame({"user": users[of], "item": items[chosen], "time": time, "rating": stars})

    def save(self, folder: str | PathLike[str]) -> None:
        """Write events.parquet (by user) and catalogue.parquet, each whole or not at all, in flat memory.

        Raises:
            StorageError: the folder can't be written.
        """
        from polars.io.plugins import register_io_source

        def source(*_: object) -> Iterator[pl.DataFrame]:
            return self.parts()

        schema = pl.Schema([("user", pl.String), ("item", pl.String), ("time", TIME), ("rating", pl.Float32)])
        path = Path(folder) / "events.parquet"
        with written_whole(path) as temporary, disk_full_named(path):
            register_io_source(source, schema=schema).sink_parquet(temporary)
        self.catalogue.save(Path(folder) / "catalogue.parquet")


class Tastes:
    """What the made viewers truly like.

    Attributes:
        users, items: their ids, in the order of rows and columns.
    """

    def __init__(self, shelf: Shelf, viewers: Viewers) -> None:
        self._shelf, self._viewers = shelf, viewers
        self.users = tuple(names("u", len(viewers.counts)))
        self.items = tuple(shelf.catalogue.items)

    def liking(self, users: Sequence[str], at: datetime | None = None) -> np.ndarray:
        """(users, items) float32: how much each would like each item, in log-odds; popularity has no part in it.

        Args:
            users: ids.
            at: the moment, for tastes drift; the end unless given. The habits of hours are left out.

        Raises:
            DataError: a user or a moment is not of this audience.
        """
        share = self._day(at) / (self._shelf.weeks * WEEK)
        return self._viewers.tastes(self._numbers(users), share) @ self._shelf.vectors.T

    def chances(self, users: Sequence[str], at: datetime | None = None) -> np.ndarray:
        """(users, items) float32: the chance that each takes each item next if nothing is seen yet; rows add up to 1.

        Of the week of ``at``; 0 for what is not out. With exposure p and w = exp(liking), a viewer takes an item from a
        shelf of S with the chance S p w / (w + the others' w), whose mean is put for the others: (S - 1) sum(p w).
        """
        week = min(int(self._day(at) // WEEK), self._shelf.weeks - 1)
        liking, exposure = self.liking(users, at), self._shelf.exposure(week).astype(np.float32)
        odds = np.exp(liking - liking.max(1, keepdims=True))
        others = (SHELF - 1) * (odds @ exposure)[:, None]
        chances = exposure * odds / (odds + others)
        return chances / chances.sum(1, keepdims=True)

    def _day(self, at: datetime | None) -> float:
        days = self._shelf.weeks * WEEK
        if at is None:
            return float(days)
        day = (at - START) / timedelta(days=1)
        if not 0 <= day <= days:
            end = START + timedelta(days=days)
            raise DataError(
                f"{at:%Y-%m-%d} is outside the audience's time: ask from {START:%Y-%m-%d} to {end:%Y-%m-%d}."
            )
        return day

    def _numbers(self, users: Sequence[str]) -> np.ndarray:
        known = {name: number for number, name in enumerate(self.users)}
        if strange := [user for user in users if user not in known]:
            raise DataError(
                f"{strange[0]!r} is no user of this audience: they are {self.users[0]} to {self.users[-1]}."
            )
        return np.array([known[user] for user in users], np.int64)


def _chunks(counts: np.ndarray) -> list[np.ndarray]:
    """Users by number, in groups that watch about as much."""
    numbers = (np.cumsum(counts) - counts) // _CHUNK
    return np.split(np.arange(len(counts)), np.flatnonzero(np.diff(numbers)) + 1)
