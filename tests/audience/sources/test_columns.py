"""Ids, times, ratings and lists are read from whatever form they are written in."""

import contextlib
import string
from datetime import UTC, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.audience.sources.columns import framed, ids, lists, ratings, renamed, role_of, times, whole_numbers
from laterna.errors import DataError

FEW = settings(max_examples=30)
SYNONYMS = {"user": ("userid", "uid")}
WORDS = st.text(string.ascii_letters + "äß字", min_size=1).filter(lambda word: word.lower() not in ("nan", "null"))
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2099, 1, 1)).map(lambda time: time.replace(microsecond=0))
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@FEW
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_whole_numbers_are_ids_however_they_are_written(numbers: list[int]) -> None:
    as_numbers, as_text = pl.Series("user", numbers), pl.Series("user", [str(number) for number in numbers])
    assert ids(as_numbers, "it").to_list() == ids(as_text, "it").to_list() == [str(number) for number in numbers]


@FEW
@given(st.lists(MOMENTS, min_size=1), ZONES, st.sampled_from(["T", " "]))
def test_a_moment_is_the_same_in_every_zone(moments: list[datetime], zone: timezone, between: str) -> None:
    moments = [moment.replace(tzinfo=UTC) for moment in moments]
    written = [moment.astimezone(zone).isoformat(between) for moment in moments]
    assert times(pl.Series("time", written), "it").to_list() == moments


@FEW
@given(st.lists(MOMENTS.filter(lambda time: time.year > 1974), min_size=1), st.sampled_from([1, 1_000, 1_000_000]))
def test_seconds_milliseconds_and_microseconds_are_told_apart(moments: list[datetime], unit: int) -> None:
    numbers = [int(moment.replace(tzinfo=UTC).timestamp()) * unit for moment in moments]
    assert times(pl.Series("time", numbers), "it").dt.replace_time_zone(None).to_list() == moments


@FEW
@given(st.text(max_size=30) | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d"))
def test_any_text_is_a_time_or_is_refused(text: str) -> None:
    with contextlib.suppress(DataError):
        assert times(pl.Series("time", [text]), "it")[0] is not None


@FEW
@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32)))
def test_ratings_are_the_same_as_text(stars: list[float | None]) -> None:
    text = pl.Series("rating", [None if star is None else repr(star) for star in stars], dtype=pl.String)
    assert ratings(text, "it").to_list() == stars


@FEW
@given(st.lists(st.lists(WORDS, unique=True), min_size=1))
def test_lists_are_the_same_with_bars(rows: list[list[str]]) -> None:
    joined = pl.Series("genres", ["|".join(row) for row in rows])
    assert lists(joined, "it").to_list() == rows
    assert lists(pl.Series("genres", rows, dtype=pl.List(pl.String)), "it").to_list() == rows


def test_empty_and_repeated_words_are_left_out() -> None:
    assert lists(pl.Series("tags", [" a ||b| a", None, ""]), "it").to_list() == [["a", "b"], [], []]


@FEW
@given(st.lists(st.text(max_size=8), unique=True))
def test_a_column_is_found_whatever_else_there_is(others: list[str]) -> None:
    columns = {"User_ID": [1]} | {name: [2] for name in others if role_of(name, SYNONYMS) is None}
    assert renamed(framed(columns), SYNONYMS, ("user",), "it")["user"].to_list() == [1]


def test_years_are_whole_and_within_reach() -> None:
    assert whole_numbers(pl.Series("year", ["1999", "", None]), "it", 1800, 2200).to_list() == [1999, None, None]
    assert whole_numbers(pl.Series("year", [1999.0]), "it", 1800, 2200).to_list() == [1999]
    for year in ("99", "1999.5", "MCM", "nan", "inf"):
        with pytest.raises(DataError, match=r"it has a year that is no number from 1800 to 2200 in row 1"):
            whole_numbers(pl.Series("year", [year]), "it", 1800, 2200)
