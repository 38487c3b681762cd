"""Networks that answer in NumPy alone: importing torch takes seconds, and memory that a production can't spare."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from laterna.errors import ModelError
from laterna.learning.card import CARD, Card
from laterna.learning.folder import CONFIG, claimed, tensors
from laterna.media.files import quoted

Network = TypeVar("Network")


def answering(
    folder: Path,
    name: str,
    version: int,
    make: Callable[[dict[str, np.ndarray], dict[str, Any]], Network],
    *misfits: type[Exception],
) -> Network:
    """The network that a folder holds.

    Args:
        folder: of a model.
        name: of the model, "department/model".
        version: of its weights.
        make: makes the network of its weights and its constructor's arguments, and tries it once.
        misfits: what that raises, beside Python's own errors, where weights do not fit.

    Raises:
        ModelError: the folder is of another model or version, its files are broken or do not fit, or its card forbids
            commercial use.
    """
    known, config = claimed(folder, name, version)
    if known < version:
        raise ModelError(f"{quoted(folder)} is of an older version of {name} than this Laterna's: train it again.")
    if Card.open(folder / CARD).non_commercial:
        raise ModelError(f"{quoted(folder)} has a licence that forbids commercial use: take other weights of {name}.")
    weights = tensors(folder, "np")
    raised: tuple[type[Exception], ...] = (LookupError, ValueError, TypeError, *misfits)
    try:
        return make(weights, config)
    except raised as error:
        raise ModelError(f"{quoted(folder)} has a {CONFIG} and weights that do not fit: copy it again.") from error
