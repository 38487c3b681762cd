"""The best few of many, fast."""

import numpy as np


def top(scores: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """The best columns of each row, best first; of equal ones, the first.

    Args:
        scores: (rows, columns), minus infinity for what may not be chosen.
        most: how many.

    Returns:
        Their numbers (rows, most) int64, -1 where none is left, and their scores, minus infinity there.
    """
    rows, columns = scores.shape
    kept = min(most, columns)
    if kept < columns:
        limits = np.partition(scores, columns - kept, axis=1)[:, columns - kept, None]
        ahead = (scores > limits).sum(axis=1, keepdims=True)
        ties = scores == limits
        chosen = (scores > limits) | (ties & (np.cumsum(ties, axis=1) <= kept - ahead))
        numbers = np.nonzero(chosen)[1].reshape(rows, kept)
    else:
        numbers = np.broadcast_to(np.arange(columns), (rows, columns))
    found = np.take_along_axis(scores, numbers, axis=1)
    order = np.argsort(-found, axis=1, kind="stable")
    numbers, found = np.take_along_axis(numbers, order, axis=1), np.take_along_axis(found, order, axis=1)
    room = ((0, 0), (0, most - kept))
    found = np.pad(found, room, constant_values=-np.inf)
    return np.where(found > -np.inf, np.pad(numbers, room), -1), found
