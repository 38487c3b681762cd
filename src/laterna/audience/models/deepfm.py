"""DeepFM (Guo et al. 2017, arXiv:1703.04247): a factorisation machine and a perceptron over the same vectors.

The machine adds the products of each two fields' vectors (Rendle 2010) to a linear model. The fields are what the user
liked, what he met without liking it, his tastes, the item's id, its content and how it stands: so the product of the
first and the fourth is likeness to what was liked, as in SVD++ and FISM. Departures: a user is a history, not an id; an
item's id is dropped at random, so that content has to do for what nobody met; the linear part has the crosses of
logistic regression too.
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


class DeepFM(ClickModel):
    """A linear model, a factorisation machine and a perceptron.

    Args:
        items, letters, features, spelling: of the vocabulary and its content.
        width: of vectors.
        layers: units of the perceptron's layers.
        anonymous: the share of rows whose item's id is dropped in training.
        drop: the share of what is dropped of vectors and of each layer's answer.
        learning_rate: at its highest, of all but the linear model, whose own is 0.01.
        decay: weight decay of all but the linear model, whose own is 0.3.
    """

    name: ClassVar[str] = "audience/deepfm"
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
        decay: float = 5.0,
    ) -> None:
        super().__init__(items, letters, features, spelling, width=width, anonymous=anonymous, drop=drop)
        self.learning_rate, self.decay = learning_rate, decay
        self.linear = Wide(items, features)
        self.ids = nn.Embedding(items + 1, width)
        self.tastes = nn.Linear(ABOUT_USER + 2 * features, width)
        self.content = nn.Linear(features + STANDING, width)
        sizes = [5 * width, *layers]
        self.deep = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))
        self.answer = nn.Linear(sizes[-1], 1)
        nn.init.normal_(self.ids.weight, std=0.05)
        nn.init.zeros_(self.answer.weight)

    def phases(self) -> Sequence[Phase]:
        others = ("bags", "ids", "content", "tastes", "deep", "answer")
        return [
            Phase("linear", ("linear",), learning_rate=1e-2, decay=0.3, warmup=20),
            Phase("deep", others, learning_rate=self.learning_rate, decay=self.decay, warmup=50),
        ]

    def logits(self, user: User, item: Item) -> Tensor:
        about = self.content(torch.cat([item.content, item.standing], dim=1))
        number = dropout(self.ids(item.number), self.drop, self.training)
        fields = torch.stack(
            [user.liked, user.disliked, self.tastes(user.taste), number, about], dim=1
        )  # (B, 5, width)
        pairs = (fields.sum(1).square() - fields.square().sum(1)).sum(1) / 2
        h = fields.flatten(1)
        for layer in self.deep:
            h = dropout(torch.relu(layer(h)), self.drop, self.training)
        return cast(Tensor, self.linear(user, item) + pairs + self.answer(h)[:, 0])


recipe = click_recipe(DeepFM)
