"""Tables of pieces are read frame by frame, and what is wrong in one is told."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from laterna.errors import DataError
from laterna.music.pieces import FIRST, HOLD, REST, Piece, merged, moved_tokens, read_table, tokens_of


def table(path: Path, *frames: list[int], **parts: Any) -> Path:
    path.write_text(json.dumps({"train": [list(frames)], "valid": [], "test": []} | parts))
    return path


def test_frames_become_voices_from_the_highest_down(tmp_path: Path) -> None:
    (piece,) = read_table(table(tmp_path / "x-quarter.json", [48, 55, 60, 64], [48, 60, 64], []))["train"]
    assert piece.pitches.tolist() == [[64, 60, 55, 48], [64, 60, 48, 0], [0, 0, 0, 0]]
    assert piece.held.tolist() == [[False] * 4, [True, True, False, False], [False] * 4]
    assert piece.grid == 1


def test_voices_that_are_named_in_each_frame_stay_as_they_are_though_they_cross(tmp_path: Path) -> None:
    (piece,) = read_table(table(tmp_path / "x.json", [60, 64, 55, 48], [72, 64, -1, 48]))["train"]
    assert piece.pitches.tolist() == [[60, 64, 55, 48], [72, 64, 0, 48]]
    assert piece.grid == 4


def test_voices_that_are_named_from_the_bass_up_are_turned_about(tmp_path: Path) -> None:
    (piece,) = read_table(table(tmp_path / "x.json", [48, 55, 64, 60], [48, 57, 60, 72]))["train"]
    assert piece.pitches.tolist() == [[60, 64, 55, 48], [72, 60, 57, 48]]


def test_the_grid_is_a_word_of_the_files_name(tmp_path: Path) -> None:
    (piece,) = read_table(table(tmp_path / "bach-18th-century-16th.json", [60]))["train"]
    assert piece.grid == 4


def test_tokens_say_when_a_note_begins_goes_on_and_ends() -> None:
    piece = merged("", np.array([[60], [60], [62], [0]]), 4)
    assert tokens_of(piece)[:, 0].tolist() == [FIRST + 60, HOLD, FIRST + 62, REST]


def test_a_part_begins_its_notes_and_a_piece_moves_but_for_its_rests() -> None:
    piece = merged("", np.array([[60], [60], [0]]), 4)
    assert tokens_of(piece.part(1, 3))[:, 0].tolist() == [FIRST + 60, REST]
    assert piece.moved(2).pitches[:, 0].tolist() == [62, 62, 0]
    assert len(piece) == 3
    assert piece.moved(70).pitches[:, 0].tolist() == [118, 118, 0]
    assert piece.moved(-62).pitches[:, 0].tolist() == [10, 10, 0]


@pytest.mark.parametrize("semitones", [-62, -3, 0, 2, 70])
def test_tokens_are_moved_as_pieces_are_and_what_is_not_given_stays(semitones: int) -> None:
    piece = merged("", np.array([[60], [60], [62], [0]]), 4)
    assert (moved_tokens(tokens_of(piece), semitones) == tokens_of(piece.moved(semitones))).all()
    assert moved_tokens(np.array([-1]), semitones).tolist() == [-1]


def test_a_piece_tells_its_key() -> None:
    scale = [62, 64, 65, 67, 69, 70, 73, 74, 62, 69, 62]
    assert str(Piece("", np.array(scale)[:, None], np.zeros((11, 1), bool), 1).key) == "D minor"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "can't be read as JSON"),
        ("[]", "no table of pieces"),
        ('{"train": []}', "no table of pieces"),
        ('{"train": [3], "valid": [], "test": []}', "Piece 1 of bad train in .* is no list of frames"),
        ('{"train": [[[60, 61, 62, 63, 64]]], "valid": [], "test": []}', "no list of up to 4 notes"),
        ('{"train": [[[60, 300]]], "valid": [], "test": []}', "no MIDI number"),
        ('{"train": [[["a"]]], "valid": [], "test": []}', "no MIDI number"),
    ],
)
def test_what_is_wrong_is_told(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(DataError, match=says):
        read_table(tmp_path / "bad.json")


@pytest.mark.parametrize(("semitones", "back"), [(0, 0), (2, -2), (5, -5), (6, 6), (7, 5), (11, 1), (14, -2)])
def test_a_piece_is_moved_to_where_it_has_no_signs_by_the_shortest_way(semitones: int, back: int) -> None:
    scale = merged("", np.array([[60], [60], [62], [64], [65], [67], [67], [69], [71], [72]]), 4)
    piece = scale.moved(semitones)
    assert piece.from_signs == back
    assert piece.moved(piece.from_signs).key.signature == 0
    assert (piece.to_signs_of(scale).pitches == piece.moved(back).pitches).all()
    assert scale.to_signs_of(piece).key.signature == piece.key.signature
