"""A blend: what goes with what, what is watched at the time, and what items are about, weighed by how people chose.

A user's next item is told by a multinomial logit (McFadden 1974, "Conditional logit analysis of qualitative choice
behavior"): the odds of an item are exp of a weighted sum of

- its popularity, and how much more it is watched at the time of the user's last event than ever, over two spans;
- how far the history speaks for it by EASE's weights (Steck 2019), of all events alike and of the latest;
- how near its genres, its decade and its words are to what was watched, where there is a catalogue.

The handful of weights is learnt by Newton's method from last events that the parts have not learnt from (stacking;
Wolpert 1992), so that none counts for what it merely remembers. Then the parts learn from all events.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from laterna.audience.features import Space
from laterna.audience.interactions import Interactions
from laterna.audience.models.content import ContentRecommender, read, suit
from laterna.audience.models.ease import EASE
from laterna.audience.models.histories import Histories, recipe_of
from laterna.audience.models.recommender import blocks
from laterna.learning.recipe import Samples

_SEASONS = 64  # spans of time with as many events each, by which what is watched at the time is counted
_SPANS = (2.0, 16.0)  # seasons after which an event counts half in that
_HALF_LIVES = (0.0, 10.0)  # events of a user after which one counts half; 0 for never
_PARTS = 2 + len(_SPANS) + len(_HALF_LIVES)
_CONTENT = 3  # genres, decades and words
_PRIOR = 10.0  # events that everyone is taken to have had, of no taste
_CHOICES = 1500  # last events from which the weights are learnt, fewer where there are many items
_ROOM = 6_000_000  # choices times items
_TURNS = 20  # of Newton's method, at most


class Blend(ContentRecommender):
    """Parts that score items, and how much each counts.

    Args:
        items, letters, features, spelling: of the vocabulary and its content.
        regularisation: of EASE.

    Raises:
        DataError: there are too many items for EASE.
    """

    name: ClassVar[str] = "audience/blend"
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {"debug": {}, "base": {}}
    seasons: Tensor
    bounds: Tensor
    usual: Tensor
    weights: Tensor

    def __init__(
        self, items: int = 0, letters: int = 0, features: int = 0, spelling: int = 0, regularisation: float = 300.0
    ) -> None:
        super().__init__(items, letters, features, spelling)
        self.ease = EASE(items, 0, regularisation, half_life=0.0)
        self.register_buffer("seasons", torch.zeros(_SEASONS, items))  # events of each item
        self.register_buffer("bounds", torch.zeros(_SEASONS - 1, dtype=torch.int64))  # seconds since 1970
        self.register_buffer("usual", torch.zeros(features))  # mean content of what is watched
        self.register_buffer("weights", torch.zeros(_PARTS + _CONTENT * (features > 0)))

    def fit(self, samples: Samples, *, seed: int) -> None:
        past = cast(Histories, samples).past.once()
        asked = np.flatnonzero(past.lengths > 1)
        most = min(_CHOICES, _ROOM // max(1, len(past.items)))
        chosen = np.sort(np.random.default_rng(seed).permutation(asked)[:most])
        if len(chosen):
            last = past.starts[1:][chosen] - 1
            before = past.where(~np.isin(np.arange(len(past.columns)), last))
            self._count(before)
            self._weigh(before.rows(chosen), torch.from_numpy(past.columns[last]).long())
        self._count(past)

    def _count(self, past: Interactions) -> None:
        """Let the parts learn."""
        items = len(self.popularity)
        bounds = np.quantile(past.times, np.arange(1, _SEASONS) / _SEASONS).astype(np.int64)
        season = np.searchsorted(bounds, past.times, side="right")
        counts = np.bincount(season * items + past.columns, minlength=_SEASONS * items).reshape(_SEASONS, items)
        self.bounds.copy_(torch.from_numpy(bounds))
        self.seasons.copy_(torch.from_numpy(counts))
        met = self.seasons.sum(0)
        self.usual.copy_(met @ self.features[1:] / met.sum().clamp(min=1))
        self.ease.fit(Histories(past), seed=0)

    def _weigh(self, past: Interactions, chosen: Tensor) -> None:
        """Find the weights under which the choices (users,) are likeliest, with a weak pull to 0."""
        x = self._parts(past)  # (B, items, parts)
        spread = x.std((0, 1)).clamp(min=1e-6)
        x = (x / spread).masked_fill(torch.from_numpy(past.seen())[:, :, None], 0.0)
        closed = torch.where(torch.from_numpy(past.seen()), -torch.inf, 0.0)
        right = x[torch.arange(len(chosen)), chosen]  # (B, parts)

        def nats(weights: Tensor) -> float:
            logits = x @ weights + closed
            return float((logits.logsumexp(1) - right @ weights).double().sum() + weights @ weights / 2)

        weights = torch.zeros(x.shape[2])
        now = nats(weights)
        for _ in range(_TURNS):
            share = (x @ weights + closed).softmax(1)
            mean = torch.einsum("bi,bip->bp", share, x)
            slope = (right - mean).sum(0) - weights
            bend = torch.einsum("bip,biq->pq", x * share[:, :, None], x) - mean.T @ mean + torch.eye(len(weights))
            step = torch.linalg.solve(bend, slope)
            while (then := nats(weights + step)) > now and step.abs().max() > 1e-4:
                step = step / 2
            if then >= now:
                break
            weights, now = weights + step, then
        self.weights.copy_(weights / spread)

    def _score(self, histories: Interactions) -> np.ndarray:
        scores = np.zeros((len(histories), len(self.items)), np.float32)
        if len(histories.columns):
            for block in blocks(len(histories), len(self.items) * len(self.weights)):
                scores[block] = (self._parts(histories.rows(block)) @ self.weights).cpu().numpy()
        return scores

    def _parts(self, histories: Interactions) -> Tensor:
        """What each part says of each item, (B, items, parts)."""
        met = self.seasons.sum(0)
        parts = [met.log1p().expand(len(histories), -1)]
        parts += [(self._lately(histories, span) + 0.5).log() - met.log1p() for span in _SPANS]
        likely = [self._likely(histories, half_life) for half_life in _HALF_LIVES]
        parts += [likely[0].clamp(min=1e-3).log(), *map(_standard, likely)]
        if (space := self.space) is not None:
            parts += self._alike(histories, space)
        return torch.stack(parts, 2)

    def _lately(self, histories: Interactions, span: float) -> Tensor:
        """How often each item would be met if all seasons were like those up to a user's last event, (B, items)."""
        last = histories.starts[1:] - 1
        times = torch.from_numpy(np.where(histories.lengths > 0, histories.times[last], 0)).to(self.device)
        ago = torch.searchsorted(self.bounds, times, right=True)[:, None] - torch.arange(_SEASONS, device=self.device)
        weights = torch.where(ago >= 0, 0.5 ** (ago.clamp(min=0) / span), 0.0)
        return weights @ self.seasons * (_SEASONS / weights.sum(1, keepdim=True))

    def _likely(self, histories: Interactions, half_life: float) -> Tensor:
        """EASE's scores, (B, items)."""
        columns, counts = (torch.from_numpy(part) for part in (histories.columns, histories.recency(half_life)))
        return embedding_bag(
            columns.long().to(self.device),
            self.ease.weights,
            torch.from_numpy(histories.starts[:-1]).to(self.device),
            mode="sum",
            per_sample_weights=counts.to(self.device),
        )

    def _alike(self, histories: Interactions, space: Space) -> list[Tensor]:
        """How near the content of each item is to what was watched beside the usual, (B, items) for each kind of it."""
        content = self.features[1:]
        watched = torch.from_numpy(histories.dense()).to(self.device)
        count = watched.sum(1, keepdim=True)
        taste = (watched @ content - count * self.usual) / (count + _PRIOR)  # (B, features)
        ends = (len(space.genres), len(space.genres) + len(space.decades))
        kinds = (slice(ends[0]), slice(*ends), slice(ends[1], None))
        return [taste[:, kind] @ content[:, kind].T for kind in kinds]


def _standard(scores: Tensor) -> Tensor:
    """Each row's scores about 0, in its own spread."""
    return (scores - scores.mean(1, keepdim=True)) / scores.std(1, keepdim=True).clamp(min=1e-6)


recipe = recipe_of(Blend, read=read, suit=suit)
