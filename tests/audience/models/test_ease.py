"""EASE: ridge regression of each item on all others, in closed form."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.audience.events import Events  # noqa: E402
from laterna.audience.interactions import Interactions  # noqa: E402
from laterna.audience.models.ease import EASE, recipe  # noqa: E402
from laterna.audience.models.histories import Histories  # noqa: E402
from laterna.errors import DataError  # noqa: E402
from laterna.learning import check_model  # noqa: E402


def fitted(past: Interactions, **settings: float) -> EASE:
    model = EASE(**settings).suited(past)
    model.fit(Histories(past), seed=0)
    return model


@pytest.mark.parametrize("users", [10, 80], ids=["fewer users than items", "more users than items"])
def test_the_weights_are_those_of_the_paper(events: Events, users: int) -> None:
    past = Interactions.of(events).rows(range(users))
    met = past.dense().astype(float)
    inverse = np.linalg.inv(met.T @ met + 20 * np.eye(met.shape[1]))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    assert np.allclose(fitted(past, regularisation=20).weights.numpy(), weights, atol=1e-5)


def test_the_shares_of_what_was_met_add_up_to_the_score(events: Events) -> None:
    past = Interactions.of(events)
    model, history = fitted(past), past.rows([3])
    item = int(model.recommend(history, 1)[0][0, 0])
    assert sum(reason.share for reason in model.explain(history, item)) == pytest.approx(model.score(history)[0, item])


def test_what_is_long_past_counts_less(events: Events) -> None:
    past = Interactions.of(events)
    model, row = fitted(past, half_life=2), past.row(0)
    weights = 0.5 ** (np.arange(len(row))[::-1] / 2) @ model.weights.numpy()[row]
    assert np.allclose(model.score(past.rows([0]))[0], weights, atol=1e-6)


def test_too_many_items_are_refused_with_the_memory_that_they_need() -> None:
    sentence = r"EASE of 50,000 items needs 30 GB of memory, .* for 20,000 at most: use audience/als"
    with pytest.raises(DataError, match=sentence):
        EASE(items=50_000)


def test_it_keeps_the_contract_of_a_model_and_is_better_than_popularity(tastes: Path) -> None:
    assert "fits" in check_model(recipe, tastes)
    splits = recipe.splits(tastes)
    model = fitted(splits.train.past)
    assert recipe.metrics(model, splits.test)["ndcg@10"] > 1.5 * recipe.baseline(splits)["ndcg@10"]
