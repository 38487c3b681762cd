"""A recommender learnt in memory from coded histories, as an evaluation does many times over."""

import math
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import torch

from laterna.audience.catalogue import Catalogue
from laterna.audience.interactions import Interactions
from laterna.audience.models.clicks import ClickModel
from laterna.audience.models.content import Described
from laterna.audience.models.histories import Histories
from laterna.audience.models.recommender import Recommender
from laterna.errors import ModelError
from laterna.learning import launch
from laterna.learning.loop import Settings
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits

STEPS = "steps"  # what a model that learns step by step adds to its settings: how many were best
_PATIENCE = 3  # looks at the valid part without a better one, after which a model has learnt enough


def learnt(
    recipe: Recipe,
    settings: Mapping[str, Any],
    past: Interactions,
    valid: Histories | None,
    *,
    catalogue: Catalogue | None = None,
    seed: int = 0,
) -> tuple[Recommender, dict[str, Any]]:
    """A recommender and the settings it learnt with.

    Args:
        recipe: of the model.
        settings: arguments of its constructor beside those of its base size; ``steps`` is how long it learns.
        past: what it learns from.
        valid: chooses how many steps are best, where it learns by steps; without it, it takes all of them.
        catalogue: of the items, for models that know them by their content.
        seed: of its weights and of all that is drawn.

    Raises:
        ModelError: the model is no recommender, or has no such settings.
    """
    if not issubclass(recipe.model, Recommender):
        raise ModelError(f"{recipe.name} doesn't rank items: name recommenders, such as ease or als.")
    if issubclass(recipe.model, ClickModel):
        raise ModelError(
            f"{recipe.name} tells what is liked, not what comes next: use `laterna evaluate {recipe.name} DATA`."
        )
    config = {name: value for name, value in settings.items() if name != STEPS}
    model, samples = _fresh(recipe, config, seed), Described(past, catalogue=catalogue)
    if recipe.suit is not None:
        model = cast(Recommender, recipe.suit(model, samples))
    if not model.phases():
        model.fit(samples, seed=seed)
        return cast(Recommender, model.eval()), config
    steps = int(settings.get(STEPS, recipe.steps))
    if valid is None:
        valid = samples
        recipe = replace(recipe, metrics=_unjudged, objective="none", evaluate_every=steps)
    batch = min(recipe.batch_size, len(samples))
    said = Settings(steps, batch, seed=seed, device="cpu", patience=_PATIENCE, checkpoint_every=math.inf)
    with tempfile.TemporaryDirectory() as folder:
        job = launch.Job(replace(recipe, show=None), Splits(samples, valid, valid), said, Path(folder))
        state = launch.run(job, model)
    return cast(Recommender, model.eval()), config | {STEPS: state.best_step}


def _fresh(recipe: Recipe, config: Mapping[str, Any], seed: int) -> Model:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            return recipe.model(**{**recipe.model.sizes["base"], **config})
        except TypeError as error:
            raise ModelError(f"{recipe.name} can't be built with {dict(config)}: {error}.") from error


def _unjudged(model: Model, samples: Samples) -> Mapping[str, float]:
    """What is told of a model whose last weights are taken, whatever they are worth."""
    return {"none": 0.0}
