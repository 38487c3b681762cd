"""Spoken words against a script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.editing.indexing.word_error import passage, said, word_error

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=8)


def levenshtein(one: list[str], other: list[str]) -> int:
    if not one or not other:
        return len(one) + len(other)
    return min(
        levenshtein(one[1:], other) + 1,
        levenshtein(one, other[1:]) + 1,
        levenshtein(one[1:], other[1:]) + (one[0] != other[0]),
    )


@given(WORDS.filter(lambda w: len(w) < 6), WORDS.filter(lambda w: 0 < len(w) < 6))
def test_the_error_is_the_fewest_edits(words: list[str], script: list[str]) -> None:
    assert word_error(words, script) == pytest.approx(levenshtein(words, script) / len(script))


@given(WORDS, WORDS.filter(bool), WORDS)
def test_a_passage_that_is_said_as_written_is_found(before: list[str], line: list[str], after: list[str]) -> None:
    script = [*before, *line, *after]
    start, end = passage(line, script)
    assert script[start:end] == line


def test_a_passage_is_found_although_words_are_wrong() -> None:
    script = said("We came by the river. The lantern is lit, and the evening begins. Nobody answers.")
    start, end = passage(said("the lantern was lit and an evening begins"), script)
    assert script[start:end] == said("The lantern is lit, and the evening begins")


def test_words_are_compared_without_case_and_marks() -> None:
    assert said("“Don’t — STOP!” 你好") == ["don't", "stop", "你", "好"]


def test_silence_misses_every_word() -> None:
    assert word_error([], ["a", "b"]) == 1
    assert word_error(["a"], []) == 1
