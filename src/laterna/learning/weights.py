"""A model in a folder: config.json, model.safetensors and card.md, written together and read with distrust."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import safetensors
import safetensors.torch
from torch import Tensor

from laterna.errors import ModelError
from laterna.learning.card import CARD, Card
from laterna.learning.recipe import registered
from laterna.learning.store import CONFIG, WEIGHTS, find
from laterna.media.files import quoted, written_whole

if TYPE_CHECKING:
    from laterna.learning.model import Model

_Kind = TypeVar("_Kind", bound="Model")

_UNSAFE = (".bin", ".ckpt", ".pkl", ".pt", ".pth")  # reading them can run code


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
    return read(registered(_config(folder)["model"]).model, folder, device)


def save(model: "Model", card: Card, folder: Path) -> None:
    """Keep a model in a folder: all its files, or those that were there before.

    Raises:
        ModelError: the card lacks what every card must say.
        MediaError: the disk is full, or the folder can't be written.
    """
    card.check()
    config = {"model": model.name, "version": model.version, **model.config}
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in model.state_dict().items()}
    contents = {
        CARD: card.text().encode(),
        CONFIG: json.dumps(config, indent=1, sort_keys=True).encode() + b"\n",
        WEIGHTS: safetensors.torch.save(tensors, metadata={"format": "pt"}),
    }
    with ExitStack() as files:  # they take their names one after another, once all are on the disk
        for name, content in contents.items():
            files.enter_context(written_whole(folder / name)).write_bytes(content)
    model.card = card


def read(kind: type[_Kind], folder: Path, device: str = "cpu") -> _Kind:
    """The model that a folder holds, in evaluation mode.

    Raises:
        ModelError: the folder is of another model or a newer version, or its files are broken or unsafe.
    """
    config = _config(folder)
    name, version = config.pop("model"), config.pop("version")
    if name != kind.name:
        raise ModelError(f"{quoted(folder)} holds weights of {name}, not of {kind.name}: load them by that name.")
    if version > kind.version:
        raise ModelError(f"{quoted(folder)} was made by a newer Laterna (weights {version}): update Laterna.")
    tensors = _tensors(folder / WEIGHTS, device)
    if version < kind.version:
        config, tensors = kind.upgrade(version, config, tensors)
    model = _built(kind, folder, config, tensors).to(device).eval()
    model.card = Card.open(folder / CARD)
    return model


def _built(kind: type[_Kind], folder: Path, config: dict[str, Any], tensors: dict[str, Tensor]) -> _Kind:
    try:
        model = kind(**config)
        model.load_state_dict(tensors, strict=True)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ModelError(f"{quoted(folder)} has a {CONFIG} and weights that do not fit: copy it again.") from error
    return model


def _config(folder: Path) -> dict[str, Any]:
    """config.json: a model's name, the version of its weights, and its constructor's arguments."""
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{quoted(folder)} has no {CONFIG}: it is not a model's folder.") from error
    except ValueError as error:
        raise ModelError(f"{quoted(folder / CONFIG)} is garbled: copy the model again from its source.") from error
    known = isinstance(config, dict) and isinstance(config.get("model"), str) and isinstance(config.get("version"), int)
    if not known:
        raise ModelError(f"{quoted(folder / CONFIG)} names no model of Laterna: name the folder of one.")
    return dict(config)


def _tensors(path: Path, device: str) -> dict[str, Tensor]:
    if not path.exists():
        unsafe = [p.name for p in sorted(path.parent.glob("*")) if p.suffix in _UNSAFE]
        found = f", only {unsafe[0]}, which could run code when it is read" if unsafe else ""
        raise ModelError(f"{quoted(path.parent)} has no {WEIGHTS}{found}: ask its maker for safetensors.")
    try:
        tensors = safetensors.torch.load_file(path, device=device)
    except (safetensors.SafetensorError, OSError) as error:
        raise ModelError(f"{quoted(path)} is broken or cut short: copy the model again from its source.") from error
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise ModelError(f"{quoted(path)} holds numbers that are not finite, in {name}: train it again.")
    return tensors
