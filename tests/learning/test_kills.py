"""Whatever stops a training, at any moment, many of them within the writing of a checkpoint: it goes on unchanged."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import toys

from laterna.learning import load, train
from laterna.learning.checkpoint import CHECKPOINT
from laterna.learning.folder import CONFIG

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["laterna.learning.training", "laterna.learning.launch"])  # once, for all of them

Losses = dict[int, Mapping[str, float]]


def disturbed(data: Path, folder: Path, number: int, delay: float) -> int:
    """Train in a process that gets a signal so many seconds after its first step; how it ended."""
    began = PROCESSES.Event()
    process = PROCESSES.Process(target=toys.learn, args=(data, folder, (folder / CHECKPOINT).exists(), began))
    process.start()
    assert began.wait(60)
    time.sleep(delay)
    assert process.pid is not None
    with suppress(ProcessLookupError):  # it has ended
        os.kill(process.pid, number)
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


def finished(data: Path, folder: Path) -> Losses:
    """What a training that goes on from there says until its end."""
    said: Losses = {}
    resume = (folder / CHECKPOINT).exists()
    if resume or not (folder / CONFIG).exists():
        train(
            "toys/frilled",
            data,
            out=folder,
            resume=resume,
            tell=lambda news: said.__setitem__(news.step, news.losses),
            **toys.BRIEF,
        )
    return said


def weights(folder: Path) -> list[list[float]]:
    return [tensor.flatten().tolist() for tensor in load(str(folder)).state()]


@pytest.fixture
def stopped(points: Path, tmp_path: Path) -> Callable[[int, int], int]:
    """``stopped(number, seed)``: a training that got signals at random moments ends as an undisturbed one does."""
    whole = finished(points, tmp_path / "whole")
    assert len(whole) == 60

    def stop(number: int, seed: int) -> int:
        folder = tmp_path / "stopped"
        delay = float(np.random.default_rng(seed).uniform(0, 0.6))
        code = disturbed(points, folder, number, delay)
        rest = finished(points, folder)
        assert rest == {step: losses for step, losses in whole.items() if step in rest}
        assert sorted(rest) == list(range(61 - len(rest), 61))
        assert weights(folder) == weights(tmp_path / "whole")
        assert not list(folder.glob(".partial-*"))
        return code

    return stop


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_training_goes_on_unchanged(stopped: Callable[[int, int], int], seed: int) -> None:
    assert stopped(signal.SIGKILL, seed) in (-signal.SIGKILL, 0)


@pytest.mark.parametrize("seed", range(5))
def test_a_training_that_ctrl_c_stopped_goes_on_unchanged(stopped: Callable[[int, int], int], seed: int) -> None:
    assert stopped(signal.SIGINT, seed) in (130, 0)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("seed", range(100, 120))
def test_a_stopped_training_goes_on_unchanged_wherever_it_was(
    stopped: Callable[[int, int], int], number: signal.Signals, seed: int
) -> None:
    assert stopped(number, seed) in (-signal.SIGKILL, 130, 0)
