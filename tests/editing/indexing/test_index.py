"""The index as a value and as a folder."""

import sqlite3
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.editing.indexing.index import ABOUT, SCHEMAS, Index
from laterna.errors import DataError


@pytest.fixture
def two_shots() -> Index:
    """An index of two shots in one file."""
    return Index.of(
        [
            {"start": "0", "end": "5/2", "end_frame": 75, "caption": "A dog walks by a lake at dusk.", "place": "lake"},
            {
                "start": "5/2",
                "end": "4",
                "start_frame": 75,
                "end_frame": 120,
                "colours": ["#102030"],
                "embedding": [0.6, 0.8],
            },
        ],
        boxes=[{"shot": 0, "frame": 12, "time": "2/5", "x": 0.25, "width": 0.5, "height": 1, "score": 0.9}],
        words=[{"start": "1", "end": "3/2", "word": "Hello,"}],
        thumbnails=[{"shot": 1, "time": "3", "jpeg": b"\xff\xd8"}],
    )


def test_what_rows_leave_out_is_nothing(two_shots: Index) -> None:
    """Shots are numbered; unknown labels are ""; every table has its agreed columns and types."""
    assert two_shots.shots["shot"].to_list() == [0, 1]
    assert two_shots.shots["mood"].to_list() == ["", ""]
    assert two_shots.shots["take_group"].n_unique() == 2
    assert two_shots.files["file"].to_list() == [0]
    for name, schema in SCHEMAS.items():
        assert dict(getattr(two_shots, name).schema) == dict(schema)


def test_an_index_is_a_folder(two_shots: Index, tmp_path: Path) -> None:
    """What is saved is opened again, value for value, over an older index too."""
    Index.of([]).save(tmp_path)
    assert len(Index.open(tmp_path)) == 0
    two_shots.save(tmp_path)
    assert Index.open(tmp_path) == two_shots


def test_shots_are_looked_up_in_sql(two_shots: Index, tmp_path: Path) -> None:
    """index.sqlite answers what is at a moment of a file, in seconds."""
    two_shots.save(tmp_path)
    with sqlite3.connect(tmp_path / ABOUT) as database:
        found = database.execute('SELECT shot, caption FROM shots WHERE file = 0 AND start <= 1.5 AND "end" > 1.5')
        assert found.fetchall() == [(0, "A dog walks by a lake at dusk.")]


@settings(max_examples=30, deadline=None)
@given(
    caption=st.text(max_size=30),
    subjects=st.lists(st.text(max_size=5), max_size=3),
    valence=st.floats(-1, 1, width=32),
)
def test_any_words_come_back(
    caption: str, subjects: list[str], valence: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Captions in any script, quotes and emoji among them, survive the folder."""
    folder = tmp_path_factory.mktemp("index")
    index = Index.of([{"caption": caption, "subjects": subjects, "valence": valence}])
    index.save(folder)
    assert Index.open(folder) == index


def test_a_strange_column_is_refused() -> None:
    """A column that no table has is named."""
    with pytest.raises(DataError, match=r"no column 'colour': it has shot, file, start"):
        Index.of([{"colour": "red"}])


def test_a_value_of_another_type_is_refused() -> None:
    """A number where words belong is refused rather than repaired."""
    with pytest.raises(DataError, match="table of shots is given a value of another type"):
        Index.of([{"caption": 7}])


class TestFoldersThatAreNoIndex:
    """Each is refused in one sentence that names the folder and the mend."""

    def test_nothing_there(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"holds no index: make one with `laterna editing index`\.$"):
            Index.open(tmp_path / "nowhere")

    def test_another_version(self, two_shots: Index, tmp_path: Path) -> None:
        two_shots.save(tmp_path)
        with sqlite3.connect(tmp_path / ABOUT) as database:
            database.execute("UPDATE about SET value = '99' WHERE name = 'version'")
        with pytest.raises(DataError, match=r"an index of version 99, and 1 is read: make it anew"):
            Index.open(tmp_path)

    def test_a_file_of_noise(self, tmp_path: Path) -> None:
        (tmp_path / ABOUT).write_bytes(b"\x00noise" * 100)
        with pytest.raises(DataError, match="is no whole index"):
            Index.open(tmp_path)

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_a_table_of_another_save(self, name: str, two_shots: Index, tmp_path: Path) -> None:
        """A run killed between two tables leaves what is known to be no whole."""
        two_shots.save(tmp_path)
        pl.DataFrame({"other": [1]}).write_parquet(tmp_path / f"{name}.parquet")
        with pytest.raises(DataError, match="is no whole index"):
            Index.open(tmp_path)

    def test_a_table_is_missing(self, two_shots: Index, tmp_path: Path) -> None:
        two_shots.save(tmp_path)
        (tmp_path / "boxes.parquet").unlink()
        with pytest.raises(DataError, match="is no whole index"):
            Index.open(tmp_path)
