"""The best ten of 3,000 items for 1,000 known users, from factors, against NumPy's matmul and argpartition."""

import argparse

import numpy as np
from common import Row, interleaved, main

from laterna.audience.interactions import Interactions
from laterna.audience.serving import best

USERS, ITEMS, WIDTH, MOST, MET = 1000, 3000, 64, 10, 50
REACH = 0.6


def options(parser: argparse.ArgumentParser) -> None:
    """How often both are timed."""
    parser.add_argument("--rounds", type=int, default=31)


def rows(options: argparse.Namespace) -> list[Row]:
    """Both exclude what users have met, give the same items in the same order, and compute in float32."""
    rng = np.random.default_rng(0)
    users, items = (rng.standard_normal((count, WIDTH), dtype=np.float32) for count in (USERS, ITEMS))
    met = _met(rng)
    if not np.array_equal(best(users, items, MOST, met)[0], plain(users, items, met)):
        raise SystemExit("The two give other items.")
    times = interleaved(
        {"laterna": lambda: best(users, items, MOST, met), "numpy": lambda: plain(users, items, met)}, options.rounds
    )
    ratio = times.ratio("laterna", "numpy")
    measured = f"{ratio:.2f}x ({times.median('laterna') * 1e3:.1f} ms, {times.median('numpy') * 1e3:.1f} ms)"
    protocol = (
        f"top {MOST} of {ITEMS:,} items for {USERS:,} users, factors of {WIDTH} in float32, {MET} items met by each"
        f" left out, same items in the same order; median of {options.rounds} interleaved rounds"
    )
    return [Row("audience: serving known users", f"<= {REACH}x NumPy", measured, ratio <= REACH, protocol)]


def plain(users: np.ndarray, items: np.ndarray, met: Interactions) -> np.ndarray:
    """What one writes first: all scores, the best ten of each row, and these in order."""
    scores = users @ items.T
    scores[met.owners, met.columns] = -np.inf
    numbers = np.argpartition(scores, -MOST, axis=1)[:, -MOST:]
    order = np.argsort(-np.take_along_axis(scores, numbers, axis=1), axis=1)
    return np.take_along_axis(numbers, order, axis=1)


def _met(rng: np.random.Generator) -> Interactions:
    columns = np.concatenate([rng.choice(ITEMS, MET, replace=False) for _ in range(USERS)]).astype(np.int32)
    names = (tuple(map(str, range(count))) for count in (ITEMS, USERS))
    starts = MET * np.arange(USERS + 1)
    return Interactions(*names, starts, columns, np.zeros(len(columns), np.int64), np.zeros(len(columns), np.float32))


if __name__ == "__main__":
    main()
