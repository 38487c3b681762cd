"""Two towers: a user by what was watched lately, an item by its id and its content; what is near is recommended.

Covington et al. 2016 ("Deep neural networks for YouTube recommendations"), trained as Yi et al. 2019
("Sampling-bias-corrected neural modeling for large corpus item recommendations"): a softmax whose negatives are the
items of the batch, each corrected by the logarithm of how often it comes up, and vectors of length 1 over a
temperature.
Departures:

- an item's id is dropped at random in training, so that its content alone has to do: a new item, of which only content
  is known, is ranked at once;
- how often an item comes up is counted, not estimated from a stream; negatives are a part of the batch's;
- a score has a level of the item's own beside the likeness, which begins at the logarithm of its popularity;
- all positions of a stretch of a history are learnt from at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import dropout, gelu, normalize

from laterna.audience.interactions import Interactions
from laterna.audience.models.content import ContentRecommender, read, suit
from laterna.audience.models.recommender import blocks
from laterna.audience.models.stretches import latest, sequential_recipe, stretches
from laterna.learning.model import Phase

_HALF_LIVES = (1.0, 4.0, 16.0)  # in events


class TwoTower(ContentRecommender):
    """Users and items as vectors of one space.

    Args:
        items, letters, features, spelling: of the vocabulary and its content.
        width: of the vectors.
        length: events of a history that it reads.
        drop: the share of what is dropped of vectors in training.
        anonymous: the share of items whose id is dropped in a step of the training.
        temperature: likeness is divided by it.
        negatives: items of a batch that stand for all.
        learning_rate: at its highest.
    """

    name: ClassVar[str] = "audience/two_tower"
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "debug": {"width": 16, "length": 12, "drop": 0.0, "anonymous": 0.1, "learning_rate": 1e-2},
        "base": {},
    }

    def __init__(
        self,
        items: int = 0,
        letters: int = 0,
        features: int = 0,
        spelling: int = 0,
        width: int = 64,
        length: int = 50,
        drop: float = 0.3,
        anonymous: float = 0.3,
        temperature: float = 0.1,
        negatives: int = 1024,
        learning_rate: float = 3e-3,
    ) -> None:
        super().__init__(items, letters, features, spelling)
        self.length, self.drop, self.anonymous = length, drop, anonymous
        self.temperature, self.negatives, self.learning_rate = temperature, negatives, learning_rate
        self.ids = nn.Embedding(items + 1, width)
        self.levels = nn.Embedding(items + 1, 1)
        self.content = nn.Linear(features, width, bias=False) if features else None
        self.content_level = nn.Linear(features, 1, bias=False) if features else None
        self.user = nn.ModuleList([nn.Linear(len(_HALF_LIVES) * width, 2 * width), nn.Linear(2 * width, width)])
        nn.init.normal_(self.ids.weight, std=0.02)
        nn.init.zeros_(self.levels.weight)

    def phases(self) -> Sequence[Phase]:
        return [Phase("model", learning_rate=self.learning_rate, warmup=20, clip=5.0)]

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """Nats of the next event, over a random stretch of each history."""
        none = len(self.popularity)
        x, following = stretches(batch, self.length, none)
        told = (following < none) & (x < none)
        every, place = torch.unique(torch.cat([x.flatten(), following.flatten()]), return_inverse=True)
        x_place, next_place = place.view(2, *x.shape)
        vectors, levels = self._towers(every.clamp(max=none - 1))
        vectors = torch.where((every < none)[:, None], vectors, 0.0)
        h = self._user(vectors[x_place], x < none)[told]  # (n, width)
        targets = next_place[told]
        drawn = targets[torch.randperm(len(targets), device=h.device)[: self.negatives]]
        share = self.popularity.clamp(min=1)[every.clamp(max=none - 1)] / self.popularity.sum()
        logits = h @ vectors[drawn].T / self.temperature + (levels - share.log())[drawn]
        logits = logits.masked_fill(drawn == targets[:, None], -torch.inf)
        right = (h * vectors[targets]).sum(1) / self.temperature + (levels - share.log())[targets]
        nats = torch.logaddexp(logits.logsumexp(1), right) - right
        return {"loss": nats.sum() / max(1, len(targets))}

    def _towers(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors (n, width) of length 1 and levels (n,) of items, the ids of some of which are dropped in training."""
        known = self.popularity[items] > 0
        if self.training:
            known &= torch.rand(len(items), device=items.device) >= self.anonymous
        number = torch.where(known, items + 1, 0)
        vectors, levels = self.ids(number), self.levels(number)[:, 0]
        met = self.popularity.log1p()
        levels = levels + torch.where(known, met[items], met.sum() / (met > 0).sum().clamp(min=1))
        if self.content is not None and self.content_level is not None:
            about = self.features[items + 1]
            vectors, levels = vectors + self.content(about), levels + self.content_level(about)[:, 0]
        return normalize(vectors, dim=-1), levels

    def _user(self, watched: Tensor, real: Tensor) -> Tensor:
        """Users after each event (B, T, width): the latest vectors (B, T, width) count most."""
        length = watched.shape[1]
        back = torch.arange(length, device=watched.device)
        age = (back[:, None] - back).clamp(min=0)  # (T, T): events from the second to the first
        watched = dropout(watched, self.drop, self.training)
        pooled = []
        for half_life in _HALF_LIVES:
            weight = (0.5 ** (age / half_life)).tril()
            total = weight @ real.float()[:, :, None]
            pooled.append(weight @ watched / total.clamp(min=1e-6))
        mixed = torch.cat(pooled, -1)
        h = self.user[1](dropout(gelu(self.user[0](mixed)), self.drop, self.training))
        return normalize(pooled[-1] + h, dim=-1)

    def _score(self, histories: Interactions) -> np.ndarray:
        every = torch.arange(len(self.items), device=self.device)
        vectors, levels = self._towers(every)
        padded = torch.cat([vectors, torch.zeros_like(vectors[:1])])
        scores = np.empty((len(histories), len(self.items)), np.float32)
        for block in blocks(len(histories), self.length * 256):
            x = latest(histories.rows(block), self.length, len(self.items)).to(self.device)
            h = self._user(padded[x], x < len(self.items))[:, -1]
            scores[block] = (h @ vectors.T / self.temperature + levels).cpu().numpy()
        return scores

    def _shares(self, history: Interactions, item: int) -> np.ndarray:
        seen = history.latest(self.length)
        older = np.zeros(len(history.columns) - len(seen.columns))  # which it does not read
        return np.concatenate([older, super()._shares(seen, item)])


recipe = sequential_recipe(TwoTower, read=read, suit=suit)
