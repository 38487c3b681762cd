"""Which samples a step sees is a function of the seed and the step, and of nothing else."""

import threading
import time
from collections import Counter

import numpy as np
import pytest
import toys
from hypothesis import given
from hypothesis import strategies as st

from laterna.learning.batches import Batches, ahead, alike, indices

COUNTS = st.integers(1, 20)


@given(COUNTS, COUNTS, st.integers(0, 5))
def test_every_epoch_is_all_samples_once_in_its_own_order(count: int, size: int, seed: int) -> None:
    seen = [index for step in range(2 * count) for index in indices(count, size, seed, step)]
    epochs = [seen[start : start + count] for start in range(0, len(seen), count)]
    assert all(Counter(epoch) == Counter(range(count)) for epoch in epochs)
    if count > 12:
        assert epochs[0] != epochs[1]


def test_another_seed_is_another_order() -> None:
    assert indices(50, 50, 0, 0) != indices(50, 50, 1, 0)


@given(st.integers(1, 200), st.integers(1, 8), st.integers(0, 5))
def test_samples_with_lengths_come_once_an_epoch_but_for_what_is_over(count: int, size: int, seed: int) -> None:
    size = min(count, size)
    lengths = np.random.default_rng(seed).uniform(1, 9, count)
    for epoch in range(2):
        steps = range(epoch * (count // size), (epoch + 1) * (count // size))
        seen = [index for step in steps for index in alike(lengths, size, seed, step)]
        assert len(seen) == len(set(seen)) == count // size * size


def test_samples_of_a_batch_are_about_as_long() -> None:
    lengths = np.random.default_rng(0).uniform(0, 1, 2000)
    spread = [np.ptp(lengths[alike(lengths, 10, 0, step)]) for step in range(200)]
    assert np.mean(spread) < 0.1
    means = [lengths[alike(lengths, 10, 0, step)].mean() for step in range(30)]
    assert np.std(means) > 0.2
    assert not np.all(np.diff(means) > 0)


def test_batches_ask_samples_for_their_lengths() -> None:
    class Lines(toys.Points):
        def length(self, index: int) -> float:
            return float(self.rows[index, 0])

    rows = np.random.default_rng(0).uniform(0, 100, (64, 3))
    points, _ = Batches(toys.plain, Lines(list(rows)), 8, seed=1)(0)
    assert np.ptp(points[:, 0].numpy()) < 30


def test_several_processes_see_together_what_one_would_see() -> None:
    samples = toys.Points(np.random.default_rng(0).normal(size=(30, 3)))
    whole, _ = Batches(toys.plain, samples, 8, seed=1)(3)
    shares = [Batches(toys.plain, samples, 8, seed=1, rank=rank, world=2)(3)[0] for rank in range(2)]
    assert [row.tolist() for pair in zip(*shares, strict=True) for row in pair] == whole.tolist()


def test_what_is_drawn_in_a_sample_is_a_function_of_the_step() -> None:
    batches = Batches(toys.plain, toys.Points(np.zeros((1, 3))), 2, seed=1)
    first, again, later = (batches(step)[0].tolist() for step in (0, 0, 1))
    assert first == again != later
    assert first[0] != first[1]


def test_batches_come_in_order_and_are_made_while_others_are_used() -> None:
    made: list[int] = []
    threads = threading.active_count()

    def make(step: int) -> int:
        made.append(step)
        return step * step

    with ahead(make, 3, 2) as batches:
        assert [next(batches) for _ in range(4)] == [9, 16, 25, 36]
        while len(made) < 6:
            time.sleep(0.01)
    assert sorted(made) == [3, 4, 5, 6, 7, 8]
    assert threading.active_count() == threads


def test_what_goes_wrong_in_a_reader_comes_out() -> None:
    def make(step: int) -> int:
        raise OSError("no such film")

    with ahead(make, 0, 1) as batches, pytest.raises(OSError, match="no such film"):
        next(batches)
