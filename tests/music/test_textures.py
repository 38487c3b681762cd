"""Styles change how accompaniment is played, and nothing of the melody."""

import numpy as np
import pytest

from laterna.errors import DataError
from laterna.music.pieces import Piece, merged
from laterna.music.textures import played

CHORDS = merged("", np.repeat([[72, 67, 64, 48], [72, 65, 60, 53]], 4, 0), 4)


def begins(piece: Piece, voice: int) -> list[int]:
    """The frames in which notes begin."""
    return np.flatnonzero((piece.pitches[:, voice] > 0) & ~piece.held[:, voice]).tolist()


@pytest.mark.parametrize("style", ["chorale", "broken", "pulsing"])
def test_the_melody_stays_as_it_is(style: str) -> None:
    piece = played(CHORDS, style)  # type: ignore[arg-type]
    assert piece.pitches[:, 0].tolist() == CHORDS.pitches[:, 0].tolist()
    assert begins(piece, 0) == begins(CHORDS, 0)


def test_a_chorale_is_played_as_it_stands() -> None:
    piece = played(CHORDS, "chorale")
    assert (piece.pitches == CHORDS.pitches).all()
    assert (piece.held == CHORDS.held).all()


def test_a_pulse_begins_all_notes_below_on_each_quarter_note() -> None:
    long = merged("", np.repeat([[72, 67, 64, 48]], 8, 0), 4)
    assert [begins(played(long, "pulsing"), voice) for voice in range(4)] == [[0], [0, 4], [0, 4], [0, 4]]


def test_broken_chords_sound_one_inner_voice_at_a_time() -> None:
    piece = played(CHORDS, "broken")
    assert ((piece.pitches[:, 1] > 0) ^ (piece.pitches[:, 2] > 0)).all()
    assert (begins(piece, 2), begins(piece, 1)) == ([0, 4], [2, 6])
    assert (piece.pitches[:, 3] == CHORDS.pitches[:, 3]).all()


def test_an_unknown_style_is_told() -> None:
    with pytest.raises(DataError, match="no style 'baroque': choose chorale, broken, pulsing"):
        played(CHORDS, "baroque")  # type: ignore[arg-type]
