"""A model's folder, read with distrust, and without torch: config.json and model.safetensors."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import numpy as np

from laterna.errors import ModelError
from laterna.media.files import quoted, written_whole

CONFIG, WEIGHTS = "config.json", "model.safetensors"
SCALE = ".scale"  # after the name of a tensor of small whole numbers: what a unit of each of its rows is

_UNSAFE = (".bin", ".ckpt", ".pkl", ".pt", ".pth")  # reading them can run code


def configuration(folder: Path) -> dict[str, Any]:
    """What config.json says: a model's name, the version of its weights, and its constructor's arguments.

    Raises:
        ModelError: there is none, it is garbled, or it names no model.
    """
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


def claimed(folder: Path, name: str, newest: int) -> tuple[int, dict[str, Any]]:
    """The version of the weights and the constructor's arguments, of the model ``name`` up to version ``newest``.

    Raises:
        ModelError: the folder is of another model or a newer version, or its config.json is garbled.
    """
    config = configuration(folder)
    model, version = config.pop("model"), config.pop("version")
    if model != name:
        raise ModelError(f"{quoted(folder)} holds weights of {model}, not of {name}: load them by that name.")
    if version > newest:
        raise ModelError(f"{quoted(folder)} was made by a newer Laterna (weights {version}): update Laterna.")
    return version, config


def tensors(folder: Path, framework: Literal["np", "pt"], device: str = "cpu") -> dict[str, Any]:
    """The weights by their names, as NumPy's arrays or as torch's tensors; scaled ones as what they stand for.

    Raises:
        ModelError: there are none, they are of a kind that can run code, broken, or not finite.
    """
    import safetensors  # who looks for models only does not need it

    path = folder / WEIGHTS
    if not path.exists():
        unsafe = [p.name for p in sorted(folder.glob("*")) if p.suffix in _UNSAFE]
        found = f", only {unsafe[0]}, which could run code when it is read" if unsafe else ""
        raise ModelError(f"{quoted(folder)} has no {WEIGHTS}{found}: ask its maker for safetensors.")
    try:
        with safetensors.safe_open(path, framework=framework, device=device) as file:
            found_tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
        for name in [name for name in found_tensors if name.endswith(SCALE)]:
            found_tensors[name.removesuffix(SCALE)] = _scaled(
                found_tensors[name.removesuffix(SCALE)], found_tensors.pop(name)
            )
    except (safetensors.SafetensorError, OSError, KeyError, ValueError, RuntimeError) as error:
        raise ModelError(f"{quoted(path)} is broken or cut short: copy the model again from its source.") from error
    for name, tensor in found_tensors.items():
        if not (np.isfinite(tensor) if framework == "np" else tensor.isfinite()).all():
            raise ModelError(f"{quoted(path)} holds numbers that are not finite, in {name}: train it again.")
    return found_tensors


def written_together(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write all these files of a model, or leave those that were there before.

    Raises:
        StorageError: the disk is full, or the folder can't be written.
    """
    with ExitStack() as files:  # they take their names one after another, once all are on the disk
        for name, content in contents.items():
            files.enter_context(written_whole(folder / name)).write_bytes(content)


def _scaled(rows: Any, scale: Any) -> Any:
    """Whole numbers (n, ...) times what a unit of each row is (n,), float32; both of the same library."""
    units = scale.reshape(-1, *(1 for _ in rows.shape[1:]))
    return rows.astype(np.float32) * units if isinstance(rows, np.ndarray) else rows.float() * units
