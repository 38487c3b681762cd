"""The batches of a training: which samples, with which random numbers, is a function of the seed and the step alone."""

import functools
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from laterna.learning.recipe import Recipe, Samples

_Batch = TypeVar("_Batch")


@dataclass(frozen=True)
class Batches:
    """The part of every batch that one process works on: each ``world``-th sample from the ``rank``-th on.

    So several processes see together what one alone would see.
    """

    recipe: Recipe
    samples: Samples
    size: int
    seed: int
    rank: int = 0
    world: int = 1

    def __call__(self, step: int) -> Any:
        """The batch of a step, collated, on the CPU."""
        chosen = indices(len(self.samples), self.size, self.seed, step)
        return self.recipe.collate(
            [
                self.samples.sample(chosen[place], np.random.default_rng([self.seed, step, place]))
                for place in range(self.rank, self.size, self.world)
            ]
        )


def indices(count: int, size: int, seed: int, step: int) -> list[int]:
    """The samples of a step: every epoch is another order of all, and a batch may reach into the next epoch."""
    places = (divmod(place, count) for place in range(step * size, (step + 1) * size))
    return [int(_order(count, seed, epoch)[place]) for epoch, place in places]


@contextmanager
def ahead(make: Callable[[int], _Batch], first: int, workers: int) -> Iterator[Iterator[_Batch]]:
    """``make(step)`` for the steps from ``first`` on, each made by a thread while earlier ones are used."""
    pool = ThreadPoolExecutor(workers)
    waiting: deque[Future[_Batch]] = deque(pool.submit(make, first + number) for number in range(workers))

    def batches() -> Iterator[_Batch]:
        step = first + workers
        while True:
            batch = waiting.popleft().result()
            waiting.append(pool.submit(make, step))
            step += 1
            yield batch

    try:
        yield batches()
    finally:
        pool.shutdown(cancel_futures=True)


@functools.lru_cache(maxsize=4)
def _order(count: int, seed: int, epoch: int) -> np.ndarray:
    return np.random.default_rng([seed, epoch]).permutation(count)
