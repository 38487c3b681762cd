"""``laterna produce``, ``laterna new`` and ``laterna credits``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from laterna.studio.cli.output import deliver, say

if TYPE_CHECKING:
    from rich.status import Status

    from laterna.production import Event

_JSON = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


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

    with Progress(why=why) as progress:
        made = production.produce(
            brief, out=out, only=only, plan=plan, timeline=timeline, draft=draft, tell=progress.tell
        )
    deliver(made, None, None, as_json=json)


def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Holds your footage.")],
    json: _JSON = False,
) -> None:
    """Write a brief for a folder of footage."""
    from laterna import production

    deliver(production.new(folder), None, None, as_json=json)


def credits(json: _JSON = False) -> None:
    """List whose work Laterna uses, and under which licence."""
    from laterna import production

    deliver(production.credits(), None, None, as_json=json)


class Progress:
    """A production's progress on stderr: a line for each step that ended, and what is at work now."""

    def __init__(self, *, why: bool) -> None:
        from rich.console import Console

        self._why = why
        self._running: list[str] = []
        self._console = Console(stderr=True)
        self._status: Status = self._console.status("")

    def __enter__(self) -> "Progress":
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def tell(self, event: "Event") -> None:
        """Take the engine's news of a step."""
        if event.state == "started":
            self._running.append(event.step)
        else:
            self._running = [name for name in self._running if name != event.step]
            say(self._line(event))
        self._status.update(f"{event.done}/{event.total}  {', '.join(self._running)}")

    def _line(self, event: "Event") -> str:
        seconds = f"{event.seconds:6.1f} s" if event.state == "made" else " " * 8
        return f"{event.state}  {seconds}  {event.step}" + (f": {event.why}" if self._why else "")
