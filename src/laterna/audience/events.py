"""Events: who met which item, when, and how they liked it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

import polars as pl

from laterna.audience.sources import columns, movielens, tables
from laterna.errors import DataError
from laterna.media.files import quoted

Duplicates = Literal["refuse", "drop"]

KEY = ("time", "user", "item")  # what events are sorted by; two of one key are duplicates
SYNONYMS = {
    "user": ("userid", "uid", "viewer", "viewerid", "customer", "customerid", "member", "memberid", "reviewerid"),
    "item": (
        *("itemid", "iid", "movie", "movieid", "film", "filmid", "video", "videoid", "show", "showid"),
        *("product", "productid", "asin", "content", "contentid", "track", "trackid"),
    ),
    "time": (
        *("timestamp", "ts", "date", "datetime", "at", "when", "watchedat", "ratedat", "createdat", "eventtime"),
        "unixreviewtime",
    ),
    "rating": ("ratings", "score", "stars", "overall"),
}


@dataclass(frozen=True)
class Events:
    """Who met which item, when, and how they liked it.

    Attributes:
        frame: columns user: String, item: String, time: Datetime("us", "UTC"), rating: Float32 (null where none was
            given), then whatever else the source had; sorted by time, then user, then item.
    """

    frame: pl.DataFrame

    @classmethod
    def of(
        cls,
        frame: pl.DataFrame | Mapping[str, Sequence[Any]],
        *,
        now: datetime | None = None,
        duplicates: Duplicates = "refuse",
        place: str = "The table of events",
    ) -> Self:
        """Events from a frame, or from columns by name. Usual other names (userId, movie_id, ts) are understood.

        Args:
            frame: with a user, an item and a time in each row; a rating is optional.
            now: times more than a day after it are refused; the clock's unless given.
            duplicates: what to do when a user meets an item twice at the very same time: refuse the table (a program
                that wrote rows twice may have done worse), or drop all but the last.
            place: what the frame is called in messages.

        Raises:
            DataError: there are no rows, or a column is missing or holds what it should not.
        """
        found = frame if isinstance(frame, pl.DataFrame) else columns.framed(frame)
        found = columns.renamed(found, SYNONYMS, ("user", "item", "time"), place)
        if not len(found):
            raise DataError(f"{place} holds no event: give it one row at least.")
        rating = found["rating"] if "rating" in found.columns else pl.repeat(None, len(found), eager=True)
        made = [
            columns.ids(found["user"], place),
            columns.ids(found["item"], place),
            columns.times(found["time"], place).alias("time"),
            columns.ratings(rating.alias("rating"), place),
        ]
        columns.not_after(made[2], now, place)
        others = found.drop([one.name for one in made], strict=False)
        return cls(_distinct(_sorted(pl.DataFrame(made).hstack(others)), duplicates, place))

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        table: str | None = None,
        duplicates: Duplicates = "refuse",
    ) -> Self:
        """Events from a file, a database or a MovieLens folder.

        Args:
            path: a .csv, .tsv, .inter or .parquet file, such a file's fsspec URL (s3://bucket/events.parquet), a
                database's SQLAlchemy URL (sqlite:///events.db), a folder of MovieLens (ml-latest, ml-32m, ml-1m,
                ml-100k), or one with an events.parquet or events.csv.
            table: of a database: the name of the table, or a SELECT statement; also as ``URL#table``.
            duplicates: as in :meth:`of`.

        Raises:
            DataError: it can't be read, or holds what events don't.
        """
        ours = tables.inside(Path(path), "events")
        if ours is None and Path(path).is_dir():
            found, place = movielens.events(Path(path)), quoted(path)
        else:
            found, place = tables.read(ours or path, SYNONYMS, table)
        return cls.of(found, duplicates=duplicates, place=place)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a .parquet or .csv file, or one behind an fsspec URL, whole or not at all."""
        tables.write(self.frame, path)

    def where(self, predicate: pl.Expr) -> Self:
        """The events for which the predicate is true; there may be none."""
        return type(self)(self.frame.filter(predicate))

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def users(self) -> list[str]:
        """Their ids, sorted, each once."""
        return self.frame["user"].unique().sort().to_list()

    @cached_property
    def items(self) -> list[str]:
        """Their ids, sorted, each once."""
        return self.frame["item"].unique().sort().to_list()


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    """In the order of time, user and item; as it is where it is so already, for that costs no second copy."""
    order: pl.Expr = pl.lit(False)
    for name in reversed(KEY):
        before, this = pl.col(name).shift(), pl.col(name)
        order = (this < before) | ((this == before) & order)
    fallen = frame.lazy().select(order.any()).collect().item()
    return frame.sort(KEY, maintain_order=True) if fallen else frame


def _distinct(frame: pl.DataFrame, duplicates: Duplicates, place: str) -> pl.DataFrame:
    """Each event once: of a sorted frame, the same ones stand side by side."""
    repeated = pl.all_horizontal(pl.col(name) == pl.col(name).shift(-1) for name in KEY).fill_null(False)
    wrong = frame.select(repeated).to_series()
    if not wrong.any():
        return frame
    if duplicates == "drop":
        return frame.filter(~wrong)
    first = frame.row(int(wrong.arg_true()[0]), named=True)
    raise DataError(
        f"{place} holds {int(wrong.sum())} duplicates, the first of user {first['user']!r} with item {first['item']!r}"
        f" at {first['time']:%Y-%m-%d %H:%M:%S}: remove them, or open it with duplicates='drop'."
    )
