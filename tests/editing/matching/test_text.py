"""Text becomes words and sentences, and shows its language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.editing.matching.text import every_word, language, sentences, words


def test_words_that_tell_something_in_lower_case() -> None:
    assert words("The Café’s lantern, and a DOG!") == ["cafe", "lantern", "dog"]


def test_chinese_goes_by_pairs_of_characters() -> None:
    assert words("黄昏的村庄") == ["黄昏", "昏的", "的村", "村庄"]


def test_sentences_end_where_they_end() -> None:
    assert sentences('He waits. "Come!" she says\nloudly.\n\nNight？\n夜晚。他走了。') == [
        "He waits.", "\"Come!", "she says loudly.", "Night？", "夜晚。", "他走了。",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A woman waves in a village at dusk.", "English"),
        ("Die Frau winkt in der Stadt", "German"),
        ("La femme marche dans les montagnes", "French"),
        ("la mujer camina por las montañas", "Spanish"),
        ("一个女人在黄昏挥手", "Chinese"),
        ("夕暮れに手を振る女", "Japanese"),
        ("Женщина машет рукой", "Russian"),
        ("lantern harbour", ""),
        ("😀 42", ""),
    ],
)
def test_a_text_shows_its_language(text: str, name: str) -> None:
    assert language(text) == name


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(language(text), str)
    assert all(word and not word.isspace() for word in every_word(text))
    assert all(one.strip() for one in sentences(text))
