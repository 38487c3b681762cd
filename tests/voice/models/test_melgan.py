"""MelGAN: how long its sound is, what its losses hold apart, and what its weights may lack."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from laterna.voice.engines.studio.vocoder import MIDDLE, OCTAVES, PITCHES
from laterna.voice.models.melgan import Generator, MelGAN, _hertz, _pulses
from laterna.voice.spectrum import HOP, SAMPLE_RATE, log_mel


@pytest.fixture(scope="module")
def network() -> MelGAN:
    return MelGAN.build("debug").eval()


def sounds(frames: int = 32) -> torch.Tensor:
    """Two tones."""
    time = torch.arange(frames * HOP) / SAMPLE_RATE
    return torch.stack([0.3 * torch.sin(2 * torch.pi * hertz * time) for hertz in (200, 650)])


def test_a_frame_becomes_256_samples(network: MelGAN) -> None:
    for frames in (1, 7, 32):
        assert network(torch.zeros(3, frames, 80)).shape == (3, frames * HOP)
        assert network.speak(np.zeros((frames, 80), np.float32)).shape == (frames * HOP,)


def plain(generator: Generator, frames: int) -> torch.Tensor:
    """Filters that leave the base as it is."""
    return torch.zeros(1, 3 * generator.bins, frames * HOP // generator.hop)


@pytest.mark.parametrize("rates", [(2,), (2, 2), (4, 4)])
def test_the_fourier_transform_does_what_the_upsamplings_leave(rates: tuple[int, ...]) -> None:
    generator = Generator(8, rates, (8,) * len(rates), 1)
    filters, logits = generator(torch.zeros(1, 5, 80))
    assert filters.shape == (1, 3 * generator.bins, 5 * HOP // generator.hop)
    assert logits.shape == (1, PITCHES, 5)
    assert generator.hop * np.prod(rates) == HOP


def test_pulses_come_as_often_as_the_pitch_says() -> None:
    hertz = torch.linspace(100, 200, 125)[None]
    loud = _pulses(hertz)[0].numpy()
    peaks = np.flatnonzero((loud[1:-1] > loud[:-2]) & (loud[1:-1] >= loud[2:]) & (loud[1:-1] > 1))
    assert len(peaks) == pytest.approx(2 * 150, abs=1)
    assert np.diff(peaks)[[0, -1]] == pytest.approx([160, 80], abs=2)
    assert (loud**2).mean() == pytest.approx(1, abs=0.02)


def test_filters_that_change_nothing_give_the_mel_frames_back() -> None:
    generator = Generator(8, (2,), (8,), 1)
    noise = torch.from_numpy(np.random.default_rng(0).normal(0, 0.1, 64 * HOP).astype(np.float32))
    mel = torch.from_numpy(log_mel(noise.numpy()))[None]
    made = generator.sound(mel, plain(generator, 64), torch.full((1, 64), 120.0), torch.randn(64 * HOP))
    apart = torch.from_numpy(log_mel(made[0].numpy())) - mel[0]
    assert abs(float(apart.mean())) < 0.3


def test_a_gain_makes_louder_what_it_belongs_to() -> None:
    generator, mel = Generator(8, (2,), (8,), 1), torch.full((1, 16, 80), -2.0)
    hertz, hiss = torch.full((1, 16), 120.0), torch.randn(16 * HOP)
    power = []
    for part in (None, 0, 1):
        filters = plain(generator, 16).reshape(1, 3, generator.bins, -1)
        if part is not None:
            filters[:, 1 - part] = -20  # the other one is not heard
            filters[:, part] = 1
        power.append(float((generator.sound(mel, filters.flatten(1, 2), hertz, hiss) ** 2).mean()))
    both, pulses, noise = power
    assert (pulses + noise) / both == pytest.approx(np.exp(2), rel=0.1)


def test_noise_is_as_loud_at_all_times() -> None:
    generator, mel = Generator(8, (2,), (8,), 1), torch.full((1, 64, 80), -2.0)
    filters = plain(generator, 64).reshape(1, 3, generator.bins, -1)
    filters[:, 0] = -20  # no pulses
    hiss = torch.randn(64 * HOP, generator=torch.Generator().manual_seed(0))
    for given in (hiss, hiss * torch.linspace(0.1, 1, 64 * HOP)):
        made = generator.sound(mel, filters.flatten(1, 2), torch.full((1, 64), 120.0), given)[0, 8 * HOP : -8 * HOP]
        power = made.reshape(4, -1).square().mean(1)
        assert power.max() / power.min() < 1.3


def test_silence_stays_silent(network: MelGAN) -> None:
    assert np.abs(network.speak(log_mel(np.zeros(40 * HOP, np.float32)))).max() < 1e-3


def test_sounds_are_apart_by_their_spectra_and_not_by_their_phases(network: MelGAN) -> None:
    tones = sounds()
    same, turned, other = (network.apart(tones, made) for made in (tones, -tones, tones.flip(0)))
    assert [loss.item() for loss in same] == pytest.approx([0, 0], abs=1e-6)
    assert [loss.item() for loss in turned] == pytest.approx([0, 0], abs=1e-6)
    assert min(other) > 0.5


def test_the_pitch_that_was_measured_is_learnt_where_there_is_one(network: MelGAN) -> None:
    mel = torch.zeros(2, 32, 80)
    found = _hertz(network.generator(mel)[1]).detach()
    losses = [
        network.loss((sounds(), mel, given), "generator", 0)["pitch"] for given in (found, found / 1.5, 0 * found)
    ]
    right, wrong, none = (loss.item() for loss in losses)
    assert wrong > right > none == 0


@pytest.mark.parametrize("hertz", [51.0, 100.3, 233.1, 480.0])
def test_a_pitch_is_found_between_the_steps(hertz: float) -> None:
    steps = torch.linspace(*OCTAVES, PITCHES)
    logits = -0.5 * ((steps - np.log2(hertz / MIDDLE)) / 0.026) ** 2
    far = logits.clone()
    far[(steps - 0.5).abs().argmin()] = logits.max() - 0.1  # a rival elsewhere does not pull
    assert _hertz(logits[None, :, None]).item() == pytest.approx(hertz, rel=0.005)
    assert _hertz(far[None, :, None]).item() == pytest.approx(hertz, rel=0.005)


def test_pulses_are_a_fault_only_where_there_is_no_pitch(network: MelGAN) -> None:
    mel, pitch = torch.zeros(2, 32, 80), torch.full((2, 32), 200.0)
    buzz = [network.loss((sounds(), mel, given), "generator", 0)["buzz"].item() for given in (pitch, 0 * pitch)]
    assert buzz == pytest.approx([0, 0.5], abs=0.1)


def test_discriminators_are_heard_once_they_learn(network: MelGAN) -> None:
    batch = sounds(), torch.zeros(2, 32, 80), torch.full((2, 32), 200.0)
    before, after = (network.loss(batch, "generator", step) for step in (network.warm - 1, network.warm))
    assert set(after) - set(before) == {"fooled", "features"}
    assert after["loss"] != before["loss"]
    assert [phase.name for phase in network.phases() if phase.due(network.warm - 1)] == ["generator"]


def test_each_phase_moves_its_own_network(network: MelGAN) -> None:
    batch = sounds(), torch.zeros(2, 32, 80), torch.full((2, 32), 200.0)
    fresh = MelGAN.build("debug")
    fresh.loss(batch, "discriminator", fresh.warm)["loss"].backward()
    moved = {name.split(".")[0] for name, parameter in fresh.named_parameters() if parameter.grad is not None}
    assert moved == {"discriminators"}


def test_weights_may_lack_discriminators_and_nothing_else(network: MelGAN) -> None:
    weights = network.state_dict()
    speaking = {name: tensor for name, tensor in weights.items() if name.startswith("generator.")}
    other = MelGAN.build("debug", seed=1)
    other.load_state_dict(speaking)
    mel = torch.zeros(1, 4, 80)
    assert torch.equal(other.eval()(mel), network(mel))
    for lacking in (dict(list(speaking.items())[1:]), dict(list(weights.items())[:-1])):
        with pytest.raises(RuntimeError, match="Missing key"):
            other.load_state_dict(lacking)


@pytest.mark.slow
def test_an_export_speaks_sentences_of_any_length(network: MelGAN, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    network.export(tmp_path / "melgan.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "melgan.onnx", providers=["CPUExecutionProvider"])
    for frames in (1, 50):
        mel = np.random.default_rng(frames).normal(-5, 2, (frames, 80)).astype(np.float32)
        (made,) = session.run(None, {"mel": mel[None]})
        assert np.abs(made[0] - network.speak(mel)).max() < 1e-5
