"""The gain curve that the ducker and the limiter share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.sound.envelope import sample_gain, slope_limited

CURVES = st.lists(st.floats(-40, 0), min_size=1, max_size=60).map(np.array)
SLOPES = st.floats(0.05, 20)


@given(CURVES, SLOPES, SLOPES)
def test_it_is_never_above_what_is_wanted_nor_steeper_than_allowed(
    wanted: np.ndarray, fall: float, rise: float
) -> None:
    curve = slope_limited(wanted, fall, rise)
    steps = np.diff(curve)
    assert (curve <= wanted + 1e-9).all()
    assert (steps <= rise + 1e-9).all()
    assert (steps >= -fall - 1e-9).all()


@given(CURVES, SLOPES, SLOPES)
def test_it_gives_way_no_more_than_it_must(wanted: np.ndarray, fall: float, rise: float) -> None:
    frames = np.arange(len(wanted))
    ahead = frames[np.newaxis, :] - frames[:, np.newaxis]  # (now, other): frames to come are positive
    bound = wanted + np.where(ahead >= 0, fall * ahead, -rise * ahead)
    np.testing.assert_allclose(slope_limited(wanted, fall, rise), bound.min(axis=1), atol=1e-9)


def test_it_has_fallen_when_the_drop_comes_and_rises_after() -> None:
    curve = slope_limited(np.array([0, 0, 0, -6, 0, 0, 0, 0.0]), fall=3, rise=2)
    np.testing.assert_allclose(curve, [0, 0, -3, -6, -4, -2, 0, 0], atol=1e-9)


@given(CURVES)
def test_samples_are_never_above_their_frame_and_do_not_depend_on_the_block(curve: np.ndarray) -> None:
    frame = 7
    count = len(curve) * frame
    gain = sample_gain(curve, frame, 0, count)
    assert (gain[:, 0] <= 10 ** (np.repeat(curve, frame) / 20) + 1e-6).all()
    split = count // 3
    parts = [sample_gain(curve, frame, 0, split), sample_gain(curve, frame, split, count)]
    np.testing.assert_array_equal(np.concatenate(parts), gain)


def test_a_flat_curve_is_a_plain_gain() -> None:
    np.testing.assert_allclose(sample_gain(np.full(5, -6.0206), 10, 3, 47), 0.5, rtol=1e-5)
    assert sample_gain(np.zeros(5), 10, 0, 50).shape == (50, 1)
    assert sample_gain(np.zeros(5), 10, 0, 50).max() == pytest.approx(1)
