"""What a command prints: results on stdout, words on stderr."""

import contextlib
import dataclasses
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import typer

from laterna.media.kinds import Kind

_LONG = 100  # characters of a list that a person may want to see


def deliver(result: Any, kind: Kind | None, out: Path | None, *, as_json: bool) -> None:
    """Save ``result`` as its ``kind`` at ``out`` if both are given, then print it, or say where it went.

    Its own words and its ``notes``, if it has any, are said too.
    """
    if kind is not None and out is not None:
        kind.save(result, out)
    if as_json:
        value = plain(result)
        typer.echo(json.dumps({"path": str(out)} if value is None else value, ensure_ascii=False))
    elif out is not None:
        words = [str(result)] if _has_words(result) else []
        say("\n".join([f"Wrote {out}", *words, *getattr(result, "notes", ())]))
    elif result is not None:
        typer.echo(readable(result))


def say(words: str) -> None:
    """Words for the user, on stderr."""
    typer.echo(words, err=True)


@contextlib.contextmanager
def progress_bar() -> Iterator[Callable[[int, int], None]]:
    """Give a function that is told what is done of how much, and draws it on stderr where that is a screen."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def printable(its_type: Any) -> bool:
    """Whether a result of this type can be printed, and so needs no file."""
    return hasattr(its_type, "to_json") or issubclass(its_type, str | dict)


def plain(value: Any) -> Any:
    """``value`` in JSON's own types: seconds and numbers as numbers, paths as text; None for what has no such form.

    A number that JSON lacks (the loudness of silence is minus infinity) becomes null.
    """
    if hasattr(value, "to_json"):
        return plain(value.to_json())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, Fraction | float):
        return float(value) if math.isfinite(value) else None
    return None


def readable(result: Any) -> str:
    """A result for a person: in its own words if it has any, else a table of rows, or lines of names and values."""
    if _has_words(result):
        return str(result)
    value = plain(result)
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {text}" for name, text in _flat(value).items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        rows = [_flat(row) if isinstance(row, Mapping) else {"": _text(row)} for row in value]
        return _table(rows)
    return _text(value)


def _has_words(result: Any) -> bool:
    return "__str__" in vars(type(result)) and hasattr(result, "to_json")


def _table(rows: list[dict[str, str]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _flat(row: Mapping[str, Any]) -> dict[str, str]:
    """The row's values as text; a table inside it gives its own names."""
    flat: dict[str, str] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= _flat(value)
        else:
            flat[name] = _text(value)
    return flat


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONG or isinstance(value, str) else f"{len(value)} (--json prints them)"
