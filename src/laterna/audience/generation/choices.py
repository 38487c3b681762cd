"""What the made viewers choose, and how they rate it.

At each visit a viewer sees a shelf of items, drawn by how much the world seeks them that week, and takes one with the
odds of a multinomial logit (McFadden 1974): exp of its liking. Nobody takes an item twice.
"""

import numpy as np

from laterna.audience.generation.shelf import WEEK, Shelf
from laterna.audience.generation.viewers import Viewers, habits
from laterna.audience.generation.visits import DAY

SHELF = 40  # items that a viewer looks at before taking one
_ROUNDS = 4  # of new shelves for who took an item again, before they are shown everything
_NEVER = np.float32(-1e9)  # log-odds
_MIDDLE, _STARS, _NOISE = 2.4, 0.35, 0.6  # a rating's mean; stars per unit of liking; standard deviation
_AT_ONCE = 512  # shelves: their vectors fit into a processor's cache


class Choosers:
    """Makes choices and ratings of events."""

    def __init__(self, shelf: Shelf, viewers: Viewers) -> None:
        self._shelf, self._viewers, self._habits = shelf, viewers, habits()
        self._exposure = np.stack([shelf.exposure(week) for week in range(shelf.weeks)])

    def tastes(self, users: np.ndarray, seconds: np.ndarray) -> np.ndarray:
        """(n, WIDTH) what users like at a moment: their tastes by then, and the habits of that part of the day."""
        share = seconds / (self._shelf.weeks * WEEK * DAY)
        return self._viewers.tastes(users, share) + self._habits[seconds % DAY // (DAY // 4)]

    def __call__(self, users: np.ndarray, seconds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """(n,) the item of each event; ``users`` and ``seconds`` are in order of both."""
        wide = self._exposure.shape[1]
        items = self._drawn(users, seconds, np.empty(0, np.int64), rng)
        for _ in range(_ROUNDS):
            pairs = users * wide + items
            again = _repeated(pairs)
            if not len(again):
                return items
            items[again] = self._drawn(users[again], seconds[again], np.sort(pairs), rng)
        for event in _repeated(users * wide + items).tolist():
            items[event] = self._unseen(event, users, seconds, items, rng)
        return items

    def ratings(
        self, users: np.ndarray, seconds: np.ndarray, items: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """(n,) float32 stars from 0.5 to 5 in halves."""
        liking = (self.tastes(users, seconds) * self._shelf.vectors[items]).sum(1)
        stars = _MIDDLE + self._viewers.mildness[users] + _STARS * liking + rng.normal(0, _NOISE, len(users))
        return (np.clip(np.round(stars * 2), 1, 10) / 2).astype(np.float32)

    def _drawn(self, users: np.ndarray, seconds: np.ndarray, seen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """(n,) one item of a new shelf for each event; ``seen`` are sorted numbers, user x items + item."""
        items = np.empty(len(users), np.int64)
        week = seconds // (WEEK * DAY)
        order = np.argsort(week, kind="stable")
        cuts = np.searchsorted(week[order], np.arange(self._shelf.weeks + 1))
        for number in np.flatnonzero(np.diff(cuts)):
            events = order[cuts[number] : cuts[number + 1]]
            shelves = _looked_at(self._exposure[number], len(events) * SHELF, rng).reshape(-1, SHELF)
            for first in range(0, len(events), _AT_ONCE):
                some, shelf = events[first : first + _AT_ONCE], shelves[first : first + _AT_ONCE]
                tastes = self.tastes(users[some], seconds[some])
                known = _among(users[some, None] * self._exposure.shape[1] + shelf, seen)
                items[some] = self._taken(shelf, tastes, known, rng)
        return items

    def _taken(
        self, shelves: np.ndarray, tastes: np.ndarray, known: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """(n,) one of each shelf, (n, SHELF), by tastes, (n, WIDTH); but of the ``known`` where it can be."""
        vectors = self._shelf.vectors.take(shelves, 0)  # (n, SHELF, WIDTH)
        liking = (vectors @ tastes[:, :, None])[..., 0]
        liking[known] = _NEVER
        odds = np.cumsum(np.exp(liking - liking.max(1, keepdims=True)), 1)
        place = (odds < odds[:, -1:] * rng.random((len(tastes), 1), np.float32)).sum(1)
        return np.take_along_axis(shelves, place[:, None], 1)[:, 0]

    def _unseen(
        self, event: int, users: np.ndarray, seconds: np.ndarray, items: np.ndarray, rng: np.random.Generator
    ) -> int:
        """One of all items that are out and that the user has not seen, before or after."""
        exposure = self._exposure[seconds[event] // (WEEK * DAY)].copy()
        same = np.arange(np.searchsorted(users, users[event]), np.searchsorted(users, users[event], "right"))
        exposure[items[same[same != event]]] = 0
        liking = self._shelf.vectors @ self.tastes(users[[event]], seconds[[event]])[0]
        with np.errstate(divide="ignore"):
            odds = np.log(exposure) + liking
        return int(np.argmax(odds + rng.gumbel(size=len(odds))))


def _looked_at(exposure: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """(count,) items by exposure, with repetition; of many, how often each comes is drawn, which is faster."""
    if count < len(exposure):
        return rng.choice(len(exposure), count, p=exposure)
    often = rng.multinomial(count, exposure)
    return rng.permutation(np.repeat(np.arange(len(exposure), dtype=np.int32), often))


def _among(pairs: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Which of the numbers are in a sorted array."""
    if not len(seen):
        return np.zeros(pairs.shape, bool)
    return seen[np.minimum(np.searchsorted(seen, pairs), len(seen) - 1)] == pairs


def _repeated(pairs: np.ndarray) -> np.ndarray:
    """Where a number stands that has stood before."""
    order = np.argsort(pairs, kind="stable")
    return np.sort(order[1:][pairs[order][1:] == pairs[order][:-1]])
