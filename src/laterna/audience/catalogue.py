"""The catalogue: what there is to recommend."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import polars as pl

from laterna.audience.sources import columns, movielens, productions, tables
from laterna.errors import DataError
from laterna.media.files import quoted

SYNONYMS = {
    "item": ("itemid", "id", "iid", "movieid", "filmid", "videoid", "showid", "productid", "contentid", "trackid"),
    "title": ("name", "movietitle", "filmtitle"),
    "year": ("releaseyear", "startyear"),
    "genres": ("genre", "category", "categories", "class"),
    "tags": ("tag", "keywords"),
    "text": ("description", "overview", "synopsis", "plot", "summary"),
    "age": ("minage", "minimumage", "agelimit", "agerating"),
    "since": ("availablefrom", "availablesince"),
    "until": ("availableuntil", "availableto"),
}
_OLDEST, _NEWEST = 1800, 2200  # years that a work can be of
_OF_AGE = 21


@dataclass(frozen=True)
class Catalogue:
    """What there is to recommend.

    Attributes:
        frame: one item a row, in the source's order. Columns item: String, title: String, year: Int32 or null,
            genres and tags: List(String), text: String, age: Int32 (the least that a viewer has to be; 0 for all),
            since and until: Datetime("us", "UTC") or null (when it can be watched), then whatever else the source had.
    """

    frame: pl.DataFrame

    @classmethod
    def of(cls, frame: pl.DataFrame | Mapping[str, Sequence[Any]], *, place: str = "The table of items") -> Self:
        """A catalogue from a frame, or from columns by name; of all columns only the item has to be there.

        Raises:
            DataError: there are no rows, an item stands there twice, or a column holds what it should not.
        """
        found = frame if isinstance(frame, pl.DataFrame) else columns.framed(frame)
        found = columns.renamed(found, SYNONYMS, ("item",), place)
        if not len(found):
            raise DataError(f"{place} holds no item: give it one row at least.")
        made = _checked(found, place)
        twice = made.filter(pl.col("item").is_duplicated())["item"]
        if len(twice):
            raise DataError(f"{place} holds the item {twice[0]!r} more than once: leave one row for each item.")
        return cls(made)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, table: str | None = None) -> Self:
        """A catalogue from a file, a database, a MovieLens folder or a folder of productions.

        Args:
            path: a .csv or .parquet file, its fsspec URL, a database's SQLAlchemy URL, a folder of MovieLens, of
                productions, each with its project.json, or with a catalogue.parquet or catalogue.csv.
            table: of a database: the name of the table, or a SELECT statement; also as ``URL#table``.

        Raises:
            DataError: it can't be read, or holds what a catalogue doesn't.
        """
        ours = tables.inside(Path(path), "catalogue")
        if ours is None and Path(path).is_dir():
            films = movielens.items(Path(path))
            found, place = productions.items(Path(path)) if films is None else films, quoted(path)
        else:
            found, place = tables.read(ours or path, SYNONYMS, table)
        return cls.of(found, place=place)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a .parquet or .csv file, or one behind an fsspec URL, whole or not at all."""
        tables.write(self.frame, path)

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def items(self) -> list[str]:
        """Their ids in the frame's order."""
        return self.frame["item"].to_list()


def _checked(found: pl.DataFrame, place: str) -> pl.DataFrame:
    def column(name: str) -> pl.Series:
        nothing = pl.repeat(None, len(found), eager=True)
        return found[name] if name in found.columns else nothing.alias(name)

    item = columns.ids(column("item"), place)
    title = _text(column("title"))
    made = pl.DataFrame(
        {
            "item": item,
            "title": title.zip_with(title != "", item),
            "year": columns.whole_numbers(column("year"), place, _OLDEST, _NEWEST),
            "genres": columns.lists(column("genres"), place),
            "tags": columns.lists(column("tags"), place),
            "text": _text(column("text")),
            "age": columns.whole_numbers(column("age"), place, 0, _OF_AGE).fill_null(0),
            "since": columns.optional_times(column("since"), place),
            "until": columns.optional_times(column("until"), place),
        }
    )
    never = made.filter(pl.col("since") >= pl.col("until"))["item"]
    if len(never):
        raise DataError(f"{place} has the item {never[0]!r} until before it is there since: mend its two times.")
    return made.hstack(found.drop(made.columns, strict=False))


def _text(column: pl.Series) -> pl.Series:
    return column.cast(pl.String, strict=False).fill_null("").str.strip_chars()
