"""Calls in a process of their own, whose memory is given back: importing torch takes 180 MB that a production lacks."""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

from laterna.errors import ModelError

_LISTEN = 0.05  # seconds after which a stopped caller is heard
_CHILD = "import sys; sys.path[:] = {path!r}; from laterna.learning.apart import _answer; _answer()"

Result = TypeVar("Result")


def apart(call: Callable[..., Result], **given: Any) -> Result:
    """What ``call(**given)`` gives, in a process of its own, which ends with this one, or when the caller is stopped.

    Args:
        call: a function at the top of a module, which the process imports.
        given: its arguments; they and the result are pickled.

    Raises:
        ModelError: the process was killed, or could not write its answer.
        Exception: what the function raised.
    """
    command = [sys.executable, "-P", "-c", _CHILD.format(path=sys.path)]
    with tempfile.TemporaryFile() as answer:
        begun = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=answer)
        with contextlib.suppress(BrokenPipeError), begun as process:  # a broken pipe: it ended, as is found below
            to_it: Any = process.stdin  # closed with the block, by which the process ends too
            to_it.write(pickle.dumps((call, given)))
            to_it.flush()
            while process.poll() is None:
                time.sleep(_LISTEN)
        answer.seek(0)
        try:
            fine, result = pickle.load(answer)
        except (EOFError, pickle.UnpicklingError):
            raise ModelError(
                f"The process that ran {call.__name__} ended without an answer: it may want memory or room on the disk."
            ) from None
    if not fine:
        raise result
    return result


def _answer() -> None:
    """What the process does: the call that it reads, whose result it writes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller hears it, and ends this process
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no part of the answer
    call, given = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_end_with_caller, daemon=True).start()
    try:
        result = True, call(**given)
    except Exception as error:
        error.add_note(traceback.format_exc())
        result = False, error
    with answer:
        pickle.dump(result, answer)


def _end_with_caller() -> None:
    """End this process when its input does: it would work on for nobody."""
    os.read(0, 1)
    os._exit(1)
