"""The camera's movement and what moves of its own, told apart."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.editing.indexing.camera import motion, shake


def ground(seed: int = 0) -> np.ndarray:
    """A large picture with structure everywhere."""
    noise = np.random.default_rng(seed).integers(0, 256, (90, 140, 3), dtype=np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 2.5), None, 20, 220, cv2.NORM_MINMAX)


def window(picture: np.ndarray, x: int, y: int) -> np.ndarray:
    return picture[y : y + 54, x : x + 96].copy()


@settings(max_examples=15)
@given(x=st.integers(-4, 4), y=st.integers(-3, 3))
def test_a_pan_is_the_cameras(x: int, y: int) -> None:
    """The shift is found to a quarter of a pixel, and taken back: nothing is left that moves of its own."""
    picture = ground()
    found = motion(window(picture, 20, 15), window(picture, 20 + x, 15 + y))
    assert found.shift == pytest.approx((-x / 96, -y / 96), abs=0.25 / 96)
    assert np.median(found.speed) < 0.3
    assert found.change[6:-6, 6:-6].mean() < 6


def test_a_zoom_is_the_cameras() -> None:
    """A picture that grows is no movement of its own."""
    here = window(ground(), 20, 15)
    grown = cv2.resize(here, None, fx=1.06, fy=1.06)
    there = grown[1 : 1 + 54, 2 : 2 + 96]
    found = motion(here, there)
    assert found.zoom == pytest.approx(0.06, abs=0.015)
    assert np.median(found.speed) < 0.5


def test_an_actor_before_a_pan_moves_of_its_own() -> None:
    """What moves otherwise than the picture is left over, in its place."""
    picture = ground()
    here, there = window(picture, 20, 15), window(picture, 23, 15)
    actor = ground(5)[:20, :14]
    here[20:40, 40:54], there[20:40, 43:57] = actor, actor  # it goes right where the ground goes left
    found = motion(here, there)
    assert found.shift[0] == pytest.approx(-3 / 96, abs=0.5 / 96)
    inside, outside = found.speed[24:36, 43:51].mean(), found.speed[:, :20].mean()
    assert inside > 3
    assert outside < 1


def test_pictures_without_structure_stand_still() -> None:
    """A plain wall tells nothing, and breaks nothing."""
    plain = np.full((54, 96, 3), 90, np.uint8)
    found = motion(plain, plain)
    assert found.shift == pytest.approx((0, 0), abs=1e-6)
    assert found.change.max() == 0


def test_a_hand_shakes_and_a_pan_does_not() -> None:
    """A camera of even speed is steady, however fast; one of changing speed is not; an actor does not count."""
    even = np.tile(np.float32([0.4, 0.0]), (30, 9, 16, 1))
    even[:, 3:7, 5:9] = np.random.default_rng(0).normal(0, 2, (30, 4, 4, 2))
    hand = even + np.random.default_rng(1).normal(0, 0.1, (30, 1, 1, 2)).astype(np.float32)
    assert shake(even) < 0.01
    assert shake(hand) > 0.1
    assert shake(even[:2]) == 0
