"""Where shots come from: scenes are seen again and anew, and judging is always by the same films."""

from collections.abc import Sequence

import numpy as np

from laterna.editing.joins.disturbances import Clip
from laterna.editing.joins.plates import plate
from laterna.editing.joins.reels import Joins, Material, Stage

SIZE = 96, 54


def material(scenes: int = 3) -> Material:
    clips: Sequence[Sequence[Clip]] = [[plate(20, SIZE, np.random.default_rng(n))] for n in range(scenes)]
    return Material(clips, Stage(range(0)), (0.8, 0.0, 0.2))


def test_shots_are_as_long_as_asked_for() -> None:
    shot = material().reel(np.random.default_rng(1))
    assert [shot(frames).shape for frames in (1, 7, 90)] == [(frames, 54, 96, 3) for frames in (1, 7, 90)]


def test_training_samples_hang_on_their_numbers_alone() -> None:
    samples = Joins(material(), 10, 60)
    one, two, other = (samples.sample(0, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one.pictures, two.pictures)
    assert not np.array_equal(one.pictures, other.pictures)


def test_films_to_judge_by_are_always_the_same() -> None:
    films = Joins(material(), 2, 90, whole=True)
    one, two = films.sample(0, np.random.default_rng(1)), films.sample(0, np.random.default_rng(2))
    assert np.array_equal(one.pictures, two.pictures)
    assert not np.array_equal(one.pictures, films.sample(1, np.random.default_rng(1)).pictures)


def test_takes_of_a_scene_of_the_theatre_are_of_one_place_and_differ() -> None:
    takes = Stage([5])[0]
    assert all(take.shape == (64, 54, 96, 3) for take in takes)
    assert not np.array_equal(takes[0], takes[1])
    assert Stage([5])[0] is takes  # drawn once
