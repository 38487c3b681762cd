"""Attributes of phrases: each is high where it should be."""

import numpy as np
import pytest

from laterna.music.attributes import density, mode, register, syncopation
from laterna.music.pieces import Piece, merged


def line(*notes: tuple[int, int]) -> Piece:
    """(MIDI number, 16th notes) one after another, in one voice."""
    pitches = [pitch for pitch, frames in notes for _ in range(frames)]
    held = [n > 0 for _, frames in notes for n in range(frames)]
    return Piece("", np.array(pitches, np.int16)[:, None], np.array(held)[:, None], 4)


def test_mode_is_that_of_the_key() -> None:
    scale = [(60 + step, 4) for step in (0, 4, 7, 0, 2, 4, 5, 7, 0)]
    assert mode(line(*scale)) == 1
    assert mode(line(*((pitch - (pitch in (64,)), frames) for pitch, frames in scale))) == 0


def test_density_counts_notes_in_a_quarter_note() -> None:
    assert density(line((60, 4), (62, 4))) == 1
    assert density(line((60, 2), (62, 2), (64, 4))) == 1.5
    assert density(line((0, 4), (60, 4))) == 0.5


def test_register_is_the_mean_height_of_what_sounds() -> None:
    assert register(line((60, 4), (72, 4), (0, 8))) == 66
    assert register(line((0, 8))) == 60


@pytest.mark.parametrize(
    ("notes", "share"),
    [
        ([(60, 4), (62, 4)], 0),  # on the beat
        ([(60, 2), (62, 2), (64, 4)], 0),  # off the beat, and not over the next one
        ([(60, 2), (62, 4), (64, 2)], 1 / 3),
        ([(60, 1), (62, 4), (64, 3)], 1 / 3),
        ([(60, 3), (62, 4), (64, 4), (65, 5)], 3 / 4),
        ([(60, 6), (62, 2)], 0),  # over a beat, but from one on
        ([(0, 2), (60, 2)], 0),
    ],
)
def test_syncopated_notes_begin_off_a_beat_and_sound_over_it(notes: list[tuple[int, int]], share: float) -> None:
    assert syncopation(line(*notes)) == pytest.approx(share)


def test_every_voice_counts() -> None:
    assert density(merged("", np.repeat([[72, 67, 64, 48]], 4, 0), 4)) == 4
