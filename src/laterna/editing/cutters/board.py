"""A film half cut: what may come next, what each choice is worth, and the choice made. All cutters move on a board."""

from dataclasses import dataclass, replace

import numpy as np

from laterna.editing.cutters.problem import DISSOLVE, Cut, Event
from laterna.editing.cutters.reward import Scored


@dataclass(frozen=True, eq=False)
class Options:
    """The events that may come next, the worthiest for each of its seconds first; arrays of O.

    ``rate`` is worth for each second as a share of the film: ``rate * share`` is what it adds to the film's worth.
    ``own`` and ``join`` are its parts; ``tail`` says whether a dissolve can follow; ``left`` is the seconds of footage
    that may be used after it, for each second of film to be filled then. Events that leave too little come last, and
    where the footage's order is kept, those that run ahead of an even pace through it come later.
    """

    shot: np.ndarray
    end: np.ndarray
    window: np.ndarray
    transition: np.ndarray
    rate: np.ndarray
    own: np.ndarray
    join: np.ndarray
    share: np.ndarray
    tail: np.ndarray
    left: np.ndarray

    def __len__(self) -> int:
        return len(self.shot)


_NOWHERE = np.empty(0, int)
_NONE = Options(*(_NOWHERE,) * 4, *(np.empty(0),) * 4, np.empty(0, bool), np.empty(0))
_MORE = 8  # options are sorted for each that is wanted, for many are too like others
_AHEAD = 1.0  # what is taken off for being ahead by the whole of the footage
_SHORT = 10.0  # what is taken off the rate, in the order of options alone, for leaving no footage at all


@dataclass(frozen=True, eq=False)
class Board:
    """A film cut up to ``mark``. Boards are never changed: :meth:`play` gives the next.

    Attributes:
        scored: the problem.
        free: (N,) bool, the shots that may still be used.
        last: the shot that stands last, -1 at the start; ``tail``: whether a dissolve can follow it.
        worth: of the events so far.
    """

    scored: Scored
    free: np.ndarray
    mark: int = 0
    last: int = -1
    tail: bool = False
    worth: float = 0.0
    events: tuple[Event, ...] = ()

    @classmethod
    def of(cls, scored: Scored) -> "Board":
        """The empty film."""
        return cls(scored, np.ones(len(scored.problem.bin), bool))

    def options(self, most: int | None = None, each: int = 6) -> Options:
        """What may come next, in order of its rate; none where the film ends.

        Args:
            most: no more than so many, and no more than ``each`` of one shot.
            each: of one shot, where ``most`` is given.
        """
        problem, shots = self.scored.problem, np.flatnonzero(self.free)
        ends = problem.ends[self.mark] if self.mark < problem.last else _NOWHERE
        if not len(ends) or not len(shots):
            return _NONE
        own, head, tail = (part[shots] for part in self.scored.own(self.mark))  # (N, K, W)
        joins = self.scored.joins[self.last][shots] if self.last >= 0 else np.zeros((len(shots), 2))
        rate = own[..., None] + joins[:, None, None, :]  # (N, K, W, 2)
        can_dissolve = head & (self.tail and self.last >= 0)
        rate[..., DISSOLVE] = np.where(can_dissolve, rate[..., DISSOLVE], -np.inf)
        left = self._left(shots, ends)  # (N, K)
        key = rate - (_SHORT * np.maximum(0, 1 - left) + _AHEAD * self._ahead(shots, ends))[:, :, None, None]
        order = _sorted(-key.ravel(), None if most is None else _MORE * most)
        row, k, window, transition = np.unravel_index(order, rate.shape)
        if most is not None:
            kept = _few(2 * (row * len(ends) + k) + transition, 1)  # of one length and transition, the best range
            kept = kept[_few(row[kept], each)][:most]
            order, row, k, window, transition = (part[kept] for part in (order, row, k, window, transition))
        share = (problem.marks[ends[k]] - problem.marks[self.mark]) / problem.seconds
        parts = rate.ravel()[order], own[row, k, window], joins[row, transition], share
        return Options(shots[row], ends[k], window, transition, *parts, tail[row, k, window], left[row, k])

    def play(self, options: Options, index: int) -> "Board":
        """The film with one of its options."""
        shot, end = int(options.shot[index]), int(options.end[index])
        event = Event(shot, self.mark, end, int(options.window[index]), int(options.transition[index]))
        return replace(
            self,
            free=self.free & ~self._used(shot),
            mark=end,
            last=shot,
            tail=bool(options.tail[index]),
            worth=self.worth + float(options.rate[index] * options.share[index]),
            events=(*self.events, event),
        )

    def closed(self, *, exact: bool = False) -> Cut:
        """The cut as it stands; what it lacks of the film's length is taken off its worth."""
        problem = self.scored.problem
        lacking = 1 - problem.marks[self.mark] / problem.seconds
        return Cut(self.events, self.worth + self.scored.missing * float(lacking), exact)

    def _left(self, shots: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """(shots, ends) seconds of footage left after each event, for each second to be filled then; up to 9."""
        problem, usable = self.scored.problem, self.scored.usable
        rank, free = problem.bin.rank, np.zeros(len(usable))
        free[problem.bin.rank[self.free]] = usable[problem.bin.rank[self.free]]
        later = np.cumsum(free[::-1])[::-1] - free  # of groups behind each
        footage = later[rank[shots]] if problem.order == "kept" else free.sum() - free[rank[shots]]
        seconds = problem.seconds - problem.marks[ends]
        return np.minimum(9.0, footage[:, None] / np.maximum(1e-9, seconds))

    def _ahead(self, shots: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """(shots, ends) how far each event is ahead of an even pace through the footage, 0..1; 0 in free order."""
        problem = self.scored.problem
        if problem.order == "free":
            return np.zeros((len(shots), len(ends)))
        through = problem.bin.rank[shots, None] / len(self.scored.usable)
        return np.maximum(0, through - problem.marks[ends] / problem.seconds)

    def _used(self, shot: int) -> np.ndarray:
        """The shots that may not be used after this one."""
        rank = self.scored.problem.bin.rank
        return rank <= rank[shot] if self.scored.problem.order == "kept" else rank == rank[shot]


def _sorted(costs: np.ndarray, most: int | None) -> np.ndarray:
    """Places of the finite costs, the lowest first, and of no more than about ``most``."""
    places = np.arange(costs.size)
    if most is not None and costs.size > most:
        places = np.flatnonzero(costs <= np.partition(costs, most)[most])
    places = places[np.isfinite(costs[places])]
    return places[np.argsort(costs[places], kind="stable")]


def _few(rows: np.ndarray, each: int) -> np.ndarray:
    """Places of the first ``each`` of each value, in order."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    first = np.searchsorted(ordered, ordered)
    nth = np.empty(len(rows), int)
    nth[order] = np.arange(len(rows)) - first
    return np.flatnonzero(nth < each)
