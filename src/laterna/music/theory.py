"""What textbooks say of part-writing (Piston 1941, Harmony): the faults of voices, the chords that they sound."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np

from laterna.music.keys import TONICS
from laterna.music.pieces import Piece

RANGES = ((57, 81), (52, 76), (45, 69), (36, 62))  # of soprano, alto, tenor and bass, in MIDI numbers
_LEAP = 12  # semitones: a wider step of a voice is a fault
_PERFECT = {7: "fifths", 0: "octaves"}
_CHORDS = {  # pitch classes above the root
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
}
_INCOMPLETE = {"": (0, 4), "m": (0, 3), "7": (0, 4, 10), "m7": (0, 3, 10)}  # without their fifth


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of part-writing: where, in quarter notes from the start, which voices, the highest 0, and what."""

    quarter: Fraction
    voices: tuple[int, ...]
    what: str

    def __str__(self) -> str:
        return f"quarter {float(self.quarter):g}, voices {' and '.join(str(v + 1) for v in self.voices)}: {self.what}"


def faults(piece: Piece) -> list[Fault]:
    """Parallel fifths and octaves, crossed voices, leaps wider than an octave, and notes out of a voice's range."""
    return sorted(_faults(piece), key=lambda fault: fault.quarter)


def sung(piece: Piece) -> Piece:
    """Moved by an octave, if more of it then lies in the ranges of a choir's voices, the first voice the soprano."""
    low, high = np.array(RANGES[: piece.pitches.shape[1]]).T

    def strays(octave: int) -> int:
        moved = piece.pitches + 12 * octave
        return int(((piece.pitches > 0) & ((moved < low) | (moved > high))).sum())

    return piece.moved(12 * min((0, -1, 1), key=strays))


def _faults(piece: Piece) -> Iterator[Fault]:
    pitches, voices = piece.pitches.astype(int), piece.pitches.shape[1]
    changes = (np.flatnonzero((pitches[1:] != pitches[:-1]).any(1)) + 1).tolist()
    for high, low in combinations(range(voices), 2):
        for frame in changes:
            before, now = pitches[frame - 1, [high, low]], pitches[frame, [high, low]]
            if min(before.min(), now.min()) > 0 and (what := _parallel(before, now)):
                yield Fault(Fraction(frame, piece.grid), (high, low), what)
        if low == high + 1:
            crossed = (pitches[:, low] > pitches[:, high]) & (pitches[:, high] > 0)
            for frame in _starts(crossed):
                yield Fault(Fraction(frame, piece.grid), (high, low), "the lower voice is above the higher one")
    for voice in range(voices):
        yield from _of_a_voice(pitches[:, voice], voice, voices if pitches.any(0).all() else 0, piece.grid)


def _parallel(before: np.ndarray, now: np.ndarray) -> str:
    """What two voices do that go to another perfect interval of the same kind, both in one direction; or nothing."""
    one, other = abs(int(before[0] - before[1])) % 12, abs(int(now[0] - now[1])) % 12
    steps = now - before
    alike = one == other and one in _PERFECT and steps[0] * steps[1] > 0
    return f"parallel {_PERFECT[one]}" if alike else ""


def _of_a_voice(pitches: np.ndarray, voice: int, voices: int, grid: int) -> Iterator[Fault]:
    for frame, (before, now) in enumerate(pairwise(pitches.tolist()), 1):
        if before and now and abs(now - before) > _LEAP:
            yield Fault(Fraction(frame, grid), (voice,), f"a leap of {abs(now - before)} semitones")
    if voices == len(RANGES):  # a choir's
        low, high = RANGES[voice]
        for frame in _starts((pitches > 0) & ((pitches < low) | (pitches > high))):
            yield Fault(Fraction(frame, grid), (voice,), f"note {pitches[frame]} is out of the voice's range")


def _starts(where: np.ndarray) -> list[int]:
    """The first frame of each stretch."""
    return [int(frame) for frame in np.flatnonzero(where & ~np.concatenate([[False], where[:-1]]))]


def chord_of(pitches: np.ndarray) -> str:
    """The chord that MIDI numbers sound: "G7", "Am/C" (over its third); "" where it is none that has a name."""
    sounding = pitches[pitches > 0]
    classes = {int(pitch) % 12 for pitch in sounding}
    if not classes:
        return ""
    bass = int(sounding.min()) % 12
    for kinds in (_CHORDS, _INCOMPLETE):
        for root in sorted(classes, key=lambda root: root != bass):  # of several names the one on the bass
            for suffix, steps in kinds.items():
                if classes == {(root + step) % 12 for step in steps}:
                    return TONICS[root] + suffix + ("" if bass == root else f"/{TONICS[bass]}")
    return ""
