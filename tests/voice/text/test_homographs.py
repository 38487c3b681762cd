"""Words that are said in two ways: which one, by the words beside them."""

import pytest

from laterna.voice.text.homographs import _HOMOGRAPHS, homograph
from laterna.voice.text.phones import PHONES


@pytest.mark.parametrize(
    ("before", "word", "after", "phones"),
    [
        ("to", "use", "it", "y uw z"),
        ("the", "use", "of", "y uw s"),
        ("", "use", "the", "y uw z"),
        ("people", "use", "it", "y uw z"),
        ("in", "use", "the", "y uw s"),
        ("will", "read", "it", "r iy d"),
        ("he", "read", "the", "r eh d"),
        ("people", "live", "here", "l ih v"),
        ("a", "live", "show", "l ay v"),
        ("", "close", "the", "k l ow z"),
        ("is", "close", "to", "k l ow s"),
        ("to", "record", "a", "r ih k ao r d"),
        ("a", "record", "", "r eh k er d"),
    ],
)
def test_neighbours_tell_a_verb_from_others(before: str, word: str, after: str, phones: str) -> None:
    assert homograph(word, before, after) == tuple(phones.split())


def test_other_words_are_said_in_one_way() -> None:
    assert homograph("lantern", "to", "it") is None


def test_all_are_of_phones() -> None:
    assert all(set(verb) | set(other) <= set(PHONES) for verb, other in _HOMOGRAPHS.values())
