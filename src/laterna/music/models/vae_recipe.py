"""How MusicVAE is trained and judged: by how truly phrases come back from their points, and how many bits those cost.

DATA is a table of pieces (see ``laterna.music.pieces``), or a folder of tables and scores, on a grid of 16th notes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import torch

from laterna.errors import DataError
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits
from laterna.music.attributes import ATTRIBUTES
from laterna.music.data import read_pieces
from laterna.music.models.vae import BAR, GRID, LongMusicVAE, MelodyVAE, MusicVAE, batch
from laterna.music.pieces import FIRST, Piece

_ALONE = 0.25  # the share of samples of which one voice sounds, as a melody
_TOGETHER = 256  # phrases that are judged at a time
_BEYOND = 2 * BAR - GRID  # frames of rest, at most, with which a stretch to learn from ends beyond its piece
_DEAR = 0.25  # by how much worse a network fits whose points cost twice the bits that are free
_OFTEN, _MOST_READ = 8, 1 << 14  # how often each is drawn that the prior is fitted to, and how many are at most
_SETTLED = 2048  # samples that tell where phrases of an attribute lie
_QUARTER = 0.25  # the share of them that counts as low, and as high
_PUSHED, _FARTHEST = 128, 4  # phrases that tell how far a push has to lead, and how many times as far it does at most


class Excerpts:
    """Stretches of pieces from any quarter note on, up to two bars beyond their ends, a share of one voice alone.

    A piece that is cut into phrases of two bars ends anywhere in the last of them.
    """

    def __init__(self, pieces: Sequence[Piece], frames: int, alone: float = _ALONE) -> None:
        self.pieces, self._frames, self._alone = pieces, frames, alone
        self._drawn = [piece for piece in pieces for _ in range(max(1, len(piece) // frames))]

    def __len__(self) -> int:
        return len(self._drawn)

    def sample(self, index: int, rng: np.random.Generator) -> Piece:
        piece = self._drawn[index]
        last = len(piece) + _BEYOND - self._frames
        first = GRID * int(rng.integers(max(1, last // GRID + 1)))
        piece = piece.stretch(first, self._frames)
        voices = np.flatnonzero(piece.pitches.any(0))
        if len(voices) and rng.random() < self._alone:
            piece = melody(piece, int(rng.choice(voices)))
        return piece


class Phrasing:
    """All phrases of pieces, one after another, each voice alone and, if asked for, all together, as they are."""

    def __init__(self, pieces: Sequence[Piece], frames: int, *, together: bool = True) -> None:
        cut = [piece.stretch(first, frames) for piece in pieces for first in range(0, len(piece), frames)]
        whole = [piece for piece in cut if len(piece.pitches) and piece.pitches[0].any()]
        melodies = [melody(one, int(v)) for one in whole for v in np.flatnonzero(one.pitches.any(0))]
        self._all = [*melodies, *(one for one in whole if together and one.pitches[:, 1:].any())]

    def __len__(self) -> int:
        return len(self._all)

    def sample(self, index: int, rng: np.random.Generator) -> Piece:
        return self._all[index]


def melody(piece: Piece, voice: int) -> Piece:
    """A voice of a piece as the highest one, and the others silent."""
    pitches, held = np.zeros_like(piece.pitches), np.zeros_like(piece.held)
    pitches[:, 0], held[:, 0] = piece.pitches[:, voice], piece.held[:, voice]
    return Piece(piece.name, pitches, held, piece.grid)


def read(data: Path, bars: int = 2, *, together: bool = True) -> Splits:
    """Phrases of the pieces of a grid of 16th notes, or their melodies alone if voices shall not come together.

    See :func:`laterna.music.data.read_pieces`.

    Raises:
        DataError: as that function does, or there is no piece of such a grid.
    """
    pieces = read_pieces(data)
    learnt, *others = ([one for one in part if one.grid == GRID] for part in (pieces.train, pieces.valid, pieces.test))
    if not learnt:
        raise DataError(f"{data.name} has no piece on a grid of 16th notes: give a table of them, or scores.")
    valid, test = (Phrasing(part, bars * BAR, together=together) for part in others)
    return Splits(Excerpts(learnt, bars * BAR, _ALONE if together else 1.0), valid, test, pieces.told)


def settle(model: Model, samples: Samples) -> None:
    """Fit the prior to what the encoder has become, note what was learnt from, and which way attributes lie.

    The way leads from the mean of those that have little of it to the mean of those that have much, and on, up to four
    times as far, until those that have little are halfway there once they are pushed.
    """
    network, excerpts = cast(MusicVAE, model), cast(Excerpts, samples)
    network.memory.learn(excerpts.pieces)
    count = min(_OFTEN * len(excerpts), _MOST_READ)
    drawn = [excerpts.sample(n % len(excerpts), np.random.default_rng([0, n])) for n in range(max(count, _SETTLED))]
    points, deviation = network.gaussians(drawn)
    network.prior.fit(points[:count], deviation[:count])
    drawn, points = drawn[:_SETTLED], points[:_SETTLED]
    for number, (name, measure) in enumerate(ATTRIBUTES.items()):
        figures = np.array([measure(piece) for piece in drawn])
        low, high = np.quantile(figures, [_QUARTER, 1 - _QUARTER])
        few, many = figures <= low, figures >= high if high > low else figures > low
        if many.any():
            network.attributes[number] = points[torch.from_numpy(many)].mean(0) - points[torch.from_numpy(few)].mean(0)
            halfway = (figures[few].mean() + figures[many].mean()) / 2
            network.attributes[number] *= _far_enough(network, name, halfway, [drawn[n] for n in np.flatnonzero(few)])


def _far_enough(network: MusicVAE, name: str, wanted: float, pieces: Sequence[Piece]) -> int:
    """How many times as far pieces have to be pushed until they have so much of an attribute, at most _FARTHEST."""
    for times in range(1, _FARTHEST):
        pushed = network.push(pieces[:_PUSHED], dict.fromkeys(ATTRIBUTES, 0.0) | {name: float(times)})
        if np.mean([ATTRIBUTES[name](piece) for piece in pushed]) >= wanted:
            return times
    return _FARTHEST


# How it is judged


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """How truly phrases come back that are written, by sampling, from sampled points; and what the points cost.

    "accuracy": the share of frames whose token is right, a held note's and a rest's too; "onsets": of frames in which a
    note begins; "bits": the divergence of a phrase's point from the prior, and those of its key. All of melodies;
    "four_..." of all voices, if the network knows them. "fit": the mean accuracy, less by a quarter of the share
    that points cost more than is free: as accuracy falls and rises with bits, several times over.
    """
    network = cast(MusicVAE, model)
    kinds = [some for some in _parted(samples)[: min(2, network.voices)] if some]
    judged = [_judged(network, some) for some in kinds]
    free = network.bits * sum(float(np.mean([one.pitches.any(0).sum() for one in some])) for some in kinds)
    over = max(0.0, sum(one["bits"] for one in judged) / max(free, 1.0) - 1)
    found = {"fit": float(np.mean([one["accuracy"] for one in judged])) - _DEAR * over}
    for some, one in zip(kinds, judged, strict=True):
        prefix = "four_" if some[0].pitches[:, 1:].any() else ""
        found |= {f"{prefix}{name}": figure for name, figure in one.items()}
    return found


def _parted(samples: Samples) -> tuple[list[Piece], list[Piece]]:
    """Samples of one voice, and those of more."""
    every = [cast(Piece, samples.sample(index, np.random.default_rng(index))) for index in range(len(samples))]
    alone = [not piece.pitches[:, 1:].any() for piece in every]
    one, more = (
        [piece for piece, single in zip(every, alone, strict=True) if single is side] for side in (True, False)
    )
    return one, more


@torch.inference_mode()
def _judged(network: MusicVAE, pieces: Sequence[Piece]) -> dict[str, float]:
    right, begun, bits = list[np.ndarray](), list[np.ndarray](), list[np.ndarray]()
    for first in range(0, len(pieces), _TOGETHER):
        some = pieces[first : first + _TOGETHER]
        told = batch(some)
        mean, deviation = network.encode(told)
        drawn = torch.randn(mean.shape, generator=torch.Generator().manual_seed(first)).to(mean)
        points = mean + deviation * drawn
        made = network.decode(points, seed=first).tokens.cpu().numpy()
        wanted = told.tokens.numpy()
        voices = np.stack([np.broadcast_to(one.pitches.any(0), one.pitches.shape) for one in some])
        right.append((made == wanted)[voices])
        begun.append((wanted >= FIRST)[voices])
        bits.append((network.cost(points, deviation) / math.log(2)).cpu().numpy())
    same, begins = np.concatenate(right), np.concatenate(begun)
    figures = (same.mean(), same[begins].mean(), np.concatenate(bits).mean())
    return dict(zip(("accuracy", "onsets", "bits"), map(float, figures), strict=True))


def baseline(splits: Splits) -> Mapping[str, float]:
    """The same for a voice that always goes on, as most frames do; it knows nothing of a phrase, and costs no bits."""
    found: dict[str, float] = {}
    for prefix, pieces in zip(("", "four_"), _parted(splits.test), strict=True):
        if pieces:
            share = float(np.concatenate([one.held[:, one.pitches.any(0)].ravel() for one in pieces]).mean())
            found |= {f"{prefix}accuracy": share, f"{prefix}onsets": 0.0, f"{prefix}bits": 0.0}
    return found | {"fit": float(np.mean([found[name] for name in found if name.endswith("accuracy")]))}


recipe = Recipe(
    model=MusicVAE,
    read=read,
    collate=batch,
    metrics=metrics,
    baseline=baseline,
    objective="fit",
    protocol=(
        "held-out phrases, one after another, are read to Gaussians, of which a point is drawn each; phrases are"
        " written from the points, each frame drawn at temperature 1 after those that were written: the share of"
        " tokens that come back (all; those that begin a note), and the Kullback-Leibler divergence from the prior in"
        " bits (those of the key, one of 12, are among them); of the melodies of single voices, and of all voices"
        " together; fit is the mean accuracy of both, less by a quarter of the share that their points cost more bits"
        " than are free"
    ),
    steps=12_000,
    batch_size=64,
    evaluate_every=500,
    ema=0.999,
    settle=settle,
)
melody_recipe = replace(recipe, model=MelodyVAE, read=partial(read, together=False), batch_size=256)
long_recipe = replace(recipe, model=LongMusicVAE, read=partial(read, bars=16), batch_size=16)
