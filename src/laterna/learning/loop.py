"""One loop that trains every model, on Lightning Fabric (devices, precision, several processes).

Nothing random survives a step: the batch, what its samples draw, and the network's own noise (dropout, noise inputs)
are functions of the seed and the step. So a resumed training goes on exactly as if it had never stopped.
"""

import copy
import itertools
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from laterna.errors import ModelError
from laterna.learning import checkpoint
from laterna.learning.batches import Batches, ahead
from laterna.learning.checkpoint import CHECKPOINT
from laterna.learning.journal import Journal
from laterna.learning.model import Model, Phase
from laterna.learning.optimizers import fresh_optimizers, moved_by, set_rate
from laterna.learning.recipe import Recipe, Splits
from laterna.learning.threads import torch_threads
from laterna.media.files import quoted

_POINTS = 10  # of the learning curve from one look at the valid part to the next


@dataclass(frozen=True, slots=True)
class Progress:
    """News of a training, after each step.

    Attributes:
        step: how many of ``steps`` are done.
        seconds: of training so far, and ``seconds_left`` at the present speed, budget included.
        speed: steps a second.
        losses: of this step, "phase/name".
        figures: on the valid part, at the steps where it was looked at; ``best`` if they are the best so far.
        samples: what the model shows there, in words: text of its own, or the file in which it lies.
    """

    step: int
    steps: int
    seconds: float
    seconds_left: float
    speed: float
    losses: Mapping[str, float]
    figures: Mapping[str, float] | None
    best: bool
    samples: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may say about a training; see :func:`laterna.learning.train`."""

    steps: int
    batch_size: int
    seed: int = 0
    budget: float | None = None
    device: str = "auto"
    devices: int = 1
    precision: str = "32-true"
    threads: int = 1
    workers: int = 1
    patience: int | None = None
    checkpoint_every: float = 300.0
    start_from: str | None = None


@dataclass
class State:
    """All that a checkpoint holds beside tensors.

    ``history`` has the points of the learning curve; ``recent`` sums and counts of the losses since the last one.
    """

    step: int = 0
    seconds: float = 0.0
    best: float = -math.inf
    best_step: int = 0
    look_seconds: float = 0.0
    recent: dict[str, list[float]] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)


class _Look(NamedTuple):
    """A look at the valid part; its fields are Progress's last ones."""

    figures: Mapping[str, float] | None = None
    best: bool = False
    samples: str = ""


class Loop:
    """The training of one model, in one process of ``fabric``.

    Args:
        fabric: launched.
        recipe: how the model is trained and judged.
        model: fresh, or with weights to start from.
        splits: its data.
        settings: what the user said.
        folder: for the checkpoint, the learning curve and the last samples.
        resume: go on from the folder's checkpoint.
        tell: is told of progress, in the first process.
        stopped: asked after each step whether to stop there.
    """

    def __init__(
        self,
        fabric: Fabric,
        recipe: Recipe,
        model: Model,
        splits: Splits,
        settings: Settings,
        folder: Path,
        *,
        resume: bool,
        tell: Callable[[Progress], None],
        stopped: Callable[[], bool],
    ) -> None:
        self.fabric, self.recipe, self.model, self.splits = fabric, recipe, model, splits
        self.settings, self.folder, self.tell, self.stopped = settings, folder, tell, stopped
        self.state, self.phases = State(), list(model.phases())
        self.moved = [moved_by(model, phase) for phase in self.phases]
        self.averaged = copy.deepcopy(model) if recipe.ema else model
        fresh = [fresh_optimizers(model, phase) for phase in self.phases]
        self.network, *ready = fabric.setup(model, *itertools.chain(*fresh))
        self.optimizers = [[ready.pop(0) for _ in several] for several in fresh]  # of each phase
        self.network.mark_forward_method("loss")
        self.averaged.to(fabric.device)
        self.best = _copied(self.averaged)
        self.batches = Batches(
            recipe, splits.train, settings.batch_size, settings.seed, fabric.global_rank, fabric.world_size
        )
        if resume:
            self._restore()
        self.journal = Journal(folder, self.state.step) if fabric.is_global_zero else None

    def run(self) -> tuple[State, dict[str, Tensor]]:
        """Train; where it stands at the end, and the best weights.

        Raises:
            ModelError: a loss or the objective is no number, or the device's memory is too small.
            MediaError: the disk is full; the last checkpoint is whole.
        """
        with torch_threads(self.settings.threads), _unchanged(self.model), self.journal or nullcontext():
            stopped = self._learn()
            if not stopped and self.state.best == -math.inf:  # resumed with no time left, before its first look
                self._look()
            self._save()
        return self.state, {name: tensor.cpu().contiguous() for name, tensor in self.best.items()}

    def _learn(self) -> bool:
        """Step until the end; whether it was stopped before."""
        state, settings, began = self.state, self.settings, time.perf_counter()
        first, before, saved = state.step, state.seconds, state.seconds
        with ahead(self.batches, first, settings.workers) as batches:
            while not self._ended():
                losses = self._step(next(batches))
                state.step += 1
                clock = before + time.perf_counter() - began
                state.seconds, stopped = self.fabric.broadcast((clock, self.stopped()))  # all processes do the same
                self._report(losses, (state.step - first) / max(state.seconds - before, 1e-9))
                if stopped:
                    return True
                if state.seconds - saved >= settings.checkpoint_every:
                    self._save()
                    saved = state.seconds
        return False

    def _step(self, batch: Any) -> dict[str, float]:
        """One step of every phase that is due, on one batch; the losses by name."""
        state = self.state
        self.network.train()
        torch.manual_seed(_mixed(self.settings.seed, state.step, self.fabric.global_rank))
        batch = self.fabric.to_device(batch)
        self.model.over = self._over(0)
        losses: dict[str, float] = {}
        for phase, moved, optimizers in zip(self.phases, self.moved, self.optimizers, strict=True):
            if phase.due(state.step):
                self._only(moved)
                losses |= self._descend(phase, optimizers, batch)
        bad = [name for name, value in losses.items() if not math.isfinite(value)]
        if bad:
            raise ModelError(
                f"{self.recipe.name} lost its way at step {state.step}: {bad[0]} is no number; lower its learning rate."
            )
        self._average()
        return losses

    def _descend(self, phase: Phase, optimizers: Sequence[Any], batch: Any) -> dict[str, float]:
        with _room_for(self.settings.batch_size):
            with self.fabric.autocast():  # a marked method gets none on a single device
                losses = self.network.loss(batch, phase.name, self.state.step)
            self.fabric.backward(losses["loss"])
        for optimizer in optimizers:
            set_rate(optimizer, phase, self.state.step, self._over(phase.start))
            if phase.clip is not None:
                self.fabric.clip_gradients(self.network, optimizer, max_norm=phase.clip, error_if_nonfinite=False)
            optimizer.step()
            optimizer.zero_grad()
        return {f"{phase.name}/{name}": float(value.detach()) for name, value in losses.items()}

    def _only(self, moved: list[torch.nn.Parameter]) -> None:
        """Give gradients to a phase's own parameters alone: the others' would be computed for nothing."""
        own = {id(parameter) for parameter in moved}
        for parameters in self.moved:
            for parameter in parameters:
                parameter.requires_grad_(id(parameter) in own)

    def _average(self) -> None:
        """Move the averaged weights towards the network's, faster at the beginning."""
        if self.averaged is self.model:
            return
        decay = min(self.recipe.ema, (1 + self.state.step) / (10 + self.state.step))
        now = self.model.state_dict()
        for name, tensor in self.averaged.state_dict().items():
            if tensor.is_floating_point():
                tensor.lerp_(now[name], 1 - decay)
            else:
                tensor.copy_(now[name])

    def _over(self, start: int) -> float:
        """How much is over since a step, 0..1: of the steps from there, or of the budget if that is nearer its end."""
        settings, state = self.settings, self.state
        share = (state.step - start) / max(1, settings.steps - start)
        return max(share, state.seconds / settings.budget) if settings.budget else share

    def _ended(self) -> bool:
        settings, state = self.settings, self.state
        looks_since = (state.step - state.best_step) // self.recipe.evaluate_every
        tired = settings.patience is not None and looks_since > settings.patience
        spent = settings.budget is not None and state.seconds + state.look_seconds >= settings.budget
        return state.step >= settings.steps or spent or tired

    def _report(self, losses: Mapping[str, float], speed: float) -> None:
        state, settings, look = self.state, self.settings, _Look()
        for name, value in losses.items():
            total, count = state.recent.get(name, (0.0, 0))
            state.recent[name] = [total + value, count + 1]
        due = state.step % self.recipe.evaluate_every == 0 or self._ended()
        if due:
            look = self._look()
        elif state.step % max(1, self.recipe.evaluate_every // _POINTS) == 0:
            self._point()
        if self.journal is not None:
            self.journal.note(state.step, losses)
            left = (settings.steps - state.step) / speed
            left = left if settings.budget is None else max(0.0, min(left, settings.budget - state.seconds))
            self.tell(Progress(state.step, settings.steps, state.seconds, left, speed, losses, *look))

    def _point(self) -> None:
        """A point of the learning curve: the means of the losses since the last one."""
        state = self.state
        means = {name: total / count for name, (total, count) in state.recent.items()}
        state.history.append({"step": state.step, **means})
        state.recent.clear()

    def _look(self) -> "_Look":
        """Judge the averaged weights on the valid part, in the first process; keep them if they are the best so far."""
        state, began = self.state, time.perf_counter()
        figures, samples = self._judged() if self.journal is not None else ({}, "")
        figures, state.look_seconds = self.fabric.broadcast((figures, time.perf_counter() - began))
        score = self.recipe.score(figures)
        if math.isnan(score):
            raise ModelError(f"{self.recipe.name} can't be judged at step {state.step}: its objective is no number.")
        best = score > state.best
        if best:
            state.best, state.best_step, self.best = score, state.step, _copied(self.averaged)
        if not state.history or state.history[-1]["step"] != state.step:
            self._point()
        state.history[-1] |= {f"valid/{name}": value for name, value in figures.items()}
        if self.journal is not None:
            self.journal.draw(state.history)
        return _Look(figures, best, samples)

    def _judged(self) -> tuple[dict[str, float], str]:
        """The figures of the averaged weights on the valid part, and what they show of it."""
        self.averaged.eval()
        with torch.no_grad():
            figures = dict(self.recipe.metrics(self.averaged, self.splits.valid))
            shown = None if self.recipe.show is None else self.recipe.show(self.averaged, self.splits.valid)
        return figures, "" if shown is None or self.journal is None else self.journal.show(shown)

    def _about(self) -> dict[str, Any]:
        """What has to be the same for a training to be resumed; steps, budget, devices and precision need not be."""
        settings = self.settings
        return {
            "model": self.recipe.name,
            "version": self.model.version,
            "config": self.model.config,
            "seed": settings.seed,
            "batch size": settings.batch_size,
            "start": settings.start_from,
            "number of samples": len(self.splits.train),
            "data": list(self.splits.data),
        }

    def _save(self) -> None:
        if self.fabric.is_global_zero:
            contents = {
                "state": asdict(self.state),
                "network": self.model.state_dict(),
                "averaged": self.averaged.state_dict(),
                "best": self.best,
                "optimizers": [optimizer.state_dict() for optimizer in itertools.chain(*self.optimizers)],
            }
            checkpoint.write(self.folder / CHECKPOINT, self._about(), contents)
        self.fabric.barrier()

    def _restore(self) -> None:
        path = self.folder / CHECKPOINT
        data = checkpoint.read(path, self._about(), self.fabric.device)
        try:
            self.state, self.best = State(**data["state"]), data["best"]
            self.model.load_state_dict(data["network"])
            self.averaged.load_state_dict(data["averaged"])
            for optimizer, saved in zip(itertools.chain(*self.optimizers), data["optimizers"], strict=True):
                optimizer.load_state_dict(saved)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:  # the model's code has changed since
            raise ModelError(f"{quoted(path)} fits another {self.recipe.name}: remove it and begin anew.") from error


@contextmanager
def _room_for(batch_size: int) -> Iterator[None]:
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise ModelError(
            f"The device has no memory for batches of {batch_size}: use a smaller --batch-size."
        ) from error


def _copied(model: Model) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}


def _mixed(*numbers: int) -> int:
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1)


@contextmanager
def _unchanged(model: Model) -> Iterator[None]:
    """Leave torch's generators, and which parameters are free, as they were before."""
    free = [parameter for parameter in model.parameters() if parameter.requires_grad]
    try:
        with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
            yield
    finally:
        for parameter in free:
            parameter.requires_grad_(True)
