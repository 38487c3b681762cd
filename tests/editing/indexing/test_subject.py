"""Boxes round the subject of a picture."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.editing.indexing.camera import motion
from laterna.editing.indexing.stagings import Staged
from laterna.editing.indexing.subject import CHANNELS, SIZE, Box, Subject, boxed, read, seen
from laterna.errors import ModelError
from laterna.learning.store import bundled_store

BUNDLED = bundled_store() / "editing" / "subject"


@given(left=st.integers(0, 30), top=st.integers(0, 15), wide=st.integers(4, 17), high=st.integers(4, 11))
def test_the_box_of_a_mask_is_its_own(left: int, top: int, wide: int, high: int) -> None:
    mask = np.zeros((27, 48), np.float32)
    mask[top : top + high, left : left + wide] = 1
    found = boxed(mask)
    assert found is not None
    assert found.overlap(Box(left / 48, top / 27, wide / 48, high / 27, 1)) > 0.8
    assert 0 <= found.x <= found.x + found.width <= 1 + 1e-6
    assert 0 <= found.y <= found.y + found.height <= 1 + 1e-6


def test_two_who_stand_apart_are_one_subject_and_a_speck_is_none() -> None:
    mask = np.zeros((27, 48), np.float32)
    mask[10:20, 4:9] = mask[8:20, 30:36] = 1
    mask[0, 47] = 1
    found = boxed(mask)
    assert found is not None
    assert (found.x, found.x + found.width) == pytest.approx((4 / 48, 36 / 48), abs=0.02)


def test_nothing_likely_is_no_box() -> None:
    assert boxed(np.full((27, 48), 0.3, np.float32)) is None


@given(st.tuples(*[st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0.01, 0.5), st.floats(0.01, 0.5)]))
def test_overlap_is_1_with_itself_and_0_apart(sides: tuple[float, float, float, float]) -> None:
    box = Box(*sides, 1.0)
    assert box.overlap(box) == pytest.approx(1)
    assert box.overlap(Box(box.x + box.width + 0.01, box.y, 0.2, 0.2, 1)) == 0


def test_actors_of_unseen_takes_are_found() -> None:
    """The bundled network, on takes of the theatre that it has never seen: mean IoU of boxes, none counting 0."""
    network, staged = read(BUNDLED), Staged(range(7_000_000, 7_000_008), (), 24, learning=False)
    overlaps = []
    for index in range(len(staged)):
        planes, mask = staged.sample(index, np.random.default_rng(0))
        truth, found = boxed(mask), network.box(planes)
        if truth is not None:
            overlaps.append(found.overlap(truth) if found is not None else 0.0)
    assert len(overlaps) > 15
    assert np.mean(overlaps) >= 0.5


def test_what_moves_over_a_ground_of_noise_is_found() -> None:
    """A subject that no colour tells from its ground is known by moving."""
    rng = np.random.default_rng(3)
    ground, cloth = rng.integers(60, 200, (2, 54, 96, 3), dtype=np.uint8)
    shots = []
    for step in range(3):
        picture = ground.copy()
        left = 34 + 3 * step
        picture[14:46, left : left + 18] = cloth[14:46, :18]
        shots.append(picture)
    found = read(BUNDLED).box(seen(shots[1], motion(shots[1], shots[0]), motion(shots[1], shots[2])))
    assert found is not None
    assert found.overlap(Box(37 / 96, 14 / 54, 18 / 96, 32 / 54, 1)) > 0.4


def test_an_empty_wall_has_no_subject() -> None:
    wall = np.full((54, 96, 3), 140, np.uint8)
    assert read(BUNDLED).box(seen(wall, motion(wall, wall), motion(wall, wall))) is None


class TestTheNetworkInTorch:
    """The network as it is trained, beside its answers in NumPy."""

    def test_numpys_answers_are_the_networks(self) -> None:
        pytest.importorskip("torch")
        from laterna.editing.models.subject import SubjectNet

        planes, _ = Staged(range(7_000_000, 7_000_001), (), 1, learning=False).sample(0, np.random.default_rng(0))
        theirs = SubjectNet.from_pretrained(BUNDLED).eval().mask(planes)
        assert np.abs(read(BUNDLED).mask(planes) - theirs).max() < 1e-3

    def test_any_size_of_network_is_read(self, tmp_path: Path) -> None:
        pytest.importorskip("torch")
        from laterna.editing.models.subject import SubjectNet
        from laterna.learning import Card, save

        network = SubjectNet.build("debug").eval()
        said = {"data": ("made",), "command": "none", "protocol": "none", "figures": {"x": 1.0}, "baseline": {"x": 0.0}}
        save(network, Card(network.name, "CC0-1.0", **said), tmp_path)  # type: ignore[arg-type]
        planes = np.random.default_rng(0).normal(size=(SIZE[1], SIZE[0], CHANNELS)).astype(np.float32)
        assert np.abs(read(tmp_path).mask(planes) - network.mask(planes)).max() < 1e-3


class TestWeightsThatAreNotItsOwn:
    """Each is refused in one sentence that names the folder."""

    def copy(self, folder: Path, **config: object) -> Path:
        for name in ("config.json", "model.safetensors", "card.md"):
            (folder / name).write_bytes((BUNDLED / name).read_bytes())
        told = json.loads((folder / "config.json").read_text()) | config
        (folder / "config.json").write_text(json.dumps(told))
        return folder

    def test_of_another_model(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError):
            read(self.copy(tmp_path, model="editing/boundary"))

    def test_of_an_older_version(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError):
            read(self.copy(tmp_path, version=0))

    def test_cut_short(self, tmp_path: Path) -> None:
        folder = self.copy(tmp_path)
        (folder / "model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{}")
        with pytest.raises(ModelError):
            read(folder)

    def test_of_another_shape(self) -> None:
        with pytest.raises((KeyError, ValueError)):
            Subject({"down.0.0.weight": np.zeros((4, 7, 3, 3), np.float32)})


def test_times_are_exact() -> None:
    """A box's sides are of the picture, whatever its size: thirds stay thirds."""
    mask = np.zeros((27, 48), np.float32)
    mask[9:18, 16:32] = 1
    found = boxed(mask)
    assert found is not None
    assert (found.x, found.y) == pytest.approx((float(Fraction(1, 3)), float(Fraction(1, 3))), abs=0.01)
