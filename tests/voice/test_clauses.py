"""Long sentences are parted at their pauses; nothing is lost, nor said twice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.voice.clauses import Clause, clauses
from laterna.voice.text.reading import Reading, read_out
from laterna.voice.text.sentences import tokens

LONG = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it"
    " was the epoch of belief, and it was the epoch of incredulity."
)


def parted(sentence: str, language: str = "en") -> list[Clause]:
    return clauses(sentence, read_out(sentence, language))


@pytest.mark.parametrize("sentence", ["Yes.", "Well, no, maybe, perhaps; who knows?", LONG[:100]])
def test_a_sentence_that_is_not_long_is_said_in_one_go(sentence: str) -> None:
    assert [clause.text for clause in parted(sentence)] == [sentence]


def test_a_long_one_is_parted_at_its_pauses_and_the_first_part_is_short() -> None:
    assert [clause.text for clause in parted(LONG)] == [
        "It was the best of times, it was the worst of times,",
        "it was the age of wisdom, it was the age of foolishness, it was the epoch of belief,",
        "and it was the epoch of incredulity.",
    ]


def test_a_part_is_read_out_as_the_sentence_is() -> None:
    """Read alone, the year after the comma would be a number."""
    sentence = "On the evening of that memorable day, which was Tuesday Jan. 5, 1984, she left the town at 7:30 p.m."
    said = " ".join(clause.reading.text.strip() for clause in parted(sentence + " and never came back to see it."))
    assert "nineteen eighty-four" in said
    assert said.split() == read_out(sentence + " and never came back to see it.").text.split()


def test_what_is_written_as_one_word_stays_in_one_part() -> None:
    sentence = (
        "All that was left in the old bank by the river was 1,234,567,890 in notes that nobody would ever take back."
    )
    parts = parted(sentence)
    assert any("1,234,567,890" in clause.text for clause in parts)


def test_a_part_says_whether_a_pause_follows() -> None:
    words = "and on " * 60
    assert all(clause.pauses for clause in parted(LONG))
    run = parted(f"On {words}it went.")
    assert [clause.pauses for clause in run] == [False, True]
    assert len(run[0].text) > 200


def test_chinese_takes_longer_to_say() -> None:
    sentence = "今天天气很好，我们去公园玩，他们在家里看书，妈妈在厨房做饭，爸爸在花园里浇花，孩子们在院子里唱歌。"
    parts = parted(sentence, "zh")
    assert len(parts) > 1
    assert "".join(clause.text for clause in parts) == sentence
    assert all(clause.text[-1] in "，。" for clause in parts)


def test_no_part_is_tiny() -> None:
    sentence = "So, " + "the lantern that she had lit burned on through all of the long night by the sea, " * 3 + "yes."
    assert min(len(clause.text) for clause in parted(sentence)) >= 20


def test_a_word_without_an_end_is_left_whole() -> None:
    assert len(parted("x" * 1000)) == 1


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "lamp",
                "was",
                "$3.50",
                "5 km",
                "U.S.",
                "7:30",
                "naïve",
                "—",
                ",",
                ";",
                "(so)",
                "你好",
                "it's",
                "x" * 60,
            ]
        ),
        min_size=1,
        max_size=150,
    ).map(" ".join)
)
def test_any_sentence_is_parted_between_its_words_and_nothing_is_lost(sentence: str) -> None:
    written = [token.text for token in tokens(sentence)]
    reading = read_out(sentence)
    parts = clauses(sentence, reading)
    assert "".join(clause.reading.text for clause in parts) == reading.text
    assert [token.text for clause in parts for token in tokens(clause.text)] == (written or [])
    for clause in parts:
        assert all(0 <= place < max(1, len(clause.text)) + 1 for place in clause.reading.places)


def test_an_empty_reading_is_one_part() -> None:
    assert len(clauses("—", Reading("", ()))) == 1
