"""Popularity: how many users met an item, lately if wanted; better than any order, and the baseline of the others."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.audience.events import Events  # noqa: E402
from laterna.audience.interactions import Interactions  # noqa: E402
from laterna.audience.models.histories import Histories  # noqa: E402
from laterna.audience.models.popularity import Popularity, recipe  # noqa: E402
from laterna.learning import check_model  # noqa: E402

PAST = Interactions.of(
    Events.of(
        {
            "user": ["al", "bo", "cy", "al", "al"],
            "item": ["old", "old", "old", "new", "old"],
            "time": ["2024-01-01", "2024-01-01", "2024-01-01", "2024-01-31", "2024-01-31"],
        }
    )
)


def fitted(half_life: float = 0.0) -> Popularity:
    model = Popularity(half_life=half_life).suited(PAST)
    model.fit(Histories(PAST), seed=0)
    return model


def test_it_counts_users_each_once() -> None:
    assert fitted().score(PAST)[0].tolist() == [1, 3]


def test_what_is_long_past_counts_less() -> None:
    assert fitted(15).score(PAST)[0].tolist() == pytest.approx([1, 1 + 2 * 0.25])


def test_the_reason_is_its_rank() -> None:
    (reason,) = fitted().explain(PAST.rows([1]), 0)
    assert (reason.name, reason.share) == ("number 2 of 2 in popularity", 1)


def test_it_keeps_the_contract_of_a_model_and_is_better_than_any_order(tastes: Path) -> None:
    assert "fits" in check_model(recipe, tastes)
    splits = recipe.splits(tastes)
    model = Popularity().suited(splits.train.past)
    model.fit(splits.train, seed=0)
    assert recipe.metrics(model, splits.test)["ndcg@10"] > 1.2 * recipe.baseline(splits)["ndcg@10"]
    assert np.isfinite(recipe.baseline(splits)["mrr@10"])
