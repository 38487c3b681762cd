"""Steps: plain functions made nodes of a plan, and where plans come from.

A step's first parameter, ``out``, is where it writes. The other positional ones are named after what it needs:
fields of the brief, or other steps, whose chosen :class:`Version` it is given. The keyword-only ones are its
options, set in the brief's ``[steps.<name>]``. It may also ask for ``folder`` (the production's own), ``pieces`` (where
parts of its work are kept between runs) and ``progress`` (to be called with how much of how much is done, from its own
threads too; there a run that was stopped ends)::

    from laterna.production import Version, step

    @step(kind="text", suffix=".txt")
    def slogan(out: Path, title: str, film: Version, *, loud: bool = False) -> None:
        out.write_text(title.upper() if loud else title)
"""

import contextlib
import functools
import graphlib
import importlib
import importlib.metadata
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import pydantic

from laterna.errors import BriefError
from laterna.media.files import quoted, regular_file
from laterna.production.brief import nearest
from laterna.production.imports import imported
from laterna.production.store import Version

ENTRY_POINTS = "laterna.steps"
_PLAN = "laterna_plan_"  # begins the name of a module that a plan's file becomes
TOOLS = ("folder", "pieces", "progress")  # what a step may ask for that shapes nothing, and so is in no key


Engines = Callable[[Mapping[str, Any], Mapping[str, Any]], str]
Media = Callable[[Version, Mapping[str, Any], Path], Iterable[Path]]


@dataclass(frozen=True)
class Step:
    """A node of a plan, made by :func:`step` and called like the function it is."""

    call: Callable[..., Path | None]
    kind: str
    suffix: str
    uses: tuple[str, ...]
    publish: str | tuple[str, ...] | None
    engines: Engines | None
    models: tuple[str, ...] = ()
    media: Media | None = None
    lasting: bool = False

    @property
    def name(self) -> str:
        return self.call.__name__

    @property
    def file(self) -> Path:
        """The file that the step is written in."""
        return Path(inspect.getfile(self.call))

    @functools.cached_property
    def imports(self) -> tuple[Path, ...]:
        """The files beside that one which it imports; of Laterna's own steps, ``uses`` names the code."""
        ours = self.call.__module__.startswith("laterna.")
        return () if ours else tuple(imported(self.file))

    @functools.cached_property
    def needs(self) -> tuple[str, ...]:
        """The names of its positional parameters after ``out``."""
        parameters = inspect.signature(self.call).parameters.values()
        return tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)[1:]

    @functools.cached_property
    def defaults(self) -> dict[str, Any]:
        """Its options, with their defaults."""
        parameters = inspect.signature(self.call).parameters.values()
        return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}

    def __call__(self, *arguments: Any, **options: Any) -> Path | None:
        return self.call(*arguments, **options)

    def __reduce__(self) -> tuple[Callable[..., "Step"], tuple[str, ...]]:
        """By its name, to run in another process: there its module, or the plan's file, is loaded anew."""
        return _found, (self.call.__module__, str(self.file), self.name)


def step(
    *,
    kind: str,
    suffix: str,
    uses: Iterable[str] = (),
    publish: str | tuple[str, ...] | None = "",
    engines: Engines | None = None,
    models: Iterable[str] = (),
    media: Media | None = None,
    lasting: bool = False,
) -> Callable[[Callable[..., Path | None]], Step]:
    """Make a function a step.

    Args:
        kind: of its result, one of ``laterna.media.kinds``.
        suffix: of its result, such as ".otio"; "" for a folder.
        uses: the departments whose code enters its key, such as ("editing",).
        publish: the result's name in the production's folder, without suffix: the step's own when left out, "." to
            lay a folder's contents there, None to leave the result among the versions.
        engines: names the voices and outside programs in use, with their versions, where the result depends on them. It
            is given the brief's fields and the step's options.
        models: names of those whose weights shape the result, such as ("editing/boundary",).
        media: names the files that a version made by hand points to, which may be none of the brief's: they enter the
            keys of the steps that need it. It is given the version, the brief's fields and the production's folder.
        lasting: old versions are never removed, because files in other hands, such as timelines, point to them.

    Raises:
        BriefError: the function has no ``out``, an option without a default, or the name of a step above it.
    """

    def decorate(call: Callable[..., Path | None]) -> Step:
        name, parameters = call.__name__, list(inspect.signature(call).parameters.values())
        if not parameters or parameters[0].name != "out":
            raise BriefError(f"The step {name!r} has nowhere to write: let its first parameter be out.")
        for parameter in parameters:
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                continue
            if parameter.kind is not parameter.KEYWORD_ONLY or parameter.default is parameter.empty:
                raise BriefError(f"The step {name!r} can't have the parameter {parameter}: give an option a default.")
        if call.__qualname__ == name and isinstance(call.__globals__.get(name), Step):
            raise BriefError(f"{quoted(inspect.getfile(call))} has two steps named {name!r}: rename one of them.")
        return Step(
            call, kind, suffix, tuple(uses), name if publish == "" else publish, engines, tuple(models), media, lasting
        )

    return decorate


def load(plan: Path | None = None) -> dict[str, Step]:
    """All steps by name: Laterna's own, those of installed packages, and those of the file ``plan``.

    All register alike, packages by the entry point group ``laterna.steps``. A later step replaces an earlier one of
    its name.

    Raises:
        BriefError: ``plan`` can't be loaded or has no step, or two packages have a step of the same name.
    """
    steps: dict[str, Step] = {}
    origin: dict[str, str] = {}
    points = importlib.metadata.entry_points(group=ENTRY_POINTS)
    for point in sorted(points, key=lambda point: (not point.value.startswith("laterna."), point.value)):
        for name, one in _steps_of(point.load()).items():
            if not origin.get(name, "laterna.").startswith("laterna."):
                raise BriefError(f"{origin[name]} and {point.value} both have a step {name!r}: uninstall one of them.")
            steps[name], origin[name] = one, point.value
    if plan is not None:
        own = _steps_of(_module(plan))
        if not own:
            raise BriefError(f"{quoted(plan)} has no step: put @step(...) before a function.")
        steps |= own
    return steps


def ordered(steps: Mapping[str, Step], fields: Iterable[str]) -> "graphlib.TopologicalSorter[str]":
    """The steps' order, prepared; ``fields`` are the names that the brief gives.

    Raises:
        BriefError: a step needs what nobody gives or has the name of a field, or steps need one another in a circle.
    """
    given = {*fields, *TOOLS}
    for name, one in steps.items():
        if name in given:
            raise BriefError(f"The step {name!r} has the name of a field of the brief: rename it.")
        for need in one.needs:
            if need not in given and need not in steps:
                known = nearest(need, [*given, *steps])
                raise BriefError(f"The step {name!r} needs {need!r}, neither a step nor a field of the brief{known}.")
    sorter = graphlib.TopologicalSorter(
        {name: [need for need in one.needs if need in steps] for name, one in steps.items()}
    )
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        raise BriefError(
            f"The steps need one another in a circle, {' -> '.join(error.args[1])}: break it in the plan."
        ) from error
    return sorter


def ancestors(steps: Mapping[str, Step], name: str) -> set[str]:
    """``name`` and all the steps that it needs, and that they need."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [need for need in steps[one].needs if need in steps]
    return found


def options(steps: Mapping[str, Step], tables: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Each step's options: from the brief's ``[steps.<name>]`` tables, checked by type, else the defaults.

    Raises:
        BriefError: a table names no step, or an option is unknown or of another type.
    """
    for name in tables:
        if name not in steps:
            raise BriefError(f"The brief has options for {name!r}, which is no step of the plan{nearest(name, steps)}.")
    return {name: one.defaults | _checked(one, tables.get(name, {})) for name, one in steps.items()}


def _checked(one: Step, table: Mapping[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(one.call, include_extras=True) if table else {}
    checked = {}
    for name, value in table.items():
        if name not in one.defaults:
            raise BriefError(f"The step {one.name!r} has no option {name!r}{nearest(name, one.defaults)}.")
        hint = hints.get(name, type(one.defaults[name]))
        try:
            # By way of JSON an array may become a tuple and a text a Fraction, yet "6" no number.
            checked[name] = pydantic.TypeAdapter(hint).validate_json(json.dumps(value, default=str), strict=True)
        except pydantic.ValidationError as error:
            reason = error.errors()[0]["msg"].replace("Input", repr(value), 1)
            raise BriefError(f"In [steps.{one.name}], {name} can't be used: {reason}.") from error
    return checked


def _steps_of(module: ModuleType) -> dict[str, Step]:
    """The steps written in a module, not those it imports."""
    steps = [one for one in vars(module).values() if isinstance(one, Step)]
    return {one.name: one for one in steps if one.call.__module__ == module.__name__}


def _found(module: str, file: str, name: str) -> Step:
    """The step of that name where it is written; a plan's file is no module that could be imported."""
    known = sys.modules.get(module)
    if known is None:
        known = _module(Path(file)) if module.startswith(_PLAN) else importlib.import_module(module)
    one: Step = getattr(known, name)
    return one


def _module(path: Path) -> ModuleType:
    """The module written in ``path``, which may import others beside it.

    All are compiled anew: Python's own cache would miss a quick change.
    """
    source = regular_file(path).read_bytes()
    module = ModuleType(f"{_PLAN}{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:
        with _fresh(path):
            exec(compile(source, path, "exec"), vars(module))
    except BriefError:
        raise
    except Exception as error:  # whatever the user's own code raises; --debug shows where
        raise BriefError(f"{quoted(path)} can't be loaded, {type(error).__name__}: {error}.") from error
    return module


@contextlib.contextmanager
def _fresh(plan: Path) -> Iterator[None]:
    """Let what lies beside a plan be imported, now and while its steps run, as it is now."""
    folder, beside = str(plan.absolute().parent), {str(file) for file in imported(plan.absolute())}
    if folder not in sys.path:
        sys.path.append(folder)
    for name in [name for name, module in sys.modules.items() if getattr(module, "__file__", None) in beside]:
        del sys.modules[name]
    importlib.invalidate_caches()
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes
