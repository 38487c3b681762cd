"""``laterna train``, ``laterna evaluate`` and ``laterna models``."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from laterna.studio.cli.output import deliver, readable, say

if TYPE_CHECKING:
    from laterna.learning import Progress, Stored

_NAME = Annotated[str, typer.Argument(metavar="NAME", help="The model, department/model; see `laterna models`.")]
_DATA = Annotated[Path, typer.Argument(metavar="DATA", help="What it learns from, mostly a folder of yours.")]
_JSON = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
_ALLOW = Annotated[
    bool, typer.Option("--allow-non-commercial", help="Take weights whose licence forbids commercial use.")
]
_THREADS = Annotated[int, typer.Option(metavar="N", help="Threads of the CPU.")]


def train(
    name: _NAME,
    data: _DATA,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="The model's folder; else the user's store.")
    ] = None,
    start_from: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Begin with its weights: a name, a path or hf:owner/name.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint of a stopped training.")] = False,
    steps: Annotated[int | None, typer.Option(metavar="N", help="Steps of the training.")] = None,
    batch_size: Annotated[int | None, typer.Option(metavar="N", help="Samples in a step.")] = None,
    budget: Annotated[
        str | None, typer.Option(metavar="TIME", help="Stop after it with the best weights: 30m, 1h30m.")
    ] = None,
    size: Annotated[str, typer.Option(help="Of a fresh model.")] = "base",
    seed: Annotated[int, typer.Option(help="Of all that is drawn.")] = 0,
    device: Annotated[str, typer.Option(help="cpu, cuda, mps or auto.")] = "auto",
    devices: Annotated[int, typer.Option(metavar="N", help="How many of them; each is a process.")] = 1,
    precision: Annotated[
        Literal["32-true", "bf16-mixed", "16-mixed"], typer.Option(help="Of the arithmetic; mixed is faster on GPUs.")
    ] = "32-true",
    threads: _THREADS = 1,
    patience: Annotated[
        int | None, typer.Option(metavar="N", help="Stop after so many looks without a better one.")
    ] = None,
    licence: Annotated[str | None, typer.Option(metavar="SPDX", help="Of the weights; else private.")] = None,
    allow_non_commercial: _ALLOW = False,
    json: _JSON = False,
) -> None:
    """Train a model on your own data.

    It is kept with its card and its learning curve. Ctrl-C leaves a checkpoint, from which --resume goes on.
    """
    from laterna import learning

    with Screen() as screen:
        try:
            trained = learning.train(
                name,
                data,
                out=out,
                start_from=start_from,
                resume=resume,
                steps=steps,
                batch_size=batch_size,
                budget=budget,
                size=size,
                seed=seed,
                device=device,
                devices=devices,
                precision=precision,
                threads=threads,
                patience=patience,
                licence=licence,
                allow_non_commercial=allow_non_commercial,
                tell=screen.tell,
            )
        except KeyboardInterrupt:
            if screen.began:
                say("Add --resume to go on from the checkpoint.")
            raise
    deliver(trained, None, None, as_json=json)


def evaluate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The model: a name, a path or hf:owner/name.")],
    data: _DATA,
    device: Annotated[str, typer.Option(help="cpu, cuda or mps.")] = "cpu",
    threads: _THREADS = 1,
    allow_non_commercial: _ALLOW = False,
    json: _JSON = False,
) -> None:
    """Judge a model on the part of your data that training never sees.

    The figures of the trivial baseline stand beside its own.
    """
    from laterna import learning

    found = learning.evaluate(name, data, device=device, threads=threads, allow_non_commercial=allow_non_commercial)
    deliver(found, None, None, as_json=json)


def models(json: _JSON = False) -> None:
    """List the models, where their weights are, and how well they do."""
    from laterna import learning

    found = learning.models()
    if json:
        deliver(found, None, None, as_json=True)
    else:
        typer.echo(readable([_row(model) for model in found]) if found else "No model is registered.")


def _row(model: "Stored") -> dict[str, str]:
    card = model.card
    told = _told(card.figures, card.baseline) if card else model.problem
    return {"name": model.name, "weights": model.weights, "licence": card.licence if card else "", "figures": told}


def _told(figures: Mapping[str, float], baseline: Mapping[str, float]) -> str:
    beside = {name: f" (baseline {baseline[name]:.3g})" for name in figures if name in baseline}
    return ", ".join(f"{name} {value:.3g}{beside.get(name, '')}" for name, value in figures.items())


class Screen:
    """A training's progress on stderr: a bar; a line and the samples at each look at the validation part."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._console = Console(stderr=True)
        text = (TextColumn("{task.completed}/{task.total}"), TextColumn("{task.description}"))
        self._bar = Progress(text[0], BarColumn(), text[1], console=self._console, transient=True)
        self._task: Any = None

    def __enter__(self) -> "Screen":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar.live.is_started:
            self._bar.stop()

    @property
    def began(self) -> bool:
        """Whether there was any news."""
        return self._task is not None

    def tell(self, news: "Progress") -> None:
        """Take the trainer's news of a step."""
        if self._task is None:
            self._task = self._bar.add_task("", total=news.steps)
            if self._console.is_terminal:
                self._bar.start()
        pace = f"{news.speed:.3g} steps/s  {_clock(news.seconds_left)} left"
        self._bar.update(self._task, completed=news.step, description=f"{pace}  {_numbers(news.losses)}")
        if news.figures is not None:
            best = "  best so far" if news.best else ""
            line = f"step {news.step}  {pace}  {_numbers(news.losses)}  valid: {_numbers(news.figures)}{best}"
            for said in filter(None, (line, news.samples)):
                self._console.print(said, highlight=False, markup=False, soft_wrap=True)


def _numbers(values: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.4g}" for name, value in values.items())


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
