"""Popularity: every user gets what most users have met, lately if wanted. The baseline of all recommenders."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, cast

import numpy as np
import torch
from torch import Tensor

from laterna.audience.interactions import Interactions
from laterna.audience.models.histories import Histories, figures, ranks, recipe_of
from laterna.audience.models.recommender import Recommender, by_popularity
from laterna.audience.reasons import Reason
from laterna.learning.recipe import Samples, Splits

_DAY = 86_400


class Popularity(Recommender):
    """How many users met each item.

    Args:
        items, letters: of the vocabulary.
        half_life: days after which a meeting counts half, before the last one that is known; 0 for never.
    """

    name: ClassVar[str] = "audience/popularity"
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {"debug": {}, "base": {}}
    worth: Tensor

    def __init__(self, items: int = 0, letters: int = 0, half_life: float = 0.0) -> None:
        super().__init__(items, letters)
        self.half_life = half_life
        self.register_buffer("worth", torch.zeros(items))

    def fit(self, samples: Samples, *, seed: int) -> None:
        past = cast(Histories, samples).past.once()
        age = (past.times.max(initial=0) - past.times) / _DAY
        weights = 0.5 ** (age / self.half_life) if self.half_life else None
        worth = np.bincount(past.columns, weights, minlength=len(past.items))
        self.worth.copy_(torch.from_numpy(worth))

    def _score(self, histories: Interactions) -> np.ndarray:
        return np.tile(self.worth.cpu().numpy(), (len(histories), 1))

    def _reasons(self, history: Interactions, item: int, most: int) -> list[Reason]:
        return [by_popularity(self.worth, item)]


def chance(splits: Splits) -> Mapping[str, float]:
    """The figures of any order."""
    return figures(ranks(lambda rows: np.zeros((len(rows), len(rows.items)), np.float32), cast(Histories, splits.test)))


recipe = replace(recipe_of(Popularity), baseline=chance)
