"""Keys are told from the notes, and read from their names."""

import numpy as np
import pytest

from laterna.errors import DataError
from laterna.music.keys import Key, key_of
from laterna.music.moods import key_named, manner_of

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 11)


@pytest.mark.parametrize("tonic", range(12))
def test_a_scale_with_a_long_tonic_tells_its_key(tonic: int) -> None:
    for mode, scale in (("major", MAJOR), ("minor", MINOR)):
        lengths = np.zeros(12)
        lengths[[(tonic + step) % 12 for step in scale]] = (4, 1, 2, 1, 3, 1, 1)
        assert key_of(lengths) == Key(tonic, mode)  # type: ignore[arg-type]


@pytest.mark.parametrize(("key", "signature"), [(Key(0, "major"), 0), (Key(9, "minor"), 0), (Key(0, "minor"), 3)])
def test_a_key_has_the_signs_of_a_major_key(key: Key, signature: int) -> None:
    assert key.signature == signature
    assert (signature + key.from_signs) % 12 == 0
    assert -5 <= key.from_signs <= 6


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("D minor", Key(2, "minor")),
        ("bb major", Key(10, "major")),
        ("F#", Key(6, "major")),
        ("E♭", Key(3, "major")),
        ("em", Key(4, "minor")),
        ("Cb", Key(11, "major")),
    ],
)
def test_keys_have_names(name: str, key: Key) -> None:
    assert key_named(name) == key


@pytest.mark.parametrize("name", ["H", "", "D dorian", "minor", "##"])
def test_what_is_no_key_is_told(name: str) -> None:
    with pytest.raises(DataError, match="is no key: write it like D minor"):
        key_named(name)


def test_moods_differ_and_an_unknown_one_is_told() -> None:
    assert manner_of("wistful").mode == "minor"
    assert manner_of("joyful").tempo > manner_of("solemn").tempo
    with pytest.raises(DataError, match="no mood 'angry': choose calm, bright"):
        manner_of("angry")
