"""One signature, one command: a department's function becomes a command of the shell.

- a parameter whose type is a kind (``Video``, a timeline...) takes a path, which the kind opens;
- a list of them takes several paths;
- other positional parameters are arguments, keyword-only ones are options;
- ``out: Path``, or a result that is a kind, makes the option ``-o``; ``--json`` prints the result for machines;
- help comes from the docstring: its first paragraphs, and its ``Args:`` section.

A parameter that no word can express (a callback, a table of objects) is left out when it has a default.
"""

import inspect
import re
import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer

from laterna.media.kinds import kind_for
from laterna.studio.cli.output import deliver, has_json

_PLAIN = (str, int, float, bool, Path)
_MANY = (list, tuple, Sequence, Iterable)


def expose(function: Callable[..., Any]) -> Callable[..., None]:
    """The function as Typer takes it: a callable whose signature is all words and paths.

    Raises:
        TypeError: a parameter without a default can't be said in words, which is a mistake in the department.
    """
    signature = inspect.signature(function, eval_str=True)
    help_of = parameter_help(function)
    doors = [door for p in signature.parameters.values() if (door := _door(p, help_of.get(p.name, "")))]
    kind = kind_for(_alone(signature.return_annotation))
    takes_out = any(door.name == "out" for door in doors)

    @wraps(function)
    def command(**given: Any) -> None:
        as_json = given.pop("json")
        out = given["out"] if takes_out else given.pop("out", None)
        arguments = {door.name: door.value(given[door.name]) for door in doors if given[door.name] is not None}
        result = function(**arguments)
        deliver(result, None if takes_out or kind is None else kind, out, as_json=as_json)

    parameters = [door.parameter for door in doors]
    if kind is not None and not takes_out:
        parameters.append(_out_option(required=not has_json(signature.return_annotation)))
    command.__signature__ = inspect.Signature([*parameters, _JSON])  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in (*parameters, _JSON)}
    command.__doc__ = summary(function)
    return command


def summary(function: Callable[..., Any]) -> str:
    """A docstring's text before its first section, as plain words."""
    text = re.split(r"\n\n?(?:Args|Returns|Raises|Yields|Attributes):\n", inspect.getdoc(function) or "")[0]
    return _unmarked(text)


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

    def value(self, word: Any) -> Any:
        try:
            return self.read(word)
        except typer.BadParameter as error:
            error.param_hint = self.name
            raise


def _door(parameter: inspect.Parameter, help_text: str) -> _Door | None:
    words = _words(_alone(parameter.annotation))
    if words is None:
        if parameter.default is parameter.empty:
            raise TypeError(f"The parameter {parameter} can't be said in words: give it a default or another type.")
        return None
    annotation, metavar, read = words
    if parameter.name == "out":
        return _Door("out", _out_option(required=parameter.default is parameter.empty, help_text=help_text), read)
    if parameter.kind is parameter.KEYWORD_ONLY:
        declared = (f"--{parameter.name.replace('_', '-')}",) if parameter.default is False else ()
        info: Any = typer.Option(*declared, help=help_text, metavar=metavar)
    else:
        info = typer.Argument(help=help_text, metavar=metavar or parameter.name.upper())
    default = parameter.default if parameter.default is parameter.empty else _said(parameter.default)
    return _Door(parameter.name, _keyword(parameter.name, Annotated[annotation, info], default), read)


def _words(annotation: Any) -> tuple[Any, str | None, Callable[[Any], Any]] | None:
    """What Typer reads for a type, how help calls it, and how its value is made; None if no word can say it."""
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


def _many(item: Any) -> tuple[Any, str | None, Callable[[Any], Any]] | None:
    words = _words(item)
    if words is None:
        return None
    annotation, metavar, read = words
    return list[annotation], metavar, lambda values: [read(value) for value in values]


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


def _said(default: Any) -> Any:
    """A default as the shell would say it."""
    if isinstance(default, tuple) and default:
        return "x".join(map(str, default))
    if isinstance(default, (Fraction, tuple)):
        return str(default) if default else None
    return default


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
