"""The catalogue: what there is to recommend, of whatever a house has written down."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from laterna.audience.catalogue import Catalogue
from laterna.errors import DataError

SCHEMA = {
    "item": pl.String,
    "title": pl.String,
    "year": pl.Int32,
    "genres": pl.List(pl.String),
    "tags": pl.List(pl.String),
    "text": pl.String,
    "age": pl.Int32,
    "since": pl.Datetime("us", "UTC"),
    "until": pl.Datetime("us", "UTC"),
}


def test_an_item_alone_is_enough() -> None:
    frame = Catalogue.of({"item": [7, 8]}).frame
    assert frame.schema == SCHEMA
    assert frame.row(0) == ("7", "7", None, [], [], "", 0, None, None)


def test_usual_names_are_understood_and_further_columns_are_kept() -> None:
    rows = {"movieId": [1], "name": ["Heat"], "release_year": [1995], "genre": ["Crime|Drama"], "keywords": [["heist"]]}
    more = {"overview": ["A thief."], "min_age": [16], "available_until": ["2030-01-01"], "studio": ["Regency"]}
    frame = Catalogue.of(rows | more).frame
    assert frame.schema == SCHEMA | {"studio": pl.String}
    ends = datetime(2030, 1, 1, tzinfo=UTC)
    assert frame.row(0) == ("1", "Heat", 1995, ["Crime", "Drama"], ["heist"], "A thief.", 16, None, ends, "Regency")


def test_items_stay_in_their_order() -> None:
    assert Catalogue.of({"item": ["b", "a"]}).items == ["b", "a"]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"item": []}, "holds no item: give it one row at least"),
        ({"itme": [1], "title": ["x"]}, "lacks the column 'item': the nearest is 'itme'"),
        ({"item": ["a", "b", "a"]}, "holds the item 'a' more than once"),
        ({"item": [1, "a"]}, "item ids of mixed type, int and str"),
        ({"item": ["a"], "year": [12]}, r"a year that is no number from 1800 to 2200 in row 1 \(12\)"),
        ({"item": ["a"], "age": ["PG"]}, r"an age that is no number from 0 to 21 in row 1 \(PG\)"),
        ({"item": ["a"], "genres": [7]}, "genres of the type Int64: write words with | between them"),
        ({"item": ["a"], "since": ["soon"]}, r"a since that is no time in row 1 \(soon\)"),
        ({"item": ["a"], "since": ["2020-01-02"], "until": ["2020-01-01"]}, "the item 'a' until before"),
    ],
)
def test_what_can_not_be_a_catalogue_is_refused_in_a_sentence(columns: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence.replace("|", r"\|")):
        Catalogue.of(columns)


@pytest.mark.parametrize("name", ["items.parquet", "items.csv"])
def test_a_saved_catalogue_is_opened_as_it_was(tmp_path: Path, name: str) -> None:
    catalogue = Catalogue.of(
        {
            "item": ["007", "8"],
            "title": ["Dr. No", ""],
            "year": [1962, None],
            "genres": [["Action", "Thriller"], []],
            "tags": ["spy|island", None],
            "since": [datetime(2020, 1, 1, 12, tzinfo=UTC), None],
        }
    )
    catalogue.save(tmp_path / name)
    assert Catalogue.open(tmp_path / name).frame.equals(catalogue.frame)


def test_a_folder_with_nothing_to_recommend_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no catalogue: it has neither films of MovieLens nor productions"):
        Catalogue.open(tmp_path)
