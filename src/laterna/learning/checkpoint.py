"""A training's checkpoint: one file, written whole or not at all, and read without running what is in it."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from laterna.errors import ModelError
from laterna.media.files import quoted, written_whole

CHECKPOINT = "training.ckpt"
_FORMAT = "laterna training 1"
_LONG = 120  # characters that a sentence has no room for


def write(path: Path, about: Mapping[str, Any], contents: Mapping[str, Any]) -> None:
    """Write what the training is (``about``, plain values) and where it stands.

    Raises:
        MediaError: the disk is full; the checkpoint that was there before is whole.
    """
    buffer = io.BytesIO()  # written to a file, torch would hide why the disk refused it
    torch.save({"format": _FORMAT, "about": dict(about), **contents}, buffer)
    with written_whole(path) as temporary, temporary.open("wb") as file:
        file.write(buffer.getbuffer())


def read(path: Path, about: Mapping[str, Any], device: torch.device) -> dict[str, Any]:
    """What :func:`write` wrote.

    Raises:
        ModelError: there is no checkpoint, it is broken, or it is of another training.
    """
    try:
        data = _loaded(path, device)
    except FileNotFoundError as error:
        raise ModelError(f"{quoted(path.parent)} has no checkpoint to resume from: leave out --resume.") from error
    except (zipfile.BadZipFile, UnpicklingError, RuntimeError) as error:
        raise ModelError(f"{quoted(path)} is broken: remove it and begin anew, without --resume.") from error
    for name, value in about.items():
        before = data["about"].get(name)
        if before != value:
            differ = f"{name} {before}, not {value}" if len(f"{before}{value}") < _LONG else f"other {name}"
            raise ModelError(
                f"{quoted(path)} is of a training with {differ}: resume it with the same, or remove it and begin anew."
            )
    return data


def _loaded(path: Path, device: torch.device) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        if archive.testzip() is not None:
            raise zipfile.BadZipFile("a checksum is wrong")
    data = torch.load(path, map_location=device, weights_only=True)
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise UnpicklingError("no checkpoint of ours")
    return data
