"""Put a trained model among the weights that ship: ``python tools/bundle.py MODEL_FOLDER [--half | --quarter]``.

With ``--half`` its weights are kept in half precision, which takes half the room; with ``--quarter`` those of matrices
as whole numbers of 8 bits, with a scale for each row. What they are read into stays single.
Its licence has to be one that weights may ship under; the card is left as it is, but for that.
"""

import argparse
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from laterna.learning.card import CARD, Card
from laterna.learning.folder import CONFIG, SCALE, WEIGHTS, configuration
from laterna.learning.store import bundled_store
from laterna.media.files import write_bytes, write_text


def bundle(folder: Path, *, half: bool, quarter: bool, licence: str, notes: str) -> Path:
    """Copy config, weights and card; gives the folder that they are copied to."""
    out = bundled_store() / configuration(folder)["model"]
    card = Card.open(folder / CARD)
    tensors = safetensors.torch.load_file(folder / WEIGHTS)
    if quarter:
        tensors = dict(chain.from_iterable(small(name, t) for name, t in tensors.items()))
    if half or quarter:
        tensors = {name: halved(name, t) for name, t in tensors.items()}
    out.mkdir(parents=True, exist_ok=True)
    write_bytes(out / WEIGHTS, safetensors.torch.save(tensors, metadata={"format": "pt"}))
    shutil.copyfile(folder / CONFIG, out / CONFIG)
    kept = {**vars(card), "licence": licence or card.licence, "notes": notes or card.notes}
    write_text(out / CARD, Card(**kept).text())
    return out


def halved(name: str, tensor: Tensor) -> Tensor:
    """In half precision, but for whole numbers and what scales them."""
    return tensor.half() if tensor.is_floating_point() and not name.endswith(SCALE) else tensor


def small(name: str, tensor: Tensor) -> Iterator[tuple[str, Tensor]]:
    """A matrix as 8-bit whole numbers and a scale for each row; anything else as it is."""
    if not tensor.is_floating_point() or tensor.dim() < 2:
        yield name, tensor
        return
    scale = tensor.flatten(1).abs().amax(1).clamp_min(1e-12) / 127
    yield name, (tensor / scale.reshape(-1, *(1 for _ in tensor.shape[1:]))).round().to(torch.int8)
    yield name + SCALE, scale


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", action="store_true", help="keep the weights in half precision")
    parser.add_argument("--quarter", action="store_true", help="keep matrices as whole numbers of 8 bits")
    parser.add_argument("--licence", default="", help="of the weights, an SPDX identifier")
    parser.add_argument("--notes", type=Path, help="a text file for the card: what the model is and is weak at")
    chosen = parser.parse_args()
    notes = chosen.notes.read_text("utf-8").strip() if chosen.notes else ""
    bundle(chosen.folder, half=chosen.half, quarter=chosen.quarter, licence=chosen.licence, notes=notes)


if __name__ == "__main__":
    main()
