"""Ducking: the bed is down when a word begins, stays down between sentences, and comes back."""

import numpy as np
import pytest

from laterna.sound.duck import FRAME, ducking, frame_power

DEPTH = 10.0
A_SECOND = 100  # frames


def curve(*speech: tuple[float, float], seconds: float = 8) -> np.ndarray:
    """The curve for a narration that speaks at -23 LUFS in the given stretches of seconds."""
    power = np.full(round(seconds * A_SECOND), 1e-9)
    for start, end in speech:
        power[round(start * A_SECOND) : round(end * A_SECOND)] = 10 ** (-2.3)
    return ducking(power, -23.0, DEPTH)


def test_the_bed_is_down_from_the_first_word_to_the_last() -> None:
    gain = curve((2, 4))
    assert gain[200:400] == pytest.approx(-DEPTH)


def test_it_sinks_in_the_quarter_second_before_and_is_back_in_a_second_and_a_half() -> None:
    gain = curve((2, 4))
    assert gain[:175] == pytest.approx(0)
    assert (np.diff(gain[175:201]) < 0).all()
    assert gain[540:] == pytest.approx(0, abs=1e-6)
    assert (np.diff(gain[461:539]) > 0).all()


def test_it_does_not_pump_between_sentences() -> None:
    assert curve((2, 4), (4.5, 6))[200:600] == pytest.approx(-DEPTH)


def test_without_a_word_nothing_is_ducked() -> None:
    assert curve() == pytest.approx(0)


def test_breath_and_noise_are_no_words() -> None:
    power = np.full(400, 10 ** (-5.5))
    assert ducking(power, -23.0, DEPTH) == pytest.approx(0)


def test_power_is_that_of_each_ten_milliseconds() -> None:
    block = np.zeros((FRAME * 2 + 10, 2), np.float32)
    block[FRAME : 2 * FRAME] = 0.5
    assert frame_power(block) == pytest.approx([0, 0.25, 0])
