"""Flashes counted in each part of the screen, against signals whose rate and size are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.editing.reviewing.flashing import Changes

SECOND = 60  # ticks, one a picture
PARTS = 100


def watched(level: np.ndarray, parts: int) -> Changes:
    """What is found where ``parts`` of a hundred show ``level``, one value a picture, and the others nothing."""
    changes = Changes(PARTS, 20, 160, SECOND)
    for now, value in enumerate(level):
        screen = np.zeros(PARTS, np.float32)
        screen[:parts] = value
        changes.add(now, screen)
    return changes


def square(hertz: float, low: float, high: float, seconds: int = 3) -> np.ndarray:
    times = np.arange(seconds * SECOND) / SECOND
    return np.where(np.floor(2 * hertz * times + 1e-9) % 2 == 0, low, high)


@settings(max_examples=30)
@given(hertz=st.sampled_from([1, 2, 2.5, 3, 4, 5, 6, 7.5, 10]), parts=st.integers(1, PARTS))
def test_more_than_three_flashes_a_second_over_more_than_a_quarter(hertz: float, parts: int) -> None:
    assert bool(watched(square(hertz, 10, 100), parts).found) == (hertz > 3 and parts > 25)


@pytest.mark.parametrize(
    ("low", "high", "harmful"), [(10, 29, False), (10, 31, True), (159, 200, True), (161, 200, False)]
)
def test_the_darker_state_and_the_change_have_limits(low: float, high: float, harmful: bool) -> None:
    assert bool(watched(square(5, low, high), PARTS).found) == harmful


def test_a_wave_counts_like_a_square_and_small_ripples_do_not_count() -> None:
    times = np.arange(3 * SECOND) / SECOND
    wave = 60 + 40 * np.sin(2 * np.pi * 5 * times)
    assert watched(wave, PARTS).found
    assert not watched(60 + 9 * np.sin(2 * np.pi * 12 * times) + 40 * times, PARTS).found


def test_three_flashes_and_no_more_are_permitted() -> None:
    flash = [10, 10, 10, 100, 100, 100]
    assert not watched(np.array([*flash * 3, *[10] * 60], float), PARTS).found
    assert watched(np.array([*flash * 4, *[10] * 60], float), PARTS).found


def test_the_span_is_where_it_flashes() -> None:
    level = np.concatenate([np.full(60, 10.0), square(5, 100, 10, 1), np.full(60, 10.0)])
    found = watched(level, PARTS).found
    assert 60 <= min(first for first, _, _ in found) <= 61
    assert max(last for _, last, _ in found) <= 120
