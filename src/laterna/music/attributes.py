"""What a phrase of music is like, in numbers that can be pushed up or down."""

from collections.abc import Callable, Mapping

import numpy as np

from laterna.music.pieces import Piece


def mode(piece: Piece) -> float:
    """1 for major, 0 for minor, by the key whose profile fits best."""
    return float(piece.key.mode == "major")


def density(piece: Piece) -> float:
    """Notes that begin in a quarter note, in all voices."""
    return float(_begins(piece).sum() * piece.grid / max(1, len(piece)))


def register(piece: Piece) -> float:
    """The mean MIDI number of what sounds; 60 where nothing does."""
    sounding = piece.pitches[piece.pitches > 0]
    return float(sounding.mean()) if len(sounding) else 60.0


def syncopation(piece: Piece) -> float:
    """The share of notes that begin off a quarter note and sound on over the next one (after Witek et al. 2014)."""
    begins, count = _begins(piece), len(piece)
    frames = np.arange(count)
    after = frames + piece.grid - frames % piece.grid  # the next quarter note
    there = after < count
    over = np.zeros_like(begins)
    over[there] = piece.held[after[there]]
    for step in range(1, piece.grid):  # held all the way
        later = np.minimum(frames + step, count - 1)
        over &= np.where((frames + step < after)[:, None], piece.held[later], True)
    off = begins & (frames % piece.grid > 0)[:, None]
    return float((off & over).sum() / max(1, begins.sum()))


ATTRIBUTES: Mapping[str, Callable[[Piece], float]] = {
    "mode": mode,
    "density": density,
    "register": register,
    "syncopation": syncopation,
}


def _begins(piece: Piece) -> np.ndarray:
    """(T, V) bool."""
    return np.asarray((piece.pitches > 0) & ~piece.held)
