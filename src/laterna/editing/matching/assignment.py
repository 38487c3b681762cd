"""Which sentence has which shot, such that all of them together fit as well as can be; no shot is used twice.

``gains`` is (sentences, shots): what it is worth that a sentence has a shot. What is worth nothing, or less, is never
assigned. Both ways are exact, and small enough to read; SciPy, which has the second, would be 35 MB for this alone.
"""

import numpy as np


def in_order(gains: np.ndarray) -> list[int | None]:
    """The best assignment with the shots in the order of the footage: dynamic programming, as strings are aligned."""
    best = [np.zeros(gains.shape[1] + 1)]  # best[i][j]: of the first i sentences and j shots
    for row in gains:
        with_it = np.where(row > 0, best[-1][:-1] + row, 0.0)
        best.append(np.maximum.accumulate(np.concatenate([[0.0], np.maximum(best[-1][1:], with_it)])))
    chosen: list[int | None] = [None] * len(gains)
    end = gains.shape[1]
    for sentence in reversed(range(len(gains))):
        reached = best[sentence + 1][end]
        if reached > best[sentence][end]:
            end = int(np.searchsorted(best[sentence + 1], reached)) - 1  # the first shot that brought the sum there
            chosen[sentence] = end
    return chosen


def free(gains: np.ndarray) -> list[int | None]:
    """The best assignment in any order: the Hungarian method (Kuhn 1955) by shortest augmenting paths."""
    worth = np.maximum(gains, 0.0)
    rows = np.flatnonzero(worth.any(axis=1))
    columns = np.flatnonzero(worth.any(axis=0))
    small = worth[np.ix_(rows, columns)]
    spare = np.zeros((len(rows), max(0, len(rows) - len(columns))))  # for the sentences that outnumber the shots
    chosen: list[int | None] = [None] * len(gains)
    for row, column in enumerate(_hungarian(-np.concatenate([small, spare], axis=1))):
        if column < len(columns) and small[row, column] > 0:
            chosen[rows[row]] = int(columns[column])
    return chosen


def _hungarian(costs: np.ndarray) -> list[int]:
    """The column of each row, at the least cost; there are at least as many columns as rows."""
    count, width = costs.shape
    row_price, column_price = np.zeros(count), np.zeros(width)
    owner = np.full(width, -1)
    for row in range(count):
        least, before = np.full(width, np.inf), np.full(width, -1)
        done = np.zeros(width, bool)
        at, column = row, -1
        while True:
            slack = costs[at] - row_price[at] - column_price
            nearer = ~done & (slack < least)
            least[nearer], before[nearer] = slack[nearer], column
            column = int(np.argmin(np.where(done, np.inf, least)))
            step = least[column]
            row_price[[row, *owner[done]]] += step
            column_price[done] -= step
            least[~done] -= step
            done[column] = True
            if owner[column] < 0:
                break
            at = owner[column]
        while column >= 0:
            owner[column] = owner[before[column]] if before[column] >= 0 else row
            column = before[column]
    found = [0] * count
    for column, row in enumerate(owner):
        if row >= 0:
            found[row] = column
    return found
