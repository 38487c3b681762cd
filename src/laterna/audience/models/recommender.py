"""The one interface of models that rank items for a user.

A model knows items, not users: to it a user is what they have watched. So a newcomer needs no training: their events
are coded (``fold_in``) and scored like anyone's.
"""

import json
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from torch import Tensor

from laterna.audience.interactions import Interactions
from laterna.audience.reasons import Reason, largest
from laterna.audience.serving import top
from laterna.errors import DataError, ModelError
from laterna.learning.model import Model

if TYPE_CHECKING:
    from laterna.audience.events import Events

_SCORES = 1 << 23  # of a block of users: 32 MB


class Recommender(Model):
    """A model of which items a user will meet next.

    A subclass gives ``_score``, and ``_shares`` or ``_reasons`` where it knows better than by leaving events out. Its
    constructor takes ``items`` and ``letters`` and hands them on; ``suited`` makes them fit the data.

    Args:
        items: how many it knows.
        letters: bytes of their names.
    """

    vocabulary: Tensor
    popularity: Tensor

    def __init__(self, items: int = 0, letters: int = 0) -> None:
        super().__init__()
        self.register_buffer("vocabulary", torch.zeros(letters, dtype=torch.uint8))
        self.register_buffer("popularity", torch.zeros(items))  # how many users met each, among those it learnt from
        self._items: tuple[str, ...] | None = None
        self.register_load_state_dict_post_hook(_forget_items)

    @property
    def items(self) -> tuple[str, ...]:
        """The vocabulary: what a column's number stands for."""
        if self._items is None:
            self._items = tuple(json.loads(bytes(self.vocabulary.cpu().numpy()) or b"[]"))
        return self._items

    def suited(self, histories: Interactions) -> Self:
        """A model of this build that knows the items of these histories, and how popular they are.

        It is this one if it knows these very items already, else a fresh one.
        """
        letters = json.dumps(histories.items, ensure_ascii=False).encode()
        model = self if self.items == histories.items else self._fresh(items=len(histories.items), letters=len(letters))
        model.vocabulary.copy_(torch.frombuffer(bytearray(letters), dtype=torch.uint8))
        met = np.bincount(histories.once().columns, minlength=len(histories.items))
        model.popularity.copy_(torch.from_numpy(met))
        model._items = histories.items
        return model

    def score(self, histories: Interactions) -> np.ndarray:
        """How likely each item comes next, (users, items) float32: higher is better, in a unit of the model's own.

        Who has no history gets the popularity of each item.

        Raises:
            ModelError: the model has learnt nothing.
            DataError: the histories have other items than the model.
        """
        self._check(histories)
        with torch.no_grad():
            scores = self._score(histories)
        scores[histories.lengths == 0] = self.popularity.cpu().numpy()
        return scores

    def recommend(
        self, histories: Interactions, most: int = 10, *, allowed: np.ndarray | None = None, seen: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """The best items for each user, best first; of equal ones, the first of the vocabulary.

        Args:
            histories: of the users.
            most: items for each.
            allowed: which items may be recommended, (items,) or (users, items) bool; all unless given.
            seen: whether what a user has met may be recommended again.

        Returns:
            Items' numbers, (users, most) int64, -1 where none is left; and their scores, minus infinity there.

        Raises:
            ModelError: the model has learnt nothing.
            DataError: the histories have other items than the model, ``allowed`` another shape, or ``most`` is under 1.
        """
        self._check(histories)
        if most < 1:
            raise DataError(f"The best {most} items are none: ask for 1 or more.")
        shape = (len(histories), len(self.items))
        if allowed is not None and np.shape(allowed) not in (shape, shape[1:]):
            raise DataError(f"What is allowed has the shape {np.shape(allowed)}: give {shape[1:]} or {shape}.")
        may = np.broadcast_to(True if allowed is None else np.asarray(allowed, bool), shape)
        numbers, scores = np.empty((shape[0], most), np.int64), np.empty((shape[0], most), np.float32)
        for block in blocks(*shape):
            rows = histories.rows(block)
            found = self.score(rows)
            found[~may[block]] = -np.inf
            if not seen:
                found[rows.owners, rows.columns] = -np.inf
            numbers[block], scores[block] = top(found, most)
        return numbers, scores

    def explain(self, history: Interactions, item: int, most: int = 3) -> list[Reason]:
        """What speaks for an item, strongest first; the shares, the last of which may be the rest, add up.

        Args:
            history: of one user.
            item: its number.
            most: reasons besides the rest.

        Raises:
            ModelError: the model has learnt nothing.
            DataError: the history is not one user's, or there is no such item.
        """
        self._check(history)
        if len(history) != 1:
            raise DataError(f"A reason is one user's, not of {len(history)}: hand over one row of the histories.")
        if not 0 <= item < len(self.items):
            raise DataError(f"There is no item number {item} among {len(self.items)}: take one of recommend's.")
        if not len(history.columns):
            return [by_popularity(self.popularity, item, "nothing that you watched is known, and it is ")]
        with torch.no_grad():
            return self._reasons(history, item, most)

    def fold_in(self, events: "Events") -> Interactions:
        """Newcomers' events as histories that this model scores; items that it doesn't know are left out."""
        return Interactions.of(events, self.items)

    def _score(self, histories: Interactions) -> np.ndarray:
        """Scores of checked histories, (users, items) float32, writable; those of empty rows are not used."""
        raise NotImplementedError(f"{self.name} has no _score")

    def _reasons(self, history: Interactions, item: int, most: int) -> list[Reason]:
        """What speaks for an item, of one history that is not empty."""
        shares = self._shares(history, item)
        return largest("watched", [self.items[number] for number in history.columns], shares, most)

    def _shares(self, history: Interactions, item: int) -> np.ndarray:
        """What each event of one history adds to an item's score, (events,) float.

        Unless a model knows better: how far the score falls when the event is left out. Such shares need not add up.
        """
        variants = history.without_each(np.arange(len(history.columns)))
        whole = self.score(history)[0, item]
        parts = [self.score(variants.rows(block))[:, item] for block in blocks(len(variants), len(self.items))]
        return np.asarray(whole - np.concatenate(parts))

    def _check(self, histories: Interactions) -> None:
        if not self.items:
            raise ModelError(f"{self.name} has learnt nothing yet: train it, or suit it to histories and fit it.")
        if histories.items is not self.items and histories.items != self.items:
            raise DataError(f"The histories have other items than {self.name}: make them by its fold_in.")

    def _fresh(self, **more: Any) -> Self:
        """Of the same build but for some arguments, with weights that hang on this one's."""
        first = next(self.parameters(), torch.zeros(0))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(zlib.crc32(first.detach().cpu().numpy().tobytes()))
            return type(self)(**{**self.config, **more})


def by_popularity(worth: Tensor, item: int, before: str = "") -> Reason:
    """An item's place among all of these worths (items,), as a reason; ``before`` begins the phrase."""
    rank = 1 + int((worth > worth[item]).sum())
    return Reason("popularity", f"{before}number {rank} of {len(worth)} in popularity", float(worth[item]))


def blocks(rows: int, columns: int) -> Iterator[np.ndarray]:
    """Numbers of rows, so many at a time that their scores take little memory."""
    step = max(1, _SCORES // max(1, columns))
    for first in range(0, rows, step):
        yield np.arange(first, min(first + step, rows))


def _forget_items(model: torch.nn.Module, keys: Any) -> None:
    if isinstance(model, Recommender):
        model._items = None
