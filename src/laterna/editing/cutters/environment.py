"""The cutting room as a Gymnasium environment: an episode is a film, an action the next event of its list of edits.

Each action keeps a shot, trims it to a range and a length, puts it next in order, and comes to it by a cut or a
dissolve: the observation's rows are these events (:func:`laterna.editing.cutters.sight.seen`), the action is a row. The
reward of a step is what the event adds to the film's worth; what the film lacks at its end is taken off. Rows without
an event are masked; taking one anyway ends the film there.
"""

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np

from laterna.editing.cutters.board import Board, Options
from laterna.editing.cutters.relaxed import prospect
from laterna.editing.cutters.reward import Scored
from laterna.editing.cutters.sight import CHOICES, SEEN, choices, seen

GAIN = 10.0  # of worth in rewards, which are then about 1


class CuttingRoom(gymnasium.Env[np.ndarray, np.int64]):
    """Films to be cut, one an episode.

    Args:
        draw: gives the next problem with its reward, all that is random in it from a generator.
        shaped: add to each reward how much better the film's prospects have become, as the relaxed problem tells them.
            That changes no film's rank among the others (Ng, Harada and Russell 1999), and tells of a mistake at once.
    """

    def __init__(self, draw: Callable[[np.random.Generator], Scored], *, shaped: bool = False) -> None:
        self.observation_space = gymnasium.spaces.Box(-8.0, 8.0, (CHOICES, SEEN), np.float32)
        self.action_space = gymnasium.spaces.Discrete(CHOICES)
        self._draw, self._shaped = draw, shaped
        self._board: Board | None = None
        self._options: Options | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """A new film; the same seed gives the same one. ``options`` are not used."""
        super().reset(seed=seed)
        self._board = Board.of(self._draw(self.np_random))
        self._options = choices(self._board)
        return seen(self._board, self._options), {}

    def step(self, action: np.int64) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """The next event. ``info`` has the "worth" of the film when it ends."""
        board, options = self._state()
        before = board.worth + self._prospect(board)
        ended = int(action) >= len(options)
        if not ended:
            board = board.play(options, int(action))
            options = choices(board)
            ended = not len(options)
        self._board, self._options = board, options
        if ended:
            after = board.closed().worth
            info = {"worth": after}
        else:
            after, info = board.worth + self._prospect(board), {}
        reward = after - before
        return seen(board, options), GAIN * reward, ended, False, info

    def action_masks(self) -> np.ndarray:
        """(``CHOICES``,) bool: the possible actions; where a film can't be begun at all, one that ends it."""
        _, options = self._state()
        return np.arange(CHOICES) < max(1, len(options))

    def _prospect(self, board: Board) -> float:
        return prospect(board) if self._shaped else 0.0

    def _state(self) -> tuple[Board, Options]:
        if self._board is None or self._options is None:
            raise gymnasium.error.ResetNeeded("The cutting room has no film yet: call reset().")
        return self._board, self._options
