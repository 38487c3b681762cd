"""What the click models share: rows of who met what, how they are judged, and how a user and an item are told to them.

A click model gives the probability that a user likes an item. To it a user is a history, so that a newcomer needs no
training: in training, each event is told from the user's other events, in folds, so that no row's label is in what it
is told from. An item is its id, its content and how it stood with others; of one that nobody met, content alone is
left.

DATA is what :meth:`laterna.audience.events.Events.open` reads, with a catalogue beside it where there is one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import polars as pl
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, dropout

from laterna.audience.catalogue import Catalogue
from laterna.audience.evaluation.metrics import auc, calibration_error, logloss
from laterna.audience.evaluation.protocols import RandomSplit
from laterna.audience.events import Events
from laterna.audience.features import Norm, Space, beside, is_liked, standing, tastes
from laterna.audience.interactions import Interactions
from laterna.audience.models.content import ContentRecommender
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits

PROTOCOL = (
    "whether an event is liked: rated 4 or more, or, where nothing is rated, an event against as many drawn of what the"
    " user never met; of all events, drawn at random, a tenth is the test and another the validation, neither is learnt"
)
ABOUT_USER = 3  # columns of tastes that are of no feature
STANDING = 2
_FOLDS = 5
_READ = 50  # of a user's liked and not liked events each, the last
_PRIOR = 5.0  # events that every item is taken to have had, in the baseline
_TOLD = 64  # events of a history, the last, whose part in a score is told
_ROWS = 4096


class Row(NamedTuple):
    """A user and an item: tastes (3 + 2 F,); items that the user liked, and met without liking them; the item's number,
    -1 where the vocabulary lacks it; how it stands (2,); whether it was liked, 1 or 0."""

    taste: np.ndarray
    liked: np.ndarray
    disliked: np.ndarray
    item: int
    standing: np.ndarray
    label: float


class Batch(NamedTuple):
    """Rows: tastes (B, 3 + 2 F); items (n,) with where each row's begin (B,), twice; the rest (B, ...)."""

    taste: Tensor
    liked: Tensor
    liked_starts: Tensor
    disliked: Tensor
    disliked_starts: Tensor
    item: Tensor
    standing: Tensor
    label: Tensor


class User(NamedTuple):
    """Tastes (B, 3 + 2 F); the mean vector of what was liked, and of what was met and not liked, (B, width) each."""

    taste: Tensor
    liked: Tensor
    disliked: Tensor


class Item(NamedTuple):
    """Rows of tables of items (B,), 0 for what nobody met; content (B, F); standing (B, 2)."""

    number: Tensor
    content: Tensor
    standing: Tensor


@dataclass(frozen=True, eq=False)
class View:
    """What is known of users and items from some events."""

    histories: Interactions
    features: np.ndarray
    norm: Norm

    @cached_property
    def tastes(self) -> np.ndarray:
        """(users, 3 + 2 F) float32."""
        return tastes(self.histories, self.features, self.norm)

    @cached_property
    def standing(self) -> np.ndarray:
        """(items + 1, 2) float32; the last row is that of an item that the vocabulary lacks."""
        return np.pad(standing(self.histories, self.norm), ((0, 1), (0, 0)))

    @cached_property
    def liked(self) -> Interactions:
        return self.histories.where(is_liked(self.histories.ratings)).latest(_READ)

    @cached_property
    def disliked(self) -> Interactions:
        return self.histories.where(~is_liked(self.histories.ratings)).latest(_READ)


@dataclass(frozen=True, eq=False)
class Clicks:
    """Rows to learn from or to be judged on.

    Attributes:
        views: what rows are told from.
        users, items, labels, view: of each row, (n,): its user, its item (-1 where the vocabulary lacks it), whether it
            was liked, and which view it is told from.
        catalogue: of the items, if there is one.
    """

    views: tuple[View, ...]
    users: np.ndarray
    items: np.ndarray
    labels: np.ndarray
    view: np.ndarray
    catalogue: Catalogue | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def past(self) -> Interactions:
        """All events to learn from."""
        return self.views[-1].histories

    def sample(self, index: int, rng: np.random.Generator) -> Row:
        view, user, item = self.views[self.view[index]], self.users[index], self.items[index]
        events = view.liked.row(user), view.disliked.row(user)
        return Row(view.tastes[user], *events, int(item), view.standing[item], float(self.labels[index]))


def read(data: Path) -> Splits:
    """Events at random in three parts, with the catalogue that lies with them.

    Raises:
        DataError: the data can't be read.
    """
    events, catalogue = Events.open(data), beside(data)
    about = f"{len(events)} events of {len(events.users)} users with {len(events.items)} items, from {data.name}"
    told = "" if catalogue is None else f", and the content of {len(catalogue)} items"
    return parted(events, catalogue, (f"{about}{told}, under the licence of their owners",))


def parted(events: Events, catalogue: Catalogue | None, data: tuple[str, ...] = (), *, seed: int = 0) -> Splits:
    """Events as rows; where none is rated, with as many drawn beside them that did not happen."""
    (split,) = RandomSplit(seed=seed).split(events)
    items = sorted({*split.train.items, *(() if catalogue is None else catalogue.items)})
    past = Interactions.of(split.train, items, events.users)
    norm = Norm.of(past)
    features = np.zeros((len(items), 0), np.float32)
    if catalogue is not None:
        features = Space.of(catalogue).features(catalogue, items)
    rng = np.random.default_rng(seed)
    fold = rng.integers(_FOLDS, size=len(past.columns))
    known = (*(past.where(fold != one) for one in range(_FOLDS)), past)
    views = tuple(View(histories, features, norm) for histories in known)
    rated = events.frame["rating"].is_not_null().any()
    train = Clicks(views, past.owners, past.columns, is_liked(past.ratings), fold, catalogue)
    rows = [train, _rows(views, split.valid), _rows(views, split.test)]
    train, valid, test = rows if rated else _with_others(rows, events, rng)
    return Splits(train, valid, test, data)


def _rows(views: tuple[View, ...], events: Events) -> Clicks:
    past = views[-1].histories
    users, items = _numbered(events.frame["user"], past.users), _numbered(events.frame["item"], past.items)
    labels = is_liked(events.frame["rating"].cast(pl.Float32).fill_null(float("nan")).to_numpy())
    return Clicks(views, users, items, labels, np.full(len(users), len(views) - 1))


def _numbered(column: pl.Series, names: Sequence[str]) -> np.ndarray:
    """Each value's place among the names, (n,) int64; -1 for none of them."""
    numbers = {name: number for number, name in enumerate(names)}
    return np.array([numbers.get(value, -1) for value in column], np.int64)


def _with_others(rows: Sequence[Clicks], events: Events, rng: np.random.Generator) -> list[Clicks]:
    """Rows with as many beside them, of the same users, of items that these never met."""
    past = rows[0].past
    every = Interactions.of(events, past.items, past.users)
    met = np.unique(every.owners.astype(np.int64) * len(past.items) + every.columns)
    found = []
    for part in rows:
        others = rng.integers(len(past.items), size=len(part))
        for _ in range(20):
            wrong = np.isin(part.users * np.int64(len(past.items)) + others, met)
            others[wrong] = rng.integers(len(past.items), size=int(wrong.sum()))
        view = rng.integers(_FOLDS, size=len(part)) if part is rows[0] else part.view
        users, items = np.tile(part.users, 2), np.concatenate([part.items, others])
        labels, views = np.repeat([True, False], len(part)), np.concatenate([part.view, view])
        found.append(replace(part, users=users, items=items, labels=labels, view=views))
    return found


def collate(rows: Sequence[Row]) -> Batch:
    """Rows as a batch."""
    liked, disliked = ([getattr(row, name) for row in rows] for name in ("liked", "disliked"))
    return Batch(
        torch.from_numpy(np.stack([row.taste for row in rows])),
        *_joined(liked),
        *_joined(disliked),
        torch.tensor([row.item for row in rows]),
        torch.from_numpy(np.stack([row.standing for row in rows])),
        torch.tensor([row.label for row in rows]),
    )


def _joined(parts: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
    return torch.from_numpy(np.concatenate(parts).astype(np.int64)), torch.from_numpy(starts)


class ClickModel(ContentRecommender):
    """The probability that a user likes an item; a subclass gives ``logits``.

    Args:
        items, letters, features, spelling: of the vocabulary and its content.
        width: of the vectors of items in a history; 0 for none.
        anonymous: the share of rows whose item's id is dropped in training, so that content has to do.
        drop: the share of what is dropped of vectors in training.
    """

    standings: Tensor
    liking: Tensor

    def __init__(
        self, items: int, letters: int, features: int, spelling: int, width: int, anonymous: float, drop: float
    ) -> None:
        super().__init__(items, letters, features, spelling)
        self.anonymous, self.drop = anonymous, drop
        self.register_buffer("standings", torch.zeros(items, STANDING))
        self.register_buffer("liking", torch.tensor(0.5))
        bags = [nn.EmbeddingBag(items + 1, width, mode="mean") for _ in range(2 if width else 0)]
        for bag in bags:
            nn.init.normal_(bag.weight, std=0.05)
        self.bags = nn.ModuleList(bags)  # of what was liked, and of what was not

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """Nats of a row's label."""
        return {"loss": binary_cross_entropy_with_logits(self(batch), batch.label)}

    def forward(self, batch: Batch) -> Tensor:
        """Logits of rows, (B,)."""
        return self.logits(self._user(batch), self._item(batch.item, batch.standing))

    def logits(self, user: User, item: Item) -> Tensor:
        """Logits of users' liking items, (B,)."""
        raise NotImplementedError(f"{self.name} has no logits")

    def _user(self, batch: Batch) -> User:
        if not self.bags:
            return User(batch.taste, batch.taste[:, :0], batch.taste[:, :0])
        events = (batch.liked, batch.liked_starts), (batch.disliked, batch.disliked_starts)
        means = (bag(self._numbers(items), starts) for bag, (items, starts) in zip(self.bags, events, strict=True))
        return User(batch.taste, *(dropout(mean, self.drop, self.training) for mean in means))

    def _item(self, items: Tensor, standing: Tensor) -> Item:
        number = torch.where(items >= 0, self._numbers(items.clamp(min=0)), 0)
        if self.training:
            number = torch.where(torch.rand(len(number), device=number.device) < self.anonymous, 0, number)
        return Item(number, self.features[items + 1], torch.where((number > 0)[:, None], standing, 0.0))

    def _score(self, histories: Interactions) -> np.ndarray:
        users = self._asked(histories)
        item = self._item(torch.arange(len(self.items), device=self.device), self.standings)
        scores = np.empty((len(histories), len(self.items)), np.float32)
        for number in range(len(histories)):
            user = User(*(part[number].expand(len(self.items), -1) for part in users))
            scores[number] = self.logits(user, item).cpu().numpy()
        return scores

    def _shares(self, history: Interactions, item: int) -> np.ndarray:
        """How far the score falls when an event is left out; 0 for those before the last 64."""
        events = np.arange(len(history.columns))
        told = events[-_TOLD:]
        whole, less = (self._scores_of(one, item) for one in (history, history.without_each(told)))
        return np.concatenate([np.zeros(len(events) - len(told)), whole - less])

    def _scores_of(self, histories: Interactions, item: int) -> np.ndarray:
        items = torch.full((len(histories),), item, device=self.device)
        return self.logits(self._asked(histories), self._item(items, self.standings[items])).cpu().numpy()

    def _asked(self, histories: Interactions) -> User:
        """Users by all that is known of them."""
        popularity, nothing = self.popularity.cpu().numpy(), np.zeros(STANDING, np.float32)
        norm = Norm(float(self.liking), popularity / max(1.0, popularity.max(initial=0)))
        view = View(histories, self.features[1:].cpu().numpy(), norm)
        rows = [
            Row(view.tastes[user], view.liked.row(user), view.disliked.row(user), -1, nothing, 0.0)
            for user in range(len(histories))
        ]
        return self._user(Batch(*(part.to(self.device) for part in collate(rows))))


def click_recipe(model: type[ClickModel], **more: Any) -> Recipe:
    """The registration of a click model; ``more`` are fields of the recipe in place of the usual ones."""
    usual: dict[str, Any] = {
        "read": read,
        "collate": collate,
        "metrics": metrics,
        "baseline": baseline,
        "objective": "auc",
        "protocol": PROTOCOL,
        "suit": suit,
        "steps": 800,
        "batch_size": 1024,
        "evaluate_every": 100,
    }
    return Recipe(model, **(usual | more))


def suit(model: Model, samples: Samples) -> Model:
    """Let a model know the items to learn from, their content and how they stand."""
    clicks = cast(Clicks, samples)
    suited = cast(ClickModel, model).suited(clicks.past, clicks.catalogue)
    view = clicks.views[-1]
    suited.standings.copy_(torch.from_numpy(view.standing[:-1]))
    suited.liking.fill_(view.norm.liking)
    return suited


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """How well a model tells what is liked."""
    labels, logits = list[Tensor](), list[Tensor]()
    for first in range(0, len(samples), _ROWS):
        numbers = range(first, min(first + _ROWS, len(samples)))
        batch = collate([samples.sample(number, np.random.default_rng(number)) for number in numbers])
        logits.append(model(Batch(*(part.to(model.device) for part in batch))).cpu())
        labels.append(batch.label)
    return figures(torch.cat(labels).numpy(), torch.cat(logits).sigmoid().double().numpy())


def figures(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """What is told of probabilities."""
    return {
        "auc": auc(labels, probabilities),
        "logloss": logloss(labels, probabilities),
        "calibration": calibration_error(labels, probabilities),
    }


def baseline(splits: Splits) -> Mapping[str, float]:
    """The figures of how often each item is liked by anyone, drawn to how often all items are."""
    train, test = cast(Clicks, splits.train), cast(Clicks, splits.test)
    usual, count = train.labels.mean(), len(train.past.items) + 1  # the last one is for what the vocabulary lacks
    seen = train.items >= 0
    met = np.bincount(train.items[seen], minlength=count)
    liked = np.bincount(train.items[seen], train.labels[seen], count)
    return figures(test.labels, ((liked + _PRIOR * usual) / (met + _PRIOR))[test.items])
