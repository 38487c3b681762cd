"""A user's log goes to the shots that it is about."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from laterna.editing.indexing.logged import Log, in_words
from laterna.errors import DataError


@pytest.fixture
def film(tmp_path: Path, make_film: Callable[..., Path]) -> Path:
    return make_film(tmp_path / "a.mp4", seconds=0.2, sound=False)


def written(folder: Path, text: str) -> Path:
    path = folder / "labels.csv"
    path.write_text(text)
    return path


def test_a_row_is_for_the_shot_that_it_covers(film: Path) -> None:
    written(
        film.parent,
        "file,start,end,place,subjects,key,caption\na.mp4,0,4,lake,man; dog,0.5,A man fishes.\na.mp4,4,8,village,,,\n",
    )
    log = Log.beside([film])
    said = log.says(film, Fraction(1, 2), Fraction(4))
    assert said == {"place": "lake", "subjects": ["man", "dog"], "key_score": 0.5, "caption": "A man fishes."}
    assert log.says(film, Fraction(7, 2), Fraction(8)) == {"place": "village"}
    assert log.says(film, Fraction(8), Fraction(9)) == {}
    assert log.says(film.with_name("b.mp4"), Fraction(0), Fraction(4)) == {}


def test_a_row_without_times_is_for_the_whole_file(film: Path) -> None:
    written(film.parent, "file,mood\na.mp4,calm\n")
    assert Log.beside([film]).says(film, Fraction(3), Fraction(5)) == {"mood": "calm"}


def test_a_log_elsewhere_is_named(film: Path) -> None:
    written(film.parent, "file,mood\na.mp4,calm\n")
    named = film.parent / "log.csv"
    named.write_text("file,mood\na.mp4,tense\n")
    assert Log.beside([film], named).says(film, Fraction(0), Fraction(1)) == {"mood": "tense"}


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("file,plase\na.mp4,lake\n", "column 'plase': write place"),
        ("file,place\na.mp4,vilage\n", "says 'vilage': write village"),
        ("file,start,end\na.mp4,4,2\n", "ends before it starts"),
        ("file,place\nb.mp4,lake\n", "which is not beside it"),
    ],
)
def test_what_a_log_gets_wrong_is_told_with_the_nearest_known(film: Path, text: str, mend: str) -> None:
    written(film.parent, text)
    with pytest.raises(DataError, match=mend):
        Log.beside([film])


def test_labels_make_a_line_of_words() -> None:
    shot = {"scale": "wide", "move": "pan", "subjects": ["woman", "dog"], "actions": ["walk"], "place": "village",
            "daytime": "dusk", "weather": "rain", "mood": ""}  # fmt: skip
    assert in_words(shot) == "Wide pan: woman and dog, walk, village, dusk, rain."
    assert in_words(dict.fromkeys(shot, "")) == ""
