"""The best few of many, fast: few scores are compared with one another, and they stay in the processor's cache."""

import numpy as np

from laterna.audience.interactions import Interactions

_GROUPS = 128  # of a row's columns, whose best ones tell a limit that the best few of all reach
_SCORES = 1 << 18  # of a block of users: 1 MB


def best(
    users: np.ndarray, items: np.ndarray, most: int, met: Interactions | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The best items for users whose factors are known, best first; of equal ones, the first.

    Args:
        users: (users, width) float32, such as :meth:`laterna.audience.models.als.ALS.users` gives.
        items: (items, width) float32; a score is the product of two factors.
        most: items for each.
        met: the users' histories, whose items are left out.

    Returns:
        Items' numbers (users, most) int64, -1 where none is left, and their scores, minus infinity there.
    """
    step = max(1, _SCORES // max(1, len(items)))
    room = np.empty((min(step, len(users)), len(items)), np.result_type(users, items))
    numbers, found = np.empty((len(users), most), np.int64), np.empty((len(users), most), room.dtype)
    for first in range(0, len(users), step):
        block = users[first : first + step]
        scores = np.matmul(block, items.T, out=room[: len(block)])
        if met is not None:
            starts = met.starts[first : first + len(block) + 1]
            rows = np.repeat(np.arange(len(block)), np.diff(starts))
            scores[rows, met.columns[starts[0] : starts[-1]]] = -np.inf
        numbers[first : first + step], found[first : first + step] = top(scores, most)
    return numbers, found


def top(scores: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """The best columns of each row, best first; of equal ones, the first.

    Args:
        scores: (rows, columns), minus infinity for what may not be chosen.
        most: how many.

    Returns:
        Their numbers (rows, most) int64, -1 where none is left, and their scores, minus infinity there.
    """
    numbers, found = _candidates(scores, most)
    order = np.argsort(-found, axis=1, kind="stable")[:, :most]
    numbers, found = np.take_along_axis(numbers, order, axis=1), np.take_along_axis(found, order, axis=1)
    room = ((0, 0), (0, most - found.shape[1]))
    found = np.pad(found, room, constant_values=-np.inf)
    return np.where(found > -np.inf, np.pad(numbers, room), -1), found


def _candidates(scores: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of columns and their scores, (rows, n): those that may be among the best, in the order of columns.

    A row's columns are dealt into groups: as many groups as asked for have a best one that reaches the limit.
    """
    rows, columns = scores.shape
    groups = max(_GROUPS, 4 * most)
    each = columns // groups
    if each < 2 or not rows:
        return np.broadcast_to(np.arange(columns), (rows, columns)), scores
    bests = scores[:, : each * groups].reshape(rows, each, groups).max(axis=1)
    limits = np.partition(bests, groups - most, axis=1)[:, groups - most, None]
    row, column = np.divmod(np.flatnonzero(scores >= limits), columns)
    counts = np.bincount(row, minlength=rows)
    place = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    numbers = np.zeros((rows, counts.max()), np.int64)
    found = np.full(numbers.shape, -np.inf, scores.dtype)
    numbers[row, place], found[row, place] = column, scores[row, column]
    return numbers, found
