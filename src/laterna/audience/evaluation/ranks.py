"""Where what a user went on to watch came among all that could have been offered. Ties are kept, not broken."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from laterna.errors import DataError


@dataclass(frozen=True)
class Ranks:
    """The places of users' targets, T in all.

    A target that ties with others has no single place: a metric is then its mean over all orders of the tied (McSherry
    and Najork 2008, "Computing information retrieval performance measures efficiently in the presence of tied scores").
    So a model that scores all alike has the figures of chance, whichever way a sort would have put it.

    Attributes:
        user: (T,) int64, the row of each target's user, from 0 to the number of users.
        above: (T,) int64, candidates with a higher score.
        tied: (T,) int64, candidates with the same score, the target among them: 1 and more.
        candidates: (users,) int64, how many were ranked for each.
    """

    user: np.ndarray
    above: np.ndarray
    tied: np.ndarray
    candidates: np.ndarray

    def __len__(self) -> int:
        """Users."""
        return len(self.candidates)

    @property
    def targets(self) -> np.ndarray:
        """(users,) int64, how many each has."""
        return np.bincount(self.user, minlength=len(self))

    @classmethod
    def of(cls, scores: np.ndarray, candidates: np.ndarray, targets: Sequence[np.ndarray]) -> Self:
        """Rank each user's targets among the user's candidates.

        Args:
            scores: (users, items), higher is better; -inf for what can't be scored, which ties with all such.
            candidates: (users, items) bool, what is ranked: not what the user has seen.
            targets: of each user, the columns of what is to be found, all of them candidates.

        Raises:
            DataError: a score is NaN or +inf, or a target is no candidate.
        """
        check_scores(scores)
        user, above, tied = list[int](), list[np.ndarray](), list[np.ndarray]()
        for row, columns in enumerate(targets):
            if not candidates[row, columns].all():
                raise DataError(f"A target of user {row} is not ranked: count only what the user has not seen.")
            ordered = np.sort(scores[row, candidates[row]])
            left, right = (np.searchsorted(ordered, scores[row, columns], side) for side in ("left", "right"))
            above.append(len(ordered) - right)
            tied.append(right - left)
            user += [row] * len(columns)
        rows = np.array(user, np.int64)
        return cls(rows, np.concatenate(above), np.concatenate(tied), candidates.sum(1))

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The ranks of batches of users, one after another."""
        firsts = np.cumsum([0, *map(len, parts)])[:-1]
        user = [part.user + first for part, first in zip(parts, firsts, strict=True)]
        rest = ([getattr(part, name) for part in parts] for name in ("above", "tied", "candidates"))
        return cls(*(np.concatenate(arrays) for arrays in (user, *rest)))


def check_scores(scores: np.ndarray) -> None:
    """Raise a DataError where a score can't be compared."""
    wrong = np.isnan(scores) | np.isposinf(scores)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise DataError(
            f"The score of user {row} and item {column} is {scores[row, column]}: a model scores with finite numbers,"
            " and -inf for what it doesn't know."
        )
