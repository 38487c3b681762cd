"""Nearest neighbours of items: what is met by the users who met what this one met.

Sarwar et al. 2001, "Item-based Collaborative Filtering Recommendation Algorithms": cosine of who met two items, shrunk
where few did. A history may count less the longer it is past.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from laterna.audience.interactions import Interactions
from laterna.audience.models.cooccurrence import Cooccurrence
from laterna.audience.models.fading import FadingRecommender
from laterna.audience.models.histories import recipe_of
from laterna.audience.serving import top


class ItemKNN(FadingRecommender):
    """The nearest neighbours of each item, and how near they are.

    Args:
        items, letters: of the vocabulary.
        neighbours: of an item, at most.
        shrinkage: users who are added to the cosine's denominator, so that what few met is not near by chance.
        half_life: events of the same user after which one counts half in a score; 0 for never, None to choose.
    """

    name: ClassVar[str] = "audience/item_knn"
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {"debug": {"neighbours": 10}, "base": {}}
    nearest: Tensor
    nearness: Tensor

    def __init__(
        self,
        items: int = 0,
        letters: int = 0,
        neighbours: int = 100,
        shrinkage: float = 10.0,
        half_life: float | None = None,
    ) -> None:
        super().__init__(items, letters, half_life)
        self.shrinkage = shrinkage
        self.register_buffer("nearest", torch.zeros(items, neighbours, dtype=torch.int32))
        self.register_buffer("nearness", torch.zeros(items, neighbours))  # 0 where there are fewer

    def _learn(self, past: Interactions, seed: int, *, trial: bool = False) -> None:
        past = past.once()
        pairs, met = Cooccurrence(past), np.bincount(past.columns, minlength=len(past.items))
        for item in range(len(met)):
            near = pairs.row(item) / np.maximum(np.sqrt(met[item] * met) + self.shrinkage, 1)
            near[item] = 0
            numbers, found = top(near[None].astype(np.float32), self.nearest.shape[1])
            self.nearest[item] = torch.from_numpy(numbers[0].clip(0))
            self.nearness[item] = torch.from_numpy(np.where(numbers[0] < 0, 0, found[0]))

    def _score(self, histories: Interactions) -> np.ndarray:
        columns = torch.from_numpy(histories.columns).long().to(self.device)
        rows = torch.from_numpy(histories.owners).long().to(self.device)
        places = rows[:, None] * len(self.items) + self.nearest[columns]  # (events, neighbours)
        scores = torch.zeros(len(histories) * len(self.items), device=self.device)
        scores.index_add_(0, places.flatten(), (self.nearness[columns] * self._counts(histories)[:, None]).flatten())
        return np.asarray(scores.view(len(histories), -1).cpu().numpy())

    def _shares(self, history: Interactions, item: int) -> np.ndarray:
        met = torch.from_numpy(history.columns).long().to(self.device)
        nearness = (self.nearness[met] * (self.nearest[met] == item)).sum(1)
        return np.asarray((nearness * self._counts(history)).cpu().numpy())


recipe = recipe_of(ItemKNN)
