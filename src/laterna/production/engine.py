"""The engine: steps in order, each kept or made anew, and why."""

import ctypes
import functools
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from laterna.errors import BriefError
from laterna.media.files import quoted
from laterna.production.brief import nearest
from laterna.production.keys import changes, code, parts
from laterna.production.steps import Step, ancestors, ordered
from laterna.production.store import Chosen, Record, Store, Version, key_of

_LISTEN = 0.1  # seconds until a Ctrl-C is heard: once some library took over its signal, it ends no waiting
# A step that decodes or encodes shares out all cores itself; one beside it fills the gaps that it leaves, as the mix
# does beside the pictures. A third would only hold more frames in memory.
_AT_ONCE = 2


State = Literal["started", "working", "made", "kept"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step. ``seconds`` is how long its version took to make, in this run or when it was made."""

    step: str
    version: Version
    kept: bool
    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Event:
    """News of a run, for whoever shows its progress: ``done`` of ``total`` steps have ended.

    A step that is "working" has done ``share`` of its work. Such news come from the step's own thread.
    """

    step: str
    state: State
    why: str
    seconds: float
    done: int
    total: int
    share: float = 0.0


Tell = Callable[[Event], None]


class Executor(Protocol):
    """What runs steps: :class:`Threads` here; whatever gives futures, such as a cluster, can stand in."""

    at_once: int
    """How many steps it is given at once."""

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        """Run ``call``."""
        ...

    def stop(self) -> None:
        """End what runs, soon, and start nothing more."""
        ...


class Threads:
    """Runs steps in threads.

    A stop raises SystemExit, which ends a thread without a word, between two of its instructions: so it clears up.
    It waits for that: nothing may go on to write once another run may begin.
    """

    def __init__(self, at_once: int = _AT_ONCE) -> None:
        self.at_once = at_once
        self._threads: list[threading.Thread] = []

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        thread = threading.Thread(target=self._work, args=(future, call, arguments), daemon=True)
        self._threads.append(thread)
        thread.start()
        return future

    def _work(self, future: "Future[Any]", call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        try:
            result = call(*arguments)
        except BaseException as error:  # handed to whoever waits for the future
            future.set_exception(error)
        else:
            future.set_result(result)

    def stop(self) -> None:
        for thread in self._threads:
            if thread.is_alive() and thread.ident is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))
        for thread in self._threads:
            thread.join()


@dataclass
class Run:
    """One run of a plan; call it.

    Args:
        steps: by name.
        values: the brief's fields; files of the user's are Versions.
        options: each step's, as :func:`laterna.production.steps.options` gives them.
        store: where versions are kept; its lock is held by the caller.
        executor: what runs the steps.
        only: redo this step; what it needs is made if it is missing, what needs it becomes stale.
        hand: versions by step, used in this run as if they had been made by hand.
        tell: is told of progress.
    """

    steps: Mapping[str, Step]
    values: Mapping[str, Any]
    options: Mapping[str, Mapping[str, Any]]
    store: Store
    executor: Executor
    only: str | None = None
    hand: Mapping[str, Path] = field(default_factory=dict)
    tell: Tell = lambda event: None

    def __post_init__(self) -> None:
        self._chosen = self.store.chosen()
        self._outcomes: dict[str, Outcome] = {}
        self._whys: dict[str, str] = {}
        self._media: dict[str, list[Version]] = {}
        self._wanted = self._selected()
        self._stopped = threading.Event()

    def __call__(self) -> dict[str, Outcome]:
        """Make what has to be made; each step's outcome, in the order in which they ended.

        Raises:
            BriefError: the plan is wrong.
            LaternaError: what a step raised; the others are stopped, and what had ended is kept.
        """
        sorter = ordered(self._wanted, self.values)
        waiting: list[str] = []
        running: dict[Future[Record], str] = {}
        try:
            while sorter.is_active():
                waiting = sorted([*waiting, *sorter.get_ready()], key=self._awaited, reverse=True)
                while waiting and len(running) < self.executor.at_once:
                    name = waiting.pop(0)
                    future = self._start(name)
                    if future is None:
                        sorter.done(name)
                    else:
                        running[future] = name
                for future in wait(running, _LISTEN, FIRST_COMPLETED).done if running else ():
                    name = running.pop(future)
                    self._made(name, future.result())
                    sorter.done(name)
        except BaseException:  # a step's error, or Ctrl-C: what still runs would work for nobody
            self._stopped.set()
            self.executor.stop()
            raise
        return self._outcomes

    def _awaited(self, name: str) -> int:
        """How many steps wait for this one, directly or not: the more do, the sooner it runs."""
        return sum(name in ancestors(self._wanted, other) for other in self._wanted)

    def _selected(self) -> dict[str, Step]:
        """The steps to look at: all, or the one asked for and what it needs."""
        ordered(self.steps, self.values)
        if self.only is None:
            return dict(self.steps)
        if self.only not in self.steps:
            raise BriefError(f"There is no step {self.only!r} to redo{nearest(self.only, self.steps)}.")
        by_hand = self._by_hand(self.only)
        if by_hand is not None:
            raise BriefError(f"{self.only!r} is made by hand: move {quoted(by_hand)} away to have the step redone.")
        return {name: self.steps[name] for name in ancestors(self.steps, self.only)}

    def _by_hand(self, name: str) -> Path | None:
        return self.hand.get(name) or self.store.hand(name)

    def _start(self, name: str) -> "Future[Record] | None":
        """Keep the step's version if it may be kept, else set the step going."""
        one, by_hand = self.steps[name], self._by_hand(name)
        if by_hand is not None:
            version = Version(by_hand, self.store.fingerprint(by_hand), one.kind)
            files = one.media(version, self.values, self.store.folder) if one.media else ()
            self._media[name] = [Version(file, self.store.fingerprint(file), "file") for file in files]
            self._end(Outcome(name, version, True, 0.0, f"made by hand, {by_hand.name}"), Chosen(""))
            return None
        made = {other: outcome.version for other, outcome in self._outcomes.items()}
        made_of = parts(one, self.values, made, self.options[name], self.store.folder, self._media)
        record, why = self._look_up(name, made_of)
        if record is not None:
            self._end(self._outcome(name, record, kept=True, why=why), Chosen(record.key))
            return None
        self._whys[name] = why
        self._tell(name, "started", why, 0.0)
        pieces = self.store.pieces(name).of(*(f"{part} {text}" for part, text in code(one).items()))
        if name == self.only:
            pieces.forget()  # what it was made of might be what is wrong with it
        tools = {"folder": self.store.folder, "pieces": pieces, "progress": _Progress(self._working, name)}
        given = {**self.values, **made, **tools}
        work = functools.partial(_called, one, [given[need] for need in one.needs], self.options[name])
        return self.executor.submit(self.store.make, name, one.kind, one.suffix, made_of, work)

    def _look_up(self, name: str, made_of: Mapping[str, str]) -> tuple[Record | None, str]:
        """The version to keep, if there is one; and why it is kept, or has to be made."""
        before = self._chosen.get(name, Chosen(""))
        if name == self.only:
            return None, "asked for"
        if before.stale is not None:
            return None, before.stale
        kept, last = self.store.find(name, key_of(made_of)), self.store.record(name, before.key)
        different = changes(last.parts, made_of) if last is not None else ""
        if kept is not None:
            return kept, f"made earlier from the same, though {different}" if different else "nothing changed"
        if last is None:
            return None, "not made before"
        return None, different or "its stored version is gone or was changed"

    def _made(self, name: str, record: Record) -> None:
        if name == self.only:
            for later in self.steps.keys() & self._chosen.keys() - {name}:
                if name in ancestors(self.steps, later):
                    self._chosen[later] = Chosen(self._chosen[later].key, stale=f"{name} was redone")
        self._end(self._outcome(name, record, kept=False, why=self._whys[name]), Chosen(record.key))

    def _outcome(self, name: str, record: Record, *, kept: bool, why: str) -> Outcome:
        version = Version(self.store.path(name, record), record.sha256, record.kind)
        return Outcome(name, version, kept, record.seconds, why)

    def _end(self, outcome: Outcome, chosen: Chosen) -> None:
        self._outcomes[outcome.step] = outcome
        if outcome.step not in self.hand:
            self._chosen[outcome.step] = chosen
            self.store.choose(self._chosen)
        self._tell(outcome.step, "kept" if outcome.kept else "made", outcome.why, outcome.seconds)

    def _working(self, name: str, done: int, total: int) -> None:
        if self._stopped.is_set():
            raise SystemExit  # threads of a step's own, which the executor doesn't know, end by this
        self._tell(name, "working", self._whys[name], 0.0, done / total if total else 0.0)

    def _tell(self, name: str, state: State, why: str, seconds: float, share: float = 0.0) -> None:
        self.tell(Event(name, state, why, seconds, len(self._outcomes), len(self._wanted), share))


class _Progress(functools.partial[None]):
    """What a step tells its progress by; in another process it reaches nobody."""

    def __reduce__(self) -> tuple[type["_Progress"], tuple[Callable[..., None]]]:
        return _Progress, (_unheard,)


def _unheard(done: int, total: int) -> None:
    pass


def _called(one: Step, needs: list[Any], options: Mapping[str, Any], out: Path) -> Path | None:
    return one(out, *needs, **options)
