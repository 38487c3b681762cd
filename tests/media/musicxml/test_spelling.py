"""Notes are called as the key has them, and an accidental stands where the key or the bar says otherwise."""

import pytest

from laterna.media.musicxml.spelling import Accidentals, Key, spelled


def names(key: Key, *numbers: int) -> str:
    signs = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "x"}
    return " ".join(f"{one.step}{signs[one.alter]}{one.octave}" for one in (spelled(n, key) for n in numbers))


@pytest.mark.parametrize(
    ("key", "scale"),
    [
        (Key(0, False), "C4 C#4 D4 Eb4 E4 F4 F#4 G4 G#4 A4 Bb4 B4"),
        (Key(0, True), "C4 C#4 D4 D#4 E4 F4 F#4 G4 G#4 A4 Bb4 B4"),
        (Key(-3, True), "C4 Db4 D4 Eb4 E4 F4 F#4 G4 Ab4 A4 Bb4 B4"),
        (Key(4, False), "B#3 C#4 D4 D#4 E4 E#4 F#4 G4 G#4 A4 A#4 B4"),
        (Key(-5, False), "C4 Db4 D4 Eb4 Fb4 F4 Gb4 G4 Ab4 A4 Bb4 Cb5"),
    ],
)
def test_twelve_notes_are_called_as_the_key_has_them(key: Key, scale: str) -> None:
    assert names(key, *range(60, 72)) == scale


@pytest.mark.parametrize("is_minor", [False, True])
@pytest.mark.parametrize("fifths", range(-7, 8))
def test_every_name_sounds_as_its_number(fifths: int, is_minor: bool) -> None:
    for number in range(128):
        pitch = spelled(number, Key(fifths, is_minor))
        assert 12 * (pitch.octave + 1) + "C D EF G A B".index(pitch.step) + pitch.alter == number


def test_an_accidental_holds_to_the_end_of_the_bar_in_its_octave() -> None:
    bar, key = Accidentals(), Key(1, False)
    shown = [bar.before(spelled(number, key), key) for number in (66, 65, 65, 77, 66, 61, 61)]
    assert shown == ["", "natural", "", "natural", "sharp", "sharp", ""]
