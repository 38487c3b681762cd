"""Known camera moves over footage."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.editing.models.analyst import fitted  # noqa: E402
from laterna.editing.rehearsals.moves import FRAMED, Framed, before_screen, footage, framed, locked_off  # noqa: E402
from laterna.media.encode import Encoding, VideoWriter  # noqa: E402

GROUND = cv2.resize(
    np.random.default_rng(0).integers(0, 256, (18, 32, 3)).astype(np.uint8), (320, 180), interpolation=cv2.INTER_CUBIC
)


def moved(move: Framed, seed: int) -> np.ndarray:
    """(T, 4): how the camera seems to move over a still picture: right, down, closer, around."""
    shot = framed(GROUND[None], move, np.random.default_rng(seed))
    assert shot.choices == {"move": move}
    flows = torch.from_numpy(shot.samples.flows[1:].astype(np.float32)).permute(0, 3, 1, 2)
    return np.abs(fitted(flows, torch.ones(len(flows), 9, 16)).numpy()).mean(0)


@pytest.mark.parametrize("seed", range(4))
def test_what_moves_is_what_was_asked_for(seed: int) -> None:
    each = {move: moved(move, seed) for move in FRAMED}
    assert each["static"].max() < 0.01
    assert each["pan"].argmax() == 0
    assert each["tilt"].argmax() == 1
    assert each["zoom"].argmax() == 2
    assert 0.005 < each["handheld"][:2].max() < each["pan"][0]


def test_footage_whose_own_camera_moves_is_not_locked_off(tmp_path: Path) -> None:
    for name, speed in (("still", 0), ("moves", 4)):
        with VideoWriter(tmp_path / f"{name}.mp4", Encoding((320, 180), Fraction(6), preset="ultrafast")) as writer:
            for n in range(12):
                writer.write(np.roll(GROUND, speed * n, axis=1))
    assert locked_off(tmp_path / "still.mp4")
    assert not locked_off(tmp_path / "moves.mp4")


def test_short_footage_goes_to_and_fro(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "clip.mp4", Encoding((320, 180), Fraction(6), preset="ultrafast")) as writer:
        for n in range(4):
            writer.write(np.full((180, 320, 3), 60 * n, np.uint8))
    pictures = footage(tmp_path / "clip.mp4")
    assert pictures.shape == (4, 180, 320, 3)
    levels = framed(pictures, "static", np.random.default_rng(1)).samples.pictures.mean((1, 2, 3))
    assert len(levels) >= 12
    assert np.abs(np.diff(levels)).max() < 70  # never from the last to the first


def test_upright_and_narrow_footage_has_room_to_pan() -> None:
    tall = np.ascontiguousarray(GROUND.transpose(1, 0, 2))
    flows = framed(tall[None], "pan", np.random.default_rng(2)).samples.flows[1:].astype(np.float32)
    assert np.abs(np.median(flows[..., 0], (1, 2))).max() > 0.02


def test_before_a_screen_only_what_moves_and_what_is_near_it_is_left() -> None:
    rng = np.random.default_rng(3)
    pictures = np.broadcast_to(rng.integers(0, 256, (180, 320, 3)), (12, 180, 320, 3)).astype(np.uint8)
    for n, picture in enumerate(pictures):
        picture[80:100, 100 + 2 * n : 120 + 2 * n] = (250, 10, 10)
    seen = before_screen(pictures, np.random.default_rng(4))
    assert len(seen) == 12
    assert (seen[3, 82:98, 108:124] == pictures[3, 82:98, 108:124]).all()
    far = seen[:, 140:, 220:].astype(float)
    assert far.std(axis=(0, 1, 2)).max() < 4
    assert pictures[0, 140:, 220:].std() > 50
    assert seen.tobytes() == before_screen(pictures, np.random.default_rng(4)).tobytes()
