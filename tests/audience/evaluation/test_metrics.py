"""Figures agree with their textbook formulas, and with ties are the mean over all orders of the tied."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.audience.evaluation import metrics
from laterna.audience.evaluation.ranks import Ranks
from laterna.errors import DataError

RANKING = pytest.mark.parametrize("name", metrics.RANKING)


def ranks(scores: list[float], targets: list[int]) -> Ranks:
    return Ranks.of(np.array([scores], float), np.ones((1, len(scores)), bool), [np.array(targets, int)])


def placed(*places: int, of: int = 20) -> Ranks:
    """One user's targets at these places, from 1."""
    return ranks([-float(place) for place in range(1, of + 1)], [place - 1 for place in places])


def by_the_book(name: str, relevant: list[bool], k: int) -> float:
    """The figure of one order of all candidates, from its definition."""
    top, total = relevant[:k], sum(relevant)
    places = [place for place, is_target in enumerate(top, 1) if is_target]
    gain = sum(1 / np.log2(place + 1) for place in places)
    return {
        "ndcg": gain / sum(1 / np.log2(place + 1) for place in range(1, min(total, k) + 1)),
        "hr": float(bool(places)),
        "recall": len(places) / total,
        "mrr": 1 / places[0] if places else 0.0,
        "map": sum(number / place for number, place in enumerate(places, 1)) / min(total, k),
    }[name]


def test_the_figures_of_one_target_at_place_three() -> None:
    found = {name: metric(placed(3), 10).item() for name, metric in metrics.RANKING.items()}
    assert found == pytest.approx({"ndcg": 0.5, "hr": 1, "recall": 1, "mrr": 1 / 3, "map": 1 / 3})


@RANKING
def test_a_target_beyond_k_counts_nothing(name: str) -> None:
    assert metrics.RANKING[name](placed(11), 10).item() == 0


@RANKING
def test_all_targets_first_is_the_best_there_is(name: str) -> None:
    assert metrics.RANKING[name](placed(1, 2, 3), 10).item() == pytest.approx(1)


@RANKING
@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=2, max_size=6), st.data())
def test_ties_count_as_the_mean_over_all_orders_of_the_tied(name: str, scores: list[int], data: st.DataObject) -> None:
    items = range(len(scores))
    targets = data.draw(st.lists(st.sampled_from(items), min_size=1, unique=True))
    k = data.draw(st.integers(1, 5))
    orders = [order for order in itertools.permutations(items) if [*items] == sorted(order)]
    fitting = [order for order in orders if all(scores[a] >= scores[b] for a, b in itertools.pairwise(order))]
    expected = np.mean([by_the_book(name, [item in targets for item in order], k) for order in fitting])
    found = metrics.RANKING[name](ranks([float(score) for score in scores], targets), k)
    assert found.item() == pytest.approx(expected)


def test_a_model_that_scores_all_alike_looks_no_better_than_chance() -> None:
    constant = ranks([0.0] * 200, [0])  # a sort would have put the first item first
    assert metrics.hr(constant, 10).item() == pytest.approx(10 / 200)
    assert metrics.ndcg(constant, 10).item() < 0.03


def test_users_keep_their_own_figures() -> None:
    both = Ranks.joined([placed(1), placed(4, 15)])
    assert metrics.hr(both, 3).tolist() == [1, 0]
    assert metrics.recall(both, 10).tolist() == [1, 0.5]


@pytest.mark.parametrize(("k", "of", "words"), [(0, placed(1), "k of 1 or more"), (10, placed(), "without a target")])
def test_what_has_no_figure_is_refused(k: int, of: Ranks, words: str) -> None:
    with pytest.raises(DataError, match=words):
        metrics.ndcg(of, k)


def test_auc_is_the_share_of_pairs_told_right_and_ties_are_half_right() -> None:
    labels, scores = np.array([1, 0, 1, 0]), np.array([0.9, 0.4, 0.4, 0.1])
    assert metrics.auc(labels, scores) == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert metrics.auc(labels, np.ones(4)) == 0.5


def test_an_event_that_counts_twice_is_as_two_events() -> None:
    labels, scores, weights = np.array([1, 0, 1, 0]), np.array([0.9, 0.6, 0.4, 0.1]), np.array([1, 2, 3, 0])
    twice = np.repeat(labels, weights), np.repeat(scores, weights)
    assert metrics.auc(labels, scores, weights) == pytest.approx(metrics.auc(*twice))


def test_logloss_is_the_mean_of_minus_the_log_of_what_came_true() -> None:
    assert metrics.logloss(np.array([1, 0]), np.array([0.8, 0.4])) == pytest.approx(-np.log([0.8, 0.6]).mean())
    assert np.isfinite(metrics.logloss(np.array([1]), np.array([0.0])))


def test_calibration_error_is_how_far_probabilities_are_from_what_comes_true() -> None:
    labels = np.array([1, 0, 0, 0] * 25)
    assert metrics.calibration_error(labels, np.full(100, 0.25)) == pytest.approx(0)
    assert metrics.calibration_error(labels, np.full(100, 0.75)) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("labels", "scores", "words"),
    [
        ([1, 1], [0.2, 0.3], "one label"),
        ([1, 0], [0.2], "don't fit"),
        ([4, 2], [0.2, 0.3], "0 or 1"),
        ([1, 0], [0.2, np.nan], "not finite"),
    ],
)
def test_labels_and_scores_that_give_no_auc_are_refused(labels: list, scores: list, words: str) -> None:
    with pytest.raises(DataError, match=words):
        metrics.auc(np.array(labels), np.array(scores))


def test_scores_that_are_no_probabilities_have_no_logloss() -> None:
    with pytest.raises(DataError, match="sigmoid"):
        metrics.logloss(np.array([1, 0]), np.array([1.2, -3.0]))


def test_coverage_is_the_share_of_items_that_anyone_is_offered() -> None:
    assert metrics.coverage(np.array([[0, 1], [1, -1]]), 8) == 0.25


def test_novelty_is_in_bits_and_what_all_watched_has_none() -> None:
    watched = np.array([8, 2, 0])
    found = metrics.novelty(np.array([[0, 1], [2, -1], [-1, -1]]), watched, users=8)
    assert found.tolist() == [1, 3, 0]


def test_diversity_is_nought_for_copies_and_one_for_strangers() -> None:
    features = np.array([[1, 0], [2, 0], [0, 1]], np.float32)
    found = metrics.diversity(np.array([[0, 1, -1], [0, 2, -1], [0, 1, 2], [0, -1, -1]]), features)
    assert found == pytest.approx([0, 1, 2 / 3, 0])
