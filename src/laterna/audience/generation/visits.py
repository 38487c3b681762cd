"""When the made viewers watch: sessions, mostly at their hour, more of them at the weekend."""

import numpy as np

from laterna.audience.generation.shelf import START
from laterna.audience.generation.viewers import Viewers

DAY = 86_400
_AGAIN = 0.6  # that a session goes on after an item
_SHORT, _LONG = 1_500, 7_200  # seconds between two items of a session
_TO_WEEKEND = 0.2  # of the sessions of working days are put off to the weekend
_ANY_HOUR = 0.15  # of the sessions are at another hour than usual


def visits(viewers: Viewers, users: np.ndarray, days: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """When users, by number, watch: (n,) user of each event and (n,) seconds since the start, in order of both."""
    counts = viewers.counts[users]
    of = np.repeat(users, counts)
    first = np.zeros(len(of), bool)
    first[np.cumsum(counts) - counts] = True
    first |= rng.random(len(of)) > _AGAIN
    session = np.cumsum(first) - 1
    start = _starts(viewers, of[first], days, rng)
    gaps = np.where(first, 0, rng.integers(_SHORT, _LONG, len(of)))
    within = np.cumsum(gaps)
    seconds = start[session] + within - within[first][session]
    seconds = np.minimum(seconds, days * DAY - 1)
    order = np.lexsort((seconds, of))
    return of[order], seconds[order]


def _starts(viewers: Viewers, of: np.ndarray, days: int, rng: np.random.Generator) -> np.ndarray:
    """(sessions,) seconds since the start."""
    day = np.floor(rng.uniform(viewers.joined[of], viewers.left[of])).astype(np.int64)
    weekday = (day + START.weekday()) % 7
    put_off = (weekday < 5) & (rng.random(len(of)) < _TO_WEEKEND)
    day = np.where(put_off, day + 5 - weekday + rng.integers(0, 2, len(of)), day)
    usual = rng.normal(viewers.hours[of], 1.8)
    hour = np.where(rng.random(len(of)) < _ANY_HOUR, rng.uniform(7, 24, len(of)), usual) % 24
    return np.clip(day, 0, days - 1) * DAY + (hour * 3600).astype(np.int64)
