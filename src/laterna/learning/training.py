"""From a name and a folder of data to a model in the user's store, with a card that says how it came about."""

import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from laterna.errors import DataError, ModelError
from laterna.learning import launch
from laterna.learning.card import Card
from laterna.learning.checkpoint import CHECKPOINT
from laterna.learning.evaluation import Evaluation, judge
from laterna.learning.journal import CURVE
from laterna.learning.loop import Progress, Settings, State
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Splits, registered
from laterna.learning.store import held, user_store
from laterna.learning.threads import torch_threads
from laterna.learning.weights import load, save
from laterna.media.files import quoted
from laterna.media.timecode import seconds

PRIVATE = "LicenseRef-private"  # the maker's own, until he names a licence


@dataclass(frozen=True, slots=True)
class Trained:
    """Where the model lies, how long it was trained, and how well it does; the learning curve lies beside it.

    ``notes`` are its card's: what it is weak at.
    """

    folder: Path
    steps: int
    seconds: float
    evaluation: Evaluation
    notes: str = ""

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        said = {"folder": self.folder, "steps": self.steps, "seconds": self.seconds, "notes": self.notes}
        return said | self.evaluation.to_json()

    def __str__(self) -> str:
        curve = self.folder / CURVE
        made = f"{self.folder}: {self.steps} steps in {self.seconds:.0f} s"
        drawn = [f"Learning curve: {curve}"] if curve.exists() else []
        return "\n".join(filter(None, [str(self.evaluation), self.notes, made, *drawn]))


def train(
    name: str,
    data: str | Path,
    *,
    out: str | Path | None = None,
    start_from: str | None = None,
    resume: bool = False,
    steps: int | None = None,
    batch_size: int | None = None,
    budget: str | None = None,
    size: str = "base",
    seed: int = 0,
    device: str = "auto",
    devices: int = 1,
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true",
    threads: int = 1,
    patience: int | None = None,
    licence: str | None = None,
    allow_non_commercial: bool = False,
    tell: Callable[[Progress], None] = lambda news: None,
) -> Trained:
    """Train a model on your own data, and keep it with its card in the user's store, where ``load`` finds it.

    A checkpoint is written every five minutes and when Ctrl-C stops the training. The same seed, data and versions
    give the same weights on the same machine, unless a budget ends the training. The learning curve is drawn, and
    what the model shows is kept, at each look at the validation part; TensorBoard is told of each step if it is
    installed. Where a model is made to be adapted, a second training from nothing tells what its first weights gained.

    Args:
        name: of the model, "department/model"; see ``laterna models``.
        data: what the model's reader reads, mostly a folder.
        out: the model's folder; else the user's store.
        start_from: the model whose weights it begins with: a name, a path, or ``hf:owner/name``.
        resume: go on from the checkpoint of a training that was stopped. Steps, budget, devices, threads and precision
            may be others than before.
        steps: of the training; else the recipe's.
        batch_size: samples in a step, of all devices together; else the recipe's.
        budget: time after which it stops with the best weights so far: "30m", "1h30m".
        size: of a fresh model; "debug" is tiny.
        seed: of the first weights, the order of the samples and all that is drawn.
        device: cpu, cuda, mps, or auto.
        devices: how many of them; each is a process.
        precision: of the arithmetic; mixed ones are faster on GPUs.
        threads: of the CPU, for each process. More than one is slower for small models on a busy machine.
        patience: stop after so many looks at the validation part without a better one.
        licence: of the weights, an SPDX identifier; else that of the weights it starts from, else private.
        allow_non_commercial: start from weights whose licence forbids commercial use.
        tell: is told of the progress after each step.

    Raises:
        DataError: the data are missing or too few, or a number makes no sense.
        ModelError: there is no such model, weights or device, the checkpoint can't be resumed, or another training is
            at work in the folder.
        MediaError: the disk is full; the last checkpoint is whole.
    """
    recipe = registered(name)
    folder = Path(out) if out is not None else user_store() / name
    settings = _settings(
        recipe,
        steps,
        batch_size,
        devices,
        threads,
        seed=seed,
        budget=_budget(budget),
        device=device,
        precision=precision,
        patience=patience,
        start_from=start_from,
    )
    model = _first(recipe, start_from, size, seed, allow_non_commercial)
    licence, start = _licence(licence, model.card), model.card
    splits = recipe.splits(Path(data))
    model = recipe.suit(model, splits.train) if recipe.suit else model
    said = {
        "start-from": start_from,
        "steps": steps,
        "batch-size": batch_size,
        "budget": budget,
        "size": size,
        "seed": seed,
        "devices": devices,
        "precision": precision,
        "patience": patience,
    }
    with held(folder):
        state = _learnt(launch.Job(recipe, splits, settings, folder, resume), model, tell)
        if recipe.settle:
            with torch_threads(threads):
                recipe.settle(model, splits.train)
        evaluation = judge(recipe, model, splits, threads=threads)
        notes, command = _weakness(recipe, evaluation), _command(name, data, said)
        card = _card(evaluation, state, splits, start, licence=licence, command=command, seed=seed, notes=notes)
        save(model, card, folder)
        (folder / CHECKPOINT).unlink(missing_ok=True)
        if recipe.transfers and start_from is not None:
            figures = _from_nothing(recipe, splits, replace(settings, start_from=None), state.step, model, tell)
            evaluation, card = replace(evaluation, nothing=figures), replace(card, nothing=figures)
            save(model, card, folder)
    return Trained(folder, state.step, state.seconds, evaluation, notes)


def _from_nothing(
    recipe: Recipe, splits: Splits, settings: Settings, steps: int, model: Model, tell: Callable[[Progress], None]
) -> Mapping[str, float]:
    """The figures of a model of the same build that learnt as many steps from the same data, with no weights before."""
    fresh = model.anew(seed=settings.seed)
    with TemporaryDirectory() as folder:
        job = launch.Job(recipe, splits, replace(settings, steps=steps, budget=None), Path(folder))
        launch.run(job, fresh, tell)
    return judge(recipe, fresh, splits, threads=settings.threads).figures


def _settings(
    recipe: Recipe, steps: int | None, batch_size: int | None, devices: int, threads: int, **more: Any
) -> Settings:
    devices = _positive("number of devices", devices)
    return Settings(
        _positive("number of steps", steps, recipe.steps),
        _positive("batch size", batch_size, max(recipe.batch_size, devices)),
        devices=devices,
        threads=_positive("number of threads", threads),
        **more,
    )


def _positive(what: str, number: int | None, default: int = 1) -> int:
    if number is None:
        return default
    if number < 1:
        raise DataError(f"The {what} can't be {number}: give 1 or more.")
    return number


def _budget(text: str | None) -> float | None:
    try:
        budget = None if text is None else float(seconds(text))
    except ValueError as error:
        raise DataError(f"{text!r} is not a length of time: write 90s, 30m or 1h30m.") from error
    if budget == 0:
        raise DataError("A budget of nothing leaves no time to learn: write 90s, 30m or 1h30m.")
    return budget


def _first(recipe: Recipe, start_from: str | None, size: str, seed: int, allow_non_commercial: bool) -> Model:
    """The model that the training begins with."""
    if start_from is None:
        return recipe.model.build(size, seed=seed)
    model = load(start_from, allow_non_commercial=allow_non_commercial)
    if model.name != recipe.name:
        raise ModelError(f"{start_from} holds weights of {model.name}, not of {recipe.name}: start from others.")
    return model


def _licence(licence: str | None, start: Card | None) -> str:
    if start is None:
        return licence or PRIVATE
    if licence is not None and start.non_commercial:
        raise ModelError(f"Weights that start from others keep their licence, {start.licence}: leave out --licence.")
    return licence or start.licence


def _learnt(job: launch.Job, model: Model, tell: Callable[[Progress], None]) -> State:
    """Where the training ended; the model has its best weights then."""
    if not model.phases():
        return _fitted(job, model)
    if not job.resume:
        _refuse_to_forget(job.folder / CHECKPOINT)
    return launch.run(job, model, tell)


def _fitted(job: launch.Job, model: Model) -> State:
    if job.resume:
        raise ModelError(f"{model.name} learns in one go and leaves no checkpoint: leave out --resume.")
    began = time.perf_counter()
    with torch_threads(job.settings.threads):
        model.fit(job.splits.train, seed=job.settings.seed)
    model.eval()
    return State(seconds=time.perf_counter() - began)


def _refuse_to_forget(checkpoint: Path) -> None:
    if checkpoint.exists():
        raise ModelError(f"{quoted(checkpoint)} is of an unfinished training: add --resume to go on, or remove it.")


def _weakness(recipe: Recipe, found: Evaluation) -> str:
    if recipe.score(found.figures) > recipe.score(found.baseline):
        return ""
    return "It does no better than the trivial baseline: train it longer, or on more data."


def _card(found: Evaluation, state: State, splits: Splits, start: Card | None, **said: Any) -> Card:
    return Card(
        found.model,
        data=_learnt_from(splits, start),
        protocol=found.protocol,
        figures=found.figures,
        baseline=found.baseline,
        steps=state.step,
        seconds=round(state.seconds, 1),
        credits=() if start is None else start.credits,
        **said,
    )


def _learnt_from(splits: Splits, start: Card | None) -> tuple[str, ...]:
    learnt, chosen, tested = (len(part) for part in (splits.train, splits.valid, splits.test))
    counts = f"{learnt} samples to learn from, {chosen} to choose the best weights by, {tested} to test on"
    before = () if start is None else tuple(f"before that, by `{start.command}`: {line}" for line in start.data)
    return (*splits.data, counts, *before)


def _command(name: str, data: str | Path, said: Mapping[str, object]) -> str:
    """The line that trains the same model again."""
    usual = {"size": "base", "seed": 0, "devices": 1, "precision": "32-true"}
    options = {option: value for option, value in said.items() if value is not None and value != usual.get(option)}
    words = (word for option, value in options.items() for word in (f"--{option}", str(value)))
    return shlex.join(["laterna", "train", name, str(data), *words])
