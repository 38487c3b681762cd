"""How recommenders are trained and judged: the last item of each user, told from those before it.

DATA is what :meth:`laterna.audience.events.Events.open` reads. A recommender's registration is
``recipe = recipe_of(ItsClass)``; one that learns by gradients adds its collate function and its steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from laterna.audience.evaluation.metrics import RANKING
from laterna.audience.evaluation.protocols import Full, LeaveLastOut, Split
from laterna.audience.evaluation.ranks import Ranks
from laterna.audience.events import Events
from laterna.audience.interactions import Interactions
from laterna.audience.models.recommender import Recommender, blocks
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits

PROTOCOL = (
    "leave-last-out by time: of each user with three events or more the last is the test and the one before it the"
    " validation, which the model has not learnt from but finds in the history when it is tested; events of others may"
    f" be later than a user's test; first meetings of user and item only; {Full()}"
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
    """Events parted: each user's last one is for the test, the one before it for choosing.

    Raises:
        DataError: the data can't be read.
    """
    events = Events.open(data)
    told = f"{len(events)} events of {len(events.users)} users with {len(events.items)} items, from {data.name}"
    (split,) = LeaveLastOut().split(events)
    return parted(split, (f"{told}, under the licence of their owner",))


def parted(split: Split, data: tuple[str, ...] = ()) -> Splits:
    """Events that a protocol has parted, as samples; the vocabulary is that of the events to learn from."""
    items = split.train.items

    def asked(known: Events, targets: Events) -> Histories:
        users = targets.users
        return Histories(Interactions.of(known, items, users), Interactions.of(targets, items, users))

    learnt = Histories(Interactions.of(split.train, items))
    return Splits(learnt, asked(split.train, split.valid), asked(split.known, split.test), data)


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


def ranks(score: Callable[[Interactions], np.ndarray], histories: Histories) -> Ranks:
    """Where users' targets stand among the items that they have not met; one that nobody learnt of comes last.

    Args:
        score: gives (users, items) of some users' histories.
        histories: with targets.
    """
    past, targets = histories.past, cast(Interactions, histories.targets)
    last = ((0, 0), (0, 1))  # a column for what is not in the vocabulary
    unknown, found = np.array([len(past.items)]), []
    for block in blocks(len(past), len(past.items)):
        rows = past.rows(block)
        scores = np.pad(score(rows), last, constant_values=-np.inf)
        candidates = np.pad(~rows.seen(), last, constant_values=True)
        wanted = [targets.row(user) if targets.lengths[user] else unknown for user in block]
        found.append(Ranks.of(scores, candidates, wanted))
    return Ranks.joined(found)


def figures(found: Ranks) -> dict[str, float]:
    """What is told of ranks: each figure is the mean over the users."""
    return {f"{name}@{_BEST}": float(RANKING[name](found, _BEST).mean()) for name in ("ndcg", "hr", "recall", "mrr")}
