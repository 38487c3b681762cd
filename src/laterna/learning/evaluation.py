"""How well a model does on data that it has not learnt from, with the trivial baseline beside it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Splits, registered
from laterna.learning.threads import torch_threads
from laterna.learning.weights import load


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures by metric on ``samples`` held-out samples, the trivial baseline's beside them.

    ``nothing`` are those of a model that learnt the same from nothing, where a training started from other weights.
    """

    model: str
    protocol: str
    samples: int
    figures: Mapping[str, float]
    baseline: Mapping[str, float]
    nothing: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)

    def __str__(self) -> str:
        width = max(len(name) for name in self.figures)
        columns = {"model": self.figures, "baseline": self.baseline}
        columns |= {"from nothing": self.nothing} if self.nothing else {}
        rows = [
            "  ".join(
                [f"{name:{width}}", *(f"{_shown(one.get(name)):>{max(10, len(of))}}" for of, one in columns.items())]
            )
            for name in self.figures
        ]
        head = "  ".join([" " * width, *(f"{title:>10}" for title in columns)])
        return "\n".join([f"{self.model} on {self.samples} held-out samples: {self.protocol}", head, *rows])


def evaluate(
    name: str, data: str | Path, *, device: str = "cpu", threads: int = 1, allow_non_commercial: bool = False
) -> Evaluation:
    """Judge a model on the test part of data, beside the trivial baseline.

    Args:
        name: of the model: registered, a path, or ``hf:owner/name``.
        data: what the model's reader reads.
        device: where it runs.
        threads: of the CPU, that it may use.
        allow_non_commercial: judge weights whose licence forbids commercial use.

    Raises:
        DataError: the data have no test samples.
        ModelError: the model can't be loaded.
    """
    model = load(name, device=device, allow_non_commercial=allow_non_commercial)
    recipe = registered(model.name)
    return judge(recipe, model, recipe.splits(Path(data)), threads=threads)


def judge(recipe: Recipe, model: Model, splits: Splits, *, threads: int = 1) -> Evaluation:
    """The figures of a model and of the baseline on the test part of ``splits``."""
    with torch_threads(threads), torch.no_grad():
        figures = dict(recipe.metrics(model.eval(), splits.test))
    return Evaluation(recipe.name, recipe.protocol, len(splits.test), figures, dict(recipe.baseline(splits)))


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
