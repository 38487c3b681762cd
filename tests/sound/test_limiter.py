"""The limiter keeps peaks, between samples too, under the ceiling, and touches nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.sound import measure
from laterna.sound.envelope import sample_gain
from laterna.sound.limiter import FRAME, PeakMeter, limiting

RATE = 48_000


def limited(sound: np.ndarray, gain_db: float, ceiling: float, block: int = 10_000) -> np.ndarray:
    meter = PeakMeter()
    for first in range(0, len(sound), block):
        meter.push(sound[first : first + block])
    return sound * sample_gain(limiting(meter.finish(), gain_db, ceiling), FRAME, 0, len(sound))


def harsh(seed: int) -> np.ndarray:
    """Quiet noise with clicks, bursts, and a tone whose crests lie between its samples."""
    rng = np.random.default_rng(seed)
    sound = 0.05 * rng.standard_normal((2 * RATE, 2))
    sound[rng.integers(0, len(sound), 20)] += rng.uniform(-1, 1, (20, 2))
    for start in rng.integers(0, RATE, 3):
        sound[start : start + 2000] += 0.4 * rng.standard_normal((2000, 2))
    tone = np.sin(np.pi / 2 * np.arange(20_000) + np.pi / 4) * np.hanning(20_000)
    sound[RATE : RATE + 20_000] += tone[:, np.newaxis]
    return np.clip(sound, -1, 1).astype(np.float32)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 12), st.sampled_from([-1.0, -2.0, -6.0]))
def test_no_true_peak_is_above_the_ceiling(seed: int, gain_db: float, ceiling: float) -> None:
    sound = limited(harsh(seed), gain_db, ceiling)
    assert measure([sound], RATE).true_peak <= ceiling + 0.05


def test_what_stays_under_the_ceiling_is_raised_and_no_more() -> None:
    sound = (0.1 * np.random.default_rng(0).uniform(-1, 1, (RATE, 2))).astype(np.float32)
    np.testing.assert_allclose(limited(sound, 6.0, -1.0), sound * 10 ** (6 / 20), rtol=1e-5)


def test_a_peak_is_felt_only_around_it() -> None:
    sound = np.full((RATE, 2), 0.1, np.float32)
    sound[24_000] = 1.0
    gain = limited(sound, 0.0, -12.0)[:, 0] / sound[:, 0]
    touched = np.flatnonzero(gain < 0.999)
    assert gain[24_000] < 0.3
    assert touched.min() > 24_000 - 0.02 * RATE
    assert touched.max() < 24_000 + 0.25 * RATE


def test_the_size_of_blocks_makes_no_difference() -> None:
    sound = harsh(5)
    np.testing.assert_array_equal(limited(sound, 6.0, -1.0, block=999), limited(sound, 6.0, -1.0, block=48_000))


def test_peaks_between_samples_are_measured_where_they_are() -> None:
    sound = np.zeros((RATE, 2), np.float32)
    angle = np.pi / 2 * np.arange(480) + np.pi / 4
    sound[4800:5280] = (np.sin(angle) * np.hanning(480))[:, np.newaxis]
    meter = PeakMeter()
    meter.push(sound)
    peaks = meter.finish()
    assert len(peaks) == RATE // FRAME
    assert np.abs(sound).max() < 0.71
    assert peaks.max() == pytest.approx(1.0, abs=0.01)
    assert 5000 // FRAME <= int(peaks.argmax()) <= 5080 // FRAME
