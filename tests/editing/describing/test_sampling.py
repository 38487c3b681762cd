"""What the analyst sees of a film: six small pictures a second, and how the picture moves."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.editing.describing.sampling import MOST, Sampler, spread
from laterna.media.encode import Encoding, VideoWriter
from laterna.media.video import Video

GROUND = cv2.resize(
    np.random.default_rng(0).integers(0, 256, (30, 60, 3)).astype(np.uint8), (480, 240), interpolation=cv2.INTER_CUBIC
)


def film(path: Path, rate: int, speed: float) -> Video:
    """A second of a ground that moves to the left, in picture heights a second."""
    with VideoWriter(path, Encoding((160, 90), Fraction(rate), preset="ultrafast")) as writer:
        for frame in range(rate):
            left = 100 + speed * 90 * frame / rate
            window = np.array([[1, 0, -left], [0, 1, -60]], np.float32)
            writer.write(cv2.warpAffine(GROUND, window, (160, 90)))
    return Video(path)


@pytest.mark.parametrize(
    ("rate", "frames"), [(30, [0, 5, 10, 15, 20, 25]), (24, [0, 4, 8, 12, 16, 20]), (5, [0, 1, 2, 3, 4])]
)
def test_six_pictures_a_second_are_taken_or_all_there_are(tmp_path: Path, rate: int, frames: list[int]) -> None:
    sampler = Sampler()
    for index, frame in enumerate(film(tmp_path / "film.mp4", rate, 0).frames()):
        sampler.add(index, frame)
    taken = sampler.taken()
    assert taken.frames.tolist() == frames
    assert taken.pictures.shape == (len(frames), 54, 96, 3)
    assert [time * rate for time in taken.times] == frames


def test_motion_is_in_picture_heights_a_second_whatever_the_rate(tmp_path: Path) -> None:
    for rate in (12, 30):
        sampler = Sampler()
        for index, frame in enumerate(film(tmp_path / f"{rate}.mp4", rate, 0.4).frames()):
            sampler.add(index, frame)
        right, down = np.median(sampler.taken().flows[1:].astype(float), axis=(0, 1, 2))
        assert right == pytest.approx(-0.4, abs=0.05)
        assert down == pytest.approx(0, abs=0.03)


def test_what_is_too_slow_for_one_picture_shows_over_a_second() -> None:
    """A twentieth of a pixel a picture, of a dim ground in a noisy picture."""
    sampler, rng = Sampler(), np.random.default_rng(1)
    for n in range(18):
        window = np.array([[1, 0, -100 - n / 20], [0, 1, -60]], np.float32)
        dim = cv2.warpAffine(GROUND, window, (160, 90)) * 0.2 + rng.normal(80, 2, (90, 160, 3))
        sampler.see(n, Fraction(n, 6), dim.astype(np.uint8))
    shot, right = sampler.taken().between(0, 18), -6 / 20 / 90  # picture heights a second
    off = [np.abs(motion[6:, ..., 0].astype(float) - right).mean() for motion in (shot.flows, shot.drifts)]
    assert off[1] < off[0] / 3


def test_where_there_is_nothing_to_see_the_motion_is_that_of_what_is_near() -> None:
    """A plain wall moves before a plain sky: in the cells that have an edge of it, only the edge is asked."""
    sampler, rng = Sampler(), np.random.default_rng(1)
    for n in range(3):
        picture = rng.normal(180, 1, (90, 160, 3))
        picture[:, 62 + 2 * n : 122 + 2 * n] -= 150
        sampler.see(n, Fraction(n, 6), cv2.GaussianBlur(picture, (0, 0), 0.7).astype(np.uint8))
    flows = sampler.taken().flows[2].astype(float)
    np.testing.assert_allclose(np.median(flows[:, [6, 12], 0], axis=0), 2 * 6 / 90, rtol=0.1)


def test_a_shot_is_told_no_motion_across_its_start() -> None:
    sampler = Sampler()
    for n in range(18):
        sampler.see(n, Fraction(n, 6), np.roll(GROUND, 200 * (n >= 6), axis=1)[:90, :160])
    second = sampler.taken().between(6, 18)
    assert second.frames.tolist() == list(range(6, 18))
    assert np.abs(second.flows.astype(float)).max() < 0.05
    assert np.abs(second.drifts.astype(float)).max() < 0.05


def test_a_young_shots_drift_is_the_mean_of_its_flows() -> None:
    sampler = Sampler()
    for n in range(9):
        window = np.array([[1, 0, -100 - 2 * n], [0, 1, -60]], np.float32)
        sampler.see(n, Fraction(n, 6), cv2.warpAffine(GROUND, window, (160, 90)))
    for first in (0, 4):
        drifts = sampler.taken().between(first, 9).drifts.astype(float)
        np.testing.assert_allclose(np.median(drifts[..., 0], axis=(1, 2)), -2 * 6 / 90, atol=0.02)
    alone = sampler.taken().between(8, 9)
    assert not alone.flows.any()
    assert not alone.drifts.any()


@given(st.integers(0, 500))
def test_pictures_are_spread_from_the_first_to_the_last(count: int) -> None:
    chosen = spread(count)
    assert len(chosen) == min(count, MOST)
    assert (np.diff(chosen) > 0).all()
    if count:
        assert (chosen[0], chosen[-1]) == (0, count - 1)


def test_a_film_without_pictures_has_no_samples() -> None:
    empty = Sampler().taken()
    assert empty.pictures.shape == (0, 54, 96, 3)
    assert len(empty.between(0, 10).pictures) == 0
