"""Every generation of MovieLens folders is read, and what people are is never opened."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.audience.catalogue import Catalogue
from laterna.audience.events import Events
from laterna.audience.sources import movielens
from laterna.errors import DataError, MediaError

FLAGS = "0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0"  # Animation, Children's, Comedy


def latest(folder: Path) -> Path:
    (folder / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,10,4.0,978300760\n2,20,3.5,978300761\n")
    (folder / "movies.csv").write_text(
        "movieId,title,genres\n10,Toy Story (1995),Animation|Children's|Comedy\n"
        '20,"City of Lost Children, The (Cité, La) (1995)",(no genres listed)\n'
    )
    (folder / "tags.csv").write_text(
        'userId,movieId,tag,timestamp\n1,10,Pixar,1\n2,10," pixar",2\n2,10,fun,3\n3,10,"buzz, lightyear",4\n'
    )
    return folder


def of_1m(folder: Path) -> Path:
    (folder / "ratings.dat").write_text("1::10::4::978300760\n2::20::3::978300761\n")
    titles = "10::Toy Story (1995)::Animation|Children's|Comedy\n20::City of Lost Children, The (Cité, La) (1995)::\n"
    (folder / "movies.dat").write_bytes(titles.encode("latin-1"))
    (folder / "users.dat").write_bytes(b"\xff\x00 nobody reads this")
    return folder


def of_100k(folder: Path) -> Path:
    (folder / "u.data").write_text("1\t10\t4\t978300760\n2\t20\t3\t978300761\n")
    films = f"10|Toy Story (1995)|01-Jan-1995||http://imdb|{FLAGS}\n"
    films += f"20|City of Lost Children, The (Cité, La) (1995)|01-Jan-1995||http://imdb|1{'|0' * 18}\n"
    (folder / "u.item").write_bytes(films.encode("latin-1"))
    (folder / "u.user").write_bytes(b"\xff\x00 nobody reads this")
    return folder


@pytest.mark.parametrize("make", [latest, of_1m, of_100k])
def test_each_generation_tells_the_same(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    folder = make(tmp_path)
    events, catalogue = Events.open(folder).frame, Catalogue.open(folder).frame
    assert events.columns == ["user", "item", "time", "rating"]
    assert events.row(0) == ("1", "10", datetime(2000, 12, 31, 22, 12, 40, tzinfo=UTC), 4)
    assert catalogue["item"].to_list() == ["10", "20"]
    assert catalogue["title"].to_list() == ["Toy Story", "City of Lost Children, The (Cité, La)"]
    assert catalogue["year"].to_list() == [1995, 1995]
    assert catalogue["genres"].to_list() == [["Animation", "Children's", "Comedy"], []]


def test_tags_are_in_small_letters_those_of_most_people_first(tmp_path: Path) -> None:
    assert Catalogue.open(latest(tmp_path)).frame["tags"].to_list() == [["pixar", "buzz, lightyear", "fun"], []]


def test_a_span_of_years_begins_with_its_first(tmp_path: Path) -> None:
    (tmp_path / "movies.csv").write_text("movieId,title,genres\n1,Fawlty Towers (1975-1979),Comedy\n2,(1999),Drama\n")
    found = movielens.items(tmp_path)
    assert found is not None
    assert found.select("title", "year").rows() == [("Fawlty Towers", 1975), ("(1999)", 1999)]


def test_the_real_folder_is_read(data: Path) -> None:
    folder = data / "ml-latest-small"
    events, catalogue = Events.open(folder), Catalogue.open(folder)
    assert (len(events), len(events.users), len(events.items), len(catalogue)) == (100_004, 671, 9_066, 9_125)
    assert not set(events.items) - set(catalogue.items)
    assert catalogue.frame["year"].null_count() < 15


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no events: it has neither an events\.parquet nor one of Movie"):
        Events.open(tmp_path)


def test_a_broken_line_is_told(tmp_path: Path) -> None:
    (tmp_path / "ratings.dat").write_text("1::10::4::978300760\n\n2::20::3\n")
    with pytest.raises(MediaError, match=r"ratings.dat' has 3 fields in line 3, not 4: copy it anew"):
        Events.open(tmp_path)


def test_a_file_of_other_columns_is_told(tmp_path: Path) -> None:
    (tmp_path / "movies.csv").write_text("id,title\n1,Heat\n")
    with pytest.raises(MediaError, match=r"movies.csv' lacks the column 'movieId': copy it anew"):
        Catalogue.open(tmp_path)


FIELD = st.text("abc é字|", min_size=1, max_size=5)


@settings(max_examples=30)
@given(st.lists(st.tuples(FIELD, FIELD, FIELD), min_size=1))
def test_fields_come_back_as_they_were_joined(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    file = tmp_path_factory.mktemp("fields") / "movies.dat"
    file.write_text("\n".join(map("::".join, rows)) + "\n", encoding="utf-8")
    assert movielens.fields(file, "::", ["item", "title", "genres"]).rows() == rows
