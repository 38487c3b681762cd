"""Recommenders that know items by their content too, and so those that nobody has met yet."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self, cast

import torch
from torch import Tensor

from laterna.audience.catalogue import Catalogue
from laterna.audience.features import Space, beside
from laterna.audience.interactions import Interactions
from laterna.audience.models.histories import Histories
from laterna.audience.models.histories import read as read_histories
from laterna.audience.models.recommender import Recommender
from laterna.errors import ModelError
from laterna.learning.model import Model
from laterna.learning.recipe import Samples, Splits


class ContentRecommender(Recommender):
    """A recommender that keeps the content of its items. Without a catalogue it has none, and knows ids alone.

    Its tables of items have a first row, number 0, for those that it has not learnt of.

    Args:
        items, letters: of the vocabulary.
        features: columns of content.
        spelling: bytes of what these columns mean.
    """

    features: Tensor
    space_spelled: Tensor

    def __init__(self, items: int = 0, letters: int = 0, features: int = 0, spelling: int = 0) -> None:
        super().__init__(items, letters)
        self.register_buffer("features", torch.zeros(items + 1, features))
        self.register_buffer("space_spelled", torch.zeros(spelling, dtype=torch.uint8))

    @property
    def space(self) -> Space | None:
        """What the columns of content mean."""
        spelled = bytes(self.space_spelled.cpu().numpy())
        return Space.from_bytes(spelled) if spelled else None

    def suited(self, histories: Interactions, catalogue: Catalogue | None = None) -> Self:
        """As :meth:`Recommender.suited`; it learns the content of the items from a catalogue, if there is one."""
        if catalogue is None or self.items == histories.items:
            return super().suited(histories)
        space = Space.of(catalogue)
        spelled = space.to_bytes()
        fresh = self._fresh(features=len(space.names), spelling=len(spelled))
        model = super(ContentRecommender, fresh).suited(histories)
        model.space_spelled.copy_(torch.frombuffer(bytearray(spelled), dtype=torch.uint8))
        model.features[1:] = torch.from_numpy(space.features(catalogue, histories.items))
        return model

    def welcome(self, catalogue: Catalogue) -> Self:
        """A model that has learnt the same and also knows the other items of a catalogue, by their content.

        Raises:
            ModelError: it has learnt without content.
        """
        space = self.space
        if space is None:
            raise ModelError(f"{self.name} has learnt without a catalogue: train it with one, to know new items by it.")
        known = {*self.items}
        fresh = [item for item in catalogue.items if item not in known]
        items = (*self.items, *fresh)
        letters = json.dumps(items, ensure_ascii=False).encode()
        model = self._fresh(items=len(items), letters=len(letters))
        with torch.no_grad():
            for mine, old in zip(model.state_dict().values(), self.state_dict().values(), strict=True):
                if mine.shape == old.shape:
                    mine.copy_(old)
                else:
                    mine.zero_()
                    mine[tuple(map(slice, old.shape))] = old  # new items come after the known ones, along every axis
        model.vocabulary.copy_(torch.frombuffer(bytearray(letters), dtype=torch.uint8))
        model.features[len(self.items) + 1 :] = torch.from_numpy(space.features(catalogue, fresh))
        model.card = self.card
        return model.train(self.training)

    def _numbers(self, items: Tensor) -> Tensor:
        """The rows of items in tables: 0 for those that nobody met."""
        return torch.where(self.popularity[items] > 0, items + 1, 0)


@dataclass(frozen=True, eq=False)
class Described(Histories):
    """Histories, and a catalogue of what is in them, if there is one."""

    catalogue: Catalogue | None = None


def read(data: Path) -> Splits:
    """As of any recommender, with the catalogue that lies with the events.

    Raises:
        DataError: the data can't be read.
    """
    splits, catalogue = read_histories(data), beside(data)
    train = Described(cast(Histories, splits.train).past, catalogue=catalogue)
    about = () if catalogue is None else (f"content of {len(catalogue)} items, under the licence of their owner",)
    return Splits(train, splits.valid, splits.test, (*splits.data, *about))


def suit(model: Model, samples: Samples) -> Model:
    """Let a model know the items to learn from, and their content."""
    histories = cast(Histories, samples)
    return cast(ContentRecommender, model).suited(histories.past, getattr(histories, "catalogue", None))
