"""The network's answers in NumPy are those of the network, and weights that are not its own are refused."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from laterna.editing.detection.forward import MARGIN, Forward, compare, read
from laterna.editing.joins.films import join
from laterna.editing.joins.plates import plate
from laterna.editing.models.boundary import Boundary
from laterna.errors import ModelError
from laterna.learning import Card, save
from laterna.learning.store import bundled_store

BUNDLED = bundled_store() / "editing" / "boundary"


def film(frames: int) -> np.ndarray:
    rng = np.random.default_rng(frames)
    return join(lambda count: plate(count, (96, 54), rng), frames, rng).pictures


@pytest.mark.parametrize("frames", [1, 2, 150])
def test_numpys_answers_are_the_networks(frames: int) -> None:
    pictures = film(frames)
    ours = read(BUNDLED).probabilities(pictures)
    theirs = Boundary.from_pretrained(BUNDLED).probabilities(pictures)
    assert ours.shape == (frames, 4)
    assert np.abs(ours - theirs).max() < 0.01


def test_frames_are_compared_alike() -> None:
    pictures = film(120)
    embedded = np.random.default_rng(1).normal(size=(120, 64)).astype(np.float32)
    network = Boundary.build("debug")
    planes = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
    theirs = network.compare(planes, torch.from_numpy(embedded), 1)[0].numpy()
    assert np.abs(compare(pictures, embedded) - theirs).max() < 0.01


def test_any_size_of_network_is_read(tmp_path: Path) -> None:
    network = Boundary.build("debug").eval()
    said = {"data": ("made",), "command": "none", "protocol": "none", "figures": {"x": 1.0}, "baseline": {"x": 0.0}}
    save(network, Card(network.name, "CC0-1.0", **said), tmp_path)  # type: ignore[arg-type]
    pictures = film(60)
    assert np.abs(read(tmp_path).probabilities(pictures) - network.probabilities(pictures)).max() < 0.01


def test_an_answer_hangs_on_no_frame_beyond_its_margin() -> None:
    network = read(BUNDLED)
    pictures = np.random.default_rng(0).integers(0, 256, (2 * MARGIN + 40, 27, 48, 3)).astype(np.uint8)
    changed = pictures.copy()
    changed[:20] = 0
    gaps = network.probabilities(pictures)[20 + MARGIN :] - network.probabilities(changed)[20 + MARGIN :]
    assert np.abs(gaps).max() < 1e-3


def test_a_flat_film_has_answers() -> None:
    for frames in (1, 2, 40):
        assert np.isfinite(read(BUNDLED).probabilities(np.full((frames, 27, 48, 3), 128, np.uint8))).all()


# Weights that are not its own


def of_another_model(folder: Path) -> None:
    change(folder, model="music/vae")


def newer(folder: Path) -> None:
    change(folder, version=99)


def change(folder: Path, **what: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | what))


def truncated(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


def no_safetensors(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\x80\x04 a pickle, say")


def not_numbers(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-400] + np.full(100, np.nan, "<f4").tobytes())


def of_other_layers(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes().replace(b"embed.weight", b"embed.weigth"))


def without_a_card(folder: Path) -> None:
    (folder / "card.md").unlink()


def garbled(folder: Path) -> None:
    (folder / "config.json").write_text("[1]")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (of_another_model, "holds weights of music/vae"),
        (newer, "newer Laterna"),
        (truncated, "cut short"),
        (no_safetensors, "broken"),
        (not_numbers, "not finite"),
        (of_other_layers, "do not fit"),
        (without_a_card, "no card.md"),
        (garbled, "names no model"),
    ],
)
def test_weights_that_are_not_its_own_are_refused_in_a_sentence(
    tmp_path: Path, spoil: Callable[[Path], None], says: str
) -> None:
    for path in BUNDLED.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    spoil(tmp_path)
    with pytest.raises(ModelError, match=says):
        read(tmp_path)


def test_forward_needs_nothing_but_its_weights() -> None:
    with pytest.raises(KeyError):
        Forward({}).probabilities(np.zeros((1, 27, 48, 3), np.uint8))
