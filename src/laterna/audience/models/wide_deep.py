"""Wide & Deep (Cheng et al. 2016, arXiv:1606.07792): a linear model that remembers, and a network that generalises.

The logits of logistic regression with crosses and of a perceptron over vectors are summed and trained together.
Departures: a user is the means of the vectors of what was liked and of what was not, and tastes, not an id; an item's
id is dropped at random, so that content has to do for what nobody met; each part has an AdamW of its own, in place of
FTRL and AdaGrad.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout

from laterna.audience.models.clicks import ABOUT_USER, STANDING, ClickModel, Item, User, click_recipe
from laterna.audience.models.logistic import Wide
from laterna.learning.model import Phase


class WideDeep(ClickModel):
    """A linear model and a perceptron.

    Args:
        items, letters, features, spelling: of the vocabulary and its content.
        width: of vectors.
        layers: units of the perceptron's layers.
        anonymous: the share of rows whose item's id is dropped in training.
        drop: the share of what is dropped of vectors and of each layer's answer.
        learning_rate: at its highest, of all but the linear model, whose own is 0.01.
        decay: weight decay of all but the linear model, whose own is 0.3.
    """

    name: ClassVar[str] = "audience/wide_deep"
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "debug": {"width": 8, "layers": [16], "drop": 0.0, "learning_rate": 3e-2, "decay": 0.0},
        "base": {},
    }

    def __init__(
        self,
        items: int = 0,
        letters: int = 0,
        features: int = 0,
        spelling: int = 0,
        width: int = 16,
        layers: Sequence[int] = (64, 32),
        anonymous: float = 0.1,
        drop: float = 0.3,
        learning_rate: float = 3e-3,
        decay: float = 10.0,
    ) -> None:
        super().__init__(items, letters, features, spelling, width=width, anonymous=anonymous, drop=drop)
        self.learning_rate, self.decay = learning_rate, decay
        self.wide = Wide(items, features)
        self.ids = nn.Embedding(items + 1, width)
        self.content = nn.Linear(features, width) if features else None
        self.tastes = nn.Linear(2 * features, width) if features else None
        sizes = [(5 if features else 3) * width + ABOUT_USER + STANDING, *layers]
        self.deep = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))
        self.answer = nn.Linear(sizes[-1], 1)
        nn.init.normal_(self.ids.weight, std=0.05)
        nn.init.zeros_(self.answer.weight)

    def phases(self) -> Sequence[Phase]:
        others = ("bags", "ids", "content", "tastes", "deep", "answer")
        return [
            Phase("wide", ("wide",), learning_rate=1e-2, decay=0.3, warmup=20),
            Phase("deep", others, learning_rate=self.learning_rate, decay=self.decay, warmup=50),
        ]

    def logits(self, user: User, item: Item) -> Tensor:
        parts = [user.liked, user.disliked, dropout(self.ids(item.number), self.drop, self.training)]
        if self.content is not None and self.tastes is not None:
            parts += [self.content(item.content), self.tastes(user.taste[:, ABOUT_USER:])]
        h = torch.cat([*parts, user.taste[:, :ABOUT_USER], item.standing], dim=1)
        for layer in self.deep:
            h = dropout(torch.relu(layer(h)), self.drop, self.training)
        return cast(Tensor, self.wide(user, item) + self.answer(h)[:, 0])


recipe = click_recipe(WideDeep)
