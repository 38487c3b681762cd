"""Calls in a process of their own: what comes back, and that the process never outlives its caller."""

import contextlib
import json
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest
from calls import process, read

from laterna.errors import DataError, ModelError
from laterna.learning.apart import apart
from laterna.media.timecode import parse_rate
from laterna.production.engine import Threads

_LONG = 30  # seconds that are waited for what comes at once unless something is wrong


def test_a_call_is_made_in_another_process_and_its_result_is_saved(tmp_path: Path) -> None:
    out = tmp_path / "process.txt"
    apart(process, out)
    assert out.read_text().isdigit()  # what is printed is no part of it
    assert out.read_text() != str(os.getpid())


def test_arguments_are_handed_over(tmp_path: Path) -> None:
    apart(json.dumps, tmp_path / "given.txt", obj={"one": [1, 2.5, "é"]}, ensure_ascii=False)
    assert (tmp_path / "given.txt").read_text() == '{"one": [1, 2.5, "é"]}'


def test_what_it_raises_is_raised_here(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'no rate'"):
        apart(parse_rate, tmp_path / "rate.txt", value="no rate")
    with pytest.raises(DataError, match="no kind of file"):
        apart(process, tmp_path / "process.unknown")
    with pytest.raises(RuntimeError, match="FileNotFoundError"):
        apart(read, tmp_path / "text.txt", path=str(tmp_path / "none"))
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_was_killed_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="ran _exit ended without an answer"):
        apart(os._exit, tmp_path / "none.txt", status=9)


def test_it_ends_when_its_caller_is_stopped(pipe: Path) -> None:
    threads, here = Threads(), psutil.Process()
    before = {one.pid for one in here.children()}
    future = threads.submit(partial(apart, read, pipe.with_suffix(".txt"), path=str(pipe)))
    writer = opened_by_its_reader(pipe)
    (child,) = [one for one in here.children() if one.pid not in before]
    threads.stop()
    os.close(writer)
    assert isinstance(future.exception(), SystemExit)
    assert not psutil.wait_procs([child], timeout=_LONG)[1]


def test_it_ends_when_its_caller_is_killed(pipe: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r});"
        "from calls import read; from laterna.learning.apart import apart;"
        f"apart(read, {str(pipe.with_suffix('.txt'))!r}, path={str(pipe)!r})"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as caller:
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
