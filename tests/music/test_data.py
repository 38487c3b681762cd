"""What a model of music may learn from: a table, or a folder with whatever lies in it."""

import json
from pathlib import Path

import numpy as np
import pytest

from laterna.errors import DataError
from laterna.media.scores import save_score
from laterna.music.data import read_pieces
from laterna.music.notation import score_of
from laterna.music.pieces import merged

CHORD = [72, 67, 64, 48]


def write_table(path: Path, first: int = 60) -> None:
    parts = {"train": [[CHORD] * 8, [[first, 0, 0, 40]] * 8], "valid": [[CHORD] * 4], "test": [[CHORD] * 4]}
    path.write_text(json.dumps(parts))


def write_scores(folder: Path, count: int) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        save_score(score_of(merged("", np.array([[60 + number, 0, 0, 40]] * 8), 4)), folder / f"{number}.mid")


def test_tables_of_a_folder_are_joined_and_a_piece_is_learnt_once(tmp_path: Path) -> None:
    write_table(tmp_path / "a-16th.json")
    (tmp_path / "within").mkdir()
    write_table(tmp_path / "within" / "b-16th.json", first=65)
    found = read_pieces(tmp_path)
    assert (len(found.train), len(found.valid), len(found.test)) == (3, 2, 2)
    assert found.told == ("3 pieces of a-16th.json, b-16th.json",)


def test_scores_of_a_folder_are_parted_and_none_is_in_two_parts(tmp_path: Path) -> None:
    write_scores(tmp_path / "songs", 10)
    found = read_pieces(tmp_path)
    names = [piece.name for part in (found.train, found.valid, found.test) for piece in part]
    assert sorted(names) == [f"songs/{number}.mid" for number in range(10)]
    assert min(len(found.valid), len(found.test)) >= 1
    assert {piece.grid for piece in found.train} == {4}


def test_what_is_no_music_is_skipped_counted_and_named(tmp_path: Path) -> None:
    write_scores(tmp_path, 4)
    (tmp_path / "notes.txt").write_text("To do")
    (tmp_path / "broken.mid").write_bytes(b"MThd nothing")
    (tmp_path / ".hidden").write_text("")
    found = read_pieces(tmp_path)
    assert "4 scores" in found.told[0]
    assert found.told[1].startswith("skipped files: 2. ")
    assert "notes.txt is no score." in found.told[1]
    assert "broken.mid" in found.told[1]


def test_many_skipped_files_are_not_all_named(tmp_path: Path) -> None:
    write_scores(tmp_path, 3)
    for number in range(8):
        (tmp_path / f"{number}.txt").write_text("")
    assert read_pieces(tmp_path).told[1].endswith("And 3 more.")


def test_a_folder_with_too_little_says_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("To do")
    with pytest.raises(DataError, match=r"no table of pieces, and 0 scores.*at least 3 MIDI.*notes\.txt is no score"):
        read_pieces(tmp_path)


def test_a_file_that_is_no_table_is_refused_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("To do")
    with pytest.raises(DataError, match="can't be read as JSON"):
        read_pieces(tmp_path / "notes.txt")
