"""The relaxed problem: what a film could win were its shots free of their neighbours."""

from dataclasses import replace

import numpy as np
import pytest

from laterna.editing.cutters.board import Board
from laterna.editing.cutters.made import bin_of, problem_of
from laterna.editing.cutters.optimal import best
from laterna.editing.cutters.problem import Order
from laterna.editing.cutters.relaxed import prospect, relaxed
from laterna.editing.cutters.reward import JOINS, Reward, Scored

ALONE = Reward({name: weight for name, weight in Reward().weights.items() if name not in JOINS})


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("order", ["free", "kept"])
def test_no_film_wins_more_and_where_order_is_kept_and_neighbours_do_not_matter_it_is_won(
    seed: int, order: Order
) -> None:
    scored = Scored(problem_of(bin_of(seed, 7), seed, seconds=14, order=order), ALONE)
    bound, worth = prospect(Board.of(scored)), best(scored).worth
    assert bound >= worth - 1e-5
    if order == "kept":
        assert bound == pytest.approx(worth, abs=1e-5)


def test_a_shot_that_two_sentences_want_has_a_price_and_prices_bring_the_bound_near() -> None:
    problem = problem_of(bin_of(1, 8), 3, seconds=16)
    match = np.full((2, 8), 0.1)
    match[:, 2] = 1.0
    problem = replace(problem, sentences=np.array([[0.0, 5.0], [8.0, 13.0]]), match=match)
    scored = Scored(problem, ALONE)
    price = relaxed(scored).price
    assert price.argmax() == problem.bin.rank[2]
    assert prospect(Board.of(scored)) - best(scored).worth < price[problem.bin.rank[2]]
