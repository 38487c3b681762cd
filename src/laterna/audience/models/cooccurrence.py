"""How many users met two items both: what neighbours and EASE learn from."""

import numpy as np

from laterna.audience.interactions import Interactions, ranges


class Cooccurrence:
    """Counts of users by pairs of items, a row at a time: the whole of them may not fit in memory.

    Args:
        histories: what was met.
    """

    def __init__(self, histories: Interactions) -> None:
        self._histories = histories.once()
        self._starts, self._rows = self._histories.transposed()

    def row(self, item: int) -> np.ndarray:
        """Of the users who met an item, how many met each other one, (items,) int64; itself, how many they are."""
        past = self._histories
        users = self._rows[self._starts[item] : self._starts[item + 1]]
        events = ranges(past.starts[users], past.lengths[users])
        return np.bincount(past.columns[events], minlength=len(past.items))
