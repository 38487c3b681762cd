"""``laterna rate`` and ``laterna prefer``."""

from typing import TYPE_CHECKING, Annotated

import typer

from laterna.studio.cli.output import deliver, say

if TYPE_CHECKING:
    from laterna.production.feedback import Judged

_WORDS = "a path, a step (its chosen version), or step:key, such as cut:3f0a."
_WHO = Annotated[str | None, typer.Option(metavar="NAME", help="Whose judgement it is; else your login name.")]
_STORE = Annotated[
    str | None,
    typer.Option(metavar="FILE|URL", help="Where it is kept; else $LATERNA_FEEDBACK, else a file of your own."),
]
_JSON = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def rate(
    version: Annotated[str, typer.Argument(metavar="VERSION", help=f"A version: {_WORDS}")],
    rating: Annotated[int, typer.Argument(metavar="1-5", help="From 1, poor, to 5, great.")],
    who: _WHO = None,
    store: _STORE = None,
    json: _JSON = False,
) -> None:
    """Say how good a version is, so that your taste can be learnt."""
    from laterna.production import feedback

    judged = feedback.rate(version, rating, who=who, store=store)
    if json:
        deliver({"version": judged, "rating": rating}, None, None, as_json=True)
    else:
        say(f"Kept: {_named(judged)} is rated {rating}.")


def prefer(
    better: Annotated[str, typer.Argument(metavar="A", help=f"The better version: {_WORDS}")],
    worse: Annotated[str, typer.Argument(metavar="B", help="The other version of that step.")],
    who: _WHO = None,
    store: _STORE = None,
    json: _JSON = False,
) -> None:
    """Say that version A is better than version B, so that your taste can be learnt."""
    from laterna.production import feedback

    one, other = feedback.prefer(better, worse, who=who, store=store)
    if json:
        deliver({"better": one, "worse": other}, None, None, as_json=True)
    else:
        say(f"Kept: {_named(one)} is better than {_named(other)}.")


def _named(judged: "Judged") -> str:
    return f"{judged.step}:{judged.path.name.partition('.')[0]}"
