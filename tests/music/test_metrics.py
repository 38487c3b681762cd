"""Figures of music have the values that one counts by hand, and made pieces are compared with real ones fairly."""

import numpy as np
import pytest

from laterna.errors import DataError
from laterna.music.keys import Key
from laterna.music.metrics import (
    FIGURES,
    apart,
    distances,
    distinct,
    empty_beats,
    figures,
    in_scale,
    nearest,
    pitch_classes,
    polyphony,
    qualified,
    spread,
    told_apart,
)
from laterna.music.pieces import Piece, merged

C, C_MINOR = Key(0, "major"), Key(0, "minor")


def piece(*frames: tuple[int, ...], grid: int = 4) -> Piece:
    return merged("", np.array(frames), grid)


def noise(seed: int, count: int, low: int = 50, high: int = 80) -> list[Piece]:
    rng = np.random.default_rng(seed)
    return [merged("", rng.integers(low, high, (8, 2)), 4) for _ in range(count)]


def test_in_scale_counts_the_time_of_each_voice() -> None:
    one = piece((64, 60), (63, 60), (63, 60), (61, 0))
    assert in_scale(one, C) == pytest.approx(4 / 7)  # E and three times C; not Eb, not C#
    assert in_scale(one, C_MINOR) == pytest.approx(5 / 7)  # Eb twice, C three times
    assert in_scale(piece((71, 67), (69, 64)), Key(7, "major")) == 1
    assert in_scale(piece((0, 0)), C) == 0


def test_a_note_is_qualified_if_it_is_as_long_as_asked() -> None:
    one = piece((72, 60), (71, 60), (71, 60), (69, 60))
    assert qualified(one) == 2 / 4  # B and the bass
    assert qualified(one, 3) == 1 / 4
    assert qualified(one, 1) == 1
    assert qualified(piece((0, 0))) == 0


def test_pitch_classes_are_counted_in_each_bar() -> None:
    first, second = [(72, 60)] * 2 + [(67, 55)] * 2, [(64, 61)] * 3
    assert pitch_classes(piece(*first, *second, grid=1)) == 2  # C and G; E and C#
    assert pitch_classes(piece(*first, *second, grid=1), quarters=8) == 4
    assert pitch_classes(piece((0, 0))) == 0


def test_empty_beats_are_those_in_which_nothing_sounds() -> None:
    assert empty_beats(piece(*[(0, 0)] * 4, *[(0, 0)] * 3, (0, 60), *[(64, 0)] * 4, *[(0, 0)] * 4)) == 2 / 4


def test_polyphony_is_how_many_pitches_sound_at_a_time() -> None:
    assert polyphony(piece((64, 60), (60, 60), (0, 60), (0, 0))) == pytest.approx(4 / 3)
    assert polyphony(piece((0, 0))) == 0


def test_figures_are_those_of_each_piece() -> None:
    pieces = [piece((64, 60), (64, 60)), piece((63, 60), (61, 0))]
    found = figures(pieces, [C, C])
    assert tuple(found) == FIGURES
    assert found["in_scale"].tolist() == [1, pytest.approx(1 / 3)]
    assert figures(pieces)["polyphony"].tolist() == found["polyphony"].tolist() == [2, 1.5]


def test_sets_are_apart_by_the_area_between_their_distributions() -> None:
    assert apart(np.array([0.0, 1.0]), np.array([2.0, 3.0])) == 2
    assert apart(np.array([0.0, 2.0]), np.array([1.0, 1.0])) == 1  # of the same mean
    assert apart(np.array([3.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0])) == 0
    assert apart(np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0])) == pytest.approx(1 / 6)


def test_made_ones_like_the_data_are_within_the_spread_of_its_halves_and_others_are_not() -> None:
    rng = np.random.default_rng(0)
    real, like, shifted, narrow = (rng.normal(m, s, 400) for m, s in ((0, 1), (0, 1), (0.4, 1), (0, 0.4)))
    assert spread(like, real).within
    assert not spread(shifted, real).within
    assert not spread(narrow, real).within  # the right mean, too little variety
    assert spread(like, real) == spread(like, real)
    assert spread(like, real).high == spread(narrow[:300], real).high  # the data's spread is its own


def test_halves_keep_groups_together() -> None:
    groups = np.repeat(np.arange(20), 20)
    real = np.random.default_rng(0).normal(size=20)[groups]
    assert spread(real, real, groups).mean > 2 * spread(real, real).mean


def test_distinct_ones_are_like_no_other() -> None:
    one, other = piece((64, 60)), piece((62, 60))
    assert distinct([one, other, other, piece((60, 64))]) == 0  # the same pitches sound in other voices
    assert distinct([one, other]) == 1
    assert distinct([one, other, other]) == pytest.approx(1 / 3)


def test_pieces_are_distant_by_what_the_other_does_not_sound() -> None:
    one = piece((64, 60), (64, 60))
    assert distances([one], [one, piece((64, 60), (62, 60)), piece((64, 0), (64, 0)), piece((63, 61), (63, 61))])[
        0
    ].tolist() == [0, 0.25, pytest.approx(1 / 3), 1]
    assert nearest([one], [piece((64, 60), (62, 60)), piece((0, 0), (0, 0))]).tolist() == [0.25]
    with pytest.raises(DataError, match="one length"):
        distances([one], [piece((64, 60))])


def test_what_is_drawn_alike_is_told_by_chance_alone() -> None:
    found = told_apart(noise(0, 200), noise(1, 200))
    assert abs(found.accuracy - 0.5) < 0.08
    assert found.unlike < 0.08


def test_others_are_told_and_copies_too() -> None:
    real = noise(0, 50)
    assert told_apart(real, noise(1, 50, 90, 110)).accuracy == 1
    copies = told_apart(real, real)
    assert (copies.accuracy, copies.unlike) == (0, 0.5)  # each has its copy for nearest: unlike chance as well
    with pytest.raises(DataError, match="as many of both"):
        told_apart(real, real[:9])


def test_a_single_thing_made_again_and_again_is_told() -> None:
    found = told_apart(noise(0, 50), noise(1, 1) * 50)
    assert found.made == 1
    assert found.unlike > 0.2
