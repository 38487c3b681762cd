"""Users' histories as numbers: in order of time, in a given vocabulary, row by row."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.audience.events import Events
from laterna.audience.interactions import Interactions, ranges
from laterna.errors import DataError

MET = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("vwxyz"), st.integers(0, 5)), min_size=1, max_size=30)


def events(*rows: tuple[str, str, int], rating: float | None = None) -> Events:
    users, items, seconds = zip(*rows, strict=True)
    times = [datetime.fromtimestamp(second, UTC) for second in seconds]
    return Events.of(pl.DataFrame({"user": users, "item": items, "time": times, "rating": [rating] * len(rows)}))


FOUR = events(("bo", "x", 30), ("al", "y", 20), ("bo", "y", 10), ("al", "x", 40))


def test_rows_are_users_and_hold_their_items_oldest_first() -> None:
    coded = Interactions.of(FOUR)
    assert (coded.users, coded.items) == (("al", "bo"), ("x", "y"))
    assert coded.row(0).tolist() == [1, 0]
    assert coded.row(1).tolist() == [1, 0]
    assert coded.times.tolist() == [20, 40, 10, 30]
    assert coded.owners.tolist() == [0, 0, 1, 1]
    assert np.isnan(coded.ratings).all()


def test_ratings_come_along() -> None:
    assert Interactions.of(events(("al", "x", 1), rating=3.5)).ratings.tolist() == [3.5]


def test_what_is_not_in_the_vocabulary_is_left_out_and_a_user_without_events_is_an_empty_row() -> None:
    coded = Interactions.of(FOUR, ["y", "z"], ["bo", "cy"])
    assert coded.items == ("y", "z")
    assert [coded.row(number).tolist() for number in range(2)] == [[0], []]


@pytest.mark.parametrize(
    ("items", "users", "named"), [(["x", "x"], None, "item 'x'"), (None, ["al", "al"], "user 'al'")]
)
def test_a_name_given_twice_is_refused(items: list[str] | None, users: list[str] | None, named: str) -> None:
    with pytest.raises(DataError, match=f"The {named} is named twice"):
        Interactions.of(FOUR, items, users)


@settings(max_examples=20)
@given(MET)
def test_rows_transposed_and_dense_tell_the_same(met: list[tuple[str, str, int]]) -> None:
    coded = Interactions.of(events(*dict.fromkeys(met)))
    counts = np.zeros((len(coded), len(coded.items)), int)
    for user in range(len(coded)):
        np.add.at(counts[user], coded.row(user), 1)
    starts, rows = coded.transposed()
    for item in range(len(coded.items)):
        assert (
            np.bincount(rows[starts[item] : starts[item + 1]], minlength=len(coded)).tolist()
            == counts[:, item].tolist()
        )
    assert np.array_equal(coded.seen(), counts > 0)
    assert np.array_equal(coded.once().dense(), coded.dense())
    assert len(coded.once().columns) == (counts > 0).sum()


@settings(max_examples=20)
@given(MET, st.integers(0, 4))
def test_the_latest_are_the_ends_of_the_rows(met: list[tuple[str, str, int]], most: int) -> None:
    coded = Interactions.of(events(*dict.fromkeys(met)))
    latest = coded.latest(most)
    for user in range(len(coded)):
        row = coded.row(user).tolist()
        assert latest.row(user).tolist() == row[len(row) - min(most, len(row)) :]


def test_rows_are_taken_in_the_order_asked_for() -> None:
    coded = Interactions.of(FOUR).rows([1, 0, 1])
    assert coded.users == ("bo", "al", "bo")
    assert coded.times.tolist() == [10, 30, 20, 40, 10, 30]


def test_an_item_met_twice_counts_once_at_its_last_time() -> None:
    coded = Interactions.of(events(("al", "x", 1), ("al", "y", 2), ("al", "x", 3))).once()
    assert coded.row(0).tolist() == [1, 0]
    assert coded.times.tolist() == [2, 3]


def test_half_as_much_counts_what_is_a_half_life_of_events_back() -> None:
    coded = Interactions.of(events(*(("al", item, place) for place, item in enumerate("vwxyz")), ("bo", "v", 0)))
    assert coded.recency(2).tolist() == pytest.approx([0.25, 2**-1.5, 0.5, 2**-0.5, 1, 1])
    assert coded.recency(0).tolist() == [1] * 6


def test_ranges_follow_one_another() -> None:
    assert ranges(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
    assert ranges(np.zeros(0, int), np.zeros(0, int)).tolist() == []


def test_the_last_of_each_row_is_parted_from_the_rest() -> None:
    before, last = Interactions.of(FOUR, None, ["al", "nobody"]).without_last()
    assert [before.row(number).tolist() for number in range(2)] == [[1], []]
    assert [last.row(number).tolist() for number in range(2)] == [[0], []]


def test_some_events_are_taken_and_rows_stay() -> None:
    coded = Interactions.of(FOUR)
    some = coded.where(coded.times < 15)
    assert (some.users, some.lengths.tolist(), some.times.tolist()) == (coded.users, [0, 1], [10])
    assert coded.where(np.ones(4, bool)).columns.tolist() == coded.columns.tolist()


def test_a_row_comes_without_each_of_its_events() -> None:
    row = Interactions.of(events(("al", "x", 1), ("al", "y", 2), ("al", "z", 3)))
    fewer = row.without_each(np.array([2, 0]))
    assert [fewer.row(number).tolist() for number in range(len(fewer))] == [[0, 1], [1, 2]]
    assert row.where(np.array([True, False, False])).without_each(np.array([0])).lengths.tolist() == [0]
