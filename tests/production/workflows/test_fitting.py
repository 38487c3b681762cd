"""Lines in their slots: their own pace first, then the silence after them, then haste, and never two at once."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.media.dialogue import Line
from laterna.production.workflows.fitting import BREATH, FASTEST, SLOWEST, Fitting, Place

END = Fraction(60)


def line(start: float, end: float, speaker: str = "", number: int = 1) -> Line:
    return Line(number, Fraction(str(start)), Fraction(str(end)), "words", speaker)


def placed(lines: list[Line], *durations: float) -> list[Place]:
    fitting, places = Fitting(lines, END), []
    for one, duration in zip(lines, durations, strict=True):
        places.append(fitting.place(one, Fraction(str(duration))))
        fitting.spoken(one, places[-1].start + Fraction(str(duration)) / Fraction(places[-1].speed))
    return places


def test_a_line_that_nearly_fills_its_slot_is_drawn_out_to_fill_it() -> None:
    (place,) = placed([line(2, 4)], 1.8)
    assert (place.start, place.speed) == (2, 0.9)


def test_a_shorter_line_keeps_its_pace() -> None:
    assert placed([line(2, 4)], 1.69)[0].speed == 1
    assert placed([line(2, 4)], 1.7)[0].speed == 0.85


def test_a_longer_line_first_takes_the_silence_after_it() -> None:
    first, _ = placed([line(2, 4, "ANNA"), line(6, 7, "BOB")], 3.9, 1)
    assert (first.speed, first.limit) == (1, 6 - BREATH)
    assert placed([line(2, 4)], 50)[0].speed == 1  # up to the film's end


def test_then_it_is_hurried_so_far_as_it_is_understood() -> None:
    lines = [line(2, 4, "ANNA"), line(5, 7, "BOB")]
    assert placed(lines, 3.48, 1)[0].speed == 1.2
    assert placed(lines, 9, 1)[0].speed == 1.35


def test_slots_that_touch_leave_no_silence() -> None:
    assert placed([line(2, 4, "ANNA"), line(4, 7, "BOB")], 2.4, 1)[0].speed == 1.2


def test_there_is_no_silence_while_another_speaks() -> None:
    lines = [line(1, 6, "BOB"), line(2, 4, "ANNA"), line(3, 5, "EVE"), line(9, 10, "ANNA")]
    assert [place.limit for place in placed(lines, 1, 1, 1, 1)] == [9 - BREATH, 4, 5, END]


def test_a_speakers_next_line_waits_for_the_end_of_this_one() -> None:
    first, second, other = placed([line(2, 3, "ANNA"), line(3, 5, "ANNA"), line(3.5, 4, "BOB")], 2.7, 1, 0.5)
    assert first.speed == 1.35
    assert float(second.start) == pytest.approx(2 + 2 + 0.1)
    assert other.start == 3.5


def test_a_slot_that_runs_into_the_speakers_next_is_cut_there() -> None:
    first, _ = placed([line(2, 4), line(3, 5)], 1.2, 1)
    assert (first.speed, first.limit) == (1.2, 3)


def test_a_slot_ends_with_the_film() -> None:
    assert placed([line(59, 63)], 1.2)[0] == Place(Fraction(59), 1.2, END)


times = st.integers(0, 5900).map(lambda hundredths: Fraction(hundredths, 100))
many = st.lists(st.tuples(times, times, st.sampled_from(["", "ANNA", "BOB"]), times), max_size=12)


@given(many)
def test_nobody_speaks_twice_at_once_and_nobody_too_fast(drawn: list[tuple[Fraction, Fraction, str, Fraction]]) -> None:
    lines = sorted(
        (Line(i, min(a, b), max(a, b), "words", who) for i, (a, b, who, _) in enumerate(drawn)),
        key=lambda one: one.start,
    )
    fitting, spoken = Fitting(lines, END), list[tuple[str, Fraction, Fraction]]()
    for one in lines:
        duration = max(drawn[one.number][3], Fraction(1, 100))
        place = fitting.place(one, duration)
        assert float(SLOWEST) <= place.speed <= float(FASTEST)
        assert place.start >= one.start
        end = place.start + duration / Fraction(place.speed)
        if place.start == one.start and place.speed < float(FASTEST):
            assert end <= place.limit + Fraction(1, 10**6)
        fitting.spoken(one, end)
        spoken.append((one.speaker, place.start, end))
    for who in ("", "ANNA", "BOB"):
        own = [(start, end) for speaker, start, end in spoken if speaker == who]
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(own))
