"""Intervals hold what they promise, and differences are judged on the same users."""

import numpy as np
import pytest

from laterna.audience.evaluation.intervals import Mean, compare, draws, holm, interval, short
from laterna.errors import DataError


def mean(values: np.ndarray) -> Mean:
    return Mean(values, np.arange(len(values)))


def test_an_interval_holds_the_truth_about_19_times_in_20() -> None:
    rng, drawn = np.random.default_rng(0), draws(80, count=400)
    held = 0
    for _ in range(200):
        found = interval(mean(rng.exponential(1.0, 80)), drawn)
        held += found.low <= 1 <= found.high
    assert 0.88 <= held / 200 <= 0.98


def test_a_user_with_many_values_is_still_one_user() -> None:
    values = np.random.default_rng(0).normal(size=50)
    one, copies = mean(values), Mean(np.repeat(values, 20), np.repeat(np.arange(50), 20))
    assert copies.counts.tolist() == [20] * 50
    drawn = draws(50)
    assert interval(copies, drawn).high == pytest.approx(interval(one, drawn).high)


def test_a_small_gain_of_every_user_is_seen_although_users_differ_widely() -> None:
    theirs = np.random.default_rng(0).exponential(1.0, 100)
    ours = theirs * 1.05
    drawn = draws(100)
    found = compare(mean(ours), mean(theirs), drawn)
    assert interval(mean(ours), drawn).low < theirs.mean()  # apart, nothing is told
    assert found.difference.low > 0
    assert found.relative is not None
    assert found.relative.low == pytest.approx(0.05)
    assert found.p is not None
    assert found.p < 0.01


def test_models_that_are_alike_are_told_apart_about_once_in_20() -> None:
    rng, drawn = np.random.default_rng(1), draws(40, count=20)
    ps = [compare(mean(rng.normal(size=40)), mean(rng.normal(size=40)), drawn).p for _ in range(100)]
    assert np.mean(np.array(ps) < 0.05) <= 0.1


def test_nothing_has_no_relative_gain() -> None:
    found = compare(mean(np.ones(5)), mean(np.zeros(5)), draws(5, count=20))
    assert found.relative is None
    assert found.difference.low == 1


def test_many_tests_together_ask_more_of_each() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1, 1]


def test_one_user_has_no_interval() -> None:
    with pytest.raises(DataError, match="two users"):
        draws(1)


def test_the_same_seed_draws_the_same_users() -> None:
    assert (draws(10, seed=3, count=5) == draws(10, seed=3, count=5)).all()
    assert (draws(10, count=5).sum(axis=1) == 10).all()


@pytest.mark.parametrize(("number", "text"), [(0.0421, ".0421"), (-0.5, "-.5000"), (12.34, "12.3"), (0.0, ".0000")])
def test_figures_are_short(number: float, text: str) -> None:
    assert short(number) == text
