"""What a score is made of: key, chords, cadences, ranges and faults of part-writing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from symusic.core import ScoreTick

from laterna.media.scores import seconds_of
from laterna.music.keys import TONICS, Key
from laterna.music.notation import piece_of
from laterna.music.pieces import Piece
from laterna.music.theory import Fault, chord_of, faults

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
    """

    seconds: float
    tempo: float
    key: Key
    ranges: tuple[tuple[int, int], ...]
    chords: tuple[str, ...]
    cadences: tuple[int, ...]
    faults: tuple[Fault, ...]

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
        }

    def __str__(self) -> str:
        ranges = ", ".join(f"{low} to {high}" for low, high in self.ranges)
        lines = [
            f"{self.key}, {self.seconds:.1f} s at {self.tempo:.0f} quarter notes a minute",
            f"voices: {ranges}",
            f"chords: {' '.join(chord or '-' for chord in self.chords)}",
            f"cadences at quarters {', '.join(map(str, self.cadences)) or 'none'}",
            f"{len(self.faults)} faults of part-writing",
            *(f"  {fault}" for fault in self.faults[:_SHOWN]),
        ]
        return "\n".join(lines)


def analyse(score: ScoreTick) -> Analysis:
    """Tell a score's key, chords, cadences, ranges and faults of part-writing.

    The notes are laid on a grid of 16th notes, and read as up to four voices.

    Raises:
        DataError: the score holds no note that has a pitch.
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
    )


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
