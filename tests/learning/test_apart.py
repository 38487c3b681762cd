"""Calls in a process of their own: what comes back, and that the process never outlives its caller."""

import contextlib
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from laterna.errors import DataError, ModelError
from laterna.learning.apart import apart
from laterna.media.timecode import parse_rate
from laterna.production.engine import Threads

_LONG = 30  # seconds that are waited for what comes at once unless something is wrong


def test_a_call_is_made_in_another_process_and_gives_what_it_gives() -> None:
    assert apart(dict, one=1, two=[2.5]) == {"one": 1, "two": [2.5]}
    assert apart(os.getpid) != os.getpid()


def test_what_it_raises_is_raised_here() -> None:
    with pytest.raises(DataError, match="'no rate'"):
        apart(parse_rate, value="no rate")


def test_what_it_prints_is_no_part_of_the_answer() -> None:
    assert apart(os.system, command="echo hello") == 0


def test_a_process_that_was_killed_is_named() -> None:
    with pytest.raises(ModelError, match="ran _exit ended without an answer"):
        apart(os._exit, status=9)


def test_it_ends_when_its_caller_is_stopped(pipe: Path) -> None:
    threads, here = Threads(), psutil.Process()
    before = {one.pid for one in here.children()}
    future = threads.submit(partial(apart, Path.read_text, self=pipe))
    writer = opened_by_its_reader(pipe)
    (child,) = [one for one in here.children() if one.pid not in before]
    threads.stop()
    os.close(writer)
    assert isinstance(future.exception(), SystemExit)
    assert not psutil.wait_procs([child], timeout=_LONG)[1]


def test_it_ends_when_its_caller_is_killed(pipe: Path) -> None:
    code = f"from pathlib import Path; from laterna.learning.apart import apart; apart(Path.read_text, self={pipe!r})"
    with subprocess.Popen([sys.executable, "-c", code.replace("PosixPath", "Path")]) as caller:
        writer = opened_by_its_reader(pipe)
        (child,) = psutil.Process(caller.pid).children()
        caller.kill()
    gone, _ = psutil.wait_procs([child], timeout=_LONG)
    os.close(writer)
    assert gone == [child]


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe: who reads it waits until it is closed by who writes it."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def opened_by_its_reader(pipe: Path) -> int:
    """The writing end of a pipe, as soon as someone reads from it."""
    while True:
        with contextlib.suppress(OSError):  # nobody reads yet
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        time.sleep(0.01)
