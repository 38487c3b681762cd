"""The made viewers: what they like, how that changes, and when they watch."""

from dataclasses import dataclass

import numpy as np

from laterna.audience.generation.shelf import POPULAR, QUALITY, WIDTH, YEAR, YEAR_SQUARED
from laterna.audience.generation.words import GENRES, STYLES

DAYPARTS = ("night", "morning", "afternoon", "evening")  # six hours each, from midnight UTC
_LIKED, _FANCY = 1.6, 0.6  # standard deviations of tastes in genres and styles, in log-odds
_DRIFT = 0.6  # of how far tastes go in the whole time, beside where they were
_KINDS = 12  # of viewers; a viewer is one kind for the most part and oneself for the rest
_HABITS = {  # log-odds that a genre has at a part of the day, for all
    "night": {"Horror": 1.0, "Thriller": 0.6, "Children": -1.0},
    "morning": {"Children": 1.0, "Animation": 0.8, "Horror": -0.8},
    "afternoon": {"Documentary": 0.8, "Adventure": 0.4},
    "evening": {"Drama": 0.4, "Comedy": 0.4, "Romance": 0.3},
}


@dataclass(frozen=True)
class Viewers:
    """Who watches.

    Attributes:
        before, after: (users, WIDTH) float32, their tastes at the start and at the end, in log-odds per unit of an
            item's vector.
        counts: (users,) how much each watches.
        joined, left: (users,) days since the start.
        hours: (users,) the hour of the day round which each mostly watches, UTC.
        mildness: (users,) stars that a rating of theirs is above others'.
    """

    before: np.ndarray
    after: np.ndarray
    counts: np.ndarray
    joined: np.ndarray
    left: np.ndarray
    hours: np.ndarray
    mildness: np.ndarray

    def tastes(self, users: np.ndarray, share: np.ndarray | float) -> np.ndarray:
        """(n, WIDTH) tastes of users by number, when that share of the whole time has passed."""
        past = np.asarray(share, np.float32).reshape(-1, 1)
        return self.before[users] * (1 - past) + self.after[users] * past


def gather(count: int, events: int, most: int, days: int, seed: int) -> Viewers:
    """Make viewers who watch ``events`` items together, none of them more than ``most``."""
    rng = np.random.default_rng([seed, 2])
    before = _tastes(count, rng)
    strength = rng.gamma(1.0, _DRIFT, (count, 1))  # most stay as they are, and some become others
    moved = before + strength * _tastes(count, rng)
    scale = np.linalg.norm(before, axis=1, keepdims=True) / np.linalg.norm(moved, axis=1, keepdims=True)
    joined = np.where(rng.random(count) < 0.6, 0.0, rng.uniform(0, days * 0.7, count))
    left = np.where(rng.random(count) < 0.7, days, joined + (days - joined) * rng.uniform(0.3, 1, count))
    hours = rng.choice((8.0, 13.0, 20.5, 23.5), count, p=(0.1, 0.15, 0.55, 0.2)) + rng.normal(0, 1, count)
    return Viewers(
        before=before,
        after=(moved * scale).astype(np.float32),
        counts=_counts(count, events, most, rng),
        joined=joined,
        left=left,
        hours=hours,
        mildness=rng.normal(0, 0.3, count),
    )


def habits() -> np.ndarray:
    """(parts of the day, WIDTH) float32 log-odds that are added to everybody's tastes."""
    table = np.zeros((len(DAYPARTS), WIDTH), np.float32)
    for row, part in enumerate(DAYPARTS):
        for genre, odds in _HABITS[part].items():
            table[row, GENRES.index(genre)] = odds
    return table


def _tastes(count: int, rng: np.random.Generator) -> np.ndarray:
    genres, styles = len(GENRES), len(STYLES)
    tastes = np.zeros((count, WIDTH), np.float32)
    kinds = rng.normal(0, _LIKED, (_KINDS, genres))
    tastes[:, :genres] = 0.8 * kinds[rng.integers(_KINDS, size=count)] + 0.6 * rng.normal(0, _LIKED, (count, genres))
    tastes[:, genres : genres + styles] = rng.normal(0, _FANCY, (count, styles))
    era, narrow = rng.normal(1.2, 0.8, count), rng.gamma(2.0, 0.2, count)  # -narrow * (year - era)**2
    tastes[:, YEAR], tastes[:, YEAR_SQUARED] = 2 * narrow * era, -narrow
    tastes[:, POPULAR] = rng.normal(0, 0.3, count)
    tastes[:, QUALITY] = np.abs(rng.normal(0.4, 0.15, count))
    return tastes


def _counts(count: int, events: int, most: int, rng: np.random.Generator) -> np.ndarray:
    """(users,) whole numbers that add up to ``events``: log-normal, three at least where there are so many."""
    least = min(3, events // count)
    weights = rng.lognormal(0, 1, count)
    counts = least + np.floor((events - least * count) * weights / weights.sum()).astype(np.int64)
    counts = np.minimum(counts, most)
    while (missing := events - int(counts.sum())) > 0:
        free = np.flatnonzero(counts < most)
        chosen = rng.choice(free, min(missing, len(free)), replace=False)
        counts[chosen] += 1
    return counts
