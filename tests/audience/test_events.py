"""Events: foreign tables are understood, and what can't be is refused in a sentence."""

import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from laterna.audience.events import Events
from laterna.audience.sources import tables
from laterna.errors import DataError, LaternaError, MediaError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SCHEMA = {"user": pl.String, "item": pl.String, "time": pl.Datetime("us", "UTC"), "rating": pl.Float32}


def table(**columns: Any) -> dict[str, Any]:
    """Three good rows, with some columns changed, added or (None) left out."""
    good = {"user": ["a", "a", "b"], "item": ["x", "y", "x"], "time": [3, 2, 1], "rating": [5, 3.5, None]}
    return {name: values for name, values in (good | columns).items() if values is not None}


def test_events_have_one_schema_and_are_in_the_order_of_time() -> None:
    events = Events.of(table())
    assert events.frame.schema == SCHEMA
    assert events.frame["time"].to_list() == [datetime(1970, 1, 1, 0, 0, second, tzinfo=UTC) for second in (1, 2, 3)]
    assert events.frame["rating"].to_list() == [None, 3.5, 5]
    assert (len(events), events.users, events.items) == (3, ["a", "b"], ["x", "y"])


def test_ties_are_in_the_order_of_user_and_item() -> None:
    events = Events.of(table(user=["b", "a", "a"], item=["x", "y", "x"], time=[1, 1, 1]))
    assert events.frame.select("user", "item").rows() == [("a", "x"), ("a", "y"), ("b", "x")]


@pytest.mark.parametrize(
    ("user", "item", "time"),
    [
        ("userId", "movieId", "timestamp"),
        ("user_id", "item_id", "ts"),
        ("USER ID", "Film", "date"),
        ("user_id:token", "item_id:token", "timestamp:float"),
    ],
)
def test_usual_names_are_understood(user: str, item: str, time: str) -> None:
    assert Events.of({user: [1], item: [2], time: [3]}).frame.row(0)[:2] == ("1", "2")


def test_a_column_of_our_name_goes_before_a_usual_one() -> None:
    events = Events.of({"user": ["me"], "user_id": [7], "item": [2], "time": [3]})
    assert events.frame.select("user", "user_id").row(0) == ("me", 7)


def test_further_columns_are_kept_and_a_rating_may_be_missing() -> None:
    events = Events.of(table(rating=None, device=["tv", "tv", "phone"]))
    assert events.frame.schema == SCHEMA | {"device": pl.String}
    assert events.frame["rating"].null_count() == 3
    assert events.frame["device"].to_list() == ["phone", "tv", "tv"]


@pytest.mark.parametrize(
    "time",
    [
        [1_577_880_000],
        [1_577_880_000.0],
        ["1577880000"],
        [1_577_880_000_000],
        [1_577_880_000_000_000],
        [1_577_880_000_000_000_000],
        ["2020-01-01 12:00"],
        ["2020-01-01T12:00:00"],
        [" 2020-01-01T12:00:00.000Z"],
        ["2020-01-01T14:00:00+02:00"],
        ["2020-01-01 14:00+0200"],
        [datetime(2020, 1, 1, 12)],
        [datetime(2020, 1, 1, 14, tzinfo=timezone(timedelta(hours=2)))],
        pl.Series([1_577_880_000], dtype=pl.Int32),
        pl.Series([1_577_880_000], dtype=pl.UInt64),
    ],
    ids=str,
)
def test_times_are_numbers_since_1970_or_dates(time: Any) -> None:
    events = Events.of(pl.DataFrame({"user": ["a"], "item": ["x"], "time": time}))
    assert events.frame["time"].to_list() == [datetime(2020, 1, 1, 12, tzinfo=UTC)]


def test_a_day_begins_at_midnight() -> None:
    for day in ("2020-01-01", date(2020, 1, 1)):
        assert Events.of(table(time=[day] * 3)).frame["time"][0] == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"time": None}, "lacks the column 'time': it has 'user', 'item', 'rating'; name the right one 'time'"),
        ({"user": None, "usr_id": [1, 2, 3]}, "lacks the column 'user': the nearest is 'usr_id'"),
        ({"user": None, "uid": [1, 2, 3], "userId": [1, 2, 3]}, "two columns that may be the user, 'uid' and 'userId'"),
        ({"user": [1, "a", 2]}, "user ids of mixed type, int and str: write all of them as text"),
        ({"item": ["1", "2.0", "3"]}, "item ids of mixed type, '1' and '2.0'"),
        ({"item": [1.5, 2, 3]}, "item ids of the type Float64"),
        ({"user": [[1], [2], [3]]}, r"user ids of the type List\(Int64\)"),
        ({"user": ["a", None, None]}, "no user id in row 2, and so have 1 more rows"),
        ({"item": ["x", "y", "NaN"]}, r"no item id in row 3 \(NaN\)"),
        ({"item": ["x", "", "y"]}, "no item id in row 2"),
        ({"time": [1, None, 3]}, "no time that can be read in row 2"),
        ({"time": [1.0, float("nan"), 3.0]}, "no time that can be read in row 2"),
        ({"time": ["2020-01-01", "yesterday", "1"]}, "no time that can be read in row 1"),
        ({"time": ["2020-01-01", "yesterday", "2020-13-01"]}, r"no time that can be read in row 2 \(yesterday\), and"),
        ({"time": pl.Series([None] * 3, dtype=pl.Int64)}, "no time that can be read in row 1, and so have 2 more rows"),
        ({"time": [20240101, 20240102, 20241231]}, "dates that are written as numbers, such as 20240101"),
        ({"time": ["20240101", "20240102", "20241231"]}, "dates that are written as numbers"),
        ({"time": [True, True, False]}, "a time of the type Boolean"),
        ({"time": ["0001-01-01"] * 3}, "a time before 1900 in row 1"),
        ({"time": [1, 2, "2026-01-03"]}, "a time of the type Object"),
        ({"time": [1, 2, 1_767_398_400]}, r"a time in the future in row 3 \(2026-01-03 00:00:00"),
        ({"rating": [1, float("nan"), None]}, "the rating NaN in row 2"),
        ({"rating": [1, 2, float("-inf")]}, r"an infinite rating in row 3 \(-inf\)"),
        ({"rating": ["1", "good", ""]}, r"a rating that is no number in row 2 \(good\)"),
        ({"user": [], "item": [], "time": [], "rating": []}, "holds no event"),
        (
            {"user": ["a"] * 3, "item": ["x"] * 3, "time": [60] * 3},
            "holds 2 duplicates, the first of user 'a' with item 'x' at 1970-01-01 00:01:00",
        ),
    ],
)
def test_what_can_not_be_events_is_refused_in_a_sentence(columns: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence) as told:
        Events.of(table(**columns), now=NOW)
    assert str(told.value).startswith("The table of events ")
    assert "\n" not in str(told.value)


def test_a_clock_may_be_wrong_by_its_time_zone() -> None:
    assert len(Events.of(table(time=[NOW + timedelta(hours=14)] * 2 + [NOW]), now=NOW)) == 3


def test_duplicates_can_be_dropped_but_for_the_last() -> None:
    twice = table(user=["a", "a", "a"], item=["x", "x", "x"], time=[2, 2, 1], rating=[1, 4, 5])
    assert Events.of(twice, duplicates="drop").frame["rating"].to_list() == [5, 4]


def test_an_item_may_be_watched_again_later() -> None:
    assert len(Events.of(table(user=["a"] * 3, item=["x"] * 3))) == 3


def test_events_are_filtered() -> None:
    assert Events.of(table()).where(pl.col("rating") >= 4).items == ["x"]
    assert len(Events.of(table()).where(pl.lit(False))) == 0


@pytest.mark.parametrize("name", ["events.parquet", "events.csv", "events.tsv"])
def test_saved_events_are_opened_as_they_were(tmp_path: Path, name: str) -> None:
    events = Events.of(table(user=["007", "a", "b"], time=[1.5, 2, 3], device=["tv", "tv", "phone"]))
    events.save(tmp_path / name)
    assert Events.open(tmp_path / name).frame.equals(events.frame)


def test_events_lie_behind_any_url_of_fsspec() -> None:
    pytest.importorskip("fsspec")
    events = Events.of(table())
    events.save("memory://house/events.parquet")
    assert Events.open("memory://house/events.parquet").frame.equals(events.frame)
    assert Events.open(Path("memory://house/events.parquet")).frame.equals(events.frame)


@pytest.mark.parametrize(
    ("address", "error", "sentence"),
    [
        ("memory://house/none.parquet", MediaError, "'memory://house/none.parquet' can't be read or written"),
        ("nowhere://house/events.csv", MediaError, "Protocol not known: nowhere"),
        ("events.xlsx", LaternaError, "events.xlsx"),
    ],
)
def test_an_address_with_no_events_is_told(address: str, error: type[Exception], sentence: str) -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(error, match=sentence):
        Events.open(address)


def test_a_machine_without_fsspec_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(DataError, match=r"'s3://house/events\.csv' needs fsspec: run `pip install fsspec`"):
        Events.open("s3://house/events.csv")


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "events.parquet").write_bytes(b"PAR1 not at all")
    with pytest.raises(MediaError, match="is not a table, or is broken"):
        Events.open(tmp_path / "events.parquet")
    (tmp_path / "events.csv").write_text("user,item,time\n")
    with pytest.raises(DataError, match="holds no event"):
        Events.open(tmp_path / "events.csv")
    (tmp_path / "blank.csv").write_text("\n")
    with pytest.raises(DataError, match=r"blank\.csv' is empty"):
        Events.open(tmp_path / "blank.csv")
    with pytest.raises(DataError, match=r"name a \.parquet or a \.csv file"):
        Events.of(table()).save(tmp_path / "events.xlsx")
    with pytest.raises(DataError, match="A CSV file can't hold the column 'place'"):
        Events.of(table(place=[{"x": 1}] * 3)).save(tmp_path / "new.csv")
    assert not (tmp_path / "new.csv").exists()


def test_tables_of_other_programs_are_read(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_bytes("\ufeffuserId,movieId,ts\r\n1,2,3\r\n".encode())
    assert Events.open(tmp_path / "events.csv").frame.row(0)[:2] == ("1", "2")
    (tmp_path / "old.csv").write_bytes("user,item,time\nJos\xe9,2,3\n".encode("latin-1"))
    with pytest.raises(MediaError, match=r"old\.csv' is not a table, or is broken \(invalid utf"):
        Events.open(tmp_path / "old.csv")


def test_a_further_column_may_change_its_kind_far_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_AHEAD", 1)
    (tmp_path / "events.csv").write_text("user,item,time,note\n007,2,3,4\n1,3,4,never\n")
    assert Events.open(tmp_path / "events.csv").frame.select("user", "note").rows() == [("007", "4"), ("1", "never")]


def test_a_table_s_faults_are_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("user,item,time\n1,2,3\n1,,4\n")
    with pytest.raises(DataError, match=r"events.csv' has no item id in row 2: mend or remove it\."):
        Events.open(tmp_path / "events.csv")
