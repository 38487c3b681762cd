"""A model in a folder: config.json, model.safetensors and card.md, written together and read with distrust."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import safetensors.torch
from torch import Tensor

from laterna.errors import ModelError
from laterna.learning.card import CARD, Card
from laterna.learning.folder import CONFIG, WEIGHTS, claimed, configuration, tensors, written_together
from laterna.learning.recipe import registered
from laterna.learning.store import find
from laterna.media.files import quoted

if TYPE_CHECKING:
    from laterna.learning.model import Model

_Kind = TypeVar("_Kind", bound="Model")


def load(name: str, *, device: str = "cpu", allow_non_commercial: bool = False) -> "Model":
    """The model of that name, in evaluation mode, with its card.

    Args:
        name: a name in the user's store or among the bundled weights ("music/vae"), a path, or ``hf:owner/name``;
            see :func:`laterna.learning.store.find`.
        device: where its tensors go.
        allow_non_commercial: load weights whose licence forbids commercial use.

    Raises:
        ModelError: there is no such model, it has no card, or its files are of another model, broken or unsafe.
    """
    folder = find(name)
    card = Card.open(folder / CARD)
    if card.non_commercial and not allow_non_commercial:
        raise ModelError(
            f"{name} has the licence {card.licence}, which forbids commercial use: allow it by allow_non_commercial."
        )
    return read(registered(configuration(folder)["model"]).model, folder, device)


def save(model: "Model", card: Card, folder: Path) -> None:
    """Keep a model in a folder: all its files, or those that were there before.

    Raises:
        ModelError: the card lacks what every card must say.
        MediaError: the disk is full, or the folder can't be written.
    """
    card.check()
    config = {"model": model.name, "version": model.version, **model.config}
    kept = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in model.state_dict().items()}
    contents = {
        CARD: card.text().encode(),
        CONFIG: json.dumps(config, indent=1, sort_keys=True).encode() + b"\n",
        WEIGHTS: safetensors.torch.save(kept, metadata={"format": "pt"}),
    }
    written_together(folder, contents)
    model.card = card


def read(kind: type[_Kind], folder: Path, device: str = "cpu") -> _Kind:
    """The model that a folder holds, in evaluation mode.

    Raises:
        ModelError: the folder is of another model or a newer version, or its files are broken or unsafe.
    """
    version, config = claimed(folder, kind.name, kind.version)
    kept = tensors(folder, "pt", device)
    if version < kind.version:
        config, kept = kind.upgrade(version, config, kept)
    model = _built(kind, folder, config, kept).to(device).eval()
    model.card = Card.open(folder / CARD)
    return model


def _built(kind: type[_Kind], folder: Path, config: dict[str, Any], kept: dict[str, Tensor]) -> _Kind:
    try:
        model = kind(**config)
        model.load_state_dict(kept, strict=True)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ModelError(f"{quoted(folder)} has a {CONFIG} and weights that do not fit: copy it again.") from error
    return model
