"""How recommenders are trained and judged: the last item of each user, told from those before it.

DATA is what :meth:`laterna.audience.events.Events.open` reads. A recommender's registration is
``recipe = recipe_of(ItsClass)``; one that learns by gradients adds its collate function and its steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import polars as pl

from laterna.audience.events import Events
from laterna.audience.interactions import Interactions
from laterna.audience.models.recommender import Recommender, blocks
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits

PROTOCOL = (
    "leave-last-out by time, full ranking: of users with 3 events or more, the last one is told from all before it,"
    " among all items that they have not met; equal scores share their middle rank"
)
_BEST = 10  # of a ranking, in the figures that look at its top


class History(NamedTuple):
    """One user: items met, oldest first, (n,) int32; when, (n,) int64; and those that were met then, (m,) int32."""

    items: np.ndarray
    times: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True, eq=False)
class Histories:
    """Users' histories as samples; beside them, where they are for judging, what the users met then.

    Attributes:
        past: what was met before.
        targets: what was met then: the same users and items. A row is empty where its item is not in the vocabulary,
            which counts as not found.
    """

    past: Interactions
    targets: Interactions | None = None

    def __len__(self) -> int:
        return len(self.past)

    def sample(self, index: int, rng: np.random.Generator) -> History:
        part = slice(self.past.starts[index], self.past.starts[index + 1])
        targets = np.zeros(0, np.int32) if self.targets is None else self.targets.row(index)
        return History(self.past.columns[part], self.past.times[part], targets)


def recipe_of(model: type[Recommender], **more: Any) -> Recipe:
    """The registration of a recommender; ``more`` are fields of the recipe in place of the usual ones."""
    usual: dict[str, Any] = {
        "read": read,
        "collate": list,
        "metrics": metrics,
        "baseline": baseline,
        "objective": "ndcg@10",
        "protocol": PROTOCOL,
        "suit": suit,
    }
    return Recipe(model, **(usual | more))


def read(data: Path) -> Splits:
    """Events parted as the protocol says.

    Raises:
        DataError: the data can't be read.
    """
    events = Events.open(data)
    told = f"{len(events)} events of {len(events.users)} users with {len(events.items)} items, from {data.name}"
    return leave_last_out(events, (f"{told}, under the licence of their owner",))


def leave_last_out(events: Events, data: tuple[str, ...] = ()) -> Splits:
    """The last event of each user with three or more is for the test, the one before it for choosing.

    What the test's histories hold, the events for choosing among it, was all met before.
    """
    count, left = pl.len().over("user"), pl.len().over("user") - pl.int_range(pl.len()).over("user")
    judged = count >= 3
    train, valid, test = (
        events.where(each) for each in (~judged | (left > 2), judged & (left == 2), judged & (left == 1))
    )
    items, users = train.items, test.users
    before = events.where(judged & (left > 1))
    return Splits(
        Histories(Interactions.of(train, items)),
        Histories(Interactions.of(train, items, users), Interactions.of(valid, items, users)),
        Histories(Interactions.of(before, items, users), Interactions.of(test, items, users)),
        data,
    )


def suit(model: Model, samples: Samples) -> Model:
    """Let a model know the items to learn from."""
    return cast(Recommender, model).suited(cast(Histories, samples).past)


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """How well a model ranks the targets of each user."""
    return figures(ranks(cast(Recommender, model).score, cast(Histories, samples)))


def baseline(splits: Splits) -> Mapping[str, float]:
    """The figures of popularity: every user gets the items that most users met."""
    train, test = cast(Histories, splits.train).past, cast(Histories, splits.test)
    met = np.bincount(train.once().columns, minlength=len(train.items)).astype(np.float32)
    return figures(ranks(lambda histories: np.tile(met, (len(histories), 1)), test))


def ranks(score: Callable[[Interactions], np.ndarray], histories: Histories) -> np.ndarray:
    """Where each user's target stands among the items that he has not met, (users,) float64.

    The best is 1; equal scores share their middle rank; it is infinite where the target is not in the vocabulary, and
    among the last where it was met before.

    Args:
        score: gives (users, items) of some users' histories.
        histories: with one target at most for each user.
    """
    past, targets = histories.past, cast(Interactions, histories.targets)
    found = np.full(len(past), np.inf)
    told = np.flatnonzero(targets.lengths)
    for block in blocks(len(told), len(past.items)):
        users = told[block]
        rows, wanted = past.rows(users), targets.columns[targets.starts[users]]
        scores = score(rows)
        scores[rows.owners, rows.columns] = -np.inf
        own = scores[np.arange(len(users)), wanted][:, None]
        found[users] = 1 + (scores > own).sum(axis=1) + ((scores == own).sum(axis=1) - 1) / 2
    return found


def figures(places: np.ndarray) -> dict[str, float]:
    """What is told of ranks (users,): each figure is the mean over the users."""
    near = places <= _BEST
    gains = np.where(near, 1 / np.log2(1 + places), 0)
    return {
        f"ndcg@{_BEST}": float(gains.mean()),
        f"hr@{_BEST}": float(near.mean()),
        f"recall@{_BEST}": float(near.mean()),  # with one target, the same
        "mrr": float((1 / places).mean()),
    }
