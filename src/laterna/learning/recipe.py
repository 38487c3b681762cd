"""What `train` and `evaluate` need beside a model: its data, its metrics, its trivial baseline. Registered once."""

import difflib
import functools
import hashlib
import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from laterna.errors import DataError, ModelError
from laterna.media.files import quoted

if TYPE_CHECKING:
    from laterna.learning.model import Model

ENTRY_POINTS = "laterna.models"
_Item = TypeVar("_Item")


class Samples(Protocol):
    """Samples by number, drawn by several threads at once.

    ``rng`` is a function of the training's seed and step: all that is random in a sample comes from it. Samples that
    differ in length may have a method ``length(index)``, in any unit: a batch then holds those that are about as long.
    """

    def __len__(self) -> int: ...

    def sample(self, index: int, rng: np.random.Generator) -> Any: ...


@dataclass(frozen=True)
class Splits:
    """What a reader gives: the same parts at every call, so that no model is judged on what another one saw.

    Attributes:
        train: what is learnt from.
        valid: chooses the best weights.
        test: is never seen in training, and gives the figures.
        data: what the samples are and under which licence, one line each, for the card.
    """

    train: Samples
    valid: Samples
    test: Samples
    data: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """How one model is trained and judged. All its functions are a module's own, so that processes can share them.

    Attributes:
        model: its class.
        read: gives the splits of a user's data.
        collate: makes a batch, on the CPU, of a list of samples.
        metrics: judges a model on samples: figures by name.
        baseline: the same figures for the trivial answer, which needs no training: from the splits.
        objective: the figure by which the best weights are chosen, "-name" where lower is better.
        protocol: how the figures are measured, in one sentence without its full stop.
        steps, batch_size: of a training, unless the user says otherwise.
        evaluate_every: steps between two looks at the valid part.
        ema: the decay of the moving average of the weights that is judged and kept; 0 for none.
        suit: makes a model, fresh or with weights to start from, suit the samples to learn from: a voice makes room for
            their speakers.
        settle: what the trained model has left to learn from them once its best weights are chosen: a speller notes
            exceptions.
        show: what to look at while it learns, made from samples of the valid part: text, or anything that the table
            of kinds can save, such as a picture.
        transfers: whether a training that starts from other weights is followed by one from nothing, of as many steps,
            to tell what they gained.
    """

    model: "type[Model]"
    read: Callable[[Path], Splits]
    collate: Callable[[Sequence[Any]], Any]
    metrics: "Callable[[Model, Samples], Mapping[str, float]]"
    baseline: Callable[[Splits], Mapping[str, float]]
    objective: str
    protocol: str
    steps: int = 1000
    batch_size: int = 16
    evaluate_every: int = 100
    ema: float = 0.0
    suit: "Callable[[Model, Samples], Model] | None" = None
    settle: "Callable[[Model, Samples], None] | None" = None
    show: "Callable[[Model, Samples], Any] | None" = None
    transfers: bool = False

    @property
    def name(self) -> str:
        """The model's name, "department/model"."""
        return self.model.name

    def score(self, figures: Mapping[str, float]) -> float:
        """The objective as a number that is better when it is higher."""
        return -figures[self.objective[1:]] if self.objective.startswith("-") else figures[self.objective]

    def splits(self, data: Path) -> Splits:
        """The parts of a user's data, once they are known to hold samples.

        Raises:
            DataError: the path does not exist, or a part of it is empty.
        """
        if not data.exists():
            raise DataError(f"{quoted(data)} does not exist: check the path.")
        splits = self.read(data)
        for part, samples in (("learn from", splits.train), ("choose by", splits.valid), ("test on", splits.test)):
            if len(samples) < 1:
                raise DataError(f"{quoted(data)} has no samples to {part} for {self.name}: add more.")
        return splits


def parts(
    items: Sequence[_Item], name: Callable[[_Item], str], *, valid: float = 0.1, test: float = 0.1
) -> tuple[list[_Item], list[_Item], list[_Item]]:
    """Items parted into train, valid and test by the hash of their names, whatever their order; none is empty.

    Args:
        items: at least three.
        name: of an item, the same wherever the data lie.
        valid, test: the share of either.

    Raises:
        DataError: there are fewer than three items.
    """
    if len(items) < 3:
        count = ("no samples", "only one sample", "only two samples")[len(items)]
        raise DataError(f"There are {count}: give at least three, to learn from, to choose by and to test on.")
    shuffled = sorted(items, key=lambda item: hashlib.sha256(name(item).encode()).digest())
    first, second = (max(1, round(share * len(items))) for share in (test, valid))
    return shuffled[first + second :], shuffled[first : first + second], shuffled[:first]


@functools.cache
def registry() -> Mapping[str, importlib.metadata.EntryPoint]:
    """Registered models by name, without loading any."""
    return {point.name: point for point in importlib.metadata.entry_points(group=ENTRY_POINTS)}


def registered(name: str) -> Recipe:
    """The recipe registered under a name, "department/model".

    Raises:
        ModelError: there is none.
    """
    points = registry()
    if name not in points:
        near = difflib.get_close_matches(name, points, 1)
        mend = f"write {near[0]}, or see" if near else "see"
        raise ModelError(f"There is no model {name!r}: {mend} `laterna models`.")
    found = points[name].load()
    if not isinstance(found, Recipe):
        raise ModelError(f"The entry point {name!r} of {ENTRY_POINTS} is no Recipe: name one in its package.")
    return found
