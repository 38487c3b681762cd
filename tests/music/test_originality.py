"""How much of a piece was learnt: the longest run of notes, in any key, that both have."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.music.originality import longest_shared, runs
from laterna.music.pieces import Piece, merged

TUNE = [60, 62, 64, 65, 67, 69, 71, 72, 60, 72]


def melody(pitches: list[int], frames: int = 4) -> Piece:
    return merged("", np.repeat(np.array(pitches)[:, None], frames, 0), 4)


@pytest.mark.parametrize(
    ("pitches", "shared"),
    [
        (TUNE, 10),
        ([pitch + 5 for pitch in TUNE], 10),
        (TUNE[2:6], 4),
        ([50, *TUNE[2:6], 50], 4),
        ([60, 90], 0),
        ([60], 0),
    ],
)
def test_a_run_is_as_long_as_the_notes_that_both_have(pitches: list[int], shared: int) -> None:
    known = runs([melody(TUNE)])
    assert longest_shared([melody(pitches)], known) == shared


def test_lengths_count_too() -> None:
    assert longest_shared([melody(TUNE, 8)], runs([melody(TUNE)])) == 0
    assert longest_shared([Piece("", melody(TUNE, 2).pitches, melody(TUNE, 2).held, 2)], runs([melody(TUNE)])) == 10


def test_voices_and_pieces_are_no_run_together() -> None:
    known = runs([melody(TUNE[:5]), melody(TUNE[5:])])
    assert longest_shared([melody(TUNE)], known) == 5


@given(st.lists(st.integers(40, 80), min_size=2, max_size=30), st.integers(0, 20))
def test_whatever_part_of_a_piece_is_found_whole(pitches: list[int], first: int) -> None:
    apart = [pitch for at, pitch in enumerate(pitches) if not at or pitch != pitches[at - 1]]
    part = apart[min(first, len(apart) - 1) :]
    assert longest_shared([melody(part)], runs([melody(apart)])) == (len(part) if len(part) > 1 else 0)
