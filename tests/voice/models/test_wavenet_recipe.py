"""How WaveNet is trained: what it hears of a recording, what of that is judged, and that it learns."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

torch = pytest.importorskip("torch")

from laterna.learning import check_model, launch  # noqa: E402
from laterna.learning.loop import Settings  # noqa: E402
from laterna.learning.recipe import Splits  # noqa: E402
from laterna.voice.manifest import Row  # noqa: E402
from laterna.voice.models.wavenet import MARGIN, WaveNet, decode, encode  # noqa: E402
from laterna.voice.models.wavenet_cache import SILENCE  # noqa: E402
from laterna.voice.models.wavenet_recipe import (  # noqa: E402
    Excerpt,
    Excerpts,
    baseline,
    collate,
    metrics,
    recipe,
    small,
    spectrograms,
)
from laterna.voice.spectrum import HOP, SAMPLE_RATE, log_mel  # noqa: E402


def hummed(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A tone."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.5 * np.sin(2 * np.pi * rng.uniform(150, 900) * times)).astype(np.float32)


def beaten(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Down twice and up once, in turn: what comes after down is told by the value before it, not by down alone."""
    codes = np.tile(np.array([60, 60, 196], np.uint8), round(seconds * SAMPLE_RATE / 3))
    return decode(codes[rng.integers(3) :])


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen short recordings."""
    folder, rng = tmp_path_factory.mktemp("beaten"), np.random.default_rng(0)
    with (folder / "manifest.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["audio", "text"])
        for number in range(16):
            soundfile.write(folder / f"{number}.wav", beaten(rng.uniform(0.5, 1), rng), SAMPLE_RATE, subtype="FLOAT")
            table.writerow([f"{number}.wav", "Ta."])
    (folder / "consent.toml").write_text('[speaker]\nname = "Ann"\ndate = 2026-05-03\nstatement = "Yes."\n')
    return folder


def recording(folder: Path, seconds: float) -> tuple[Row, np.ndarray]:
    path = folder / "one.wav"
    soundfile.write(path, hummed(seconds, np.random.default_rng(0)), SAMPLE_RATE, subtype="FLOAT")
    return Row(path, "Ta."), soundfile.read(path, dtype="float32")[0]


# What is heard


def test_a_stretch_has_the_values_and_frames_of_its_place_in_the_recording(tmp_path: Path) -> None:
    row, samples = recording(tmp_path, 2)
    codes, mel = encode(samples), log_mel(samples)
    starts = []
    for seed in range(20):
        excerpt = Excerpts([row], 24, 8).sample(0, np.random.default_rng(seed))
        first = next(f for f in range(len(mel) - 23) if (codes[f * HOP :][: 24 * HOP] == excerpt.codes).all())
        assert (excerpt.mel[MARGIN:-MARGIN] == mel[first : first + 24]).all()
        assert excerpt.mel[:MARGIN] == pytest.approx(mel[[max(0, first - 2), max(0, first - 1)]])
        starts.append(first)
    assert len(set(starts)) > 10


def test_what_has_too_little_before_it_is_judged_only_at_a_recordings_beginning(tmp_path: Path) -> None:
    row, samples = recording(tmp_path, 2)
    for seed in range(20):
        excerpt = Excerpts([row], 24, 8).sample(0, np.random.default_rng(seed))
        beginning = (excerpt.codes == encode(samples)[: 24 * HOP]).all()
        assert excerpt.judged.argmax() == (0 if beginning else 8 * HOP)
        assert excerpt.judged[8 * HOP :].all()


def test_a_short_recording_is_filled_with_silence_that_is_not_judged(tmp_path: Path) -> None:
    row, samples = recording(tmp_path, 0.25)
    excerpt = Excerpts([row], 24, 8).sample(0, np.random.default_rng(0))
    heard = len(samples) // HOP * HOP
    assert excerpt.judged.tolist() == [True] * heard + [False] * (24 * HOP - heard)
    assert (excerpt.codes[heard:] == SILENCE).all()


def test_a_recording_shorter_than_a_sample_is_filled_up(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "click.wav", np.full(SAMPLE_RATE // 10, 0.5, np.float32), SAMPLE_RATE)
    excerpt = Excerpts([Row(tmp_path / "click.wav", "!")], 24, whole=True).sample(0, np.random.default_rng(0))
    assert (len(excerpt.codes), excerpt.mel.shape) == (6 * HOP, (6 + 2 * MARGIN, 80))


def test_what_is_not_judged_has_no_say_in_the_loss(manifest: Path) -> None:
    codes, mel, judged = collate([Excerpts([recording(manifest, 2)[0]], 24, 8).sample(0, np.random.default_rng(1))])
    network, other = WaveNet.build("debug"), codes.clone()
    assert not judged[0, 0]
    other[0, 0] = (codes[0, 0] + 100) % 256
    one, two = (network.loss((given, mel, judged), "model", 0)["loss"].detach() for given in (codes, other))
    assert one == two


# How it is judged


class Given:
    """Samples of these codes."""

    def __init__(self, *codes: np.ndarray) -> None:
        self._codes = codes

    def __len__(self) -> int:
        return len(self._codes)

    def sample(self, index: int, rng: np.random.Generator) -> Excerpt:
        codes = self._codes[index]
        return Excerpt(codes, np.zeros((len(codes) // HOP + 2 * MARGIN, 80), np.float32), np.ones(len(codes), bool))


def test_a_network_that_knows_nothing_is_surprised_by_eight_bits() -> None:
    network = WaveNet.build("debug").eval()
    with torch.no_grad():
        network.head[3].weight.zero_()
        network.head[3].bias.zero_()
        figures = metrics(network, Given(np.random.default_rng(0).integers(0, 256, 2 * HOP)))
    assert figures == pytest.approx({"bits": 8, "nats": np.log(256)})


def test_the_baseline_knows_which_value_follows_which() -> None:
    turns = Given(np.tile([100, 150], 4 * HOP), np.tile([100, 150], 4 * HOP))
    coins = Given(*np.random.default_rng(0).choice([100, 150], (2, 64 * HOP)))
    assert baseline(Splits(turns, turns, turns))["bits"] < 0.1
    assert baseline(Splits(coins, coins, coins))["bits"] == pytest.approx(1, abs=0.05)


def test_the_baseline_is_finite_for_what_it_never_saw() -> None:
    seen, unseen = Given(np.full(HOP, 100)), Given(np.full(HOP, 7))
    assert 8 < baseline(Splits(seen, seen, unseen))["bits"] < 20


def test_a_recording_is_shown_above_what_is_made_of_its_frames(manifest: Path) -> None:
    shown = spectrograms(WaveNet.build("debug").eval(), recipe.splits(manifest).valid)
    assert isinstance(shown, Image.Image)
    above, below = np.split(np.asarray(shown), 2)
    assert (above != below).any()


# That it learns


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(manifest: Path) -> None:
    assert "overfits" in check_model(small, manifest, steps=200)


@pytest.mark.slow
def test_a_short_training_beats_counting_pairs(manifest: Path, tmp_path: Path) -> None:
    network, splits = WaveNet.build("debug"), small.splits(manifest)
    launch.run(launch.Job(small, splits, Settings(steps=250, batch_size=4, device="cpu"), tmp_path), network)
    with torch.no_grad():
        assert metrics(network, splits.test)["bits"] < 0.75 * baseline(splits)["bits"]
