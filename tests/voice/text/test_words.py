"""Words whose letters don't tell how they are said: acronyms, letters, possessives, compounds."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.voice.text.phones import PHONES, Phones, nearest
from laterna.voice.text.words import LETTER_NAMES, Words

KNOWN = {"the": "dh ax", "cat": "k ae t", "fox": "f aa k s", "dog": "d ao g", "i'm": "ay m", "o'clock": "ax k l aa k"}


class Guess:
    """Knows nothing: says "t" for each letter, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        self.asked += words
        return [("t",) * len(word) for word in words]


def say(*words: str) -> list[str]:
    known = {word: tuple(phones.split()) for word, phones in KNOWN.items()}
    return [" ".join(phones) for phones in Words(known, Guess())(words)]


def spelt(letters: str) -> str:
    return " ".join(phone for letter in letters.lower() for phone in LETTER_NAMES[letter])


def test_known_words_are_not_guessed_and_others_only_once() -> None:
    guess = Guess()
    words = Words({"the": ("dh", "ax")}, guess)
    words(["the", "lantern", "Lantern"])
    words(["lantern", "show"])
    assert guess.asked == ["lantern", "show"]


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("cat's", "k ae t s"),
        ("fox's", "f aa k s ax z"),
        ("dog's", "d ao g z"),
        ("DOG'S", "d ao g z"),
        ("I'm", "ay m"),
        ("o'clock", "ax k l aa k"),
    ],
)
def test_possessives_and_contractions(word: str, phones: str) -> None:
    assert say(word) == [phones]


@pytest.mark.parametrize("word", ["BBC", "USA", "ABC", "IEEE", "NAACP", "HTML", "ID", "AM", "pdf", "html", "www"])
def test_what_can_not_be_said_or_is_not_known_in_capitals_is_spelt(word: str) -> None:
    assert say("the", word) == ["dh ax", spelt(word)]


@pytest.mark.parametrize("word", ["NASA", "UNESCO", "NATO", "STOP", "NO", "NEVER", "LASER", "DON'T"])
def test_acronyms_that_are_words_and_words_that_are_cried_are_said(word: str) -> None:
    assert say("the", word)[1] != spelt(word.replace("'", ""))


def test_acronyms_have_plurals_and_owners() -> None:
    assert say("CDs", "BBC's", "GPUs") == [f"{spelt('cd')} z", f"{spelt('bbc')} z", f"{spelt('gpu')} z"]


def test_a_sentence_in_capitals_is_no_row_of_acronyms() -> None:
    assert say("THE", "CAT", "ABED", "BBC") == ["dh ax", "k ae t", "t t t t", spelt("bbc")]


@pytest.mark.parametrize(
    ("words", "phones"),
    [
        (["A", "cat"], ["ax", "k ae t"]),
        (["the", "a"], ["dh ax", "ax"]),
        (["the", "A"], ["dh ax", "ey"]),
        (["A", "B"], ["ey", "b iy"]),
        (["A"], ["ey"]),
    ],
)
def test_the_letter_a_is_no_article(words: list[str], phones: list[str]) -> None:
    assert say(*words) == phones


@pytest.mark.parametrize(
    ("word", "phones"),
    [("iCat", "ay k ae t"), ("CatFox", "k ae t f aa k s"), ("CatTV", f"k ae t {spelt('tv')}"), ("McCat", "t t t t t")],
)
def test_compounds_are_taken_apart_and_names_are_not(word: str, phones: str) -> None:
    assert say("the", word) == ["dh ax", phones]


@pytest.mark.parametrize(
    ("word", "phones"), [("caaaat", "k ae t"), ("hmmmm", "hh m"), ("shhh", "sh"), ("brrr", "b r er")]
)
def test_drawn_out_words_are_those_that_they_draw_out(word: str, phones: str) -> None:
    assert say("the", word) == ["dh ax", phones]


@given(st.lists(st.from_regex(r"[A-Za-z]{1,9}(?:'[A-Za-z]{1,3})?", fullmatch=True), max_size=6))
def test_every_word_is_said_in_phones(words: list[str]) -> None:
    said = Words({}, Guess())(words)
    assert len(said) == len(words)
    assert all(phones and set(phones) <= set(PHONES) for phones in said)


@pytest.mark.parametrize(("name", "phone"), [("AE1", "ae"), ("Y", "y"), ("ə", "ax"), ("kh", "k")])
def test_the_phone_that_was_meant_is_suggested(name: str, phone: str) -> None:
    assert nearest(name) == phone


@given(st.text(max_size=4))
def test_whatever_is_no_phone_has_one_near_it(name: str) -> None:
    assert nearest(name) in PHONES


@pytest.mark.parametrize(("word", "phones"), [("Hi", "hh ay"), ("ok", "ow k ey"), ("Sean", "sh ao n")])
def test_everyday_words_are_known(word: str, phones: str) -> None:
    assert " ".join(Words({}, lambda words: [("x",) for _ in words])([word])[0]) == phones


def test_what_is_remembered_has_an_end_and_no_word_is_lost_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("laterna.voice.text.words._REMEMBERED", 3)
    asked: list[str] = []

    def guess(words: Sequence[str]) -> list[Phones]:
        asked.extend(words)
        return [(word[0],) for word in words]

    words = Words({}, guess)
    for sentence in (["alpha"], ["beta"], ["gamma"], ["alpha", "delta"], ["delta"]):
        assert words(sentence) == [(word[0],) for word in sentence]
    assert asked == ["alpha", "beta", "gamma", "delta"]
