"""The command line: ``laterna produce brief.toml``, ``laterna editing shots film.mp4 --json``.

A department is imported when one of its commands, or their list, is asked for: ``laterna --help`` stays quick.
Exit codes: 0 done, 2 the user can mend it, 3 a review found errors, 1 a bug of ours, 130 stopped by Ctrl-C.
"""

import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import laterna
from laterna.errors import LaternaError
from laterna.studio.cli import feedback, learning, production
from laterna.studio.cli.expose import expose

DEPARTMENTS = {
    "editing": "Shots, cuts, captions, the render and the exports.",
    "voice": "Speech from text, with the time of each word.",
    "music": "Scores composed, harmonised, varied and analysed.",
    "sound": "Loudness, ducking and the mix.",
    "audience": "Who will like it: recommenders, judged fairly, and profiles.",
    "theatre": "Rushes made from nothing, with their truth beside them.",
}

_STOPPED = 130  # as shells number a program that SIGINT ended


class Department(TyperGroup):
    """The commands of one department, each made from its function when it is first needed."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self._functions())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        functions = self._functions()
        wanted = [cmd_name] if cmd_name in functions else functions  # all, to name the nearest to one that is unknown
        missing = [resolved(functions[name]) for name in wanted if name not in self.commands]
        if missing:
            self.commands.update(commands(missing))
        return super().get_command(ctx, cmd_name)

    def _functions(self) -> dict[str, Callable[..., Any] | str]:
        listed = import_module(f"laterna.studio.cli.{self.name}").FUNCTIONS
        return {_command_name(function): function for function in listed}


def commands(functions: Sequence[Callable[..., Any]]) -> dict[str, Any]:
    """A command for each function, by the function's name with dashes."""
    app = typer.Typer(rich_markup_mode="rich")
    app.callback()(lambda: None)  # so that one command alone is a group too
    for function in functions:
        app.command(_command_name(function))(expose(function))
    return dict(typer.main.get_group(app).commands)


def _command_name(function: Callable[..., Any] | str) -> str:
    name = function.rpartition(":")[2] if isinstance(function, str) else function.__name__
    return name.replace("_", "-")


def resolved(function: Callable[..., Any] | str) -> Callable[..., Any]:
    """A function, or the one that ``module:name`` refers to: what its department alone would not import."""
    if not isinstance(function, str):
        return function
    module, _, name = function.partition(":")
    resolved: Callable[..., Any] = getattr(import_module(module), name)
    return resolved


def application() -> typer.Typer:
    """The whole command line, its departments still closed."""
    app = typer.Typer(
        help="An entertainment studio: footage and a brief in, a finished film out.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
    )
    app.callback()(_options)
    panels: Mapping[str | None, Sequence[Callable[..., None]]] = {
        None: (production.produce, production.new, production.credits),
        "Feedback": (feedback.rate, feedback.prefer),
        "Models": (learning.train, learning.evaluate, learning.models),
    }
    for panel, functions in panels.items():
        for function in functions:
            app.command(rich_help_panel=panel)(function)
    for name, line in DEPARTMENTS.items():
        app.add_typer(
            typer.Typer(cls=Department, no_args_is_help=True), name=name, help=line, rich_help_panel="Departments"
        )
    return app


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line on ``words``, those of the shell if None; the exit code."""
    words = list(sys.argv[1:] if words is None else words)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]  # it is understood anywhere in the line
    try:
        code = typer.main.get_command(application()).main(words, prog_name="laterna", standalone_mode=False)
    except (LaternaError, typer.TyperException) as error:
        return _mendable(error, debug)
    except Exception as error:
        return _bug(error, debug)
    if code == _STOPPED:
        typer.echo("Stopped. What was finished is kept: run the same line again to go on.", err=True)
    return code or 0


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(laterna.__version__)
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the whole trace of an error.")] = False,
) -> None:
    """Options before the command. main() takes --debug out of the line before it is read."""


def _mendable(error: LaternaError | typer.TyperException, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    elif isinstance(error, LaternaError):
        typer.echo(str(error), err=True)
    else:
        _usage(error)
    return 2


def _usage(error: typer.TyperException) -> None:
    message = error.format_message().replace("Value error, ", "").strip()  # as pydantic, which Typer asks, begins
    if message:  # empty when the help was asked for by typing nothing, and is printed
        context = getattr(error, "ctx", None)
        place = context.command_path if context else "laterna"
        joint = " See" if message.endswith("?") else ": see"
        typer.echo(f"{message.rstrip('.')}{joint} `{place} --help`.", err=True)


def _bug(error: Exception, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
        return 1
    last = traceback.extract_tb(error.__traceback__)[-1]
    what = " ".join(f"{type(error).__name__}: {error}".split())
    typer.echo(
        f"A bug of ours ({what}, {Path(last.filename).name} line {last.lineno}):"
        " please report it with what the same line prints with --debug.",
        err=True,
    )
    return 1
