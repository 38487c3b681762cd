"""The vocoder without torch: it says what the network says, however much, and reads its folder with distrust."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from safetensors.numpy import load_file, save_file

from laterna.errors import ModelError
from laterna.learning import save
from laterna.learning.card import Card
from laterna.learning.store import bundled_store
from laterna.voice.engines.studio.vocoder import Vocoder, read
from laterna.voice.models.melgan import MelGAN
from laterna.voice.spectrum import BANDS, HOP, log_mel

CARD = Card("voice/melgan", "CC0-1.0", ("none",), "none", "by ear", {"mcd": 1.0}, {"mcd": 2.0})
BUNDLED = bundled_store() / "voice" / "melgan"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(MelGAN.build("debug"), CARD, tmp_path)
    return tmp_path


def frames(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(-5, 2.5, (count, BANDS)).astype(np.float32)


@pytest.mark.parametrize("size", ["debug", "base"])
@pytest.mark.parametrize("count", [1, 2, 33])
def test_it_says_what_the_network_says(size: str, count: int) -> None:
    network = MelGAN.build(size).eval()
    for parameter in network.parameters():
        parameter.data *= 1.5  # so that rounding would show
    vocoder = Vocoder({k: v.numpy() for k, v in network.state_dict().items()}, network.config["rates"])
    wanted, made = network.speak(frames(count)), vocoder.speak(frames(count))
    assert made.dtype == np.float32
    assert np.abs(made - wanted).max() <= 1e-4 * max(1, np.abs(wanted).max())


def test_nothing_is_said_of_no_frames(folder: Path) -> None:
    assert read(folder).speak(frames(0)).shape == (0,)


def test_a_folder_without_discriminators_speaks(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    speaking = {name: tensor for name, tensor in weights.items() if name.startswith("generator.")}
    save_file(speaking, folder / "model.safetensors")
    assert read(folder).speak(frames(5)).shape == (5 * HOP,)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"model": "voice/tacotron"}, "holds weights of voice/tacotron"),
        ({"version": 9}, "newer Laterna"),
        ({"version": 0}, "older version"),
        ({"rates": [8, 8]}, "do not fit"),
        ({"rates": 8}, "do not fit"),
    ],
)
def test_a_folder_that_does_not_fit_is_refused(folder: Path, change: dict[str, object], sentence: str) -> None:
    config = json.loads((folder / "config.json").read_text()) | change
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=sentence):
        read(folder)


def test_weights_that_lack_a_layer_are_refused(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    save_file({k: v for k, v in weights.items() if "last" not in k}, folder / "model.safetensors")
    with pytest.raises(ModelError, match="do not fit"):
        read(folder)


@pytest.mark.skipif(not BUNDLED.exists(), reason="no weights are bundled")
def test_the_bundled_vocoder_answers_silence_with_silence() -> None:
    said = read(BUNDLED).speak(log_mel(np.zeros(100 * HOP, np.float32)))
    assert np.abs(said).max() < 1e-3
