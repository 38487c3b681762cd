"""What is read out for what is written: nothing but words, each with its place in the sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.voice.text.reading import read_out
from laterna.voice.text.sentences import tokens

WRITTEN = st.text(st.sampled_from("abkmSt $€£1230.,/½°C–-#@:%²&'’()年月个🎉\u00a0٣Ⅷ"), max_size=40)


def test_an_emoji_has_no_name() -> None:
    assert read_out("A dog 🐕 barks").text == "A dog   barks"


@pytest.mark.parametrize("language", ["de", "fr-CA", "ja"])
def test_languages_without_rules_are_left_to_their_engines(language: str) -> None:
    assert read_out("$3.50 5 km", language).text == "$3.50 5 km"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "five kilometres"), ("en-GB", "five kilometres"), ("zh-CN", "五公里"), ("cmn", "五公里")],
)
def test_each_language_has_its_rules(language: str, said: str) -> None:
    assert read_out("5 km", language).text == said


def test_words_know_the_place_that_they_stand_for() -> None:
    reading = read_out("It is $2 million for 5 km on May 3, 2026.")
    words = ("It", "two", "million", "dollars", "five", "kilo", "May", "third", "twenty")
    places = {word: reading.places[reading.text.index(word)] for word in words}
    wanted = {
        "It": 0,
        "two": 6,
        "million": 9,
        "dollars": 9,
        "five": 21,
        "kilo": 23,
        "May": 29,
        "third": 33,
        "twenty": 36,
    }
    assert places == wanted


def test_every_word_as_written_has_words_that_are_said() -> None:
    sentence = "Dr. Lee paid $3.50 for 2½ lb at 7:30 pm on 3/5/2026, i.e. 20% off."
    said = set(read_out(sentence).places)
    assert all(any(word.first <= place < word.end for place in said) for word in tokens(sentence) if word.text != "pm")


@given(st.one_of(WRITTEN, st.text(max_size=40)), st.sampled_from(["en", "en-GB", "zh"]))
def test_any_text_is_read_in_order_without_a_digit(sentence: str, language: str) -> None:
    reading = read_out(sentence, language)
    assert len(reading.places) == len(reading.text)
    assert list(reading.places) == sorted(reading.places)
    assert all(0 <= place < len(sentence) for place in reading.places)
    assert not any(character.isdigit() for character in reading.text)


@given(WRITTEN)
def test_what_is_read_out_stays_as_it_is(sentence: str) -> None:
    once = read_out(sentence).text
    assert read_out(once).text == once
