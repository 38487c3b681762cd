"""What a mood is in music: a mode, a pace, and how daring the notes are."""

from dataclasses import dataclass
from typing import get_args

from laterna.errors import DataError
from laterna.media.moods import Mood
from laterna.music.keys import TONICS, Key, Mode


@dataclass(frozen=True, slots=True)
class Manner:
    """How a mood is composed.

    Attributes:
        mode: of the key.
        tempo: quarter notes a minute.
        tonics: pitch classes from which the key is drawn.
        temperature: of the draw of notes; higher is more daring.
    """

    mode: Mode
    tempo: float
    tonics: tuple[int, ...]
    temperature: float


_MANNERS: dict[Mood, Manner] = {
    "calm": Manner("major", 66, (5, 7, 10, 3), 0.85),
    "bright": Manner("major", 92, (2, 7, 9, 0), 0.95),
    "joyful": Manner("major", 108, (2, 7, 9), 1.0),
    "solemn": Manner("major", 56, (3, 10, 5), 0.8),
    "wistful": Manner("minor", 62, (9, 2, 4), 0.85),
    "sombre": Manner("minor", 52, (0, 7, 5), 0.8),
    "tense": Manner("minor", 84, (4, 9, 11), 1.05),
}


def manner_of(mood: str) -> Manner:
    """The manner of a mood.

    Raises:
        DataError: there is no such mood.
    """
    for known in get_args(Mood):
        if mood == known:
            return _MANNERS[known]
    raise DataError(f"There is no mood {mood!r}: choose {', '.join(get_args(Mood))}.")


def key_named(name: str) -> Key:
    """A key by its name: "D minor", "Bb major", "F#" (major), "em" (minor).

    Raises:
        DataError: it is none.
    """
    text = name.strip().replace("♭", "b").replace("♯", "#")
    tonic, _, mode = text.partition(" ")
    if not mode and len(tonic) > 1 and tonic[-1] == "m":
        tonic, mode = tonic[:-1], "minor"
    steps = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    signs = tonic[1:]
    if tonic[:1].upper() not in steps or signs not in ("", "#", "b") or mode.lower() not in ("", "major", "minor"):
        raise DataError(f"{name!r} is no key: write it like D minor, {TONICS[10]} major or F#.")
    moved = {"": 0, "#": 1, "b": -1}[signs]
    return Key((steps[tonic[0].upper()] + moved) % 12, "minor" if mode.lower() == "minor" else "major")
