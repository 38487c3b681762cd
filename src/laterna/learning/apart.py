"""Calls in a process of their own, whose memory is given back: importing torch takes 180 MB that a production lacks."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any

from laterna import errors
from laterna.errors import LaternaError, ModelError
from laterna.media.kinds import kind_of

_LISTEN = 0.05  # seconds after which a stopped caller is heard
_CHILD = "import sys; sys.path[:] = {path!r}; from laterna.learning.apart import _answer; _answer()"


def apart(call: Callable[..., Any], out: Path, **given: Any) -> None:
    """Save what ``call(**given)`` gives to ``out``, in a process that ends with this one or when its caller is stopped.

    Args:
        call: a function at the top of a module, which the process imports.
        out: a file, whose kind the result is of.
        given: arguments that JSON can hold.

    Raises:
        ModelError: the process was killed, or could not write its answer.
        LaternaError: what the function or the saving of its result raised.
        RuntimeError: it raised something else, which is told.
    """
    command = [sys.executable, "-P", "-c", _CHILD.format(path=sys.path)]
    asked = {"module": call.__module__, "name": call.__qualname__, "out": os.fspath(out), "given": given}
    with tempfile.TemporaryFile() as answer:
        begun = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=answer)
        with contextlib.suppress(BrokenPipeError), begun as process:  # a broken pipe: it ended, as is found below
            to_it: Any = process.stdin  # closed with the block, by which the process ends too
            to_it.write(json.dumps(asked).encode() + b"\n")
            to_it.flush()
            while process.poll() is None:
                time.sleep(_LISTEN)
        answer.seek(0)
        said = answer.read()
    try:
        raised = json.loads(said)
    except ValueError:
        raise ModelError(
            f"The process that ran {call.__name__} ended without an answer: it may want memory or room on the disk."
        ) from None
    if raised:
        raise _error(**raised)


def _error(name: str, message: str, trace: str) -> Exception:
    """What was raised, if it is one of ours; else what tells of it."""
    kind = getattr(errors, name, None)
    ours = isinstance(kind, type) and issubclass(kind, LaternaError)
    return kind(message) if ours else RuntimeError(trace)  # type: ignore[misc]


def _answer() -> None:
    """What the process does: the call that it reads; it writes what was raised, or nothing in braces."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller hears it, and ends this process
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no part of the answer
    asked = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_caller, daemon=True).start()
    raised: dict[str, str] = {}
    try:
        result = attrgetter(asked["name"])(import_module(asked["module"]))(**asked["given"])
        kind_of(asked["out"]).save(result, asked["out"])
    except Exception as error:
        raised = {"name": type(error).__name__, "message": str(error), "trace": traceback.format_exc()}
    with answer:
        json.dump(raised, answer)


def _end_with_caller() -> None:
    """End this process when its input does: it would work on for nobody."""
    os.read(0, 1)
    os._exit(1)
