"""The posterior of a comparison's weights, and what an answer would tell of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.learning.bradley_terry import Posterior, expected_information, posterior

seeds = st.integers(0, 2**32 - 1)


def answered(weights: np.ndarray, comparisons: int, rng: np.random.Generator) -> np.ndarray:
    """Differences of features, turned so that the preferred version comes first, by a judge of these weights."""
    differences = rng.normal(size=(comparisons, len(weights)))
    liked = rng.random(comparisons) < 1 / (1 + np.exp(-differences @ weights))
    return np.where(liked[:, None], differences, -differences)


def test_many_answers_give_the_judges_own_weights():
    truth = np.array([1.5, -0.8, 0.0, 0.4])
    learnt = posterior(answered(truth, 4_000, np.random.default_rng(1)), groups=[4])
    assert learnt.weights == pytest.approx(truth, abs=0.15)
    assert np.all(np.abs(learnt.weights - truth) < 4 * np.sqrt(np.diag(learnt.covariance)))


@given(seeds)
def test_the_posterior_is_as_wide_as_its_weights_are_off(seed):
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=3)
    learnt = posterior(answered(truth, 80, rng), groups=[3])
    off = learnt.weights - truth
    assert off @ np.linalg.solve(learnt.covariance, off) < 30  # chi-squared of 3: beyond it once in a million


def test_weights_that_no_answer_speaks_of_keep_their_prior():
    differences = answered(np.array([2.0, 0.0]), 60, np.random.default_rng(2)) * [1, 0]
    learnt = posterior(differences, groups=[1, 1])
    assert learnt.weights[1] == 0
    assert learnt.weights[0] > 1
    assert learnt.covariance[1, 1] > 4 * learnt.covariance[0, 0]


def test_answers_that_contradict_one_another_teach_nothing():
    once = np.random.default_rng(3).normal(size=(20, 3))
    assert posterior(np.concatenate([once, -once]), groups=[3]).weights == pytest.approx(np.zeros(3), abs=1e-6)


def test_answers_without_a_contradiction_leave_finite_weights():
    learnt = posterior(np.abs(np.random.default_rng(4).normal(size=(500, 2))) * 100, groups=[2])
    assert np.isfinite(learnt.weights).all()
    assert np.isfinite(learnt.covariance).all()


def test_a_second_group_is_believed_only_when_the_answers_need_it():
    rng = np.random.default_rng(5)
    needed = posterior(answered(np.array([0.5, 3.0]), 300, rng), groups=[1, 1])
    idle = posterior(answered(np.array([3.0, 0.0]), 300, rng), groups=[1, 1])
    assert needed.weights[1] > 2
    assert abs(idle.weights[1]) < 0.5


@given(st.floats(-10, 10), st.floats(0.01, 20))
def test_information_is_what_all_likely_weights_say_of_it(mean, deviation):
    grid = np.linspace(-8, 8, 4_001)
    share = np.exp(-(grid**2) / 2) / np.exp(-(grid**2) / 2).sum()
    chances = np.clip(1 / (1 + np.exp(-mean - deviation * grid)), 1e-15, 1 - 1e-15)

    def entropy(p: np.ndarray) -> np.ndarray:
        return -p * np.log(p) - (1 - p) * np.log1p(-p)

    told = entropy(share @ chances) - share @ entropy(chances)
    known = Posterior(np.array([mean]), np.array([[deviation**2]]))
    assert expected_information(np.ones((1, 1)), known) == pytest.approx(told, abs=0.06)


@given(seeds)
def test_an_answer_tells_a_bit_at_most_and_nothing_of_equals(seed):
    rng = np.random.default_rng(seed)
    known = Posterior(rng.normal(size=4) * 5, np.eye(4) * 10)
    differences = rng.normal(size=(50, 4)) * 10
    told = expected_information(differences, known)
    assert np.all((told > -1e-9) & (told < np.log(2) + 1e-9))
    assert told == pytest.approx(expected_information(-differences, known))
    assert expected_information(np.zeros((1, 4)), known) == 0
