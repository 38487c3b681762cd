"""How like music made pieces are, beside real ones: by what they sound, how varied they are, and what tells them apart.

Figures of a piece are those of Dong et al. 2018 (MuseGAN, arXiv:1709.06298) as pypianoroll's and MusPy's pages define
them. pypianoroll 1.0's code does otherwise in places: it takes ten neighbouring pitches for a pitch class, and beats
that sound for empty ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from laterna.errors import DataError
from laterna.music.keys import Key
from laterna.music.notation import notes
from laterna.music.pieces import Piece

FIGURES = ("in_scale", "qualified", "pitch_classes", "empty_beats", "polyphony")
_SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
_BAR = 4  # quarter notes
_QUALIFIED = 2  # frames of the shortest note that is no fragment: 8ths on a grid of 16th notes
_HIGH = 95  # percent of the ways to halve data that its spread covers


# What a piece sounds


def in_scale(piece: Piece, key: Key | None = None) -> float:
    """The share of sounding time in the major or natural minor scale of a key, else of the piece's own; 0..1.

    Each voice's frames count (in-scale rate). Nothing that sounds is in any scale: 0 for silence.
    """
    key = key or piece.key
    sounding = piece.pitches[piece.pitches > 0]
    return float(np.isin((sounding - key.tonic) % 12, _SCALES[key.mode]).sum() / max(1, len(sounding)))


def qualified(piece: Piece, shortest: int = _QUALIFIED) -> float:
    """The share of notes that last ``shortest`` frames or more (qualified-note rate); 0 where there is no note."""
    lengths = [end - first for voice in range(piece.pitches.shape[1]) for first, end, _ in notes(piece, voice)]
    return float(np.mean(np.array(lengths) >= shortest)) if lengths else 0.0


def pitch_classes(piece: Piece, quarters: int = _BAR) -> float:
    """How many pitch classes a bar of so many quarter notes uses, the last one cut, on average (UPC); 0..12."""
    bars = _cut(piece, quarters)
    return float(np.mean([len(np.unique(bar[bar > 0] % 12)) for bar in bars]))


def empty_beats(piece: Piece) -> float:
    """The share of quarter notes in which no voice sounds (empty-beat rate)."""
    return float(np.mean([not beat.any() for beat in _cut(piece, 1)]))


def polyphony(piece: Piece) -> float:
    """How many pitches sound at a time, over the frames that sound: MusPy's polyphony; 0 for silence."""
    frames = [len(set(frame[frame > 0].tolist())) for frame in piece.pitches if frame.any()]
    return float(np.mean(frames)) if frames else 0.0


def _cut(piece: Piece, quarters: int) -> Iterator[np.ndarray]:
    step = quarters * piece.grid
    return (piece.pitches[first : first + step] for first in range(0, len(piece), step))


def figures(pieces: Sequence[Piece], keys: Sequence[Key] | None = None) -> dict[str, np.ndarray]:
    """(n,) of each of FIGURES, by piece; in-scale by ``keys``, else by each piece's own."""
    rows = [
        (in_scale(piece, key), qualified(piece), pitch_classes(piece), empty_beats(piece), polyphony(piece))
        for piece, key in zip(pieces, keys or [piece.key for piece in pieces], strict=True)
    ]
    return dict(zip(FIGURES, np.array(rows).T, strict=True))


# Made pieces beside real ones


def apart(one: np.ndarray, two: np.ndarray) -> float:
    """How far two sets of numbers are apart: the area between their distributions (Wasserstein's distance of order 1).

    It is no less than the distance of their means.
    """
    one, two = np.sort(one), np.sort(two)
    steps = np.sort(np.concatenate([one, two]))
    shares = [np.searchsorted(each, steps[:-1], "right") / len(each) for each in (one, two)]
    return float((np.abs(shares[0] - shares[1]) * np.diff(steps)).sum())


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure of made pieces beside the spread of the data's own halves.

    Attributes:
        made: how far the made ones are from a half of the data, on average over halves.
        mean: how far two halves of the data are apart, on average.
        high: what 95% of the pairs of halves stay below.
    """

    made: float
    mean: float
    high: float

    @property
    def within(self) -> bool:
        """Whether the made ones are no farther from the data than its halves from each other."""
        return self.made <= self.high


def spread(
    made: np.ndarray, real: np.ndarray, groups: np.ndarray | None = None, *, splits: int = 1000, seed: int = 0
) -> Spread:
    """A figure of made pieces beside that of real ones, halved at random in many ways; see :func:`apart`.

    Args:
        made: (m,) numbers, at least as many as half of the real ones: so many of them are drawn each time.
        real: (n,) numbers.
        groups: (n,) what may not be parted, such as the excerpts of one piece.
        splits: ways to halve.
        seed: of the draws.
    """
    halving, drawing = np.random.default_rng(seed).spawn(2)  # apart: the data's spread is its own, whatever was made
    groups = np.arange(len(real)) if groups is None else groups
    names, halves, theirs = np.unique(groups), [], []
    for _ in range(splits):
        first = np.isin(groups, halving.permutation(names)[: len(names) // 2])
        halves.append(apart(real[first], real[~first]))
        theirs.append(apart(drawing.permutation(made)[: first.sum()], real[~first]))
    return Spread(float(np.mean(theirs)), float(np.mean(halves)), float(np.percentile(halves, _HIGH)))


def distinct(pieces: Sequence[Piece]) -> float:
    """The share of pieces that differ from all others in what they sound, 0..1."""
    _, counts = np.unique(_rolls(pieces), axis=0, return_counts=True)
    return float((counts == 1).sum() / len(pieces))


def distances(one: Sequence[Piece], two: Sequence[Piece]) -> np.ndarray:
    """(n, m): the share of what two pieces sound, frame by frame, that the other one does not; 0..1.

    It is Hamming's distance of their piano rolls, by the cells that either has. Both have to be of one length, and in
    one key if that shall not matter.
    """
    rolls = _rolls([*one, *two])
    first, second = rolls[: len(one)], rolls[len(one) :]
    both = first @ second.T
    cells = first.sum(1)[:, None] + second.sum(1)[None]
    return np.asarray(1 - 2 * both / np.maximum(cells, 1))


def _rolls(pieces: Sequence[Piece]) -> np.ndarray:
    """(n, T * 128) float32, 1 where a pitch sounds."""
    if len({len(piece) for piece in pieces}) != 1:
        raise DataError("Pieces of different lengths can't be laid on one another: cut them to one length.")
    rolls = np.zeros((len(pieces), len(pieces[0]), 128), np.float32)
    for number, piece in enumerate(pieces):
        frames, voices = np.nonzero(piece.pitches)
        rolls[number, frames, piece.pitches[frames, voices]] = 1
    return rolls.reshape(len(pieces), -1)


@dataclass(frozen=True, slots=True)
class Told:
    """How often real and made pieces are told by the piece that is nearest, 0..1: at best .5 each, as by chance."""

    real: float
    made: float

    @property
    def accuracy(self) -> float:
        """Of both together: the two-sample test's statistic."""
        return (self.real + self.made) / 2

    @property
    def unlike(self) -> float:
        """How far both are from chance, 0..0.5: noise, whose nearest is real too, has an accuracy of .5 as well."""
        return (abs(self.real - 0.5) + abs(self.made - 0.5)) / 2


def told_apart(real: Sequence[Piece], made: Sequence[Piece]) -> Told:
    """The two-sample test of the nearest neighbour, each left out in turn (Lopez-Paz & Oquab 2017, arXiv:1610.06545).

    Both are sets of the same size. Where real and made ones are as near, each counts for its share.
    """
    if len(real) != len(made):
        raise DataError(f"{len(real)} real pieces stand beside {len(made)} made ones: give as many of both.")
    pieces, is_real = [*real, *made], np.arange(2 * len(real)) < len(real)
    away = distances(pieces, pieces)
    np.fill_diagonal(away, np.inf)
    nearest = away <= away.min(1, keepdims=True) + 1e-6
    share_real = (nearest * is_real).sum(1) / nearest.sum(1)
    return Told(float(share_real[is_real].mean()), float(1 - share_real[~is_real].mean()))


def nearest(pieces: Sequence[Piece], others: Sequence[Piece]) -> np.ndarray:
    """(n,) how far the nearest of ``others`` is from each piece: what shows whether made pieces are copies."""
    return np.asarray(distances(pieces, others).min(1))
