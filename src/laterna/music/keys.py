"""The key of a piece, after Krumhansl and Schmuckler (Krumhansl 1990, Cognitive Foundations of Musical Pitch)."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

Mode = Literal["major", "minor"]

SIGNATURES = 12  # of keys, one of which music is moved from that is read in C major or A minor
TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_OTHERWISE: dict[tuple[int, Mode], str] = {(1, "major"): "Db", (8, "minor"): "G#"}  # with fewer signs
_PROFILES: dict[Mode, tuple[float, ...]] = {  # how well each step above the tonic fits, as listeners rated it
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A key: the pitch class of its tonic, 0 (C) to 11 (B), and its mode."""

    tonic: int
    mode: Mode

    @property
    def signature(self) -> int:
        """The tonic of the major key with the same signs, 0 (C: none) to 11."""
        return (self.tonic + (3 if self.mode == "minor" else 0)) % 12

    @property
    def from_signs(self) -> int:
        """By how many semitones up its music has to be moved, the shortest way, to have no signs: -5 to 6."""
        return shortest(-self.signature)

    def __str__(self) -> str:
        name = _OTHERWISE.get((self.tonic, self.mode), TONICS[self.tonic])
        return f"{name} {self.mode}"


def shortest(semitones: int) -> int:
    """The least way to a pitch that is so many semitones off, octaves aside: -5 to 6."""
    return (semitones + 5) % 12 - 5


def key_of(lengths: np.ndarray) -> Key:
    """The key whose profile is most like how long each pitch class sounds: (12,) of any unit, C first."""
    keys, profiles = _profiles()
    return keys[int((profiles @ (lengths - lengths.mean())).argmax())]


@cache
def _profiles() -> tuple[list[Key], np.ndarray]:
    """All keys, and (24, 12) their profiles, with a mean of 0 and a length of 1."""
    keys = [Key(tonic, mode) for mode in _PROFILES for tonic in range(12)]
    profiles = np.array([np.roll(_PROFILES[key.mode], key.tonic) for key in keys])
    profiles -= profiles.mean(1, keepdims=True)
    return keys, profiles / np.linalg.norm(profiles, axis=1, keepdims=True)
