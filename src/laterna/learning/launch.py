"""Where the loop runs: in this process, or in one for each device."""

import contextlib
import functools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, cast

import safetensors.torch
import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy
from torch import Tensor
from torch.multiprocessing.spawn import ProcessExitedException, ProcessRaisedException

from laterna.errors import LaternaError, ModelError
from laterna.learning.loop import Loop, Progress, Settings, State
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Splits

_Tell = Callable[[Progress], None]
_Best = tuple[State, dict[str, Tensor]]


@dataclass(frozen=True)
class Job:
    """All that a process needs to train, but for the model."""

    recipe: Recipe
    splits: Splits
    settings: Settings
    folder: Path
    resume: bool = False


def run(job: Job, model: Model, tell: _Tell = lambda news: None) -> State:
    """Train a model, which comes back on the CPU with its best weights.

    Raises:
        ModelError: there is no such device, the checkpoint is of another training or broken, or the loss is no number.
        MediaError: the disk is full; the last checkpoint is whole.
        KeyboardInterrupt: Ctrl-C came; the checkpoint was written after the step in which it did.
        BaseException: whatever ``tell`` raises, which ends the training.
    """
    fabric = _fabric(job.settings)
    several = job.settings.devices > 1
    stop: Any = torch.multiprocessing.get_context("spawn").Event() if several else threading.Event()
    with _interruptible(stop):
        state, best = (_in_processes if several else _here)(fabric, job, model, tell, stop)
    model.to("cpu").load_state_dict(best)
    model.eval()
    if stop.is_set():
        raise KeyboardInterrupt
    return state


def _fabric(settings: Settings) -> Fabric:
    several = settings.devices > 1
    try:
        return Fabric(
            accelerator=settings.device,
            devices=settings.devices,
            precision=settings.precision,  # type: ignore[arg-type]
            # A phase leaves the parameters of the others alone, which DDP has to look for.
            strategy=DDPStrategy(start_method="spawn", find_unused_parameters=True) if several else "auto",
        )
    except (RuntimeError, ValueError, TypeError) as error:
        asked = f"{settings.device} x {settings.devices}" if several else settings.device
        raise ModelError(f"There is no device {asked!r} to train on here: use --device cpu or auto.") from error


def _here(fabric: Fabric, job: Job, model: Model, tell: _Tell, stop: Any) -> _Best:
    fabric.launch()
    return Loop(fabric, model=model, tell=tell, stopped=stop.is_set, **vars(job)).run()


def _in_processes(fabric: Fabric, job: Job, model: Model, tell: _Tell, stop: Any) -> _Best:
    """Train in one process for each device. Each tells its news, and how it ended, through a pipe of its own.

    A process that is killed in the midst of its news so takes no lock with it that others would wait for.
    """
    pipes = [torch.multiprocessing.get_context("spawn").Pipe(duplex=False) for _ in range(job.settings.devices)]
    endings: list[Any] = []
    reader = threading.Thread(target=_read, args=([here for here, _ in pipes], tell, endings.append, stop), daemon=True)
    reader.start()
    raised: BaseException | None = None
    try:
        fabric.launch(functools.partial(_in_process, job), model, [there for _, there in pipes], stop)
    except ProcessRaisedException as error:
        raised = error
    except ProcessExitedException as error:
        raise ModelError(
            "A process of the training was killed, perhaps for want of memory: use fewer devices or a smaller batch."
        ) from error
    finally:
        for _, there in pipes:
            there.close()  # where its processes have ended, the last writer: who reads comes to the end
    reader.join()
    raised = next((ending for ending in endings if isinstance(ending, BaseException)), raised)
    if raised is not None:
        raise raised
    state, weights = endings[0]
    return state, safetensors.torch.load(weights)


def _in_process(job: Job, fabric: Fabric, model: Model, pipes: Sequence[Connection], stop: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says when to stop, so that all stop at one step
    threading.Thread(target=_end_with_parent, daemon=True).start()
    news = pipes[fabric.global_rank]
    try:
        state, best = Loop(fabric, model=model, tell=news.send, stopped=stop.is_set, **vars(job)).run()
    except LaternaError as error:
        news.send(error)
        raise
    if fabric.is_global_zero:
        news.send((state, safetensors.torch.save(best)))  # as bytes: shared tensors end with the process that made them


def _end_with_parent() -> None:
    """End this process when the one that began the training is killed: it would learn on for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read(pipes: Sequence[Connection], tell: _Tell, end: Callable[[Any], None], stop: Any) -> None:
    """Read what comes through pipes until all have ended, one in the midst of its news perhaps.

    An error of who is told stops the training: it is an ending too.
    """
    left, heard = list(pipes), True
    while left:
        for pipe in cast(list[Connection], wait(left)):
            try:
                item = pipe.recv()
            except (EOFError, OSError):
                left.remove(pipe)
                continue
            if not isinstance(item, Progress):
                end(item)
            elif heard:
                try:
                    tell(item)
                except BaseException as error:
                    heard = False
                    stop.set()
                    end(error)


@contextlib.contextmanager
def _interruptible(stop: Any) -> Iterator[None]:
    """Let the first Ctrl-C end the training after the step it comes in, its state whole; the second ends it at once.

    A shell that puts a training in a script's background has it ignore Ctrl-C, which stays so.
    """
    mine = threading.current_thread() is threading.main_thread()  # which alone gets signals
    if not mine or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield
        return

    def ask(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
