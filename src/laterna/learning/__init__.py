"""How models learn: one contract for every model, one loop that trains them, one place where they are kept.

Nothing here loads torch until it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from laterna.errors import ModelError

if TYPE_CHECKING:
    from laterna.learning.card import Card
    from laterna.learning.check import check_model
    from laterna.learning.evaluation import Evaluation, evaluate
    from laterna.learning.loop import Progress
    from laterna.learning.model import Model, Phase
    from laterna.learning.recipe import Recipe, Samples, Splits, parts
    from laterna.learning.store import Stored, models
    from laterna.learning.training import Trained, train
    from laterna.learning.weights import load, save

_HOMES = {
    "card": ("Card",),
    "check": ("check_model",),
    "evaluation": ("Evaluation", "evaluate"),
    "loop": ("Progress",),
    "model": ("Model", "Phase"),
    "recipe": ("Recipe", "Samples", "Splits", "parts"),
    "store": ("Stored", "models"),
    "training": ("Trained", "train"),
    "weights": ("load", "save"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}  # no name is a module's too
_NEEDED = ("torch", "lightning_fabric", "huggingface_hub")

__all__ = [
    "Card", "Evaluation", "Model", "Phase", "Progress", "Recipe", "Samples", "Splits", "Stored", "Trained",
    "check_model", "evaluate", "load", "models", "parts", "save", "train",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'laterna.learning' has no attribute {name!r}")
    try:
        return getattr(import_module(f"laterna.learning.{_HOME_OF[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name not in _NEEDED:
            raise
        raise ModelError(f"Models need {error.name}: run `pip install 'laterna[learning]'`.") from error


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME_OF])
