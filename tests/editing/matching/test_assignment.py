"""Sentences get shots so that the sum of their worth is the highest that can be; no shot is used twice."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.editing.matching.assignment import free, in_order

Assign = Callable[[np.ndarray], list[int | None]]
GAINS = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([-np.inf, -0.5, 0.0, 0.1, 0.3, 0.7, 1.0]), min_size=width, max_size=width),
        min_size=1,
        max_size=4,
    )
)


def worth(gains: np.ndarray, chosen: Sequence[int | None]) -> float:
    return float(sum(gains[row, column] for row, column in enumerate(chosen) if column is not None))


def allowed(chosen: Sequence[int | None], *, ordered: bool) -> bool:
    used = [column for column in chosen if column is not None]
    return len(set(used)) == len(used) and (not ordered or used == sorted(used))


@pytest.mark.parametrize("assign", [in_order, free])
@settings(deadline=None)
@given(GAINS)
def test_no_other_assignment_is_worth_more(assign: Assign, rows: list[list[float]]) -> None:
    gains, ordered = np.array(rows), assign is in_order
    chosen = assign(gains)
    assert allowed(chosen, ordered=ordered)
    assert all(gains[row, column] > 0 for row, column in enumerate(chosen) if column is not None)
    every = product([None, *range(gains.shape[1])], repeat=len(gains))
    best = max(worth(gains, one) for one in every if allowed(one, ordered=ordered))
    assert worth(gains, chosen) == pytest.approx(best)


def test_one_shot_is_left_to_the_sentence_that_has_no_other() -> None:
    gains = np.array([[0.9, 0.8], [0.7, 0.0]])
    assert free(gains) == [1, 0]
    assert in_order(gains) == [0, None]


@pytest.mark.parametrize("assign", [in_order, free])
def test_a_script_longer_than_the_footage_leaves_sentences_without(assign: Assign) -> None:
    assert sorted(assign(np.ones((5, 2))), key=str) == [0, 1, None, None, None]


@pytest.mark.parametrize("assign", [in_order, free])
def test_what_is_worth_nothing_is_not_assigned(assign: Assign) -> None:
    assert assign(np.array([[0.0, -1.0], [-np.inf, -np.inf]])) == [None, None]
