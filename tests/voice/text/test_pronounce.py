"""From a sentence to symbols: words by what says them, boundaries and marks by the text, places by what was written."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.errors import DataError
from laterna.voice.text.phones import BOUNDARY, ENDS, PAUSE, SYMBOLS
from laterna.voice.text.pronounce import pronounce
from laterna.voice.text.reading import Reading

KNOWN = {
    "the": "dh ax",
    "a": "ax",
    "apple": "ae p ax l",
    "dog": "d ao g",
    "hello": "hh ax l ow",
    "my": "m ay",
    "friend": "f r eh n d",
    "cafe": "k ax f ey",
}


def spell(words: Sequence[str]) -> list[list[str]]:
    """Phones of known words; others are as many "t" as they have letters."""
    return [KNOWN.get(word.lower(), "t " * len(word)).split() for word in words]


def asked(sentence: str) -> list[str]:
    """The words that a sentence is found to have."""
    words: list[str] = []

    def note(given: Sequence[str]) -> list[list[str]]:
        words.extend(given)
        return spell(given)

    pronounce(Reading(sentence, tuple(range(len(sentence)))), note)
    return words


@pytest.mark.parametrize(
    ("sentence", "symbols"),
    [
        ("Hello, my friend.", "hh ax l ow , m ay | f r eh n d ."),
        ("Hello my friend", "hh ax l ow | m ay | f r eh n d ."),
        ("My friend?!", "m ay | f r eh n d ?"),
        ("My “friend”!", "m ay | f r eh n d !"),
        ("Hello — my (dog) friend...", "hh ax l ow , m ay , d ao g , f r eh n d ."),
        ("my dog-friend", "m ay | d ao g | f r eh n d ."),
        ("Hello! my dog", "hh ax l ow , m ay | d ao g ."),
        ("the dog, the apple", "dh ax | d ao g , dh iy | ae p ax l ."),
        ("the, apple", "dh ax , ae p ax l ."),
        ("a dog, a, a", "ax | d ao g , ey , ey ."),
        ("my café", "m ay | k ax f ey ."),
    ],
)
def test_symbols(sentence: str, symbols: str) -> None:
    assert str(pronounce(sentence, spell)) == symbols


def test_words_are_asked_for_as_they_are_written() -> None:
    assert asked("I'm at Laterna’s BBC, o'clock 'tis the dogs' naïve Straße.") == [
        "I'm", "at", "Laterna's", "BBC", "o'clock", "tis", "the", "dogs", "naive", "Strasse",
    ]  # fmt: skip


def test_places_are_those_of_the_sentence_as_it_is_written() -> None:
    reading = Reading("my dog.", (0, 0, 0, 4, 4, 4, 9))
    assert pronounce(reading, spell).places == (0, 0, 0, 4, 4, 4, 9)


@pytest.mark.parametrize(
    ("sentence", "named"), [("We saw 北京 today.", "'北京'"), ("Это my dog", "'Это'"), ("ok 한국어", "'한국어'")]
)
def test_letters_of_other_scripts_are_named(sentence: str, named: str) -> None:
    with pytest.raises(DataError, match=named):
        pronounce(sentence, spell)


@pytest.mark.parametrize("sentence", ["", " ", "...", "'"])
def test_a_sentence_without_words_is_refused(sentence: str) -> None:
    with pytest.raises(DataError, match="nothing to say"):
        pronounce(sentence, spell)


@given(st.text(max_size=40))
def test_whatever_is_written_is_said_or_refused_in_one_sentence(sentence: str) -> None:
    with suppress(DataError):
        assert set(pronounce(sentence, spell).symbols) <= set(SYMBOLS)


@given(st.text(st.sampled_from("abTé'’ ,.-—!?()£$5/|\n…"), max_size=40))
def test_any_sentence_gives_symbols_in_order_or_one_clear_error(sentence: str) -> None:
    try:
        said = pronounce(sentence, spell)
    except DataError:
        return
    assert set(said.symbols) <= set(SYMBOLS)
    assert said.symbols[-1] in ENDS
    assert len(said.places) == len(said.symbols)
    assert list(said.places) == sorted(said.places)
    assert all(0 <= place < len(sentence) for place in said.places)
    marks = {BOUNDARY, PAUSE, *ENDS}
    assert all({before, after} - marks for before, after in zip(said.symbols, said.symbols[1:], strict=False))
