"""Nearest neighbours: items that the same users met, fewer of whom tell less."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.audience.interactions import Interactions  # noqa: E402
from laterna.audience.models.histories import Histories  # noqa: E402
from laterna.audience.models.item_knn import ItemKNN, recipe  # noqa: E402
from laterna.learning import check_model  # noqa: E402


def met(*rows: list[int], items: int = 4) -> Interactions:
    columns = np.array([item for row in rows for item in row], np.int32)
    names = (tuple(map(str, range(count))) for count in (items, len(rows)))
    zeros = np.zeros(len(columns), np.int64)
    return Interactions(*names, np.cumsum([0, *map(len, rows)]), columns, zeros, zeros.astype(np.float32))


PAST = met([0, 1], [0, 1, 2], [0, 2], [0, 3])


def fitted(past: Interactions, **settings: float) -> ItemKNN:
    model = ItemKNN(**settings).suited(past)
    model.fit(Histories(past), seed=0)
    return model


def test_nearness_is_the_cosine_of_who_met_them() -> None:
    model = fitted(PAST, shrinkage=0, half_life=0)
    assert model.score(met([1]))[0].tolist() == pytest.approx([2 / 8**0.5, 0, 1 / 2, 0])
    assert model.score(met([1, 3]))[0].tolist() == pytest.approx([2 / 8**0.5 + 1 / 2, 0, 1 / 2, 0])


def test_shrinkage_takes_more_from_what_few_met() -> None:
    free, shrunk = (fitted(PAST, shrinkage=users, half_life=0).score(met([0]))[0] for users in (0, 5))
    assert shrunk[3] / free[3] < shrunk[1] / free[1] < 1


def test_only_the_nearest_count() -> None:
    near = fitted(PAST, neighbours=1, shrinkage=0, half_life=0).score(met([0]))[0]
    assert near.tolist() == pytest.approx([0, 2 / 8**0.5, 0, 0])


def test_what_is_long_past_counts_less() -> None:
    model = fitted(PAST, shrinkage=0, half_life=1)
    assert model.score(met([1, 3]))[0, 0] == pytest.approx(1 / 2 * 2 / 8**0.5 + 1 / 2)


def test_the_shares_of_what_was_met_add_up_to_the_score() -> None:
    model, history = fitted(PAST, half_life=1), met([1, 3, 2])
    reasons = model.explain(history, 0, 2)
    assert sum(reason.share for reason in reasons) == pytest.approx(model.score(history)[0, 0])
    assert reasons[0].name == "2"


def test_it_keeps_the_contract_of_a_model_and_is_better_than_popularity(tastes: Path) -> None:
    assert "fits" in check_model(recipe, tastes)
    splits = recipe.splits(tastes)
    model = fitted(splits.train.past)
    assert recipe.metrics(model, splits.test)["ndcg@10"] > 1.5 * recipe.baseline(splits)["ndcg@10"]
