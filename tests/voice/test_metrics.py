"""How near speech is to a reference: what is equal is nearest, and what is worse is farther."""

import numpy as np
import pytest

from laterna.errors import DataError
from laterna.voice.metrics import intelligibility, mel_cepstral_distortion
from laterna.voice.spectrum import SAMPLE_RATE, mel_filters


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Two seconds of a buzz whose colour moves as a vowel's does, with pauses."""
    rng, time = np.random.default_rng(0), np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    buzz = sum(np.sin(2 * np.pi * 120 * k * time) * np.cos(2 * np.pi * time * k / 9) ** 2 / k for k in range(1, 40))
    loud = np.sin(2 * np.pi * 1.5 * time) > -0.5
    return (0.2 * buzz * loud + rng.normal(0, 1e-4, len(time))).astype(np.float32)


def cosines(levels: np.ndarray) -> np.ndarray:
    """The coefficients 1 to 24 of the cosine transform of 40 levels."""
    places = (np.arange(40) + 0.5) / 40
    return np.array([np.mean(levels * 2 * np.cos(np.pi * order * places)) for order in range(1, 25)])


def noisy(speech: np.ndarray, level: float) -> np.ndarray:
    return speech + np.random.default_rng(1).normal(0, level, len(speech)).astype(np.float32)


def test_a_sound_is_nearest_to_itself(speech: np.ndarray) -> None:
    assert mel_cepstral_distortion(speech, speech) == 0
    assert intelligibility(speech, speech) == pytest.approx(1)


def test_more_noise_is_farther(speech: np.ndarray) -> None:
    levels = (0.003, 0.03, 0.3)
    distortions = [mel_cepstral_distortion(speech, noisy(speech, level)) for level in levels]
    understood = [intelligibility(speech, noisy(speech, level)) for level in levels]
    assert distortions == sorted(distortions)
    assert understood == sorted(understood, reverse=True)
    assert understood[0] > 0.9 > 0.5 > understood[-1]


def test_loudness_is_left_out(speech: np.ndarray) -> None:
    assert mel_cepstral_distortion(speech, speech / 2) == pytest.approx(0, abs=0.05)


def test_a_filter_is_as_far_as_its_cepstrum() -> None:
    """Noise y(t) = x(t) + 0.5 x(t - 1) has the cepstrum log(1 + 0.5 / z): 0.5, -0.125, 0.042... on a linear scale."""
    noise = np.random.default_rng(0).normal(0, 0.1, 5 * SAMPLE_RATE)
    filtered = noise + 0.5 * np.roll(noise, 1)
    angles = np.pi * mel_filters(512, 40).argmax(1) / 256
    levels = np.log(np.abs(1 + 0.5 * np.exp(-1j * angles)))  # of 40 bands
    wanted = 10 / np.log(10) * np.sqrt(2 * ((cosines(levels)) ** 2).sum())
    assert mel_cepstral_distortion(noise, filtered) == pytest.approx(wanted, rel=0.1)


def test_silence_of_the_reference_does_not_count(speech: np.ndarray) -> None:
    hiss = np.random.default_rng(2).normal(0, 1e-5, SAMPLE_RATE).astype(np.float32)
    longer, other = np.concatenate([speech, 0 * hiss]), np.concatenate([speech, hiss])
    assert mel_cepstral_distortion(longer, other) < 0.05


def test_what_one_has_over_is_left_out(speech: np.ndarray) -> None:
    assert mel_cepstral_distortion(speech, speech[:-5000]) == 0
    assert intelligibility(speech[:-5000], speech) == pytest.approx(1)


def test_intelligibility_is_pystois(speech: np.ndarray) -> None:
    """The figure that pystoi 0.4.1 gives for the same sounds; they are resampled otherwise."""
    assert intelligibility(speech, noisy(speech, 0.05)) == pytest.approx(0.6474, abs=0.005)


@pytest.mark.parametrize("judge", [mel_cepstral_distortion, intelligibility])
def test_a_silent_reference_is_refused(judge: object) -> None:
    with pytest.raises(DataError, match="is silent"):
        judge(np.zeros(16_000), np.ones(16_000))  # type: ignore[operator]


def test_too_little_speech_is_refused(speech: np.ndarray) -> None:
    with pytest.raises(DataError, match="too little to judge"):
        intelligibility(speech[:3000], speech[:3000])
