"""``laterna produce``, ``laterna new`` and ``laterna credits``."""

import contextlib
import ctypes
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from laterna.studio.cli.output import deliver, say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from rich.status import Status

    from laterna.production import Event, Release

_JSON = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

_M_ARENA_MAX = -8  # of glibc's malloc.h


def produce(
    brief: Annotated[Path, typer.Argument(metavar="BRIEF", help="The brief, a TOML file.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="The production's folder; else beside the brief.")
    ] = None,
    only: Annotated[str | None, typer.Option(metavar="STEP", help="Redo this step; later ones become stale.")] = None,
    plan: Annotated[Path | None, typer.Option(metavar="FILE", help="Python file of your own steps.")] = None,
    timeline: Annotated[Path | None, typer.Option(metavar="FILE", help="Render this cut, changed by hand.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Render at a quarter of the size.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Say why each step ran or was kept.")] = False,
    json: _JSON = False,
) -> None:
    """Make the film that a brief asks for.

    Steps whose inputs, options and code did not change are kept from the last run.
    """
    from laterna import production

    _share_arenas()
    with Progress(why=why) as progress:
        made = production.produce(
            brief, out=out, only=only, plan=plan, timeline=timeline, draft=draft, tell=progress.tell
        )
    if json:
        deliver(made, None, None, as_json=True)
    else:
        typer.echo(_told(made))


def _told(made: "Release") -> str:
    """What a person wants to know of a finished production."""
    found = [file for file in map(str, made.files) if file in ("film.mp4", "film.webm", "report.html")]
    lines = [_short(made.folder / file) for file in found] or [_short(made.folder)]
    if made.length is not None and made.loudness is not None:
        lines.append(f"{float(made.length):.2f} s, {_heard(made.loudness)}")
    lines += [f"Skipped: {one.reason}" for one in made.skipped]
    return "\n".join([*lines, *made.notes])


def _heard(loudness: "Mapping[str, Any]") -> str:
    level, peak = loudness["integrated"], loudness["true_peak"]
    return "silent" if level is None or peak is None else f"{level:.1f} LUFS, true peak {peak:.1f} dBTP"


def _short(path: Path) -> str:
    """A path as it is called from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _share_arenas() -> None:
    """Have glibc's malloc serve all threads from two arenas.

    By default each thread gets its own, where hundreds of megabytes of freed frames lie idle.
    """
    with contextlib.suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Holds your footage.")],
    json: _JSON = False,
) -> None:
    """Write a brief for a folder of footage."""
    from laterna import production

    brief = production.new(folder)
    if json:
        deliver({"path": brief}, None, None, as_json=True)
    else:
        say(f"Wrote {brief}: change what you like, then run `laterna produce {shlex.quote(str(brief))}`")


def credits(json: _JSON = False) -> None:
    """List whose work Laterna uses, and under which licence."""
    from laterna import production

    credits = production.credits()
    if json:
        deliver(credits, None, None, as_json=True)
    else:
        typer.echo("\n".join(credits))


class Progress:
    """A production's progress on stderr: a line for each step that ended, and what is at work now."""

    def __init__(self, *, why: bool) -> None:
        from rich.console import Console

        self._why = why
        self._running: dict[str, float] = {}
        self._console = Console(stderr=True)
        self._status: Status = self._console.status("")

    def __enter__(self) -> "Progress":
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def tell(self, event: "Event") -> None:
        """Take the engine's news of a step."""
        if event.state in ("started", "working"):
            self._running[event.step] = event.share
        else:
            self._running.pop(event.step, None)
            say(self._line(event))
        at_work = ", ".join(f"{name} {share:.0%}" if share else name for name, share in list(self._running.items()))
        self._status.update(f"{event.done}/{event.total}  {at_work}")

    def _line(self, event: "Event") -> str:
        seconds = f"{event.seconds:6.1f} s" if event.state == "made" else " " * 8
        return f"{event.state}  {seconds}  {event.step}" + (f": {event.why}" if self._why else "")
