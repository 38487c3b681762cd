"""How the Transformer is trained and judged: on pieces of music, by the joint nats of a frame.

DATA is a table of pieces (see ``laterna.music.pieces``), or a folder of tables and scores.

Pieces are judged in C major or A minor. Which of twelve keys they come from costs their likelihood log(12) nats each.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, cast

import numpy as np
import torch

from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits
from laterna.music.data import read_pieces
from laterna.music.keys import SIGNATURES
from laterna.music.models.transformer import (
    A_MINOR,
    AHEAD,
    ANY_KEY,
    C_MAJOR,
    NO_SIGNS,
    UNKNOWN,
    Frames,
    MusicTransformer,
)
from laterna.music.models.voices import TOKENS
from laterna.music.pieces import Piece, tokens_of

WINDOW = 256  # frames of a sample to learn from
_STRETCH = 80  # frames of a piece for each sample of it in an epoch
_MOVED = 0.7  # the share of samples in any key
_MODE_TOLD, _END_TOLD, _VOICES_TOLD = 0.7, 0.5, 0.4  # shares of samples that are told these


class Writer(Protocol):
    """A network that gives logits (B, T, V, tokens) of each frame's voices."""

    voices: int
    device: torch.device

    def __call__(self, batch: Frames) -> torch.Tensor: ...


class Score(NamedTuple):
    """A piece, or a part of it, and what is told of it: see :class:`Frames`."""

    tokens: np.ndarray
    pitches: np.ndarray
    given: np.ndarray
    grid: int
    key: int
    left: int
    first: int


class Excerpts:
    """Stretches of pieces, without signs or in any key, of which something may be told; or whole ones without signs.

    A long piece, and so one on a fine grid, has more of them.
    """

    def __init__(self, pieces: Sequence[Piece], window: int = WINDOW, *, whole: bool = False) -> None:
        self.pieces, self._window, self._whole = [piece.moved(piece.from_signs) for piece in pieces], window, whole
        counts = [1 if whole else max(1, round(len(piece) / _STRETCH)) for piece in pieces]
        self._drawn = [piece for piece, count in zip(self.pieces, counts, strict=True) for _ in range(count)]

    def __len__(self) -> int:
        return len(self._drawn)

    def length(self, index: int) -> int:
        return min(len(self._drawn[index]), self._window)

    def sample(self, index: int, rng: np.random.Generator) -> Score:
        piece = self._drawn[index]
        if self._whole:
            return score(piece)
        key = NO_SIGNS
        if rng.random() < _MOVED:
            piece, key = piece.in_any_key(rng), ANY_KEY
        elif rng.random() < _MODE_TOLD:
            key = C_MAJOR if piece.key.mode == "major" else A_MINOR
        first = int(rng.integers(max(1, len(piece) - self._window + 1)))
        first -= first % piece.grid
        left = len(piece) - first if rng.random() < _END_TOLD else -1
        one = score(piece.part(first, first + self._window))._replace(key=key, left=left, first=first)
        return one._replace(given=_told(one, rng)) if rng.random() < _VOICES_TOLD else one


def score(piece: Piece) -> Score:
    """A whole piece without signs, of which nothing else is told."""
    tokens = tokens_of(piece)
    return Score(tokens, piece.pitches.astype(np.int64), np.full(tokens.shape, UNKNOWN), piece.grid, NO_SIGNS, -1, 0)


def _told(one: Score, rng: np.random.Generator) -> np.ndarray:
    """What is told in advance: the melody, some voices, or all but a gap."""
    kind, (count, voices) = rng.integers(3), one.tokens.shape
    told = np.zeros((count, voices), bool)
    if kind == 0:
        told[:, 0] = True
    elif kind == 1:
        told[:] = rng.random(voices) < 0.5
    else:
        begin, end = np.sort(rng.integers(0, count + 1, 2))
        told[:begin] = told[end:] = True
    return np.where(told, one.tokens, UNKNOWN)


def collate(samples: Sequence[Score]) -> Frames:
    """A batch, padded with rests to the longest."""
    longest = max(len(sample.tokens) for sample in samples)

    def padded(name: str, filling: int) -> torch.Tensor:
        rows = [getattr(sample, name) for sample in samples]
        return torch.from_numpy(
            np.stack([np.pad(r, ((0, longest - len(r)), (0, 0)), constant_values=filling) for r in rows])
        )

    numbers = (torch.tensor([getattr(sample, name) for sample in samples]) for name in ("grid", "key", "left", "first"))
    counts = torch.tensor([len(sample.tokens) for sample in samples])
    return Frames(padded("tokens", 0), padded("pitches", 0), padded("given", UNKNOWN), counts, *numbers)


def read(data: Path) -> Splits:
    """Pieces to learn from in stretches, and whole ones to be judged on; see :func:`laterna.music.data.read_pieces`."""
    pieces = read_pieces(data)
    valid, test = (Excerpts(part, whole=True) for part in (pieces.valid, pieces.test))
    return Splits(Excerpts(pieces.train), valid, test, pieces.told)


def settle(model: Model, samples: Samples) -> None:
    """Note what was learnt from."""
    cast(MusicTransformer, model).memory.learn(cast(Excerpts, samples).pieces)


# How it is judged


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """Joint nats of a frame, over all frames of all pieces, told no more than that they have no signs; and the share of
    tokens that it expects.

    Frames of which nothing is known follow each piece, so that the network can't tell where it ends.
    """
    network, nats, right, frames = cast(Writer, model), 0.0, 0, 0
    for index in range(len(samples)):
        one: Score = samples.sample(index, np.random.default_rng(index))
        longer = one._replace(tokens=_on(one.tokens, 0), pitches=_on(one.pitches, 0), given=_on(one.given, UNKNOWN))
        batch = Frames(*(tensor.to(network.device) for tensor in collate([longer])))
        with torch.inference_mode():
            logits = network(batch).float()[:, : len(one.tokens)]
        tokens = batch.tokens[:, : len(one.tokens)]
        nats += math.log(SIGNATURES) - float(logits.log_softmax(3).gather(3, tokens[..., None]).double().sum())
        right += int((logits.argmax(3) == tokens).sum())
        frames += len(one.tokens)
    return {"nats": nats / frames, "accuracy": right / frames / network.voices}


def _on(rows: np.ndarray, filling: int) -> np.ndarray:
    """With frames beyond its end, as far as the network looks ahead."""
    return np.pad(rows, ((0, AHEAD), (0, 0)), constant_values=filling)


def baseline(splits: Splits) -> Mapping[str, float]:
    """The same for a voice that goes on as it was, or takes any note, each as often as in the pieces to learn from."""
    pieces = cast(Excerpts, splits.train).pieces
    voices, grids = pieces[0].pitches.shape[1], {piece.grid for piece in pieces}
    counts = {grid: np.full((voices, TOKENS), 0.1) for grid in grids}
    for piece in pieces:
        for voice, tokens in enumerate(score(piece).tokens.T):
            counts[piece.grid][voice] += np.bincount(tokens, minlength=TOKENS)
    nats, right, frames, everywhere = 0.0, 0, 0, np.sum(list(counts.values()), 0)
    for piece in cast(Excerpts, splits.test).pieces:
        counted, nats = counts.get(piece.grid, everywhere), nats + math.log(SIGNATURES)
        shares = np.log(counted / counted.sum(1, keepdims=True))
        for voice, tokens in enumerate(score(piece).tokens.T):
            nats -= shares[voice][tokens].sum()
            right += int((tokens == shares[voice].argmax()).sum())
        frames += len(piece)
    return {"nats": float(nats / frames), "accuracy": right / frames / voices}


recipe = Recipe(
    model=MusicTransformer,
    read=read,
    collate=collate,
    metrics=metrics,
    baseline=baseline,
    objective="-nats",
    protocol=(
        "joint negative log-likelihood of a frame in nats, over all frames of the test part, rests and held notes"
        " counted, and log 12 for the key of each piece, that is read in C major or A minor: the voices of a frame from"
        " the highest down, each given those above it and all frames before; and the share of the voices whose token"
        " was the likeliest"
    ),
    steps=12_000,
    batch_size=16,
    evaluate_every=500,
    ema=0.999,
    settle=settle,
)
