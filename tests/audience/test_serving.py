"""The best few of many: what sorting all would give, whatever the shape and however many are equal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.audience.interactions import Interactions
from laterna.audience.serving import best, top


def sorted_whole(scores: np.ndarray, most: int) -> np.ndarray:
    """The same by a stable sort of all."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :most]
    numbers = np.where(np.take_along_axis(scores, order, axis=1) > -np.inf, order, -1)
    return np.pad(numbers, ((0, 0), (0, most - numbers.shape[1])), constant_values=-1)


@pytest.mark.parametrize("columns", [1, 7, 255, 256, 300, 1000])
@pytest.mark.parametrize("levels", [2, 50, 10**6])
def test_they_are_those_of_a_whole_sort(columns: int, levels: int) -> None:
    scores = np.random.default_rng(columns).integers(levels, size=(9, columns)).astype(np.float32)
    numbers, found = top(scores, 10)
    assert np.array_equal(numbers, sorted_whole(scores, 10))
    kept = numbers >= 0
    assert np.array_equal(found[kept], np.take_along_axis(scores, numbers.clip(0), axis=1)[kept])


@given(st.integers(0, 6), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_what_may_not_be_chosen_is_not(left: int, most: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = np.full((3, 600), -np.inf, np.float32)
    for row in scores:
        row[rng.choice(600, left, replace=False)] = rng.integers(3, size=left)
    numbers, found = top(scores, most)
    assert np.array_equal(numbers, sorted_whole(scores, most))
    assert ((found > -np.inf).sum(axis=1) == min(left, most)).all()


def test_of_nobody_there_is_nothing() -> None:
    assert top(np.zeros((0, 500), np.float32), 5)[0].shape == (0, 5)


def test_known_users_are_served_from_factors_in_blocks_without_what_they_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("laterna.audience.serving._SCORES", 7 * 400)
    rng = np.random.default_rng(0)
    users, items = rng.standard_normal((23, 8), np.float32), rng.standard_normal((400, 8), np.float32)
    names = (tuple(map(str, range(400))), tuple(map(str, range(23))))
    met = Interactions(*names, 3 * np.arange(24), rng.integers(400, size=69).astype(np.int32), *np.zeros((2, 69)))
    scores = users @ items.T
    scores[met.seen()] = -np.inf
    numbers, found = best(users, items, 10, met)
    assert np.array_equal(numbers, sorted_whole(scores, 10))
    assert np.allclose(found, np.take_along_axis(scores, numbers, axis=1), rtol=1e-4, atol=1e-5)
    assert np.array_equal(best(users, items, 10)[0], sorted_whole(users @ items.T, 10))
