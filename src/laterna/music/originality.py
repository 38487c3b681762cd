"""How much of a piece stands in music that a model has learnt from: the longest run of notes that both share."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from laterna.music.notation import notes
from laterna.music.pieces import Piece

MOST_SHARED = 16  # notes of a run that gives no cause for doubt: half of Bach's own held-out chorales share 11
_BETWEEN = 255  # what no length is: between the runs of voices
_MARK = chr(_BETWEEN * 256 + _BETWEEN)
_GRID = 4  # frames of a quarter note in which lengths are told


def runs(pieces: Iterable[Piece]) -> np.ndarray:
    """The notes of each voice of pieces as (N, 2) uint8: the step to the next note in semitones, + 128, and the length.

    Runs in any key are the same; lengths are in 16th notes, up to 254; rests are passed over.
    """
    rows = [(_BETWEEN, _BETWEEN)]
    for piece in pieces:
        for voice in range(piece.pitches.shape[1]):
            spans = list(notes(piece, voice))
            for (first, end, pitch), (_, _, following) in pairwise(spans):
                length = max(1, min((end - first) * _GRID // piece.grid, _BETWEEN - 1))
                rows.append((following - pitch + 128, length))
            rows.append((_BETWEEN, _BETWEEN))
    return np.array(rows).clip(0, _BETWEEN).astype(np.uint8)


def longest_shared(pieces: Sequence[Piece], known: np.ndarray) -> int:
    """How many notes the longest run has that is in a voice of the pieces and in ``known`` runs; 0, or 2 and more."""
    found, heard, best = _written(runs(pieces)), _written(known), 0
    for first in range(len(found)):
        while (run := found[first : first + best + 1]) in heard and len(run) > best and _MARK not in run:
            best += 1
    return best + 1 if best else 0


def _written(rows: np.ndarray) -> str:
    """Each row as a character, so that runs are found as fast as words are."""
    return "".join(map(chr, (rows[:, 0].astype(int) * 256 + rows[:, 1]).tolist()))
