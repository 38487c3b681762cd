"""Recommenders without gradients that let a history fade: what was met lately counts most, as fast as the data say."""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import torch
from torch import Tensor

from laterna.audience.interactions import Interactions
from laterna.audience.models.histories import Histories
from laterna.audience.models.recommender import Recommender, blocks
from laterna.learning.recipe import Samples

HALF_LIVES = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # events; 0 for what never fades
_USERS = 2000  # by whom a setting is chosen, at most
_LEAST = 3  # events of such a user


class FadingRecommender(Recommender):
    """A recommender in whose scores an event counts half as much as one that came a half-life of events later.

    Settings that are not given are chosen when it learns: those under which the last event of each user (of some, where
    there are many) is best told from those before it. A subclass gives ``_learn``, and ``_open`` where there is more to
    choose.

    Args:
        items, letters: of the vocabulary.
        half_life: events; 0 for never, None to choose.
    """

    half_life: Tensor

    def __init__(self, items: int, letters: int, half_life: float | None) -> None:
        super().__init__(items, letters)
        self._half_lives = HALF_LIVES if half_life is None else (half_life,)
        self.register_buffer("half_life", torch.tensor(float(self._half_lives[0])))

    def fit(self, samples: Samples, *, seed: int) -> None:
        past = cast(Histories, samples).past
        if len(self._half_lives) * len(self._open()) > 1:
            self._choose(past, seed)
        self._learn(past, seed)

    def _learn(self, past: Interactions, seed: int, *, trial: bool = False) -> None:
        """Learn with the settings as they are; a trial is for choosing among them, and may be coarse."""
        raise NotImplementedError(f"{self.name} has no _learn")

    def _open(self) -> Sequence[Mapping[str, float]]:
        """What to choose among beside the half-life: values of buffers, by their names."""
        return [{}]

    def _counts(self, histories: Interactions) -> Tensor:
        """How much each event counts, (events,)."""
        return torch.from_numpy(histories.recency(float(self.half_life))).to(self.device)

    def _choose(self, past: Interactions, seed: int) -> None:
        users = np.flatnonzero(past.lengths >= _LEAST)
        if not len(users):
            return
        before, last = past.rows(users[_spread(len(users), _USERS)]).without_last()
        best = -1.0
        for setting in self._open():
            self._set(setting)
            self._learn(before, seed, trial=True)
            for half_life in self._half_lives:
                self.half_life.fill_(half_life)
                found = self._worth(before, last.columns)
                if found > best:
                    best, chosen = found, {**setting, "half_life": half_life}
        self._set(chosen)

    def _worth(self, before: Interactions, last: np.ndarray) -> float:
        """How near the top each user's last item (users,) is, by the discount of its rank: NDCG without a cut."""
        worth = 0.0
        for users in blocks(len(before), len(before.items)):
            rows = before.rows(users)
            scores = self.score(rows)
            scores[rows.owners, rows.columns] = -np.inf
            own = scores[np.arange(len(users)), last[users]][:, None]
            rank = 1 + (scores > own).sum(axis=1) + ((scores == own).sum(axis=1) - 1) / 2
            worth += float((1 / np.log2(1 + rank)).sum())
        return worth

    def _set(self, setting: Mapping[str, float]) -> None:
        for name, value in setting.items():
            getattr(self, name).fill_(value)


def _spread(count: int, most: int) -> np.ndarray:
    """At most so many of these numbers, evenly spread."""
    return np.linspace(0, count - 1, min(count, most)).astype(int)
