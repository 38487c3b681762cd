"""Which name a note has in a key, and where an accidental has to stand before it."""

from typing import NamedTuple

from laterna.media.musicxml.terms import FIFTHS

_NAMES = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_FLATTEST = {"major": -3, "minor": -2}  # fifths from the signature's own to the flattest of the twelve that are used


class Key(NamedTuple):
    """A key signature: its sharps (flats count as less than 0), and whether its mode is minor."""

    fifths: int
    is_minor: bool

    @property
    def mode(self) -> str:
        return "minor" if self.is_minor else "major"


class Pitch(NamedTuple):
    """A pitch as it is written: its step, the semitones that alter it, and its octave (C4 is MIDI's 60)."""

    step: str
    alter: int
    octave: int


def spelled(number: int, key: Key) -> Pitch:
    """A MIDI number as it is written in a key.

    Of the line of fifths a key uses twelve: in C major from E flat to G sharp, in A minor from B flat to D sharp.
    """
    flattest = key.fifths + _FLATTEST[key.mode]
    fifths = flattest + (7 * number - flattest) % 12  # above C
    alter = (fifths + 1) // 7
    return Pitch(FIFTHS[(fifths + 1) % 7], alter, (number - alter) // 12 - 1)


class Accidentals:
    """The accidentals of a bar on a staff, which hold to its end."""

    def __init__(self) -> None:
        self._holding: dict[tuple[str, int], int] = {}

    def before(self, pitch: Pitch, key: Key) -> str:
        """The accidental that the next note needs, "" for none."""
        place = pitch.step, pitch.octave
        usual = self._holding.get(place, (key.fifths - FIFTHS.index(pitch.step) + 6) // 7)
        self._holding[place] = pitch.alter
        return "" if pitch.alter == usual else _NAMES[pitch.alter]
