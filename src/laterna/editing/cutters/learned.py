"""The learned cutter: the trained editor's network in NumPy, which chooses event by event.

The network and its training stand in ``editing/models/editor.py``; a test holds the two to one another. Here it answers
without torch.
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from laterna.editing.cutters.board import Board
from laterna.editing.cutters.problem import Cut, Problem
from laterna.editing.cutters.reward import Reward, Scored
from laterna.editing.cutters.sight import choices, seen
from laterna.learning.answering import answering
from laterna.learning.store import find

NAME, VERSION = "editing/editor", 1
_MOST_SHOTS = 300  # that are looked at; the worthiest of more


class Forward:
    """The trained network.

    Args:
        weights: its tensors by name, float32.
    """

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._w = weights

    def logits(self, view: np.ndarray) -> np.ndarray:
        """(O,) for the O options of what is seen, (``CHOICES``, ``SEEN``)."""
        rows = view[view[:, 0] > 0]
        read = np.maximum(self._linear("read.2", np.maximum(self._linear("read.0", rows), 0)), 0)  # (O, width)
        whole = np.concatenate([read.mean(0), read.max(0)])
        mixed = np.maximum(self._linear("mix", np.concatenate([read, np.tile(whole, (len(read), 1))], 1)), 0)
        return (self._linear("out", mixed) + rows @ self._w["skip.weight"].T)[:, 0]

    def _linear(self, layer: str, x: np.ndarray) -> np.ndarray:
        return x @ self._w[f"{layer}.weight"].T + self._w[f"{layer}.bias"]


class Learned:
    """Cuts as the trained editor does.

    Args:
        tries: films that are cut, of which the worthiest is kept: the first by the editor's first choices, the others
            drawn from its probabilities. 1 is the editor alone.
        model: the editor's name or its folder, see :func:`laterna.learning.store.find`.

    Raises:
        ModelError: there is no such model, or its files are broken.
    """

    name = "learned"

    def __init__(self, tries: int = 64, *, model: str = NAME) -> None:
        self._tries = tries
        self._forward = _read(find(model))

    def cut(self, problem: Problem, reward: Reward, *, seed: int = 0) -> Cut:
        """The best of the tries; the same seed gives the same."""
        fewer, rows = problem.narrowed(_MOST_SHOTS)
        found = rollouts(self._forward, Scored(fewer, reward), self._tries, np.random.default_rng(seed))
        events = tuple(replace(event, shot=int(rows[event.shot])) for event in found.events)
        return replace(found, events=events)


def rollouts(forward: Forward, scored: Scored, tries: int, rng: np.random.Generator) -> Cut:
    """The worthiest of films cut by a network: by its first choices, then drawn."""
    cuts = [rollout(forward, scored, rng if number else None) for number in range(tries)]
    return max(cuts, key=lambda cut: cut.worth)


def rollout(forward: Forward, scored: Scored, rng: np.random.Generator | None = None) -> Cut:
    """A film cut by a network: by its first choices, or drawn from its probabilities where ``rng`` is given."""
    board = Board.of(scored)
    while len(options := choices(board)):
        logits = forward.logits(seen(board, options))
        noise = 0.0 if rng is None else rng.gumbel(size=len(logits))  # the largest of these is a draw (Gumbel 1954)
        board = board.play(options, int(np.argmax(logits + noise)))
    return board.closed()


@lru_cache(maxsize=2)
def _read(folder: Path) -> Forward:
    return answering(folder, NAME, VERSION, lambda weights, config: Forward(weights))
