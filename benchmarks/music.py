"""Music: how surprised the Transformer is by Bach's chorales, beside baselines; how fast and how clean it composes.

The LSTM is trained here, by the Transformer's recipe and on the same tables.
"""

import argparse
import math
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import common
import numpy as np
from common import HERE, Row

from laterna import music
from laterna.learning import evaluate, train
from laterna.learning.store import bundled_store
from laterna.learning.threads import torch_threads
from laterna.music.keys import SIGNATURES
from laterna.music.notation import piece_of
from laterna.music.pieces import Piece, read_table, tokens_of
from laterna.music.theory import faults

JSB = HERE.parent.parent / "shared" / "data" / "jsb"
GRIDS = {
    "quarter": ("jsb-chorales-quarter.json", 7.0, 5.6, "TCN 8.10, LSTM 8.45, Coconet in order 7.79, RNN-NADE 5.56"),
    "16th": ("Jsb16thSeparated.json", 1.34, 1.2, "Music Transformer, 4 x 0.335 (validation)"),
}
TOKENS, DOUBT = 130, 4.0  # kinds of tokens; how often a context has to be seen until it is believed half
SECONDS, ROOM = 4.0, 8e6  # for composing 60 s; bytes of all bundled weights for music
PROTOCOL = (
    "joint nats of a frame on the file's test part: the voices (or sorted notes) from the highest down, held notes and"
    " rests counted, and log 12 for each piece's key, nothing told"
)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lstm", default="15m", help="how long the LSTM is trained")
    parser.add_argument("--pieces", type=int, default=16, help="that are composed, to count their faults")


def rows(chosen: argparse.Namespace) -> list[Row]:
    """Likelihoods, then what is composed."""
    with tempfile.TemporaryDirectory() as folder:
        lstm = trained_lstm(Path(folder), chosen.lstm)
        found = [row for grid in GRIDS for row in surprise(grid, lstm, chosen.lstm)]
    return [*found, *composed(chosen.pieces)]


def trained_lstm(folder: Path, budget: str) -> str:
    tables = folder / "jsb"
    tables.mkdir()
    for name, *_ in GRIDS.values():
        shutil.copy(JSB / name, tables)
    train("music/lstm", tables, out=folder / "lstm", budget=budget, precision="bf16-mixed", steps=100_000)
    return str(folder / "lstm")


def surprise(grid: str, lstm: str, budget: str) -> list[Row]:
    name, most, aim, published = GRIDS[grid]
    found, other = evaluate("music/transformer", JSB / name), evaluate(lstm, JSB / name)
    table = read_table(JSB / name)
    others = {
        "repeat-last: it goes on, or any token": (found.baseline["nats"], PROTOCOL),
        "tokens by voice and place in the bar": (markov(table, 0), PROTOCOL),
        "Markov": (markov(table, 2), f"{PROTOCOL}; each voice by its last two notes and the one above"),
        "LSTM": (other.figures["nats"], f"{PROTOCOL}; {budget} of training"),
    }
    return [
        Row(
            f"chorales on the {grid} grid",
            f"< {most}, aim {aim}",
            f"{found.figures['nats']:.3f}",
            found.figures["nats"] < most,
            f"{PROTOCOL}; published: {published}",
        ),
        *(Row(f"the same, {who}", "", f"{nats:.3f}", None, protocol) for who, (nats, protocol) in others.items()),
    ]


def markov(table: dict[str, Sequence[Piece]], order: int) -> float:
    """Nats of a frame of voices that follow from their own last notes, and from the note above, each counted.

    Order 0 knows whether a voice's place in the bar is one where notes are held, and nothing else.
    """
    counts: dict[tuple[object, ...], np.ndarray] = defaultdict(lambda: np.zeros(TOKENS))
    train, test = ([piece.moved(piece.from_signs) for piece in table[part]] for part in ("train", "test"))
    for piece in train:
        for contexts, token in _events(piece, order):
            for context in contexts:
                counts[context][token] += 1
    nats, frames = len(test) * math.log(SIGNATURES), 0
    for piece in test:
        frames += len(piece)
        for contexts, token in _events(piece, order):
            share = 1 / TOKENS
            for context in filter(counts.__contains__, contexts):  # from the shortest to the longest, as far as seen
                share = (counts[context][token] + DOUBT * share) / (counts[context].sum() + DOUBT)
            nats -= float(np.log(share))
    return nats / frames


def _events(piece: Piece, order: int) -> list[tuple[list[tuple[object, ...]], int]]:
    tokens, found = tokens_of(piece), []
    pitches = np.concatenate([np.zeros((2, piece.pitches.shape[1]), int), piece.pitches])
    for frame, row in enumerate(tokens.tolist()):
        beat, above = frame % (4 * piece.grid), -1
        for voice, token in enumerate(row):
            own = (voice, beat) if order == 0 else (voice,)
            contexts: list[tuple[object, ...]] = [own]
            if order:
                last, before = int(pitches[frame + 1, voice]), int(pitches[frame, voice])
                contexts += [
                    (voice, beat % piece.grid, last),
                    (voice, last, above),
                    (voice, last, before, above, beat % piece.grid),
                ]
            found.append((contexts, token))
            above = token
    return found


def composed(count: int) -> list[Row]:
    with torch_threads(1):
        music.compose(seconds=4)
        began = time.process_time()
        music.compose(seconds=60)
        took = time.process_time() - began
        scores = [music.compose(seconds=30, mood=("calm", "wistful")[seed % 2], seed=seed) for seed in range(count)]
    bars = [len(faults(piece)) / (len(piece) / 16) for piece in map(piece_of, scores)]
    bach = [len(faults(piece)) / (len(piece) / 16) for piece in read_table(JSB / GRIDS["16th"][0])["test"]]
    kept = np.mean([str(music.analyse(score).key) == score.markers[0].text.split(", ")[1] for score in scores])
    room = sum(path.stat().st_size for path in (bundled_store() / "music").rglob("*.safetensors"))
    quick = "CPU seconds, one thread, sixteen pieces written at a time, one taken"
    theirs = f"{count} pieces of 30 s, calm and wistful; Bach's own test pieces: {np.mean(bach):.2f}"
    keys = "by the lengths of their pitch classes (Krumhansl)"
    return [
        Row("composing 60 s in 4 voices", f"<= {SECONDS:g} s, aim 1 s", f"{took:.2f} s", took <= SECONDS, quick),
        Row("faults of part-writing in a bar", "", f"{np.mean(bars):.2f}", None, theirs),
        Row("pieces in the key that was asked for", "", f"{kept:.0%}", None, keys),
        Row("bundled weights", f"<= {ROOM / 1e6:g} MB", f"{room / 1e6:.1f} MB", room <= ROOM, "model.safetensors"),
    ]


if __name__ == "__main__":
    common.main()
