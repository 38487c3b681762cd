"""Sentences own slots of a film: exact, in order, and hardly moved by a change of words."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.editing.cutting.slots import Line, Plan, estimate, plan
from laterna.errors import BriefError

RATE = Fraction(25)
SHORTEST = 38


def read(words: list[int], speech: list[int] | None = None) -> list[Line]:
    """Lines of so many words, spoken in so many frames; at 10 frames a word unless said."""
    speech = speech or [10 * count for count in words]
    return [
        Line(number, estimate("word " * count), need)
        for number, (count, need) in enumerate(zip(words, speech, strict=True), 1)
    ]


def planned(seconds: int, lines: list[Line], opening: int = 0) -> Plan:
    return plan(seconds * 25, lines, RATE, opening=opening, shortest=SHORTEST)


def spans(layout: Plan) -> list[tuple[int, int]]:
    return [slot.span for slot in layout.slots]


def test_the_estimate_is_a_class_of_length_that_one_word_hardly_changes():
    assert estimate("The wind came down from the hills tonight.") == estimate("A storm blew over all our dark valleys!")
    assert estimate("One.") == 1
    assert estimate("word " * 26) == pytest.approx(2**3.5)  # 10 s are raised to the class of 11.3 s


def test_chinese_is_estimated_by_its_characters():
    assert estimate("夜里的集市亮起了灯，人们从山上下来。") == 4


def test_without_words_the_film_is_one_slot():
    assert spans(planned(20, [])) == [(0, 500)]


def test_slots_are_in_proportion_to_their_sentences_and_the_rest_is_the_closing():
    layout = planned(60, read([5, 20]))
    first, second, closing = ((end - start) / 25 for start, end in spans(layout))
    assert second == pytest.approx(first * 4, rel=0.05)
    assert 0 <= closing <= 6
    assert [slot.lines for slot in layout.slots] == [(1,), (2,), ()]


def test_an_opening_stands_before_the_first_sentence_where_there_is_room():
    assert planned(60, read([5, 20]), opening=75).slots[0].span == (0, 75)
    tight = planned(10, read([12, 12], [120, 120]), opening=75)
    assert tight.slots[0].lines == (1,)


def test_speech_within_its_slot_moves_nothing():
    lines = [10, 12, 8, 15]
    before, after = planned(60, read(lines)), planned(60, read(lines, [110, 120, 75, 150]))
    assert spans(before) == spans(after)


def test_an_overflow_moves_one_boundary_and_the_next_slot_takes_it_up():
    lines = [10, 12, 8, 15]
    before = planned(60, read(lines))
    over = before.slots[1].span[1] - before.slots[1].span[0] + 20
    after = planned(60, read(lines, [100, over, 80, 150]))
    moved = [b.span[0] - a.span[0] for a, b in zip(before.slots, after.slots, strict=True)]
    assert moved == [0, 0, 20, 0, 0]
    assert after.slots[2].planned == before.slots[2].span


def test_narration_that_overflows_the_film_says_what_it_needs_and_that_is_enough():
    lines = read([40, 40], [301, 302])
    with pytest.raises(BriefError, match=r"needs 24\.12 s and the film lasts 20\.00 s"):
        planned(20, lines)
    assert plan(603, lines, RATE, shortest=SHORTEST).slots[-1].span[1] == 603  # 24.12 s


def test_sentences_too_short_for_a_shot_share_one():
    layout = planned(4, read([1, 1, 1, 1], [20, 20, 20, 20]))
    assert all(end - start >= SHORTEST for start, end in spans(layout))
    assert [number for slot in layout.slots for number in slot.lines] == [1, 2, 3, 4]


def test_pinned_footage_bounds_its_sentences_slot():
    free, pinned = read([10]), [Line(1, estimate("word " * 10), 100, pinned=120)]
    assert spans(planned(60, free))[0][1] > 1000
    assert spans(planned(60, pinned))[0] == (0, 120)


@given(
    speech=st.lists(st.tuples(st.integers(1, 30), st.floats(0.5, 1.6)), min_size=1, max_size=30),
    room=st.floats(1, 3),
    opening=st.sampled_from([0, 75]),
)
def test_slots_tile_the_film_and_every_sentence_has_its_time(
    speech: list[tuple[int, float]], room: float, opening: int
) -> None:
    lines = read([words for words, _ in speech], [max(5, round(10 * words * pace)) for words, pace in speech])
    length = max(SHORTEST, round(sum(line.need for line in lines) * room))
    layout = plan(length, lines, RATE, opening=opening, shortest=SHORTEST)
    for ranges in (spans(layout), [slot.planned for slot in layout.slots]):
        assert ranges[0][0] == 0
        assert ranges[-1][1] == length
        assert all(a[1] == b[0] for a, b in pairwise(ranges))
    assert all(end - start >= SHORTEST or end == start for start, end in spans(layout))
    ends = {line.number: layout.starts[line.number] + line.need for line in lines}
    assert all(ends[number] <= layout.starts[number + 1] for number in range(1, len(lines)))
    for slot in layout.slots:
        assert all(slot.span[0] <= layout.starts[n] and ends[n] <= slot.span[1] for n in slot.lines)
