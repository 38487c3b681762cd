"""Made speech compared with recorded speech of another pace."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.errors import DataError
from laterna.voice.warping import compared, path

RATE = 16_000


def sweep(seconds: float, low: float, high: float) -> np.ndarray:
    """A buzz whose pitch rises from ``low`` to ``high`` Hz."""
    times = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * (low * times + (high - low) * times**2 / (2 * seconds))
    return (0.2 * sum(np.sin(k * phase) / k for k in range(1, 12))).astype(np.float32)


def test_the_same_words_at_another_pace_are_as_good_as_the_same() -> None:
    quick, slow = sweep(1.0, 100, 200), sweep(1.4, 100, 200)
    found = compared(quick, slow)
    assert found.distortion < 1.5
    assert found.pitch < 0.5
    assert found.voicing < 0.1


def test_another_pitch_is_told_in_semitones() -> None:
    low, high = sweep(1.0, 120, 120), sweep(1.0, 120 * 2 ** (3 / 12), 120 * 2 ** (3 / 12))
    assert abs(compared(low, high).pitch - 3) < 0.2


def test_noise_is_far_from_a_voice() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)
    assert compared(sweep(1.0, 100, 200), noise).distortion > 5


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 5))
def test_a_path_goes_from_both_beginnings_to_both_ends_without_a_leap(rows: int, columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, two = path(rng.normal(size=(rows, 3)), rng.normal(size=(columns, 3)))
    assert (one[0], two[0], one[-1], two[-1]) == (0, 0, rows - 1, columns - 1)
    steps = np.stack([np.diff(one), np.diff(two)])
    assert ((steps >= 0) & (steps <= 1)).all()
    assert (steps.sum(0) >= 1).all()


def test_what_is_drawn_out_is_paired_with_itself() -> None:
    frames = np.random.default_rng(0).normal(size=(12, 4))
    one, two = path(frames, np.repeat(frames, 3, 0))
    assert np.array_equal(one, two // 3)


@pytest.mark.parametrize(("one", "other"), [(16000, 12000), (4000, 1600), (12345, 16000)])
def test_sounds_of_any_lengths_are_compared(one: int, other: int) -> None:
    assert compared(sweep(1.0, 100, 200)[:one], sweep(1.0, 100, 200)[:other]).distortion >= 0


def test_silence_is_no_reference() -> None:
    with pytest.raises(DataError, match="reference is silent"):
        compared(np.zeros(8000, np.float32), sweep(1.0, 100, 200))
