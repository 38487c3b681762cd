"""What a score is made of: key, chords, cadences, ranges and faults of part-writing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from symusic.core import ScoreTick

from laterna.errors import ModelError
from laterna.learning.folder import tensors
from laterna.learning.store import find
from laterna.media.scores import seconds_of
from laterna.music.keys import TONICS, Key
from laterna.music.notation import piece_of
from laterna.music.originality import MOST_SHARED, longest_shared
from laterna.music.pieces import Piece
from laterna.music.theory import Fault, chord_of, faults

_MEMORY = "memory.runs"  # what models keep of what they learnt from
_SHOWN = 12  # faults that are told in words


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a score is made of.

    Attributes:
        seconds: of the score.
        tempo: quarter notes a minute, at the start.
        key: by the length of its pitch classes.
        ranges: lowest and highest MIDI number of each voice, the highest voice first.
        chords: of each quarter note, "" where they have no name.
        cadences: the quarter notes at which a dominant goes to the tonic.
        faults: of part-writing.
        shared: notes of the longest run that a voice shares with what a model learnt from.
    """

    seconds: float
    tempo: float
    key: Key
    ranges: tuple[tuple[int, int], ...]
    chords: tuple[str, ...]
    cadences: tuple[int, ...]
    faults: tuple[Fault, ...]
    shared: int

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "seconds": self.seconds,
            "tempo": self.tempo,
            "key": str(self.key),
            "ranges": self.ranges,
            "chords": self.chords,
            "cadences": self.cadences,
            "faults": [{"quarter": float(one.quarter), "voices": one.voices, "what": one.what} for one in self.faults],
            "shared": self.shared,
        }

    def __str__(self) -> str:
        ranges = ", ".join(f"{low} to {high}" for low, high in self.ranges)
        doubt = f"; over {MOST_SHARED} may be a quotation" if self.shared > MOST_SHARED else ""
        lines = [
            f"{self.key}, {self.seconds:.1f} s at {self.tempo:.0f} quarter notes a minute",
            f"voices: {ranges}",
            f"chords: {' '.join(chord or '-' for chord in self.chords)}",
            f"cadences at quarters {', '.join(map(str, self.cadences)) or 'none'}",
            f"longest run shared with what the model learnt from: {self.shared} notes{doubt}",
            f"{len(self.faults)} faults of part-writing",
            *(f"  {fault}" for fault in self.faults[:_SHOWN]),
        ]
        return "\n".join(lines)


def analyse(score: ScoreTick, *, model: str = "music/transformer") -> Analysis:
    """Tell a score's key, chords, cadences, ranges and faults of part-writing, and how much of it a model has learnt.

    The notes are laid on a grid of 16th notes, and read as up to four voices.

    Args:
        score: to analyse.
        model: of music; what it learnt from is compared.

    Raises:
        DataError: the score holds no note that has a pitch.
        ModelError: there is no such model, or it keeps nothing of what it learnt from.
    """
    piece = piece_of(score)
    chords = tuple(chord_of(piece.pitches[frame]) for frame in range(0, len(piece), piece.grid))
    return Analysis(
        seconds_of(score),
        float(score.tempos[0].qpm) if score.tempos else 120.0,
        piece.key,
        tuple(_range(piece, voice) for voice in range(piece.pitches.shape[1]) if piece.pitches[:, voice].any()),
        chords,
        tuple(_cadences(chords, piece.key)),
        tuple(faults(piece)),
        longest_shared([piece], _learnt(model)),
    )


def _learnt(model: str) -> np.ndarray:
    """Runs of what a model learnt from."""
    kept = tensors(find(model), "np")
    if _MEMORY not in kept:
        raise ModelError(f"{model} keeps nothing of what it learnt from: name a model of music, trained anew.")
    return np.asarray(kept[_MEMORY])


def _range(piece: Piece, voice: int) -> tuple[int, int]:
    sounding = piece.pitches[:, voice][piece.pitches[:, voice] > 0]
    return int(sounding.min()), int(sounding.max())


def _cadences(chords: Sequence[str], key: Key) -> list[int]:
    """Where a dominant goes to the tonic, both on their roots (an authentic cadence)."""
    home = TONICS[key.tonic] + ("m" if key.mode == "minor" else "")
    dominant = TONICS[(key.tonic + 7) % 12]
    goes_home = {(dominant, home), (f"{dominant}7", home)}
    if key.mode == "minor":  # a piece in minor may end in major (the Picardy third)
        goes_home |= {(dominant, home[:-1]), (f"{dominant}7", home[:-1])}
    return [at for at, pair in enumerate(pairwise(chords), 1) if pair in goes_home]
