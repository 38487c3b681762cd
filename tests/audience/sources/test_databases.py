"""Events and items are read from any database that SQLAlchemy knows."""

import sqlite3
from pathlib import Path

import pytest

from laterna.audience.catalogue import Catalogue
from laterna.audience.events import Events
from laterna.audience.sources import databases
from laterna.errors import DataError


@pytest.fixture
def url(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "house.db") as connection:
        connection.execute("CREATE TABLE watched (user_id INTEGER, movie_id TEXT, ts INTEGER, stars REAL)")
        connection.executemany("INSERT INTO watched VALUES (?, ?, ?, ?)", [(n, "x", n, None) for n in range(1, 6)])
        connection.execute("UPDATE watched SET stars = 4.5 WHERE user_id = 5")
        connection.execute("CREATE TABLE films (id TEXT, name TEXT)")
        connection.execute("INSERT INTO films VALUES ('x', 'Heat')")
        connection.execute("CREATE TABLE odd (user_id, item_id, ts)")
        connection.executemany("INSERT INTO odd VALUES (?, ?, ?)", [(1, 1, 1), ("a", 1, 2)])
    return f"sqlite:///{tmp_path}/house.db"


def test_a_table_is_named_beside_the_address_or_in_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "_AT_ONCE", 2)
    events = Events.open(url, table="watched")
    assert events.frame["user"].to_list() == ["1", "2", "3", "4", "5"]
    assert events.frame["rating"].to_list() == [None, None, None, None, 4.5]
    assert Events.open(f"{url}#watched").frame.equals(events.frame)
    assert Catalogue.open(url, table="films").frame["title"].to_list() == ["Heat"]


def test_an_address_that_was_made_a_path_is_the_same(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(Events.open(Path(f"{url}#watched"))) == 5
    monkeypatch.chdir(Path(url.removeprefix("sqlite://")).parent)
    assert len(Events.open("sqlite:///house.db#watched")) == len(Events.open(Path("sqlite:///house.db#watched"))) == 5


def test_a_query_selects(url: str) -> None:
    query = "SELECT user_id, movie_id AS item, ts FROM watched WHERE ts > 3"
    assert Events.open(url, table=query).users == ["4", "5"]
    assert Events.open(f"{url}#{query}").users == ["4", "5"]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (None, "is a database: name its table as well"),
        ("none", "has no table 'none': check its name"),
        ("SELECT user FROM nowhere", r"can't be read \(no such table: nowhere\): check the address and the query"),
        ("SELECT * FROM films", "lacks the column 'user'"),
        ("SELECT * FROM watched WHERE ts > 9", "holds no event"),
        ("odd", "has values of mixed type in the column 'user_id': cast them to text"),
    ],
)
def test_what_it_can_not_give_is_told(url: str, table: str | None, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        Events.open(url, table=table)


def test_types_that_change_on_the_way_are_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "_AT_ONCE", 1)
    with pytest.raises(DataError, match="values of mixed type in the column 'user_id'"):
        Events.open(url, table="odd")


def test_a_password_is_not_told() -> None:
    with pytest.raises(DataError) as told:
        Events.open("postgresql+pg8000://me:secret@127.0.0.1:1/house", table="watched")
    assert "secret" not in str(told.value)


def test_addresses_that_can_not_be_used_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'postgresql\+nobody' is no driver that SQLAlchemy knows"):
        Events.open("postgresql+nobody://house/events", table="watched")
    with pytest.raises(DataError, match=r"is no database, so it has no table 'watched'"):
        Events.open(tmp_path / "events.csv", table="watched")
