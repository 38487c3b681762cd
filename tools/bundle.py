"""Put a trained model among the weights that ship: ``python tools/bundle.py MODEL_FOLDER [--half]``.

With ``--half`` its weights are kept in half precision, which takes half the room; what they are read into stays single.
Its licence has to be one that weights may ship under; the card is left as it is, but for that.
"""

import argparse
import shutil
from pathlib import Path

import safetensors.torch

from laterna.learning.card import CARD, Card
from laterna.learning.folder import CONFIG, WEIGHTS, configuration
from laterna.learning.store import bundled_store
from laterna.media.files import write_bytes, write_text


def bundle(folder: Path, *, half: bool, licence: str, notes: str) -> Path:
    """Copy config, weights and card; gives the folder that they are copied to."""
    out = bundled_store() / configuration(folder)["model"]
    card = Card.open(folder / CARD)
    tensors = safetensors.torch.load_file(folder / WEIGHTS)
    if half:
        tensors = {name: t.half() if t.is_floating_point() else t for name, t in tensors.items()}
    out.mkdir(parents=True, exist_ok=True)
    write_bytes(out / WEIGHTS, safetensors.torch.save(tensors, metadata={"format": "pt"}))
    shutil.copyfile(folder / CONFIG, out / CONFIG)
    kept = {**vars(card), "licence": licence or card.licence, "notes": notes or card.notes}
    write_text(out / CARD, Card(**kept).text())
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", action="store_true", help="keep the weights in half precision")
    parser.add_argument("--licence", default="", help="of the weights, an SPDX identifier")
    parser.add_argument("--notes", type=Path, help="a text file for the card: what the model is and is weak at")
    chosen = parser.parse_args()
    notes = chosen.notes.read_text("utf-8").strip() if chosen.notes else ""
    bundle(chosen.folder, half=chosen.half, licence=chosen.licence, notes=notes)


if __name__ == "__main__":
    main()
