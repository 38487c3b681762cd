"""The faults that textbooks name are found where they are, and chords have their names."""

import numpy as np
import pytest

from laterna.music.pieces import merged
from laterna.music.theory import chord_of, faults, sung


def told(*frames: tuple[int, ...]) -> list[str]:
    return [fault.what for fault in faults(merged("", np.array(frames), 1))]


def test_parallel_fifths_and_octaves_are_found() -> None:
    assert told((67, 60), (69, 62)) == ["parallel fifths"]
    assert told((72, 60), (74, 62)) == ["parallel octaves"]


def test_contrary_oblique_and_repeated_ones_are_none() -> None:
    assert told((67, 60), (67, 60)) == []
    assert told((67, 60), (69, 60)) == []
    assert told((67, 60), (69, 50)) == []  # a fifth to a fifth, an octave wider, in contrary motion


def test_fifths_between_crossed_voices_are_fifths_and_fourths_are_not() -> None:
    assert "parallel fifths" in told((60, 67), (62, 69))
    assert "parallel fifths" not in told((60, 65), (62, 67))


def test_crossed_voices_and_leaps_are_found_at_their_place() -> None:
    (fault,) = faults(merged("", np.array([(64, 60), (60, 62), (60, 62), (64, 60)]), 2))
    assert (fault.what, float(fault.quarter), fault.voices) == (
        "the lower voice is above the higher one", 0.5, (0, 1),
    )  # fmt: skip
    assert told((60,), (74,)) == ["a leap of 14 semitones"]
    assert told((60,), (0,), (76,)) == []  # there was time to breathe


def test_a_choir_has_its_ranges() -> None:
    assert told((90, 64, 55, 48)) == ["note 90 is out of the voice's range"]
    assert told((72, 64, 55, 48)) == []
    assert told((90, 64, 0, 0)) == []  # two voices are no choir


@pytest.mark.parametrize(
    ("pitches", "name"),
    [
        ((72, 67, 64, 48), "C"),
        ((72, 67, 60, 52), "C/E"),
        ((65, 59, 55, 43), "G7"),
        ((65, 59, 67, 43), "G7"),
        ((65, 59, 43), "G7"),
        ((64, 60, 48), "C"),
        ((66, 60, 49), ""),
        ((65, 62, 59, 43), "G7"),
        ((72, 69, 64, 57), "Am"),
        ((72, 66, 63, 57), "Adim7"),
        ((0, 0, 0, 0), ""),
    ],
)
def test_chords_have_names(pitches: tuple[int, ...], name: str) -> None:
    assert chord_of(np.array(pitches)) == name


@pytest.mark.parametrize(("moved", "lies"), [(0, 0), (4, 4), (12, 0), (-12, 0), (9, -3), (-9, 3)])
def test_what_a_choir_can_not_sing_is_moved_by_an_octave(moved: int, lies: int) -> None:
    piece = merged("", np.array([(70, 65, 58, 48), (67, 62, 58, 43), (74, 65, 62, 46), (0, 62, 60, 55)]), 1)
    assert (sung(piece.moved(moved)).pitches == piece.moved(lies).pitches).all()


def test_a_soprano_alone_is_moved_to_where_she_sings() -> None:
    alone = merged("", np.array([[70], [67], [74], [0]]), 1)
    assert (sung(alone.moved(12)).pitches == alone.pitches).all()
