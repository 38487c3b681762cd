"""What a cutter is asked: a bin of shots, the marks where cuts may fall, sentences and how well shots fit them.

Shots are arrays with a row for each; times are float seconds, for a cutter decides on a grid and its decisions are laid
on exact frames by whoever asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Literal

import numpy as np

from laterna.errors import BriefError, DataError

Order = Literal["kept", "free"]
HANDLE = 0.25  # seconds that a dissolve takes from a shot beyond each side of its cut
CUT, DISSOLVE = 0, 1
WIDE, MEDIUM, CLOSE, UNKNOWN = 0, 1, 2, -1
HEAD, KEY, TAIL = 0, 1, 2  # where in its shot a range lies: at its start, around its key frame, at its end
WINDOWS = (HEAD, KEY, TAIL)


@dataclass(frozen=True, eq=False)
class Bin:
    """Shots to choose from, in the footage's order; a bin is where an editor keeps them.

    Attributes:
        length: (N,) seconds that can be used.
        key: (N,) seconds from the shot's start to its key frame; ``key_score`` (N,) how telling that is, 0..1.
        quality: (N,) 0..1, how sharp, well lit and steady it is.
        scale: (N,) ``WIDE``, ``MEDIUM``, ``CLOSE`` or ``UNKNOWN``.
        camera: (N,) a number for each kind of camera move, 0 for none, ``UNKNOWN``.
        motion: (N,) picture widths a second.
        valence, arousal: (N,) -1..1.
        setting: (N,) a number for each place at one time of day, ``UNKNOWN``.
        group: (N,) take groups: takes of one group stand for one another, and only one of them is used.
        embedding: (N, E), near that of a shot that looks alike.
    """

    length: np.ndarray
    key: np.ndarray
    key_score: np.ndarray
    quality: np.ndarray
    scale: np.ndarray
    camera: np.ndarray
    motion: np.ndarray
    valence: np.ndarray
    arousal: np.ndarray
    setting: np.ndarray
    group: np.ndarray
    embedding: np.ndarray

    def __post_init__(self) -> None:
        for field in fields(self):
            values = getattr(self, field.name)
            if len(values) != len(self.length) or not np.isfinite(values).all():
                raise DataError(f"The bin's {field.name} must be {len(self.length)} finite numbers, one for each shot.")

    def __len__(self) -> int:
        return len(self.length)

    @cached_property
    def rank(self) -> np.ndarray:
        """(N,) the place of each shot's group in the footage's order, from 0; takes of a group share it."""
        _, first, which = np.unique(self.group, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[which]

    @cached_property
    def likeness(self) -> np.ndarray:
        """(N, N) cosine of embeddings, 0..1: 1 for pictures that look the same."""
        norms = np.linalg.norm(self.embedding, axis=1, keepdims=True)
        unit = self.embedding / np.maximum(norms, 1e-9)
        return np.clip(unit @ unit.T, 0, 1)

    def some(self, rows: np.ndarray) -> "Bin":
        """The shots of some rows."""
        return Bin(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


@dataclass(frozen=True, eq=False)
class Problem:
    """A film to be cut from a bin.

    Attributes:
        bin: the shots.
        marks: (M + 1,) seconds at which a cut may fall, rising, from 0 to the film's length.
        strength: (M + 1,) how well a cut sits there, 0..1: on a beat, at a sentence's end.
        pace: (M + 1,) how many seconds a shot should last around each mark.
        sentences: (S, 2) seconds from which and to which each sentence is heard; S may be 0.
        match: (S, N) 0..1, how well each shot fits each sentence.
        shortest, longest: seconds of a shot.
        order: "kept", the footage's own, or "free".
        apart: (N, N) bool, or None for nowhere: where True, the second shot may not follow the first.
        dissolves: whether there may be any.
    """

    bin: Bin
    marks: np.ndarray
    strength: np.ndarray
    pace: np.ndarray
    sentences: np.ndarray
    match: np.ndarray
    shortest: float = 1.5
    longest: float = 8.0
    order: Order = "free"
    apart: np.ndarray | None = None
    dissolves: bool = True

    def __post_init__(self) -> None:
        marks = self.marks
        if not len(self.bin):
            raise BriefError("There are no shots to cut from: add footage, or lift bans.")
        if len(marks) < 2 or not np.isfinite(marks).all() or marks[0] != 0 or (np.diff(marks) <= 0).any():
            raise BriefError("The marks where cuts may fall must rise from 0 to the film's length: mend them.")
        if not 0 < self.shortest <= self.longest:
            raise BriefError(
                f"Shots of {self.shortest:g} s at least and {self.longest:g} s at most can't be: mend one of the two."
            )
        shapes = (
            ("strength", self.strength.shape, marks.shape),
            ("pace", self.pace.shape, marks.shape),
            ("sentences", self.sentences.shape, (len(self.sentences), 2)),
            ("match", self.match.shape, (len(self.sentences), len(self.bin))),
        )
        for name, found, wanted in shapes:
            if found != wanted or not np.isfinite(getattr(self, name)).all():
                raise DataError(f"A problem's {name} must be finite numbers of the shape {wanted}, not {found}.")

    @property
    def seconds(self) -> float:
        """The film's length."""
        return float(self.marks[-1])

    @property
    def last(self) -> int:
        """The number of the film's last mark."""
        return len(self.marks) - 1

    @cached_property
    def ends(self) -> list[np.ndarray]:
        """For each mark, the marks at which a shot that starts there may end, so that the film can be filled after."""
        spans = self.marks[None, :] - self.marks[:, None]  # (from, to)
        fits = (spans >= self.shortest - 1e-9) & (spans <= self.longest + 1e-9)
        fills = np.zeros(len(self.marks), bool)
        fills[-1] = True
        for mark in reversed(range(self.last)):
            fills[mark] = (fits[mark] & fills).any()
        if not fills[0]:  # no way to fill it whole: get as far as can be
            fills[:] = True
        return [np.flatnonzero(row & fills) for row in fits]

    @cached_property
    def heard(self) -> np.ndarray:
        """(M + 1, S) seconds of each sentence that are over at each mark."""
        starts, stops = self.sentences.reshape(-1, 2).T
        return np.clip(self.marks[:, None], starts, stops) - starts

    def narrowed(self, most: int) -> "tuple[Problem, np.ndarray]":
        """The problem with its ``most`` worthiest shots, and their rows: those of the best match, then of quality."""
        if len(self.bin) <= most:
            return self, np.arange(len(self.bin))
        best = self.match.max(0, initial=0.0)
        worth = best + 0.2 * self.bin.quality + 0.2 * self.bin.key_score
        rows = np.sort(np.argsort(-worth, kind="stable")[:most])
        apart = None if self.apart is None else self.apart[np.ix_(rows, rows)]
        return replace(self, bin=self.bin.some(rows), match=self.match[:, rows], apart=apart), rows


@dataclass(frozen=True, slots=True)
class Event:
    """One decision, as in a list of edits: what is kept of a shot, where it stands, and how it is come to.

    Attributes:
        shot: its row in the bin.
        start, end: the marks between which it stands in the film.
        window: ``HEAD``, ``KEY`` or ``TAIL``: where in the shot its range lies.
        transition: ``CUT`` or ``DISSOLVE`` from the shot before.
    """

    shot: int
    start: int
    end: int
    window: int
    transition: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut film: its events in order, and what it is worth.

    Attributes:
        events: they stand one behind the other, from the film's start.
        worth: by the reward that it was made for.
        exact: no cut of the problem is worth more, as was proven by looking at all.
    """

    events: tuple[Event, ...]
    worth: float
    exact: bool = False


def in_point(bin: Bin, shot: np.ndarray, seconds: np.ndarray, window: np.ndarray) -> np.ndarray:
    """Seconds from the shot's start at which a range of so many ``seconds`` begins; the arrays broadcast."""
    room = bin.length[shot] - seconds
    around = np.clip(bin.key[shot] - seconds / 2, 0, np.maximum(room, 0))
    return np.select([window == HEAD, window == TAIL], [np.zeros_like(around), room], around)


def marks_of(
    seconds: float, *, beats: Sequence[float] = (), sentence_ends: Sequence[float] = (), step: float = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    """Marks of a film, and the strength of a cut at each: 1 at a sentence's end and on a beat, 0 on a grid of ``step``.

    A mark of the grid gives way to a beat or a sentence's end that is nearer than half a step.

    Raises:
        BriefError: the film has no length.
    """
    if not seconds > 0 or not np.isfinite(seconds):
        raise BriefError(f"A film of {seconds:g} s has no picture: give it a length of a second or more.")
    strong = np.unique([time for time in (*beats, *sentence_ends) if 0 < time < seconds])
    strong = strong[np.diff(strong, prepend=-np.inf) > 1e-6]
    grid = np.arange(step, seconds - step / 2, step)
    away = np.abs(grid[:, None] - strong).min(1, initial=np.inf)
    marks = np.concatenate([[0.0], np.sort(np.concatenate([strong, grid[away > step / 2]])), [seconds]])
    strength = np.isin(marks, strong).astype(float)
    strength[[0, -1]] = 1.0
    return marks, strength
