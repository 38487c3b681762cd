"""Logistic regression with crosses: the linear model that others have to beat.

The wide part of Cheng et al. 2016 (arXiv:1606.07792) alone: first-order weights of the item's id, its content, how it
stands, and the user's tastes, and crosses of tastes with content: who likes war films, asked about a war film. A cross
of a taste with a feature is a product, for tastes are rates and not ids. The departure is the user: a history and no
id, so that a newcomer is scored without training.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from laterna.audience.models.clicks import ABOUT_USER, STANDING, ClickModel, Item, User, click_recipe
from laterna.learning.model import Phase


class Wide(nn.Module):
    """A linear model of a user, an item and their crosses.

    Args:
        items: ids.
        features: columns of content.
    """

    def __init__(self, items: int, features: int) -> None:
        super().__init__()
        self.features = features
        self.ids = nn.Embedding(items + 1, 1)
        width = ABOUT_USER * (1 + STANDING) + STANDING + 5 * features
        self.weights = nn.Linear(width, 1)
        nn.init.zeros_(self.ids.weight)
        nn.init.zeros_(self.weights.weight)

    def forward(self, user: User, item: Item) -> Tensor:
        """Logits (B,)."""
        about = user.taste[:, :ABOUT_USER]
        likes, watches = user.taste[:, ABOUT_USER:].split([self.features] * 2, dim=1)
        crosses = [about * item.standing[:, column, None] for column in range(STANDING)]
        crosses += [likes * item.content, watches * item.content]
        found = torch.cat([about, likes, watches, item.content, item.standing, *crosses], dim=1)
        return cast(Tensor, (self.weights(found) + self.ids(item.number))[:, 0])


class Logistic(ClickModel):
    """Logistic regression.

    Args:
        items, letters, features, spelling: of the vocabulary and its content.
        anonymous: the share of rows whose item's id is dropped in training.
        learning_rate: at its highest.
        decay: weight decay.
    """

    name: ClassVar[str] = "audience/logistic"
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {"debug": {"learning_rate": 0.1, "decay": 0.0}, "base": {}}

    def __init__(
        self,
        items: int = 0,
        letters: int = 0,
        features: int = 0,
        spelling: int = 0,
        anonymous: float = 0.1,
        learning_rate: float = 1e-2,
        decay: float = 0.3,
    ) -> None:
        super().__init__(items, letters, features, spelling, width=0, anonymous=anonymous, drop=0.0)
        self.learning_rate, self.decay = learning_rate, decay
        self.wide = Wide(items, features)

    def phases(self) -> Sequence[Phase]:
        return [Phase("model", ("wide",), learning_rate=self.learning_rate, decay=self.decay, warmup=20)]

    def logits(self, user: User, item: Item) -> Tensor:
        return cast(Tensor, self.wide(user, item))


recipe = click_recipe(Logistic)
