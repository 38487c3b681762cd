"""Rushes on disk: takes, masks and truth that agree."""

from fractions import Fraction

import av
import numpy as np
import pytest

from laterna.errors import DataError
from laterna.media.video import Video
from laterna.theatre.shoot import shoot
from laterna.theatre.truth import Truth


@pytest.fixture(scope="module")
def rushes(tmp_path_factory):
    return shoot(tmp_path_factory.mktemp("rushes"), seconds=9, seed=4, size="96x54", rate="24")


def test_takes_lie_beside_their_truth_and_masks(rushes):
    for number, clip in enumerate(rushes.takes, start=1):
        assert clip.video.name == f"take_{number:03}.mp4"
        assert clip.truth.name == f"take_{number:03}.json"
        assert clip.mask.name == f"take_{number:03}.mask.mkv"
        assert Video(clip.video).frame_count == Truth.open(clip.truth).frames == clip.frames
    assert len(rushes.takes) >= 1
    assert sum(clip.frames for clip in rushes.takes) == 9 * 24


def test_masks_are_lossless_labels(rushes):
    clip = rushes.takes[0]
    actors = len(Truth.open(clip.truth).shots[0].actors)
    with av.open(str(clip.mask)) as container:
        masks = [frame.to_ndarray() for frame in container.decode(video=0)]
    assert len(masks) == clip.frames
    assert masks[0].shape == (54, 96)
    assert set(np.unique(masks)) <= set(range(actors + 1))
    assert np.max(masks) > 0


def test_truth_survives_its_file(rushes):
    truth = Truth.open(rushes.takes[0].truth)
    assert Truth.from_json(truth.to_json()).to_json() == truth.to_json()
    shot = truth.shots[0]
    assert truth.rate == Fraction(24)
    assert len(shot.camera) == truth.frames
    assert all(actor.poses.shape[0] == truth.frames for actor in shot.actors)
    assert [one.transition_in.kind for one in truth.cuts] == ["start"]


def test_takes_carry_time_code_and_reel(rushes):
    codes = [Video(clip.video).timecode.frames for clip in rushes.takes]
    assert codes == sorted(set(codes))
    assert {Video(clip.video).reel for clip in rushes.takes} == {"L004"}


def test_rushes_without_masks(tmp_path):
    clip = shoot(tmp_path, seconds=0.5, seed=1, size="64x36", rate="24", masks=False).takes[0]
    assert clip.mask is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["take_001.json", "take_001.mp4"]


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    first, again = (shoot(tmp_path / name, seconds=0.6, seed=8, size="64x36", rate="24") for name in "ab")
    for one, other in zip(first.takes, again.takes, strict=True):
        for kind in ("video", "truth", "mask"):
            assert getattr(one, kind).read_bytes() == getattr(other, kind).read_bytes()


def test_a_broken_truth_says_so(tmp_path):
    broken = tmp_path / "take.json"
    broken.write_text("{not json")
    with pytest.raises(DataError, match="not the truth"):
        Truth.open(broken)
    broken.write_text('{"version": 99}')
    with pytest.raises(DataError, match="version 99"):
        Truth.open(broken)
    broken.write_text('{"version": 1, "seed": 3}')
    with pytest.raises(DataError, match="lacks"):
        Truth.open(broken)


@pytest.mark.parametrize("seconds", [0, -1, 1e9])
def test_an_impossible_length_is_refused(tmp_path, seconds):
    with pytest.raises(DataError, match="seconds"):
        shoot(tmp_path, seconds=seconds)
