"""The command line: what it loads, how it ends, and what it says when it can't."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import laterna
from laterna.errors import MediaError
from laterna.studio import cli
from laterna.studio.cli.expose import expose


def test_the_version_is_printed(run: Any) -> None:
    ended = run("--version")
    assert (ended.code, ended.out, ended.err) == (0, f"{laterna.__version__}\n", "")


def test_help_lists_commands_and_departments(run: Any) -> None:
    page = run("--help").out
    assert all(name in page for name in ("produce", "new", "credits", "train", "evaluate", "models", *cli.DEPARTMENTS))


def test_nothing_typed_shows_the_help(run: Any) -> None:
    ended = run()
    assert "Usage: laterna" in ended.out
    assert ended.err == ""


def test_every_department_lists_its_commands(run: Any) -> None:
    for name in cli.DEPARTMENTS:
        ended = run(name, "--help")
        assert ended.code == 0, ended.err
        assert "Commands" in ended.out


def test_every_exposed_function_says_what_it_does_and_what_it_takes() -> None:
    for name in cli.DEPARTMENTS:
        listed = __import__(f"laterna.studio.cli.{name}", fromlist=["FUNCTIONS"])
        for function in listed.FUNCTIONS:
            command = expose(cli.resolved(function))
            assert command.__doc__, f"{name}: {function} has no docstring"


def test_a_misspelt_command_is_named_with_the_nearest(run: Any) -> None:
    ended = run("editing", "shot")
    assert ended.code == 2
    assert ended.err == "No such command 'shot'. Did you mean 'shots'? See `laterna editing --help`.\n"


def test_a_command_loads_no_other_commands_modules() -> None:
    line = "import sys; from laterna.studio import cli; cli.main(['voice', 'speak', '--help'])"
    done = subprocess.run(
        [sys.executable, "-c", f"{line}; print('workflows' in ' '.join(sys.modules), file=sys.stderr)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Speak a text" in done.stdout
    assert done.stderr == "False\n"


def test_what_the_user_can_mend_is_one_sentence_and_2(play: Any) -> None:
    def fail() -> None:
        """Fail."""
        raise MediaError("'a.mp4' is empty: copy it again from its source.")

    ended = play(fail)
    assert (ended.code, ended.out, ended.err) == (2, "", "'a.mp4' is empty: copy it again from its source.\n")


def test_a_bug_of_ours_is_one_line_and_1(play: Any) -> None:
    def fail() -> None:
        """Fail."""
        raise KeyError("no\nsuch key")

    ended = play(fail)
    assert ended.code == 1
    assert ended.err.startswith("A bug of ours (KeyError: 'no\\nsuch key', test_cli.py line ")
    assert ended.err.endswith("please report it with what the same line prints with --debug.\n")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(("error", "code"), [(MediaError("It is broken."), 2), (KeyError("x"), 1)])
def test_debug_shows_the_trace_wherever_it_stands(play: Any, error: Exception, code: int) -> None:
    def fail() -> None:
        """Fail."""
        raise error

    ended = play(fail, "--debug")
    assert ended.code == code
    assert "Traceback" in ended.err
    assert "raise error" in ended.err


def test_ctrl_c_is_one_line_and_130(play: Any) -> None:
    def wait() -> None:
        """Wait."""
        raise KeyboardInterrupt

    ended = play(wait)
    assert (ended.code, ended.out) == (130, "")
    assert ended.err == "Stopped. What was finished is kept: run the same line again to go on.\n"


def test_a_reader_that_hangs_up_gets_no_trace(tmp_path: Path) -> None:
    line = f"{sys.executable} -c 'from laterna.studio.cli import main; main()' --help | true"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, cwd=tmp_path)
    assert "Traceback" not in done.stderr
