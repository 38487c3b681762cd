"""How the notes of a chorale are played: as they stand, or as a figure of accompaniment."""

from typing import Literal, get_args

import numpy as np

from laterna.errors import DataError
from laterna.music.pieces import Piece

Style = Literal["chorale", "broken", "pulsing"]


def played(piece: Piece, style: Style) -> Piece:
    """A piece in a style: its highest voice stays as it is, the others become what accompanies it.

    Args:
        piece: on any grid; a figure needs two frames of a quarter note.
        style: "chorale": as it stands. "broken": inner voices take turns, the lower on each quarter note and the
            higher half a quarter later. "pulsing": all voices but the highest begin anew on each quarter note.

    Raises:
        DataError: there is no such style.
    """
    if style not in get_args(Style):
        raise DataError(f"There is no style {style!r}: choose {', '.join(get_args(Style))}.")
    frames, half = np.arange(len(piece)) % piece.grid, piece.grid // 2
    pitches, held = piece.pitches.copy(), piece.held.copy()
    if style == "pulsing":
        held[frames == 0, 1:] = False
    if style == "broken" and half:
        inner = range(1, piece.pitches.shape[1] - 1)
        for voice in inner:
            mine = (frames < half) == (voice == inner[-1])  # the lowest of them begins
            pitches[~mine, voice] = 0
            held[~mine | (frames % half == 0), voice] = False
    return Piece(piece.name, pitches, held & (pitches > 0), piece.grid)
