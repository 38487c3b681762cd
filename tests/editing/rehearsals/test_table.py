"""A user's own labels."""

import contextlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laterna.editing.rehearsals.table import labelled, read_labels
from laterna.errors import DataError, LaternaError
from laterna.media.encode import Encoding, VideoWriter


@pytest.fixture
def film(tmp_path: Path) -> Path:
    with VideoWriter(tmp_path / "a.mp4", Encoding((64, 36), Fraction(12), preset="ultrafast")) as writer:
        for n in range(24):
            writer.write(np.full((36, 64, 3), 10 * n, np.uint8))
    return tmp_path / "a.mp4"


def table(film: Path, text: str) -> Path:
    path = film.parent / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_row_says_where_a_shot_is_and_what_is_known_of_it(film: Path) -> None:
    path = table(
        film,
        "file,start,end,scale,subjects,valence,caption\na.mp4,1s,1.5,Close-Up,dog; man,-0.5,A dog\na.mp4,,,,,,\n",
    )
    first, second = read_labels(path)
    assert (first.path, first.start, first.end) == (film, 1, Fraction(3, 2))
    assert (first.choices, first.sets, first.numbers) == (
        {"scale": "close-up"},
        {"subjects": ["dog", "man"]},
        {"valence": -0.5},
    )
    assert (second.end, second.choices, second.sets, second.numbers) == (None, {}, {}, {})
    shot = labelled(first)
    assert len(shot.samples.pictures) == 3
    assert shot.samples.pictures[0].mean() == pytest.approx(120, abs=8)
    assert shot.chosen() == [2, -1, -1, -1, -1, -1]
    assert np.isnan(shot.measured()).tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,scael\na.mp4,wide", "column 'scael': write scale"),
        ("scale\nwide", "no column file"),
        ("file,scale\na.mp4,widely", "Line 2 of .* says 'widely': write wide"),
        ("file,scale\na.mp4,xyz", "says 'xyz': use one of wide, medium, close-up"),
        ("file,subjects\na.mp4,man;cat", "says 'cat'"),
        ("file\nb.mp4", "names 'b.mp4', which is not beside it"),
        ("file\n../../etc", "which is not beside it"),
        ("file,start,end\na.mp4,2,1", "ends before it starts"),
        ("file,start\na.mp4,soon", "the time 'soon'"),
        ("file,valence\na.mp4,3", "a number from -1 to 1"),
        ("file,key\na.mp4,nan", "a number from 0 to 1"),
        ("file,scale\na.mp4,wide,more", "more fields than there are columns"),
    ],
)
def test_what_is_wrong_with_a_table_is_one_sentence(film: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_labels(table(film, text))


def test_a_range_beyond_the_film_has_no_picture(film: Path) -> None:
    (row,) = read_labels(table(film, "file,start\na.mp4,99"))
    with pytest.raises(LaternaError, match="no picture"):
        labelled(row)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(film: Path, data: bytes) -> None:
    path = film.parent / "labels.csv"
    path.write_bytes(b"file,scale\n" + data)
    with contextlib.suppress(LaternaError):
        read_labels(path)
