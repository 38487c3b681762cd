"""Faults of sound, against waves that are known."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.editing.reviewing.finding import Finding
from laterna.editing.reviewing.hearing import Ear, clipped_peaks

RATE = 48_000


def heard(wave: np.ndarray, block: int = 4_801) -> list[Finding]:
    ear = Ear(RATE)
    for first in range(0, len(wave), block):
        ear.add(np.repeat(wave[first : first + block, None], 2, axis=1).astype(np.float32))
    return list(ear.findings(Fraction(len(wave), RATE)))


def noise(seconds: float, level: float = 0.1, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.convolve(rng.normal(0, level, round(seconds * RATE)), np.ones(12) / 12, "same")


def sine(hertz: float, level: float, seconds: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


@given(hertz=st.floats(60, 2000), level=st.floats(0.9, 1.0))
def test_a_loud_tone_is_not_clipped(hertz: float, level: float) -> None:
    assert len(clipped_peaks(sine(hertz, level))) == 0


@given(hertz=st.floats(60, 1500), gain=st.floats(1.5, 6))
def test_a_tone_driven_beyond_full_scale_is(hertz: float, gain: float) -> None:
    assert len(clipped_peaks(np.clip(sine(hertz, gain), -1, 1))) > 10


def test_plain_sound_has_no_faults() -> None:
    assert heard(noise(3)) == []


@pytest.mark.parametrize("block", [999, 4_800, 200_000])
def test_a_click_is_found_whatever_the_blocks(block: int) -> None:
    wave = noise(2, 0.05)
    wave[70_000] += 0.5
    (found,) = heard(wave, block)
    assert found.kind == "click"
    assert found.start <= Fraction(70_000, RATE) + Fraction(1, 1000)
    assert found.end >= Fraction(70_000, RATE)


def test_a_drum_is_no_click() -> None:
    wave = noise(2, 0.01)
    times = np.arange(9_600) / RATE
    for at in (30_000, 60_000):
        wave[at : at + 9_600] += 0.6 * np.random.default_rng(at).normal(0, 1, 9_600) * np.exp(-times / 0.03)
    assert [one for one in heard(wave) if one.kind == "click"] == []


def test_sound_that_drops_out_is_an_error_and_a_long_pause_a_warning() -> None:
    wave = noise(6)
    wave[48_000:52_800] = 0
    (dropout,) = (one for one in heard(wave) if one.kind == "silence")
    assert (dropout.severity, dropout.start, dropout.end) == ("error", 1, Fraction(11, 10))
    quiet = noise(6) * np.interp(np.arange(6 * RATE) / RATE, [1, 1.5, 4, 4.5], [1, 0, 0, 1])
    (pause,) = (one for one in heard(quiet) if one.kind == "silence")
    assert pause.severity == "warning"


def test_a_short_pause_is_none_and_silence_throughout_is_told() -> None:
    pause = noise(4) * np.interp(np.arange(4 * RATE) / RATE, [1, 1.5, 2, 2.5], [1, 0, 0, 1])
    assert heard(pause) == []
    assert [one.sentence for one in heard(np.zeros(RATE))] == ["The whole film is silent."]


def test_no_sound_at_all_has_no_faults() -> None:
    assert list(Ear(RATE).findings(Fraction(1))) == []
