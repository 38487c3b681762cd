"""How the shot-boundary network is trained: films are parted whole, it keeps the contract, and it learns."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch")

from laterna.editing.detection.decode import KINDS
from laterna.editing.joins.films import Join
from laterna.editing.models.boundary import Boundary
from laterna.editing.models.boundary_recipe import (
    baseline,
    clips_of,
    collate,
    divided,
    labels,
    metrics,
    mistakes,
    small,
)
from laterna.errors import DataError
from laterna.learning import check_model
from laterna.media.encode import Encoding, VideoWriter
from laterna.media.shots import Transition

RATE = Fraction(25)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four small clips of discs that move, the first with a cut in its midst."""
    folder = tmp_path_factory.mktemp("clips")
    for number in range(4):
        rng = np.random.default_rng(number)
        grounds = [
            cv2.resize(rng.integers(0, 256, (4, 6, 3)).astype(np.uint8), (160, 90), interpolation=cv2.INTER_CUBIC)
            for _ in range(2)
        ]
        with VideoWriter(folder / f"clip{number}.mp4", Encoding((160, 90), RATE, preset="ultrafast")) as writer:
            for frame in range(60):
                ground = grounds[number == 0 and frame >= 30]
                writer.write(cv2.circle(ground.copy(), (20 + 2 * frame, 45), 15, (9, 9, 9), -1))
    return folder


def test_films_are_parted_whole(clips: Path) -> None:
    train, valid, test = divided(clips)
    assert sorted([*train, *valid, *test]) == sorted(clips.glob("*.mp4"))


def test_too_few_films_are_counted(tmp_path: Path) -> None:
    (tmp_path / "take_001.mask.mkv").touch()  # is no film of its own
    with pytest.raises(DataError, match="has 0 films, and at least three are needed"):
        divided(tmp_path)


def test_a_films_own_cuts_part_it_into_clips(clips: Path) -> None:
    assert [len(clip) for clip in clips_of(clips / "clip0.mp4")] == [30, 30]
    assert [clip.shape for clip in clips_of(clips / "clip1.mp4")] == [(60, 54, 96, 3)]


def test_labels_mark_each_frame_of_a_transition() -> None:
    film = Join(np.zeros((20, 27, 48, 3), np.uint8), [Transition("wipe", -3, 2), Transition("cut", 9, 9)])
    marked = labels(film)
    assert marked[:, KINDS.index("wipe")].tolist() == [1.0] * 3 + [0.0] * 17
    assert marked[:, KINDS.index("cut")].nonzero()[0].tolist() == [9]
    assert marked.sum() == 4


def test_a_batch_is_of_bytes_and_labels(clips: Path) -> None:
    splits = small.splits(clips)
    pictures, marked = collate([splits.train.sample(n, np.random.default_rng(n)) for n in range(2)])
    assert (pictures.shape, str(pictures.dtype)) == ((2, 48, 27, 48, 3), "torch.uint8")
    assert (marked.shape, str(marked.dtype)) == ((2, 48, 4), "torch.float32")


def test_what_it_gets_wrong_is_shown(clips: Path) -> None:
    splits = small.splits(clips)
    shown = mistakes(Boundary.build("debug").eval(), splits.valid)
    assert isinstance(shown, Image.Image)
    assert (shown.width, shown.height % 31) == (16 * 48 + 4, 0)


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(clips: Path) -> None:
    assert "overfits" in check_model(small, clips, steps=150)


@pytest.mark.slow
def test_a_short_training_beats_the_threshold(clips: Path, tmp_path: Path) -> None:
    from laterna.learning import launch
    from laterna.learning.loop import Settings

    network, splits = Boundary.build("debug"), small.splits(clips)
    launch.run(launch.Job(small, splits, Settings(steps=200, batch_size=8, device="cpu"), tmp_path), network)
    assert metrics(network, splits.test)["quality"] > baseline(splits)["quality"]
