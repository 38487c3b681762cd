"""Mel spectra: their frames, their levels, and the sound that Griffin and Lim's algorithm finds for them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.voice.spectrum import BANDS, FLOOR, HOP, SAMPLE_RATE, WINDOW, griffin_lim, log_mel, mel_filters, righted


def tone(hertz: float, seconds: float = 0.5, level: float = 0.5) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)).astype(
        np.float32
    )


@given(st.integers(0, 5000))
def test_a_frame_stands_for_256_samples(count: int) -> None:
    frames = log_mel(np.full(count, 0.1, np.float32))
    assert (frames.shape, frames.dtype) == ((count // HOP, BANDS), np.float32)


def test_silence_lies_at_the_floor() -> None:
    assert log_mel(np.zeros(1024, np.float32)) == pytest.approx(np.log(FLOOR))


def test_a_tone_is_loudest_in_its_own_band() -> None:
    middles = mel_filters().argmax(1) * SAMPLE_RATE / WINDOW
    for hertz in (200, 1000, 4000):
        loudest = log_mel(tone(hertz))[10].argmax()
        assert abs(middles[loudest] - hertz) < 0.06 * hertz + SAMPLE_RATE / WINDOW


def test_what_is_ten_times_louder_is_so_in_every_loud_band() -> None:
    soft, loud = (log_mel(tone(440, level=level))[10] for level in (0.05, 0.5))
    heard = soft > np.log(FLOOR) + 3
    assert loud[heard] - soft[heard] == pytest.approx(np.log(10), abs=0.01)


def test_sounds_of_many_blocks_are_those_of_one() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 5000 * HOP).astype(np.float32)
    assert np.allclose(log_mel(noise)[4090:4100], log_mel(noise[4000 * HOP : 4200 * HOP])[90:100])


def test_filters_of_another_size_see_the_same_bands() -> None:
    assert mel_filters(512, 40).shape == (40, 257)
    assert (mel_filters(512, 40).sum(1) > 0).all()


def test_griffin_lim_finds_a_sound_with_nearly_these_frames() -> None:
    rng = np.random.default_rng(0)
    mel = log_mel(tone(300) + rng.normal(0, 0.01, 8000).astype(np.float32))
    rough, fine = (np.abs(log_mel(griffin_lim(mel, turns)) - mel).mean() for turns in (0, 60))
    assert fine < 0.5 * rough
    assert len(griffin_lim(mel, 1)) == len(mel) * HOP


def test_griffin_lim_repeats_by_its_seed() -> None:
    mel = log_mel(tone(300, 0.2))
    assert np.array_equal(griffin_lim(mel, 3, seed=1), griffin_lim(mel, 3, seed=1))
    assert not np.array_equal(griffin_lim(mel, 3, seed=1), griffin_lim(mel, 3, seed=2))


def test_griffin_lim_of_nothing_is_nothing_and_of_silence_is_silence() -> None:
    assert len(griffin_lim(np.empty((0, BANDS), np.float32))) == 0
    assert np.abs(griffin_lim(log_mel(np.zeros(4096, np.float32)))).max() < 1e-3


def test_a_sound_is_put_right_by_the_mel_frames_that_were_asked_for() -> None:
    rng = np.random.default_rng(0)
    asked = log_mel(tone(300) * np.linspace(0.1, 1, 8000, dtype=np.float32) + rng.normal(0, 0.01, 8000).astype("f4"))
    wrong = (tone(300) + rng.normal(0, 0.02, 8000)).astype(np.float32)
    before, after = (np.abs(log_mel(sound) - asked).mean() for sound in (wrong, righted(wrong, asked)))
    assert after < 0.4 * before


def test_what_is_right_stays_so() -> None:
    right = tone(300) * np.hanning(8000).astype(np.float32)
    right = right[: len(right) // HOP * HOP]
    assert np.allclose(righted(right, log_mel(right)), right, atol=2e-3)


@pytest.mark.parametrize("frames", [1, 2])
def test_a_sound_of_a_frame_or_two_is_put_right_too(frames: int) -> None:
    sound = tone(300)[: frames * HOP]
    assert righted(sound, log_mel(sound)).shape == sound.shape
