"""Every registered recommender keeps its promises, and one that breaks them is found out."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.audience.events import Events  # noqa: E402
from laterna.audience.interactions import Interactions  # noqa: E402
from laterna.audience.models.check import check_recommender  # noqa: E402
from laterna.audience.models.ease import EASE  # noqa: E402
from laterna.audience.models.recommender import Recommender  # noqa: E402
from laterna.errors import ModelError  # noqa: E402
from laterna.learning.recipe import Recipe, registered, registry  # noqa: E402

NAMES = [name for name in sorted(registry()) if name.startswith("audience/")]


def taught(recipe: Recipe, data: Path) -> Recommender:
    """Of the debug size; a model that learns by gradients has its first weights, which are as good for this."""
    samples = recipe.splits(data).train
    assert recipe.suit is not None
    model = recipe.suit(recipe.model.build("debug"), samples)
    if not model.phases():
        model.fit(samples, seed=0)
    return cast(Recommender, model)


@pytest.mark.parametrize("name", NAMES)
def test_every_recommender_keeps_the_promises(name: str, tastes: Path, events: Events) -> None:
    assert len(check_recommender(taught(registered(name), tastes), events)) == 7


def first_row(model: Recommender, histories: Interactions) -> np.ndarray:
    return np.repeat(EASE._score(cast(EASE, model), histories.rows([0])), len(histories), axis=0)


def noise(model: Recommender, histories: Interactions) -> np.ndarray:
    return np.random.default_rng().random((len(histories), len(model.items)), np.float32)


def halves(model: Recommender, histories: Interactions) -> np.ndarray:
    return EASE._score(cast(EASE, model), histories).astype(np.float64)


@pytest.mark.parametrize(
    ("score", "complaint"),
    [(first_row, "differ by .* from those in company"), (noise, "scored twice"), (halves, "not float32")],
)
def test_one_that_breaks_a_promise_is_found_out(
    score: Callable[..., np.ndarray], complaint: str, tastes: Path, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = taught(registered("audience/ease"), tastes)
    broken = type("Broken", (EASE,), {"_score": score})
    monkeypatch.setattr(model, "__class__", broken)
    with pytest.raises(ModelError, match=complaint):
        check_recommender(model, events)


def test_one_that_recommends_what_was_met_is_found_out(
    tastes: Path, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = taught(registered("audience/ease"), tastes)
    whole = EASE.recommend
    monkeypatch.setattr(EASE, "recommend", lambda self, *given, **more: whole(self, *given, **{**more, "seen": True}))
    with pytest.raises(ModelError, match="recommends what was met"):
        check_recommender(model, events)
