"""Self-attentive sequential recommendation: what comes next, from the order in which things were met.

SASRec (Kang and McAuley 2018, arXiv:1808.09781): a small Transformer reads a user's latest events and at each of them
tells the next one, so that one pass learns from all positions at once. Departures:

- the loss is a softmax over all items, of which a uniform sample shared by the batch stands for the rest, corrected
  for its size (Jean et al. 2015, arXiv:1412.2007), in place of one negative and binary cross-entropy: that alone lifts
  SASRec above its successors (Klenitskiy and Vasilev 2023, arXiv:2309.07602; Petrov and Macdonald 2023,
  arXiv:2308.07192);
- an item's score begins at the logarithm of its popularity, so that only what is unlike it has to be learnt;
- blocks normalise first, with GELU; places are counted from the last event back; attention itself drops nothing, which
  is faster.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, dropout, gelu, scaled_dot_product_attention

from laterna.audience.interactions import Interactions
from laterna.audience.models.recommender import Recommender, blocks
from laterna.audience.models.stretches import latest, sequential_recipe, stretches
from laterna.learning.model import Phase


class SASRec(Recommender):
    """A Transformer over the latest events.

    Args:
        items, letters: of the vocabulary.
        width: of an item's vector.
        depth: blocks.
        heads: of attention.
        length: events that it reads.
        drop: the share of what is dropped in training: of vectors and each layer's answer.
        negatives: items that stand for all in a step.
        learning_rate: at its highest.
    """

    name: ClassVar[str] = "audience/sasrec"
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "debug": {"width": 16, "depth": 1, "heads": 1, "length": 12, "drop": 0.0, "learning_rate": 1e-2},
        "base": {},
    }

    def __init__(
        self,
        items: int = 0,
        letters: int = 0,
        width: int = 64,
        depth: int = 2,
        heads: int = 2,
        length: int = 50,
        drop: float = 0.3,
        negatives: int = 1024,
        learning_rate: float = 3e-3,
    ) -> None:
        super().__init__(items, letters)
        self.length, self.drop, self.negatives, self.learning_rate = length, drop, negatives, learning_rate
        self.vectors = nn.Embedding(items + 1, width)  # the last one fills up short histories
        self.places = nn.Embedding(length, width)
        self.bias = nn.Parameter(torch.zeros(items))
        self.blocks = nn.ModuleList(Block(width, heads, drop) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        nn.init.normal_(self.vectors.weight, std=0.02)
        nn.init.normal_(self.places.weight, std=0.02)

    def phases(self) -> Sequence[Phase]:
        return [Phase("model", learning_rate=self.learning_rate, warmup=20, clip=5.0)]

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """Nats of the next event, over a random stretch of each history."""
        x, following = stretches(batch, self.length, len(self.bias))
        told = (following < len(self.bias)) & (x < len(self.bias))
        return {"loss": self._nats(self(x)[told], following[told])}

    def forward(self, x: Tensor) -> Tensor:
        """What comes after each event (B, T), as vectors (B, T, width); ``items`` stands for none."""
        length = x.shape[1]
        real = x < len(self.bias)
        seen = torch.ones(length, length, dtype=torch.bool, device=x.device).tril() & real[:, None]  # (B, T, T)
        seen = (seen | torch.eye(length, dtype=torch.bool, device=x.device))[:, None]
        back = torch.arange(length - 1, -1, -1, device=x.device)
        h = self.vectors(x) * math.sqrt(self.vectors.embedding_dim) + self.places(back)
        h = dropout(h, self.drop, self.training)
        for block in self.blocks:
            h = block(h, seen)
        return cast(Tensor, self.norm(h))

    def _nats(self, h: Tensor, following: Tensor) -> Tensor:
        """The mean negative log likelihood of what followed (n,) after ``h`` (n, width)."""
        items = len(self.bias)
        if items <= self.negatives:
            logits = self._logits(h, torch.arange(items, device=h.device))
            return cross_entropy(logits, following, reduction="sum") / max(1, len(following))
        drawn = torch.randperm(items, device=h.device)[: self.negatives]
        others = self._logits(h, drawn) + math.log(items / self.negatives)
        others = others.masked_fill(drawn == following[:, None], -torch.inf)
        right = (h * self.vectors(following)).sum(1) + self._level(following)
        return (torch.logaddexp(others.logsumexp(1), right) - right).sum() / max(1, len(following))

    def _logits(self, h: Tensor, items: Tensor) -> Tensor:
        return h @ self.vectors(items).T + self._level(items)

    def _level(self, items: Tensor) -> Tensor:
        """What an item scores whatever came before."""
        return self.bias[items] + self.popularity[items].log1p()

    def _score(self, histories: Interactions) -> np.ndarray:
        every = torch.arange(len(self.items), device=self.device)
        scores = np.empty((len(histories), len(self.items)), np.float32)
        for block in blocks(len(histories), self.length * 256):
            h = self(latest(histories.rows(block), self.length, len(self.items)).to(self.device))[:, -1]
            scores[block] = self._logits(h, every).cpu().numpy()
        return scores

    def _shares(self, history: Interactions, item: int) -> np.ndarray:
        read = history.latest(self.length)
        older = np.zeros(len(history.columns) - len(read.columns))  # which it does not read
        return np.concatenate([older, super()._shares(read, item)])


class Block(nn.Module):
    """Attention and a feed-forward layer, each added to what came in."""

    def __init__(self, width: int, heads: int, drop: float) -> None:
        super().__init__()
        self.heads, self.drop = heads, drop
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.attend, self.join = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, h: Tensor, seen: Tensor) -> Tensor:
        """(B, T, width); ``seen`` (B, 1, T, T) says which event sees which."""
        batch, length, width = h.shape
        q, k, v = self.attend(self.norms[0](h)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = scaled_dot_product_attention(q, k, v, attn_mask=seen)  # (B, heads, T, width / heads)
        h = h + dropout(self.join(mixed.transpose(1, 2).reshape(batch, length, width)), self.drop, self.training)
        return h + dropout(self.narrow(gelu(self.widen(self.norms[1](h)))), self.drop, self.training)


recipe = sequential_recipe(SASRec)
