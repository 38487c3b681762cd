"""Nottingham's tunes: how surprised the Transformer is by held-out ones, beside LSTM, Markov chains and repeat-last.

Both networks are trained here, each for as long: the tunes may not be shipped from.
"""

import argparse
import tempfile
from pathlib import Path

import common
from common import HERE, Row
from music import PROTOCOL, markov

from laterna.learning import evaluate, train
from laterna.music.data import read_pieces

DATA = HERE.parent.parent / "shared" / "data" / "nottingham"
CLEARLY = 0.95  # of the best baseline's nats


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--budget", default="30m", help="of each training")


def rows(chosen: argparse.Namespace) -> list[Row]:
    pieces = read_pieces(DATA)
    count = len(pieces.train) + len(pieces.valid) + len(pieces.test)
    parts = {"train": pieces.train, "valid": pieces.valid, "test": pieces.test}
    with tempfile.TemporaryDirectory() as folder:
        found = {name: judged(name, Path(folder), chosen.budget) for name in ("music/transformer", "music/lstm")}
    others = {
        "repeat-last: it goes on, or any token": found["music/lstm"][1],
        "tokens by voice and place in the bar": markov(parts, 0),
        "Markov": markov(parts, 2),
        "LSTM": found["music/lstm"][0],
    }
    ours, best = found["music/transformer"][0], min(others.values())
    protocol = (
        f"{PROTOCOL}, on {len(pieces.test)} held-out tunes of {count} (fewer than in papers: not comparable to TCN's"
        f" 3.07), 16th notes; {chosen.budget} of training each"
    )
    return [
        Row("Nottingham, 16th grid", f"< {CLEARLY * best:.3f}", f"{ours:.3f}", ours < CLEARLY * best, protocol),
        *(Row(f"the same, {name}", "", f"{nats:.3f}", None, protocol) for name, nats in others.items()),
    ]


def judged(name: str, folder: Path, budget: str) -> tuple[float, float]:
    """Nats of a frame of what is trained, and of the trivial baseline."""
    out = folder / name.replace("/", "-")
    train(name, DATA, out=out, budget=budget, precision="bf16-mixed", steps=100_000)
    found = evaluate(str(out), DATA)
    return found.figures["nats"], found.baseline["nats"]


if __name__ == "__main__":
    common.main()
