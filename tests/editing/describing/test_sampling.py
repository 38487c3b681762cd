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


def test_a_shot_is_told_no_motion_across_its_start(tmp_path: Path) -> None:
    sampler = Sampler()
    for n in range(12):
        sampler.see(n, Fraction(n, 6), np.roll(GROUND, 200 * (n >= 6), axis=1)[:90, :160])
    second = sampler.taken().between(6, 12)
    assert second.frames.tolist() == [6, 7, 8, 9, 10, 11]
    assert np.abs(second.flows.astype(float)).max() < 0.05


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
