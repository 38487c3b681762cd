"""Where a line may break: what is read as one stays whole, and phrases are told apart without spaces."""

import pytest

from laterna.editing.breaking import badness, may_end, may_start


def cost(left: str, right: str, *, spaced: bool = False) -> int:
    """How bad a break between the last word of ``left`` and the first of ``right`` is."""
    if spaced:
        return badness(left.split()[-1], right.split()[0])
    return badness(left[-1], right[0], earlier=left[-2:-1], spaced=False)


@pytest.mark.parametrize(
    ("left", "well", "right", "badly"),
    [
        ("这门古老的", "这门古", "手艺", "老的手艺"),  # after a particle rather than within a word
        ("孩子们", "孩子们向", "向影子挥手", "影子挥手"),  # before a preposition rather than after it
        ("我现在", "我现", "回家", "在回家"),  # 在 is part of 现在
        ("他对手艺", "他对", "很认真", "手艺很认真"),
        ("影絵芝居を", "影絵芝居を町", "町から", "から"),  # before kanji rather than before a particle
        ("映画の", "映画のラン", "ランプ", "プ"),  # a loan word stays whole
    ],
)
def test_one_break_is_better_than_another(left: str, well: str, right: str, badly: str) -> None:
    assert cost(left, right) < cost(well, badly)


def test_sentences_and_clauses_end_lines_best() -> None:
    assert (
        cost("He came.", "She", spaced=True) < cost("He came,", "she", spaced=True) < cost("came", "home", spaced=True)
    )


@pytest.mark.parametrize("word", ["a", "the", "of", "with", "their"])
def test_a_small_word_stays_with_what_it_opens(word: str) -> None:
    assert cost(f"house {word}", "hill", spaced=True) > cost("house", word, spaced=True)


def test_a_number_stays_with_what_it_counts() -> None:
    assert badness("2024", "年", spaced=False) > badness("年", "2024", spaced=False)


@pytest.mark.parametrize("character", "，。！？：；、）》」』】”%ーっャ々…")
def test_no_line_starts_with_a_mark_that_closes_or_a_small_kana(character: str) -> None:
    assert not may_start(character)


@pytest.mark.parametrize("character", "（《「『【“‘([")
def test_no_line_ends_with_a_mark_that_opens(character: str) -> None:
    assert not may_end(character)
