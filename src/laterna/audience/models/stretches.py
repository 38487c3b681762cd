"""Stretches of histories, as models of sequences read them: a batch holds whole ones, and the loss cuts them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor

from laterna.audience.interactions import Interactions
from laterna.audience.models.histories import Histories, History, recipe_of
from laterna.audience.models.histories import metrics as metrics_of_histories
from laterna.audience.models.recommender import Recommender
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples


class Batch(NamedTuple):
    """Whole histories, one after another: items (n,) int64, and where each begins and the last ends, (B + 1,)."""

    items: Tensor
    starts: Tensor


def collate(samples: Sequence[History]) -> Batch:
    """Histories as one row of items."""
    counts = np.array([len(sample.items) for sample in samples])
    items = np.concatenate([sample.items for sample in samples]).astype(np.int64)
    return Batch(torch.from_numpy(items), torch.from_numpy(np.concatenate([[0], np.cumsum(counts)])))


def stretches(batch: Batch, length: int, none: int) -> tuple[Tensor, Tensor]:
    """Random stretches, as many as histories: events (B, length), and the one that followed each, (B, length).

    A history is drawn as often as it holds stretches, so that all events count alike. Shorter ones are filled up in
    front with ``none``.
    """
    counts, device = batch.starts.diff(), batch.items.device
    drawn = torch.multinomial((counts / length).ceil().clamp(min=1), len(counts), replacement=True)
    firsts, counts = batch.starts[drawn, None], counts[drawn]
    free = (counts - length - 1).clamp(min=0)  # how far from the end a stretch may end
    before_end = (torch.rand(len(counts), device=device) * (free + 1)).long()
    number = torch.arange(-length - 1, 0, device=device) + (counts - before_end)[:, None]  # (B, length + 1)
    last = max(0, len(batch.items) - 1)
    found = batch.items[(firsts + number).clamp(0, last)]
    found = torch.where(number >= 0, found, none)
    return found[:, :-1], found[:, 1:]


def latest(histories: Interactions, length: int, none: int) -> Tensor:
    """The last events of each history, filled up in front with ``none``, (B, length) int64."""
    read = histories.latest(length)
    found = np.full((len(read), length), none, np.int64)
    back = read.starts[1:][read.owners] - np.arange(len(read.columns))  # 1 for the last event
    found[read.owners, length - back] = read.columns
    return torch.from_numpy(found)


def sequential_recipe(model: type[Recommender], **more: Any) -> Recipe:
    """The registration of a recommender that learns from stretches, step by step."""
    usual: dict[str, Any] = {
        "collate": collate,
        "metrics": metrics,
        "steps": 900,
        "batch_size": 64,
        "evaluate_every": 100,
    }
    return recipe_of(model, **(usual | more))


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """How well a model ranks the targets of each user; the samples are histories, or some of them."""
    if not isinstance(samples, Histories):
        samples = _gathered(samples, cast(Recommender, model).items)
    return metrics_of_histories(model, samples)


def _gathered(samples: Samples, items: tuple[str, ...]) -> Histories:
    drawn: list[History] = [samples.sample(index, np.random.default_rng(index)) for index in range(len(samples))]
    return Histories(
        _interactions([one.items for one in drawn], items), _interactions([one.targets for one in drawn], items)
    )


def _interactions(rows: Sequence[np.ndarray], items: tuple[str, ...]) -> Interactions:
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    users, columns = tuple(str(number) for number in range(len(rows))), np.concatenate(rows).astype(np.int32)
    times, ratings = np.zeros(len(columns), np.int64), np.full(len(columns), np.nan, np.float32)
    return Interactions(items, users, starts, columns, times, ratings)
