"""EASE, embarrassingly shallow autoencoders: each item as a weighted sum of the others, in closed form.

Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data" (arXiv:1905.03375). Two departures. Where there are
fewer users than items, the same weights are found by an inverse over the users (Woodbury's identity). And a history
may count less the longer it is past, which leaves the weights as they are.
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
from laterna.errors import DataError

LARGEST = 20_000  # items
_MATRICES = 3  # that the inverse holds at once


class EASE(FadingRecommender):
    """Item-to-item weights whose diagonal is zero, by ridge regression.

    Args:
        items, letters: of the vocabulary.
        regularisation: the ridge, in events of an item.
        half_life: events of the same user after which one counts half in a score; 0 for never, None to choose.

    Raises:
        DataError: there are too many items for the memory of a usual machine.
    """

    name: ClassVar[str] = "audience/ease"
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {"debug": {}, "base": {}}
    weights: Tensor

    def __init__(
        self, items: int = 0, letters: int = 0, regularisation: float = 300.0, half_life: float | None = None
    ) -> None:
        if items > LARGEST:
            need = _MATRICES * 4 * items**2 / 1e9
            raise DataError(
                f"EASE of {items:,} items needs {need:.0f} GB of memory, for {_MATRICES} matrices of all pairs, and is"
                f" made for {LARGEST:,} at most: use audience/als, or leave out the items that few have met."
            )
        super().__init__(items, letters, half_life)
        self.regularisation = regularisation
        self.register_buffer("weights", torch.zeros(items, items))  # what an item (row) adds to another one's score

    def _learn(self, past: Interactions, seed: int, *, trial: bool = False) -> None:
        weights = self._by_users(past) if len(past) < len(past.items) else self._by_items(past)
        self.weights.copy_(weights.fill_diagonal_(0))

    def _by_items(self, past: Interactions) -> Tensor:
        pairs, gram = Cooccurrence(past), self.weights
        for item in range(len(past.items)):
            gram[item] = torch.from_numpy(pairs.row(item))
        gram.diagonal().add_(self.regularisation)
        inverse = torch.cholesky_inverse(torch.linalg.cholesky(gram))
        return inverse.div_(-inverse.diagonal().clone())

    def _by_users(self, past: Interactions) -> Tensor:
        met = torch.from_numpy(past.dense())
        gram = (met @ met.T).double()
        gram.diagonal().add_(self.regularisation)
        factors = torch.linalg.solve_triangular(torch.linalg.cholesky(gram).float(), met, upper=False)
        return (factors.T @ factors).div_(1 - factors.square().sum(0))

    def _score(self, histories: Interactions) -> np.ndarray:
        columns, starts = torch.from_numpy(histories.columns), torch.from_numpy(histories.starts[:-1])
        scores = torch.nn.functional.embedding_bag(
            columns.long().to(self.device),
            self.weights,
            starts.to(self.device),
            mode="sum",
            per_sample_weights=self._counts(histories),
        )
        return np.asarray(scores.cpu().numpy())

    def _shares(self, history: Interactions, item: int) -> np.ndarray:
        met = torch.from_numpy(history.columns).long().to(self.device)
        return np.asarray((self.weights[met, item] * self._counts(history)).cpu().numpy())


recipe = recipe_of(EASE)
