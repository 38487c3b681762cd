"""The words in which shots are described, and where moods lie in the plane of emotions."""

from collections.abc import Mapping
from typing import get_args

from laterna.theatre.words import Action, Daytime, Kind, Mood, Move, Place, Scale, Weather

CHOICES: Mapping[str, tuple[str, ...]] = {
    "scale": get_args(Scale),
    "move": get_args(Move),
    "daytime": get_args(Daytime),
    "mood": get_args(Mood),
    "weather": get_args(Weather),
    "place": get_args(Place),
}
"""One of these words each."""

SETS: Mapping[str, tuple[str, ...]] = {"subjects": get_args(Kind), "actions": get_args(Action)}
"""Any number of these words each."""

NUMBERS = ("valence", "arousal", "key")
"""Valence (unpleasant to pleasant) and arousal (drowsy to excited) in -1..1; how much a shot is a key shot, 0..1."""

EMOTIONS: Mapping[str, tuple[float, float]] = {
    "calm": (0.5, -0.6),
    "joyful": (0.9, 0.5),
    "melancholy": (-0.6, -0.4),
    "tense": (-0.5, 0.7),
    "mysterious": (-0.2, 0.1),
    "romantic": (0.7, 0.0),
}
"""Valence and arousal of each mood, on the circumplex of affect (Russell 1980, J. Pers. Soc. Psychol. 39)."""
