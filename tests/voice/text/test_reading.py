"""What is read out for what is written: signs in words, each with its place in the sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.voice.text.reading import read_out


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It costs $3.50.", "It costs 3 dollars and 50 cents."),
        ("$1 or $1.01?", "1 dollar or 1 dollar and 1 cent?"),
        ("£0.99, €20 and ¥500", "99 pence, 20 euros and 500 yen"),
        ("$1,200.00", "1,200 dollars"),
        ("$2 million, £3.5bn, $40k", "2 million dollars, 3.5 billion pounds, 40 thousand dollars"),
        ("$3.5", "3.5 dollars"),
        ("5 km, 5km, 1 km", "5 kilometres, 5 kilometres, 1 kilometre"),
        ("60 km/h at 30 °C", "60 kilometres an hour at 30 degrees Celsius"),
        ("12 ft by 1 ft, 10 m²", "12 feet by 1 foot, 10 square metres"),
        ("24 fps for 90 min", "24 frames a second for 90 minutes"),
        ("turned 90°.", "turned 90 degrees."),
        ("1914–1918", "1914 to 1918"),
        ("1/2 a mile, 2½ hours, 3/4", "half a mile, 2 and a half hours, three quarters"),
        ("No. 5 and #3", "number 5 and number 3"),
        ("A dog 🐕 barks", "A dog   barks"),
    ],
)
def test_signs_are_said_in_words(written: str, said: str) -> None:
    assert read_out(written).text == said


@pytest.mark.parametrize(
    "text",
    [
        "20% of 1,000",  # engines read these well
        "No. He said no.",
        "2026-11-20",
        "The 4K film, version 2.1.3, B2 and C3PO",
        "call 555-1234 or 3/45",
        "5 months, 3 grams, 7 hours",
        "A/B & C",
    ],
)
def test_what_an_engine_reads_well_is_left_to_it(text: str) -> None:
    assert read_out(text).text == text


@pytest.mark.parametrize("language", ["zh", "de", "fr-CA"])
def test_other_languages_are_left_to_their_engines(language: str) -> None:
    assert read_out("$3.50 5 km", language).text == "$3.50 5 km"


def test_words_know_the_place_that_they_stand_for() -> None:
    reading = read_out("It is $2 million for 5 km.")
    places = {word: reading.places[reading.text.index(word)] for word in ("It", "2", "million", "5", "kilo")}
    assert places == {"It": 0, "2": 6, "million": 9, "5": 21, "kilo": 23}


@given(st.text("abk $€£1230.,/½°Cm–#🐕"))
def test_every_place_is_in_the_sentence(sentence: str) -> None:
    reading = read_out(sentence)
    assert len(reading.places) == len(reading.text)
    assert all(0 <= place < len(sentence) for place in reading.places)
