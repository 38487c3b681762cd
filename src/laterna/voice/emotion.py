"""Emotions as ways of saying a text.

They move what listeners hear emotions by, in the directions that Murray and Arnott 1993 and Burkhardt and Sendlmeier
2000 found, and by less: a voice that was never recorded laughing or crying stays itself. Whether a listener names the
emotion has not been tested.
"""

from collections.abc import Mapping
from difflib import get_close_matches

from laterna.errors import DataError
from laterna.voice.prosody import Prosody

EMOTIONS: Mapping[str, Prosody] = {
    "neutral": Prosody(),
    "calm": Prosody(speed=0.93, pitch=-1.0, range=0.8, energy=-1.0),
    "cheerful": Prosody(speed=1.07, pitch=2.0, range=1.4, energy=1.5),
    "sad": Prosody(speed=0.85, pitch=-1.5, range=0.6, energy=-3.0, breath=0.15),
    "angry": Prosody(speed=1.1, pitch=1.0, range=1.5, energy=3.0),
    "tense": Prosody(speed=1.15, pitch=2.5, range=0.7),
    "tender": Prosody(speed=0.9, pitch=0.5, range=0.9, energy=-3.0, breath=0.35),
    "whisper": Prosody(speed=0.92, energy=-8.0, breath=1.0),
}


def prosody_of(emotion: str) -> Prosody:
    """The way of saying that an emotion has.

    Raises:
        DataError: there is no such emotion.
    """
    if emotion not in EMOTIONS:
        near = get_close_matches(emotion, EMOTIONS, 1, 0.5)
        meant = f"did you mean {near[0]!r}?" if near else f"choose {', '.join(EMOTIONS)}."
        raise DataError(f"There is no emotion {emotion!r}: {meant}")
    return EMOTIONS[emotion]
