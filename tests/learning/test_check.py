"""The contract of a model: the toys keep it, and a model that breaks a promise is told which one."""

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import toys
from torch import Tensor, nn

from laterna.errors import ModelError
from laterna.learning import check
from laterna.learning.check import check_model
from laterna.learning.model import Model, Phase
from laterna.learning.recipe import Recipe, Samples, Splits
from laterna.learning.weights import save

COMMON = ["builds", "evaluates", "keeps", "has_a_card", "exports"]


@pytest.mark.parametrize("recipe", [toys.plain, toys.frilled, toys.adversary], ids=lambda recipe: recipe.name)
def test_models_that_learn_by_gradients_keep_it(recipe: Recipe, points: Path) -> None:
    assert check_model(recipe, points) == [*COMMON, "repeats", "resumes", "overfits"]


def test_a_model_without_gradients_keeps_it(points: Path) -> None:
    assert check_model(toys.mean, points) == [*COMMON, "fits"]


class Slow(toys.Plain):
    def __init__(self, width: int = 4) -> None:
        super().__init__(width)
        time.sleep(0.3)


class Unseeded(toys.Plain):
    def __init__(self, width: int = 4) -> None:
        super().__init__(width)
        nn.init.constant_(self.layers[0].weight, random.random())


class Hidden(toys.Plain):
    """Learns something that is in no buffer."""

    shift = 0.0

    def forward(self, points: Tensor) -> Tensor:
        return super().forward(points) + self.shift

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        self.shift += 0.01
        return super().loss(batch, phase, step)


class Careless(toys.Plain):
    """Draws from a generator that no seed governs."""

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        return {"loss": super().loss(batch, phase, step)["loss"] * random.random()}


class Counting(toys.Plain):
    """Counts its own steps, and so forgets them."""

    def __init__(self, width: int = 4) -> None:
        super().__init__(width)
        self.count = 0

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        self.count += 1
        return {"loss": super().loss(batch, phase, step)["loss"] / self.count}


class Stubborn(toys.Plain):
    def phases(self) -> Sequence[Phase]:
        return [Phase("model", learning_rate=0.0)]


class Fickle(toys.Plain):
    """Answers otherwise each time that it is asked, so that its export can't be right."""

    def forward(self, points: Tensor) -> Tensor:
        return super().forward(points) + random.random()


class Idle(toys.Mean):
    def fit(self, samples: Samples, *, seed: int) -> None:
        pass


class Guessing(toys.Mean):
    def fit(self, samples: Samples, *, seed: int) -> None:
        self.mean.fill_(random.random())


def silent(data: Path) -> Splits:
    return replace(toys.read(data), data=())


def fixed(model: Model, samples: Samples) -> dict[str, float]:
    return {"mse": 1.0}


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (toys.recipe(Slow), "its debug size takes 0.3 s to build"),
        (toys.recipe(Unseeded), "built twice with one seed, its weights differ"),
        (toys.recipe(toys.Plain, objective="-loss"), "its metrics lack the objective 'loss'"),
        (toys.recipe(toys.Plain, baseline=lambda splits: {"other": 1.0}), "its baseline lacks the objective 'mse'"),
        (toys.recipe(Hidden), "saved and loaded again, it gives other figures"),
        (toys.recipe(toys.Plain, read=silent), "its reader does not say what the data are, and under which licence"),
        (toys.recipe(Fickle, metrics=fixed), "exported to ONNX, its output differs by"),
        (toys.recipe(Careless), "trained twice with one seed, its weights differ"),
        (toys.recipe(Counting), "killed and resumed, its losses differ by"),
        (toys.recipe(Stubborn), "on ten samples its model/loss went from"),
        (toys.recipe(Guessing), "fitted twice with one seed, it differs"),
        (toys.recipe(Idle), "fitted, it has learnt nothing"),
    ],
    ids=lambda value: value.model.__name__ if isinstance(value, Recipe) else "",
)
def test_a_broken_promise_is_named(
    broken: Recipe, sentence: str, points: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "_BUILD_SECONDS", 0.25)
    if "ONNX" not in sentence:  # an export takes seconds
        monkeypatch.setattr(toys.Plain, "exports", ())
    with pytest.raises(ModelError, match=f"^toys/[a-z]+ breaks the contract of a model: {sentence}"):
        check_model(broken, points)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"figures": {"other": 1.0}}, "the card of its bundled weights lacks the objective 'mse'"),
        ({"licence": ""}, "lacks its licence"),
        ({"figures": {}}, "lacks its figures"),
    ],
)
def test_the_card_of_bundled_weights_is_checked(
    more: dict[str, Any], sentence: str, points: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(toys.Mean(), toys.card(), tmp_path / "toys" / "mean")
    (tmp_path / "toys" / "mean" / "card.md").write_text(toys.card(**more).text())
    monkeypatch.setattr(check, "bundled_store", lambda: tmp_path)
    with pytest.raises(ModelError, match=sentence):
        check_model(toys.mean, points)
