"""The optimal cutter: no cut is better, where it says so; and what it cuts can be cut."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.editing.cutters.board import Board
from laterna.editing.cutters.made import bin_of, problem_of
from laterna.editing.cutters.optimal import Optimal, beam, best, computable
from laterna.editing.cutters.plain import Greedy, random
from laterna.editing.cutters.problem import DISSOLVE, HANDLE, Cut, Order, Problem, in_point, marks_of
from laterna.editing.cutters.reward import Reward, Scored, features
from laterna.errors import BriefError, DataError

TAKES = bin_of(0, 40)


def tiny(seed: int, order: Order, shots: int = 4, marks: int = 5) -> Problem:
    """So few shots and marks that all cuts can be tried."""
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(len(TAKES))[:shots])
    whole = problem_of(TAKES.some(rows), seed, seconds=9, order=order)
    kept = np.concatenate([[0], np.sort(1 + rng.permutation(whole.last - 1)[: marks - 2]), [whole.last]])
    grid = {name: getattr(whole, name)[kept] for name in ("marks", "strength", "pace")}
    return replace(whole, shortest=float(rng.uniform(0.5, 2)), **grid)


def every_cut(board: Board) -> Iterator[Cut]:
    yield board.closed()
    options = board.options()
    for index in range(len(options)):
        yield from every_cut(board.play(options, index))


def check_possible(problem: Problem, cut: Cut) -> None:
    """Raise an assertion where a cut breaks a rule."""
    bin, at, before = problem.bin, 0, None
    assert len({bin.group[event.shot] for event in cut.events}) == len(cut.events), "takes of one group used twice"
    for event in cut.events:
        seconds = problem.marks[event.end] - problem.marks[event.start]
        begins = float(in_point(bin, event.shot, seconds, event.window))
        assert event.start == at
        assert problem.shortest - 1e-6 <= seconds <= problem.longest + 1e-6
        assert begins >= -1e-6
        assert begins + seconds <= bin.length[event.shot] + 1e-6
        if event.transition == DISSOLVE:
            assert before is not None
            assert begins >= HANDLE
            assert before <= bin.length[cut.events[cut.events.index(event) - 1].shot] - HANDLE
        if problem.order == "kept" and event is not cut.events[0]:
            assert bin.rank[event.shot] > bin.rank[cut.events[cut.events.index(event) - 1].shot]
        at, before = event.end, begins + seconds


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.sampled_from(["free", "kept"]))
def test_no_cut_of_all_that_can_be_made_is_better(seed: int, order: Order) -> None:
    problem = tiny(seed, order)
    scored = Scored(problem, Reward())
    found = best(scored)
    assert found.exact
    assert found.worth == pytest.approx(max(cut.worth for cut in every_cut(Board.of(scored))), abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.sampled_from(["free", "kept"]))
def test_what_it_cuts_keeps_the_rules_and_is_worth_what_its_features_say(seed: int, order: Order) -> None:
    problem, reward = tiny(seed, order, shots=7, marks=12), Reward()
    for cut in (Optimal().cut(problem, reward), Optimal(8, exact=False).cut(problem, reward)):
        check_possible(problem, cut)
        assert cut.worth == pytest.approx(float(reward.worth(features(problem, cut.events))), abs=1e-5)


@pytest.mark.parametrize("order", ["free", "kept"])
def test_it_is_worth_at_least_what_a_beam_finds_and_that_more_than_greed_and_chance(order: Order) -> None:
    problems = [Scored(problem_of(bin_of(seed, 8), seed, seconds=12, order=order), Reward()) for seed in range(6)]
    exact, wide = [best(scored).worth for scored in problems], [beam(scored, 24).worth for scored in problems]
    greedy = [Greedy().cut(scored.problem, scored.reward).worth for scored in problems]
    chance = [random(scored, np.random.default_rng(0)).worth for scored in problems]
    assert all(a >= b - 1e-6 for a, b in zip(exact, wide, strict=True))
    assert np.mean(wide) > np.mean(greedy) > np.mean(chance)


def test_what_is_too_much_to_prove_is_found_by_a_beam_and_says_so() -> None:
    problem = problem_of(bin_of(1, 40), 1, seconds=10)
    assert not computable(problem)
    cut = Optimal(4).cut(problem, Reward())
    assert not cut.exact
    assert cut.worth > Greedy().cut(problem, Reward()).worth - 0.05
    check_possible(problem, cut)


def test_of_very_many_shots_the_worthiest_are_looked_at_and_keep_their_numbers() -> None:
    problem = problem_of(bin_of(2, 30), 2, seconds=10)
    best_fit = int(problem.match.max(0).argmax())
    narrowed, rows = problem.narrowed(10)
    assert len(narrowed.bin) == len(rows) == 10
    assert best_fit in rows
    assert np.array_equal(narrowed.match, problem.match[:, rows])


def test_a_film_longer_than_its_footage_is_cut_as_far_as_that_reaches() -> None:
    bin = bin_of(3, 3)
    problem = problem_of(bin, 3, seconds=60)
    cut = Optimal().cut(problem, Reward())
    check_possible(problem, cut)
    assert 0 < problem.marks[cut.events[-1].end] < float(bin.length.sum())
    assert cut.exact


def test_footage_too_short_for_any_shot_gives_an_empty_cut() -> None:
    bin = TAKES.some(np.arange(3))
    problem = replace(problem_of(bin, 0, seconds=10), bin=replace(bin, length=np.full(3, 0.4), key=np.zeros(3)))
    assert Optimal().cut(problem, Reward()).events == ()
    assert Greedy().cut(problem, Reward()).worth == pytest.approx(Reward().weights["missing"])


def test_marks_lie_on_beats_and_sentence_ends_and_on_a_grid_between() -> None:
    marks, strength = marks_of(10, beats=[2.1, 4.2, 12.0], sentence_ends=[4.2, 7.0], step=0.5)
    assert {2.1, 4.2, 7.0} <= set(marks.tolist())
    assert marks[0] == 0
    assert marks[-1] == 10
    assert set(marks[strength == 1].tolist()) == {0, 2.1, 4.2, 7.0, 10}
    assert (np.diff(marks) > 0).all()
    assert 2.0 not in marks


def test_a_problem_that_is_none_is_told_in_one_sentence() -> None:
    fine = tiny(0, "free")
    with pytest.raises(BriefError, match="no shots"):
        replace(fine, bin=TAKES.some(np.arange(0)), match=np.empty((len(fine.sentences), 0)))
    with pytest.raises(BriefError, match="rise from 0"):
        replace(fine, marks=fine.marks[::-1])
    with pytest.raises(BriefError, match="mend one of the two"):
        replace(fine, shortest=9.0)
    with pytest.raises(DataError, match="shape"):
        replace(fine, strength=fine.strength[:-1])
    with pytest.raises(DataError, match="finite"):
        replace(TAKES, motion=np.full(len(TAKES), np.nan))
    with pytest.raises(BriefError, match="length of a second"):
        marks_of(0)
