"""Tacotron in NumPy says what it says in torch."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.errors import ModelError  # noqa: E402
from laterna.learning.card import Card  # noqa: E402
from laterna.learning.weights import save  # noqa: E402
from laterna.voice.engines.studio import acoustic  # noqa: E402
from laterna.voice.models import tacotron  # noqa: E402
from laterna.voice.models.tacotron import Tacotron  # noqa: E402

SYMBOLS = ("hh", "ax", "l", "ow", ",", "m", "ay", "|", "f", "r", "eh", "n", "d", ".")
CARD = Card(
    "voice/tacotron", licence="CC0-1.0", data=("none",), figures={"mel": 1.0}, baseline={"mel": 2.0},
    command="none", protocol="none",
)  # fmt: skip


@pytest.fixture(scope="module")
def network() -> Tacotron:
    """Random weights, with a normalisation that has seen something, and an end that is far."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        made = Tacotron(("ann", "bob"), **Tacotron.sizes["debug"])
        for name, tensor in made.state_dict().items():
            if "running_var" in name:
                tensor.uniform_(0.5, 2)
            elif "running_mean" in name:
                tensor.uniform_(-0.2, 0.2)
    return made.eval()


@pytest.fixture
def same_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second unit drops out, in both."""

    def in_torch(x: "torch.Tensor", share: float, training: bool) -> "torch.Tensor":
        return 2 * x * (torch.arange(x.shape[-1]) % 2)

    def in_numpy(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return (x * (1 - acoustic.NOISE + 2 * acoustic.NOISE * (np.arange(len(x)) % 2))).astype(np.float32)

    monkeypatch.setattr(tacotron, "dropout", in_torch)
    monkeypatch.setattr(acoustic, "dropped", in_numpy)


def in_numpy(network: Tacotron) -> acoustic.Acoustic:
    return acoustic.Acoustic({name: t.numpy() for name, t in network.state_dict().items()}, network.speakers)


@pytest.mark.usefixtures("same_noise")
@pytest.mark.parametrize("speaker", ["ann", "bob"])
def test_it_says_the_same_as_in_torch(network: Tacotron, speaker: str) -> None:
    wanted, weights = network.sample(SYMBOLS, speaker)
    said = in_numpy(network).say(SYMBOLS, speaker)
    assert said.mels.shape == wanted.shape
    assert np.abs(said.mels - wanted.numpy()).max() < 1e-3
    assert wanted.std() > 0.1
    assert said.ends[-1] == len(weights) * tacotron.GROUP


def test_the_same_seed_gives_the_same_frames(network: Tacotron) -> None:
    voice = in_numpy(network)
    one, again, other = (voice.say(SYMBOLS, "ann", seed=seed).mels for seed in (1, 1, 2))
    assert one.tobytes() == again.tobytes()
    assert one.shape != other.shape or np.abs(one - other).max() > 1e-3


def test_attention_never_goes_back_nor_leaps(network: Tacotron) -> None:
    _, weights = network.sample(SYMBOLS, "ann")
    looked = weights.argmax(1).tolist()
    reached = 0
    for place in looked:
        assert reached - acoustic.BACK <= place <= reached + acoustic.AHEAD
        reached = max(reached, place)


def test_attention_never_stays_on_a_symbol_before_the_last_for_half_a_second(network: Tacotron) -> None:
    _, weights = network.sample(SYMBOLS * 3, "ann")
    reached = np.maximum.accumulate(weights.argmax(1).numpy())
    stays = np.bincount(reached, minlength=3 * len(SYMBOLS))
    assert stays[:-1].max() <= acoustic.STAYS + 1
    assert acoustic.window(4, acoustic.STAYS - 1, 9) == (4 - acoustic.BACK, 9)
    assert acoustic.window(4, acoustic.STAYS, 9) == (5, 9)
    assert acoustic.window(8, 100, 9) == (8 - acoustic.BACK, 9)


def test_ends_of_symbols_rise_to_the_end_of_the_sound(network: Tacotron) -> None:
    said = in_numpy(network).say(SYMBOLS, "bob")
    assert len(said.ends) == len(SYMBOLS)
    assert np.all(np.diff(said.ends) >= 0)
    assert said.ends[-1] == len(said.mels)


def test_a_folder_is_read_and_an_unknown_speaker_told(network: Tacotron, tmp_path: Path) -> None:
    save(network, CARD, tmp_path)
    voice = acoustic.read(tmp_path)
    assert voice.speakers == ("ann", "bob")
    with pytest.raises(ModelError, match="no speaker 'eve': choose ann, bob"):
        voice.say(SYMBOLS, "eve")


def test_weights_that_do_not_fit_are_told(network: Tacotron, tmp_path: Path) -> None:
    import safetensors.torch

    save(network, CARD, tmp_path)
    kept = {name: tensor for name, tensor in network.state_dict().items() if name != "query.weight"}
    safetensors.torch.save_file(kept, tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match="do not fit"):
        acoustic.read(tmp_path)


def test_symbols_that_fall_into_one_step_share_it() -> None:
    assert acoustic._ends([0, 0, 3, 4, 4], 5, 4).tolist() == [8, 9, 11, 12, 20]
    assert acoustic._ends([0, 1, 2, 2], 5, 4).tolist() == [4, 8, 11, 13, 16]
