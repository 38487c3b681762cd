"""Pins and bans over the shots of an index."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from laterna.editing.cutting.pins import Ban, Pin, named
from laterna.editing.indexing.index import Index
from laterna.errors import BriefError

_PINNED = 1e4  # what obeying a pin is worth, beside fits of 0..1

Assign = Callable[[np.ndarray], list[int | None]]


class Orders:
    """What has to be used, and what may not.

    Attributes:
        allowed: (shots,) which ones no ban touches.
        asked: (shots,) which ones a pin touches.

    Args:
        pins, bans: see :func:`laterna.editing.match.match`.
        index: the shots.
        count: how many sentences there are.

    Raises:
        BriefError: a pin finds no shot, or no sentence.
    """

    def __init__(self, pins: Sequence[Pin], bans: Sequence[Ban], index: Index, count: int) -> None:
        self.allowed, self.asked = np.ones(len(index), bool), np.zeros(len(index), bool)
        for ban in bans:
            self.allowed &= ~_touched(ban, index)
        self._told: dict[int, np.ndarray] = {}  # by sentence, which shots it may have
        self._loose: list[tuple[Pin, np.ndarray]] = []  # pins that any sentence may meet, with their shots
        for pin in pins:
            shots = _touched(pin, index) & self.allowed
            if not shots.any():
                raise BriefError(f"{pin} finds no shot that no ban touches: mend one of them.")
            self.asked |= shots
            if pin.sentence is None:
                self._loose.append((pin, shots))
            else:
                self._tell(pin, pin.sentence - 1, shots, count)

    def _tell(self, pin: Pin, sentence: int, shots: np.ndarray, count: int) -> None:
        if not 0 <= sentence < count:
            raise BriefError(f"{pin} can't be met, for the script has {count} sentences: mend its number.")
        self._told[sentence] = shots & self._told.get(sentence, shots)
        if not self._told[sentence].any():
            raise BriefError(f"{pin} can't be met beside another pin to the same sentence: pin one shot to each.")

    def obeyed(self, gains: np.ndarray, fits: np.ndarray, assign: Assign, order: str) -> list[int | None]:
        """The best assignment that obeys them. Which sentence meets a pin without a number is part of the assignment.

        Args:
            gains: (sentences, shots) what each pair is worth; minus infinity where it may not be.
            fits: (sentences, shots) 0..1.
            assign: gives each sentence its shot.
            order: how that is named in a brief.

        Raises:
            BriefError: the pins can't be met together.
        """
        gains = gains.copy()
        for sentence, shots in self._told.items():
            gains[sentence] = np.where(shots, fits[sentence] + _PINNED, -np.inf)
        chosen = assign(gains)
        for _, shots in self._loose:
            used = [shot for shot in chosen if shot is not None and shots[shot]]
            if not used:  # the one of its shots that fits any sentence best
                best = np.where(np.isfinite(gains), fits, -1.0).max(axis=0)
                used = [int(np.where(shots, best, -2.0).argmax())]
            gains[:, used[0]] += _PINNED
            chosen = assign(gains)
        self._check(chosen, order)
        return chosen

    def _check(self, chosen: Sequence[int | None], order: str) -> None:
        hint = ' or ask for order "free"' if order == "kept" else ""
        for number in sorted(self._told):
            if chosen[number] is None:
                raise BriefError(
                    f"The pin to sentence {number + 1} can't be met beside the other pins: mend them{hint}."
                )
        for pin, shots in self._loose:
            if not any(shot is not None and shots[shot] for shot in chosen):
                raise BriefError(f"{pin} can't be met beside the other pins: pin less, or write more sentences{hint}.")


def _touched(order: Pin | Ban, index: Index) -> np.ndarray:
    """(shots,) whether a shot has a part of what a pin or a ban names."""
    paths = [Path(path) for path in index.files["path"]]
    files = {index.files["file"][number] for number in named(order, paths)}
    low, high = order.range or (Fraction(0), Fraction(1 << 40))
    rows = index.shots.select("file", "start", "end").iter_rows()
    return np.array([file in files and Fraction(start) < high and Fraction(end) > low for file, start, end in rows])
