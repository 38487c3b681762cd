"""What can be judged: anything that learns from histories and then scores items for users."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from laterna.audience.catalogue import Catalogue
from laterna.audience.interactions import Interactions

Setting = Mapping[str, Any]
Score = Callable[[Interactions], np.ndarray]
"""From histories (users, items) to scores of that shape, higher is better; -inf for what can't be scored."""

GRIDS: Mapping[str, Sequence[Setting]] = {
    "audience/popularity": [{"half_life": days} for days in (0.0, 30.0, 365.0)],
    "audience/item_knn": [{"neighbours": count} for count in (50, 200)],
    "audience/ease": [{"regularisation": ridge} for ridge in (50.0, 200.0, 800.0)],
    "audience/als": [{"unobserved": weight} for weight in (0.1, 0.3)],
    "audience/blend": [{"regularisation": ridge} for ridge in (100.0, 400.0)],
}
"""The settings of each model among which the validation chooses; others have their usual ones alone.

How fast a history fades is no setting here: models choose it while they learn, from what they learn from.
"""


@dataclass(frozen=True)
class Question:
    """Users' histories, and what they met then.

    Attributes:
        learnt: all users' events before, which models may learn from.
        past: the same of those who are asked about.
        targets: what these met then: the same users and items.
    """

    learnt: Interactions
    past: Interactions
    targets: Interactions


class Contender(Protocol):
    """A model with its settings, before it has learnt."""

    @property
    def name(self) -> str: ...

    @property
    def grid(self) -> Sequence[Setting]:
        """One setting at least."""

    def learn(self, question: Question, setting: Setting, *, choosing: bool) -> tuple[Score, Setting]:
        """Learn from a question's ``learnt``; what it learnt, and the setting that learns the same again.

        Only while ``choosing`` may it look at the targets, to say for instance after how many steps to stop.
        """


@dataclass(frozen=True)
class Registered:
    """A recommender that is registered as a model.

    Attributes:
        name: as users write it, "ease" or "audience/ease".
        grid: its settings.
        seed: of its weights.
        catalogue: of the items, for models that know them by their content.
    """

    name: str
    grid: Sequence[Setting] = field(default=({},))
    seed: int = 0
    catalogue: Catalogue | None = None

    @classmethod
    def of(
        cls, name: str, grids: Mapping[str, Sequence[Setting]], *, seed: int = 0, catalogue: Catalogue | None = None
    ) -> "Registered":
        """With its grid, by its name with the department or without it."""
        grid = grids.get(name) or grids.get(_full(name)) or GRIDS.get(_full(name)) or ({},)
        return cls(name, grid, seed, catalogue)

    def learn(self, question: Question, setting: Setting, *, choosing: bool) -> tuple[Score, Setting]:
        """Learn as :class:`Contender` says.

        Raises:
            ModelError: there is no such model, it is no recommender, or it has no such setting.
        """
        from laterna.audience.models.histories import Histories  # torch comes with it
        from laterna.audience.models.learnt import learnt
        from laterna.learning.recipe import registered

        valid = Histories(question.past, question.targets) if choosing else None
        recipe = registered(_full(self.name))
        model, used = learnt(recipe, setting, question.learnt, valid, catalogue=self.catalogue, seed=self.seed)
        return model.score, used


def _full(name: str) -> str:
    return name if "/" in name else f"audience/{name}"
