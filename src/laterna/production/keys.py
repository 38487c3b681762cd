"""What a version's key hashes, in words: so that a change has a name, and ``--why`` can say it.

Parts are texts by name: "step", "code editing", "library av", "model editing/boundary", "brief length",
"footage ../take.mp4", "step cut", "option longest". Values carry their type, so that 1, 1.0, True and "1" differ.
Nothing live is ever hashed by its structure: files and code by their bytes.
"""

import functools
import hashlib
import importlib.metadata
import importlib.util
import json
import os
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pydantic

from laterna.errors import BriefError
from laterna.learning.folder import CONFIG, WEIGHTS
from laterna.learning.store import find
from laterna.media.files import sha256
from laterna.production.steps import TOOLS, Step
from laterna.production.store import Version

_SHARED = ("media", "nets", "learning", "production.handed")  # what lies under every step, as far as it exists
_LIBRARIES = (
    "av",
    "numpy",
    "opencv-python-headless",
    "opentimelineio",
    "otio-cmx3600-adapter",
    "otio-fcp-adapter",
    "pillow",
    "polars",
    "soundfile",
    "soxr",
)
_ORDER = "brief order of "
_LONG = 40  # characters; a longer value is said to have changed, not shown


def parts(
    one: Step,
    fields: Mapping[str, Any],
    made: Mapping[str, Version],
    options: Mapping[str, Any],
    folder: Path,
    media: Mapping[str, Iterable[Version]] = MappingProxyType({}),
) -> dict[str, str]:
    """Everything that a step's bytes depend on.

    ``fields`` are the brief's, ``made`` the versions of other steps, ``media`` the files that those made by hand point
    to; paths are taken relative to ``folder``.
    """
    found = {"step": one.name, **code(one)}
    if one.engines is not None:
        found["engines"] = one.engines(fields, options)
    for need in one.needs:
        if need not in TOOLS:
            found |= {f"step {need}": made[need].sha256} if need in made else _described(need, fields[need], folder)
    for version in (version for need in one.needs for version in media.get(need, ())):
        name = _relative(version.path, folder)
        if all(known.partition(" ")[2] != name for known in found):
            found[f"media {name}"] = version.sha256
    return found | {f"option {name}": _text(value, folder) for name, value in options.items()}


def code(one: Step) -> dict[str, str]:
    """What a step runs: its departments' code and that of what lies under them, its file, libraries, weights."""
    folders = {name: _folder(name) for name in (*one.uses, *_SHARED)}
    for name in one.uses:
        if folders[name] is None:
            raise BriefError(f"The step {one.name!r} uses {name!r}, which is no department of Laterna.")
    found = {f"code {name}": _code_sha256(folder) for name, folder in folders.items() if folder is not None}
    own = {f"code {_relative(file, one.file.parent)}": sha256(file) for file in (one.file, *one.imports)}
    return found | own | _libraries() | _models(one)


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What became different, in words: "the narration changed; option longest: 8.0 -> 6.0"."""
    names = [name for name in {**after, **before} if before.get(name) != after.get(name)]
    orders = [name for name in names if name.startswith(_ORDER)]
    for order in orders:  # a file that is new or gone says it already
        if any((name in before) != (name in after) for name in names if name.startswith(order.removeprefix(_ORDER))):
            names.remove(order)
    return "; ".join(_change(name, before.get(name), after.get(name)) for name in names)


def _change(name: str, before: str | None, after: str | None) -> str:
    group, _, what = name.partition(" ")
    if group == "code":
        return f"{what.removesuffix('.py')}'s code changed"
    subject = {"brief": f"the {what}", "option": name, "engines": "the engines"}.get(group, what)
    if before is None:
        return f"{subject} is new"
    if after is None:
        return f"{subject} is gone"
    old, new = (_bare(group, text) for text in (before, after))
    return f"{subject} changed" if old is None or new is None else f"{subject}: {old} -> {new}"


def _bare(group: str, text: str) -> str | None:
    """A value without its type, if it is short enough to show."""
    value = text if group in ("library", "engines") else text.partition(" ")[2]
    shown = group in ("brief", "option", "library", "engines") and len(value) <= _LONG
    return value if shown else None


def _described(need: str, value: Any, folder: Path) -> dict[str, str]:
    """A field of the brief; the user's files one by one, for they may be renamed as well as changed."""
    if isinstance(value, Version):
        return {f"{need} {_relative(value.path, folder)}": value.sha256}
    if isinstance(value, tuple) and value and all(isinstance(one, Version) for one in value):
        names = [_relative(one.path, folder) for one in value]
        files = {f"{need} {name}": one.sha256 for name, one in zip(names, value, strict=True)}
        return files | {f"{_ORDER}{need}": json.dumps(names, ensure_ascii=False)}
    return {f"brief {need}": _text(value, folder)}


def _text(value: Any, folder: Path) -> str:
    if value is None or isinstance(value, bool | int | float | Fraction):
        return f"{type(value).__name__} {value}"
    if isinstance(value, str):
        return f"str {json.dumps(value, ensure_ascii=False)}"
    if isinstance(value, Path):
        return f"path {_relative(value, folder)}"
    if isinstance(value, tuple | list):
        return f"list [{', '.join(_text(one, folder) for one in value)}]"
    if isinstance(value, Mapping):
        return f"table {{{', '.join(f'{key}: {_text(value[key], folder)}' for key in sorted(value))}}}"
    if isinstance(value, pydantic.BaseModel):
        return f"{type(value).__name__} {_text(dict(value), folder)}"
    raise BriefError(f"A step was given a {type(value).__name__}, which no key can hold: give it text or numbers.")


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def _folder(name: str) -> Path | None:
    """The folder of a subpackage, or the file of a module, found without importing it."""
    spec = importlib.util.find_spec(f"laterna.{name}")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)


@functools.cache
def _code_sha256(folder: Path) -> str:
    """SHA-256 of a package's files, fonts and tables among them, but not of what Python compiled; or of a file."""
    if folder.is_file():
        return sha256(folder)
    files = sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    pairs = [f"{file.relative_to(folder).as_posix()}\0{sha256(file)}\n" for file in files]
    return hashlib.sha256("".join(pairs).encode()).hexdigest()


@functools.cache
def _libraries() -> dict[str, str]:
    found = {name: _version(name) for name in _LIBRARIES}
    return {f"library {name}": version for name, version in found.items() if version is not None}


def _models(one: Step) -> dict[str, str]:
    """The weights that a step uses."""
    folders = {name: find(name) for name in one.models}
    return {f"model {name}": sha256(at / CONFIG) + sha256(at / WEIGHTS) for name, at in folders.items()}


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
