"""How MelGAN is trained: what a sample is, that rare speakers are heard, that it keeps the contract and learns."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

pytest.importorskip("torch")
import torch

from laterna.errors import DataError
from laterna.learning import check_model, launch, load
from laterna.learning.loop import Settings
from laterna.learning.recipe import Splits
from laterna.learning.store import bundled_store
from laterna.voice.engines.studio.vocoder import hertz
from laterna.voice.manifest import Row
from laterna.voice.models.melgan import MelGAN
from laterna.voice.models.melgan_recipe import (
    Excerpts,
    Sentences,
    Speech,
    _balanced,
    baseline,
    collate,
    metrics,
    picture,
    pitch,
    recipe,
    spectrogram,
)
from laterna.voice.spectrum import HOP, SAMPLE_RATE, log_mel

BUNDLED = bundled_store() / "voice" / "melgan"
AGREED = '[{0}]\nname = "{0}"\ndate = 2026-05-03\nstatement = "Yes."\n'


def voice(seed: int, seconds: float = 1.2) -> np.ndarray:
    """A buzz whose pitch and colour move, with a hiss in the middle."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    cycles = np.cumsum(rng.uniform(90, 200) * (1 + 0.1 * np.sin(2 * np.pi * 2 * time))) / SAMPLE_RATE
    colour = 8 + 5 * np.sin(2 * np.pi * rng.uniform(1, 3) * time)
    buzz = sum(np.sin(2 * np.pi * k * cycles) * np.exp(-(((k - colour) / 4) ** 2)) for k in range(1, 25))
    hiss, breath = rng.normal(0, 0.3, len(time)), rng.normal(0, 0.02, len(time))
    return (0.15 * np.where(np.abs(time - seconds / 2) < 0.1, hiss, buzz + breath)).astype(np.float32)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five recordings by one speaker at 16 kHz, and one by another at 22.05 kHz."""
    folder = tmp_path_factory.mktemp("corpus")
    rows = []
    for number in range(6):
        rate = SAMPLE_RATE if number else 22_050
        soundfile.write(folder / f"{number}.wav", voice(number), rate)
        rows.append((f"{number}.wav", "a buzz and a hiss", "one" if number else "other"))
    with (folder / "manifest.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("audio", "text", "speaker"), *rows])
    (folder / "consent.toml").write_text("".join(map(AGREED.format, ("one", "other"))))
    return folder


def rows_of(corpus: Path) -> list[Row]:
    return [Row(path, "a buzz and a hiss", "one") for path in sorted(corpus.glob("*.wav"))]


def test_an_excerpt_has_its_own_mel_frames_and_pitches(corpus: Path) -> None:
    speech = Excerpts(rows_of(corpus)[1:]).sample(2, np.random.default_rng(3))
    assert (speech.samples.shape, speech.mel.shape, speech.hertz.shape) == ((32 * HOP,), (32, 80), (32,))
    whole = log_mel(speech.samples)
    assert np.abs(whole - speech.mel)[2:-2].mean() < 0.2  # its ends see what lies beyond; frames may be smoothed


def test_excerpts_repeat_by_their_generator_and_differ_otherwise(corpus: Path) -> None:
    excerpts = Excerpts(rows_of(corpus))
    one, same, other = (excerpts.sample(1, np.random.default_rng(seed)).samples for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@given(st.integers(0, 2**32 - 1))
def test_no_excerpt_is_clipped_or_broken(corpus: Path, seed: int) -> None:
    speech = Excerpts(rows_of(corpus)).sample(seed % 6, np.random.default_rng(seed))
    assert np.abs(speech.samples).max() < 1.1
    assert all(np.isfinite(part).all() and part.dtype == np.float32 for part in speech)


def test_a_recording_shorter_than_an_excerpt_is_filled_up_with_silence(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "short.wav", voice(0, 0.2), SAMPLE_RATE)
    speech = Excerpts([Row(tmp_path / "short.wav", "a buzz")]).sample(0, np.random.default_rng(0))
    assert len(speech.samples) == 32 * HOP
    assert not speech.samples[-1000:].any()


def test_a_sentence_is_whole(corpus: Path) -> None:
    speech = Sentences(rows_of(corpus)).sample(1, np.random.default_rng(0))
    assert len(speech.samples) == len(speech.mel) * HOP == round(1.2 * SAMPLE_RATE) // HOP * HOP


@pytest.mark.parametrize("rate", [60, 110, 237, 420])
def test_the_pitch_of_a_buzz_is_found(rate: float) -> None:
    cycles = np.arange(SAMPLE_RATE) * rate / SAMPLE_RATE
    buzz = sum(np.cos(2 * np.pi * k * cycles) for k in range(1, 6)) / 20
    found = pitch(buzz.astype(np.float32))
    assert found.shape == (SAMPLE_RATE // HOP,)
    assert np.median(found[3:-3]) == pytest.approx(rate, rel=0.01)


def test_noise_and_silence_have_no_pitch() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    assert (pitch(noise) > 0).mean() < 0.05
    assert not pitch(np.zeros(4 * HOP, np.float32)).any()


def test_rare_speakers_are_heard_more_often(tmp_path: Path) -> None:
    rows = [Row(tmp_path / f"{n}.wav", "text", "many" if n < 24 else "few") for n in range(25)]
    assert [row.speaker for row in _balanced(rows)].count("few") == 24 // 2


def test_the_parts_of_a_manifest_share_no_recording(corpus: Path) -> None:
    splits = recipe.splits(corpus)
    parts = [{row.audio for row in part._rows} for part in (splits.train, splits.valid, splits.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 6
    assert splits.data == (
        "5 sentences read by one, by consent of 2026-05-03",
        "1 sentences read by other, by consent of 2026-05-03",
    )


def test_too_few_recordings_are_refused(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(f"audio,text\n{corpus / '0.wav'},a buzz\n")
    (tmp_path / "consent.toml").write_text(AGREED.format("speaker"))
    with pytest.raises(DataError, match="at least three"):
        recipe.splits(tmp_path)


def test_a_batch_is_of_samples_frames_and_pitches(corpus: Path) -> None:
    train = recipe.splits(corpus).train
    batch = collate([train.sample(n, np.random.default_rng(n)) for n in range(2)])
    assert [tuple(part.shape) for part in batch] == [(2, 32 * HOP), (2, 32, 80), (2, 32)]


def test_what_it_makes_is_shown_below_the_recording(corpus: Path) -> None:
    shown = spectrogram(MelGAN.build("debug").eval(), recipe.splits(corpus).valid)
    assert isinstance(shown, Image.Image)
    assert shown.height == 3 * 258


def test_a_picture_has_low_frequencies_at_the_bottom() -> None:
    tone = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(8000) / SAMPLE_RATE)
    assert picture(tone)[:-1, 50].argmax() == 256 - 32


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(corpus: Path) -> None:
    assert "overfits" in check_model(recipe, corpus, steps=100, drop=0.3)


@pytest.mark.slow
def test_it_learns_which_pitch_mel_frames_have(corpus: Path, tmp_path: Path) -> None:
    network, splits = MelGAN.build("debug"), recipe.splits(corpus)
    speech = Sentences(splits.train._rows).sample(0, np.random.default_rng(0))
    before = mistaken(network, speech)
    launch.run(launch.Job(recipe, splits, Settings(steps=150, batch_size=8, device="cpu"), tmp_path), network)
    assert mistaken(network, speech) < 0.2 * before


def mistaken(network: MelGAN, speech: Speech) -> float:
    """Octaves from the pitch that is heard to the one that was measured: their median."""
    heard = hertz(network.generator(torch.from_numpy(speech.mel)[None])[1][0].detach().numpy().T)
    voiced = speech.hertz > 0
    return float(np.median(np.abs(np.log2(heard[voiced] / speech.hertz[voiced]))))


@pytest.mark.skipif(not BUNDLED.exists(), reason="no weights are bundled")
def test_the_bundled_weights_come_nearer_to_speech_than_griffin_lim(data: Path) -> None:
    rows = [Row(path, "") for path in sorted((data / "ljspeech" / "wavs").glob("*.wav"))[-2:]]  # never trained on
    ours = metrics(load("voice/melgan"), Sentences(rows))
    theirs = baseline(Splits(Sentences(rows), Sentences(rows), Sentences(rows)))
    assert ours["mcd"] < theirs["mcd"]
    assert ours["estoi"] > theirs["estoi"]
