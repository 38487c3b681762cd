"""Shots of the theatre with their labels."""

import numpy as np
import pytest

from laterna.editing.describing.labels import CHOICES, SETS
from laterna.editing.rehearsals.labelled import graded, mirrored
from laterna.editing.rehearsals.stage import shown, staged
from laterna.theatre.truth import Cast, ShotTruth, Span


def test_a_shot_has_every_label_and_repeats_by_its_seed() -> None:
    one, again = staged(3), staged.__wrapped__(3)
    assert (one.samples.pictures == again.samples.pictures).all()
    assert set(one.choices) == set(CHOICES)
    assert all(one.choices[name] in words for name, words in CHOICES.items())
    assert all(one.sets[name] for name in SETS)
    assert min(one.chosen()) >= 0
    assert set(one.held()) == {0.0, 1.0}
    assert len(one.keys) == len(one.samples.pictures) <= 24
    assert 0 <= one.keys.min() <= one.keys.max() <= 1


def test_a_mirror_turns_motion_to_the_side_around() -> None:
    shot = staged(3)
    other = mirrored(shot)
    assert (other.samples.pictures[:, :, 0] == shot.samples.pictures[:, :, -1]).all()
    assert (other.samples.flows[:, :, 0, 0] == -shot.samples.flows[:, :, -1, 0]).all()
    assert (other.samples.flows[:, :, 0, 1] == shot.samples.flows[:, :, -1, 1]).all()
    assert other.choices == shot.choices


def test_another_camera_changes_brightness_and_no_label() -> None:
    shot = staged(3)
    other = graded(shot, np.random.default_rng(0))
    assert other.choices == shot.choices
    assert 0 < np.abs(other.samples.pictures.astype(int) - shot.samples.pictures).mean() < 60


def test_a_frame_shows_more_with_an_actor_who_is_near_and_acts() -> None:
    poses = np.zeros((6, 2, 3))
    poses[1:, :, 2] = 1  # seen from the second frame on
    poses[2:, 1, 1] = 50  # and 50 of 100 pixels tall from the third on
    actor = Cast(1, "man", "person", "man", [Span("wave", 14, 15)], poses)
    words = dict.fromkeys(
        ("place", "daytime", "weather", "mood", "scale", "move", "direction", "palette", "caption"), ""
    )
    truth = ShotTruth(10, 16, **words, actors=[actor], camera=np.zeros((6, 4)))
    shows = shown(truth, [Span("flash", 5, 5)], (100, 100))
    assert shows.tolist() == pytest.approx([0, 1 / 3, 0.5, 0.5, 5 / 6, 0])
