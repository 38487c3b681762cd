"""One signature, one command: a department's function becomes a command of the shell.

- a parameter whose type is a kind (``Video``, a timeline...) takes a path, which the kind opens;
- a list of them takes several paths;
- other positional parameters are arguments, keyword-only ones are options;
- ``out: Path``, or a result that is a kind, makes the option ``-o``; ``--json`` prints the result for machines;
- ``folder: Path``, where a timeline's relative media start, is the timeline's own folder, or that of ``-o``, unless
  it is given;
- ``progress``, called with what is done and what there is to do, becomes a bar on stderr;
- a result's ``exit_code``, where it has one, ends the command, for scripts;
- help comes from the docstring: its first paragraphs, and its ``Args:`` section.

A parameter that no word can express (a callback, a table of objects) is left out when it has a default.
"""

import inspect
import re
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer

from laterna.media.kinds import Kind, kind_for
from laterna.studio.cli.output import deliver, printable, progress_bar

_PLAIN = (str, int, float, bool, Path)
_MANY = (list, tuple, Sequence, Iterable)
_Words = tuple[Any, str | None, Callable[[Any], Any]]  # what Typer reads, how help calls it, what makes the value


def expose(function: Callable[..., Any]) -> Callable[..., None]:
    """The function as Typer takes it: a callable whose signature is all words and paths.

    Raises:
        TypeError: a parameter without a default can't be said in words, which is a mistake in the department.
    """
    signature = inspect.signature(function, eval_str=True)
    help_of = parameter_help(function)
    doors = [door for p in signature.parameters.values() if (door := _door(p, help_of.get(p.name, "")))]
    kind = _kind_of_result(signature)
    shows_progress = "progress" in signature.parameters

    @wraps(function)
    def command(**given: Any) -> None:
        as_json, out = given.pop("json"), given.get("out")
        if "folder" in given and given["folder"] is None:
            given["folder"] = _folder_of(doors, given)
        said = {door.name: door.value(word) for door in doors if (word := given[door.name]) is not None}
        with progress_bar() if shows_progress else nullcontext() as tell:
            result = function(**said, progress=tell) if shows_progress else function(**said)
        deliver(result, kind, out, as_json=as_json)
        if code := getattr(result, "exit_code", 0):
            raise typer.Exit(code)

    parameters = [door.parameter for door in doors]
    if kind is not None:
        parameters.append(_out_option(required=not printable(kind.loaded_type)))
    command.__signature__ = inspect.Signature([*parameters, _JSON])  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in (*parameters, _JSON)}
    command.__doc__ = summary(function)
    return command


def _kind_of_result(signature: inspect.Signature) -> Kind | None:
    """The kind that ``-o`` saves, or None where the function writes itself, or gives no kind."""
    result = _alone(signature.return_annotation)
    return None if "out" in signature.parameters or result is Path else kind_for(result)


def _folder_of(doors: Iterable["_Door"], given: Mapping[str, Any]) -> Path | None:
    """The folder of the timeline that is given, else that of the result."""
    timelines = [given[door.name] for door in doors if door.kind == "timeline"]
    path = next((path for path in (*timelines, given.get("out")) if path is not None), None)
    return None if path is None else path.parent


def summary(function: Callable[..., Any]) -> str:
    """A docstring's text before its first section, as plain words, its paragraphs in one line each."""
    text = re.split(r"\n\n?(?:Args|Returns|Raises|Yields|Attributes):\n", inspect.getdoc(function) or "")[0]
    return "\n\n".join(_unmarked(" ".join(paragraph.split())) for paragraph in text.split("\n\n"))


def parameter_help(function: Callable[..., Any]) -> dict[str, str]:
    """Each parameter's line in the docstring's ``Args:`` section, if it has one."""
    match = re.search(r"\nArgs:\n(.*?)(?=\n\n?\S|\Z)", inspect.getdoc(function) or "", re.DOTALL)
    if match is None:
        return {}
    entries = re.split(r"\n(?=    \w)", "\n" + match[1])
    pairs = (entry.strip().partition(":") for entry in entries if ":" in entry)
    names = ((names, " ".join(text.split())) for names, _, text in pairs)
    return {name.strip(): _unmarked(text) for joined, text in names for name in joined.split(",")}


@dataclass(frozen=True)
class _Door:
    """How one parameter is said in the shell, and what makes the function's value of it."""

    name: str
    parameter: inspect.Parameter
    read: Callable[[Any], Any]
    kind: str = ""

    def value(self, word: Any) -> Any:
        try:
            return self.read(word)
        except typer.BadParameter as error:
            error.param_hint = self.name
            raise


def _door(parameter: inspect.Parameter, help_text: str) -> _Door | None:
    annotation = _alone(parameter.annotation)
    words = _words(annotation)
    if words is None:
        if parameter.default is parameter.empty:
            raise TypeError(f"The parameter {parameter} can't be said in words: give it a default or another type.")
        return None
    typer_type, metavar, read = words
    kind = kind_for(annotation)
    if parameter.name == "out":
        said = _out_option(required=parameter.default is parameter.empty, help_text=help_text)
    else:
        info = (
            _option(parameter, metavar) if parameter.kind is parameter.KEYWORD_ONLY else _argument(parameter, metavar)
        )
        info.help = help_text
        said = _keyword(parameter.name, Annotated[typer_type, info], _default(parameter, typer_type))
    return _Door(parameter.name, said, read, kind.name if kind else "")


def _option(parameter: inspect.Parameter, metavar: str | None) -> Any:
    flag = (f"--{parameter.name.replace('_', '-')}",) if parameter.default is False else ()  # else Typer adds --no-...
    least = 0 if parameter.name == "seed" else None  # NumPy's generators take no other
    return typer.Option(*flag, metavar=metavar, min=least)


def _argument(parameter: inspect.Parameter, metavar: str | None) -> Any:
    return typer.Argument(metavar=parameter.name.upper() if metavar in (None, "NUMBER") else metavar)


def _default(parameter: inspect.Parameter, typer_type: Any) -> Any:
    """What Typer takes for granted, said as in the shell; nothing for ``folder``, which :func:`_folder_of` finds."""
    default = parameter.default
    if parameter.name == "folder":
        return None
    if isinstance(default, tuple):
        return "x".join(map(str, default)) if typer_type is str else list(default) or None
    return str(default) if typer_type is str and default not in (None, parameter.empty) else default


def _words(annotation: Any) -> _Words | None:
    """How a type is said; None if no word can say it."""
    if annotation in _PLAIN or get_origin(annotation) is Literal:
        return annotation, None, _as_is
    if annotation is Fraction:
        return str, "NUMBER", _fraction
    if annotation == tuple[int, int]:
        return str, "WIDTHxHEIGHT", _size
    kind = kind_for(annotation)
    if kind is not None:
        return Path, kind.name.upper(), kind.open
    if get_origin(annotation) in _MANY:
        return _many(get_args(annotation)[0])
    return None


def _many(item: Any) -> _Words | None:
    words = _words(item)
    if words is None:
        return None
    annotation, metavar, read = words
    return types.GenericAlias(list, (annotation,)), metavar, lambda values: [read(value) for value in values]


def _alone(annotation: Any) -> Any:
    """A type without its ``| None``; of several, the one that a word is read as."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation
    kept = [part for part in get_args(annotation) if part is not type(None)]
    for preferred in (Fraction, tuple[int, int], float, Path):
        if preferred in kept:
            return preferred
    return kept[0]


def _fraction(word: str) -> Fraction:
    try:
        return Fraction(word)
    except (ValueError, ZeroDivisionError) as error:
        raise typer.BadParameter(f"{word!r} is not a number: write 12, 1.5 or 30000/1001") from error


def _size(word: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)x(\d+)", word)
    if match is None:
        raise typer.BadParameter(f"{word!r} is not a size: write 1280x720")
    return int(match[1]), int(match[2])


def _as_is(value: Any) -> Any:
    return value


def _unmarked(text: str) -> str:
    """Docstring text as Rich takes it: no reST marks, and square brackets that stay brackets."""
    text = re.sub(r":\w+:`~?([^`]*)`", r"\1", text).replace("``", "")
    return text.replace("[", r"\[")


def _out_option(*, required: bool, help_text: str = "") -> inspect.Parameter:
    option = typer.Option("--out", "-o", metavar="OUT", help=help_text or "Where the result goes.")
    if required:
        return _keyword("out", Annotated[Path, option], inspect.Parameter.empty)
    return _keyword("out", Annotated[Path | None, option], None)


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


_JSON = _keyword("json", Annotated[bool, typer.Option("--json", help="Print the result as JSON.")], False)
