"""Two plain ways to cut, to measure others by: always the worthiest next event, and any event."""

import numpy as np

from laterna.editing.cutters.board import Board
from laterna.editing.cutters.problem import Cut, Problem
from laterna.editing.cutters.reward import Reward, Scored


def greedy(scored: Scored) -> Cut:
    """Always the event that is worth most for each of its seconds."""
    board = Board.of(scored)
    while len(options := board.options()):
        board = board.play(options, 0)
    return board.closed()


def random(scored: Scored, rng: np.random.Generator) -> Cut:
    """Any event that may come next."""
    board = Board.of(scored)
    while len(options := board.options()):
        board = board.play(options, int(rng.integers(len(options))))
    return board.closed()


class Greedy:
    """:func:`greedy` as a cutter."""

    name = "greedy"

    def cut(self, problem: Problem, reward: Reward, *, seed: int = 0) -> Cut:
        """The greedy cut; the seed chooses nothing."""
        return greedy(Scored(problem, reward))
