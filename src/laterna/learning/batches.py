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
_SORTED = 32  # batches that are sorted together, where samples have lengths


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
        if self._lengths is None:
            chosen = indices(len(self.samples), self.size, self.seed, step)
        else:
            chosen = alike(self._lengths, self.size, self.seed, step)
        return self.recipe.collate(
            [
                self.samples.sample(chosen[place], np.random.default_rng([self.seed, step, place]))
                for place in range(self.rank, self.size, self.world)
            ]
        )

    @functools.cached_property
    def _lengths(self) -> np.ndarray | None:
        length = getattr(self.samples, "length", None)
        count = len(self.samples)
        return None if length is None or count < self.size else np.array([length(index) for index in range(count)])


def indices(count: int, size: int, seed: int, step: int) -> list[int]:
    """The samples of a step: every epoch is another order of all, and a batch may reach into the next epoch."""
    places = (divmod(place, count) for place in range(step * size, (step + 1) * size))
    return [int(_order(count, seed, epoch)[place]) for epoch, place in places]


def alike(lengths: np.ndarray, size: int, seed: int, step: int) -> list[int]:
    """The samples of a step, about as long as one another: of an epoch's order, some batches at a time are sorted.

    What an epoch has over whole batches is left out of it.
    """
    epoch, batch = divmod(step, len(lengths) // size)
    order = _order(len(lengths), seed, epoch)[: len(lengths) // size * size]
    first = batch - batch % _SORTED
    some = order[first * size : (first + _SORTED) * size]
    batches = some[np.argsort(lengths[some], kind="stable")].reshape(-1, size)
    turn = np.random.default_rng([seed, epoch, first]).permutation(len(batches))
    return [int(index) for index in batches[turn[batch - first]]]


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
