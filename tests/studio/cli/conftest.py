"""A department of toys: one function for each kind of parameter, opened by the command line like a real one."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from laterna.studio import cli


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> list[Callable[..., Any]]:
    """The functions of the department ``toys``, to be filled by the test."""
    module = ModuleType("laterna.studio.cli.toys")
    functions: list[Callable[..., Any]] = []
    module.FUNCTIONS = functions  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(cli.DEPARTMENTS, "toys", "Functions to play with.")
    return functions


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """``run("editing", "shots", path)``: the command line on these words."""

    def ended(*words: object) -> Ended:
        code = cli.main([str(word) for word in words])
        printed = capfd.readouterr()
        return Ended(code, printed.out, printed.err)

    return ended


@pytest.fixture
def play(toys: list[Callable[..., Any]], run: Callable[..., Ended]) -> Callable[..., Ended]:
    """``play(function, *words)``: the command made of a function, on these words."""

    def ended(function: Callable[..., Any], *words: object) -> Ended:
        toys[:] = [function]
        return run("toys", function.__name__.replace("_", "-"), *words)

    return ended


def one_line(text: str) -> bool:
    """Whether a message is one line and no trace."""
    return text.count("\n") == 1 and "Traceback" not in text


__all__: Sequence[str] = ["Ended", "one_line"]
