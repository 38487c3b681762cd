"""The optimal cutter: dynamic programming over marks, shots and what is used; beam search where that is too much.

A film's worth is a sum over its shots, each of which hangs on itself and the one before. With the footage's order
kept, what may still be used follows from the last shot, so the best film is found exactly for any number of shots
(Bellman 1957). In free order the set of used take groups has to be known too (Held and Karp 1962), which is exact for
about a dozen groups. Beyond that a beam of the best partial films of each mark goes on (Lowerre 1976), and the cut does
not call itself exact.
"""

from dataclasses import dataclass, replace

import numpy as np

from laterna.editing.cutters.board import Board
from laterna.editing.cutters.problem import CUT, DISSOLVE, WINDOWS, Cut, Event, Problem
from laterna.editing.cutters.reward import Reward, Scored

_MOST_SHOTS = 300  # that are looked at; the worthiest of more
_MOST_GROUPS = 12  # whose subsets are counted
_MOST_WORK = 300_000_000  # ways from one shot to the next, by sets, marks and lengths: some seconds
_MOST_CELLS = 8_000_000  # of the tables of partial films: sets of used groups x marks x shots x 2


class Optimal:
    """Finds the best cut there is, where that can be computed, or else a good one.

    Args:
        beam: partial films that are kept at each mark where not all can be.
        exact: whether to prove the best cut where that can be done; False is beam search alone.
    """

    name = "optimal"

    def __init__(self, beam: int = 48, *, exact: bool = True) -> None:
        self._beam = beam
        self._exact = exact

    def cut(self, problem: Problem, reward: Reward, *, seed: int = 0) -> Cut:
        """The best cut; the seed chooses nothing, for nothing is left to chance."""
        fewer, rows = problem.narrowed(_MOST_SHOTS)
        scored = Scored(fewer, reward)
        found = best(scored) if self._exact and computable(fewer) else beam(scored, self._beam)
        whole = found.exact and len(fewer.bin) == len(problem.bin)
        events = tuple(replace(event, shot=int(rows[event.shot])) for event in found.events)
        return Cut(events, found.worth, whole)


def computable(problem: Problem) -> bool:
    """Whether :func:`best` can find the optimum in seconds and in moderate memory."""
    groups = int(problem.bin.rank.max()) + 1
    sets = 1 if problem.order == "kept" else 1 << min(groups, 40)
    cells = sets * (problem.last + 1) * len(problem.bin) * 2
    work = sets * len(problem.bin) ** 2 * 2 * sum(map(len, problem.ends))
    fits = cells <= _MOST_CELLS and work <= _MOST_WORK
    return fits and (problem.order == "kept" or groups <= _MOST_GROUPS)


@dataclass(frozen=True, eq=False)
class _Tables:
    """For each set of used groups, mark, last shot and whether a dissolve can follow: the best film, and its last step.

    ``worth`` (sets, M + 1, N, 2); ``before`` the same shape with five numbers that lead back: mark, shot (-1 at the
    start), tail, window, transition.
    """

    worth: np.ndarray
    before: np.ndarray


def best(scored: Scored) -> Cut:
    """The best cut of all, by dynamic programming; ask :func:`computable` first."""
    problem, rank = scored.problem, scored.problem.bin.rank
    count = len(problem.bin)
    kept = problem.order == "kept"
    sets = np.arange(1 if kept else 1 << (int(rank.max()) + 1))
    shape = len(sets), problem.last + 1, count, 2
    tables = _Tables(np.full(shape, -np.inf), np.full((*shape, 5), -1, np.int16))
    may = (rank[:, None] < rank[None, :])[None] if kept else ((sets[:, None] >> rank) & 1 == 0)[:, None, :]
    after = np.zeros((1, count), int) if kept else sets[:, None] | (1 << rank)
    for mark in range(problem.last):
        _go_on(scored, tables, mark, may, after)
    return _traced(scored, tables, rank, kept)


def _go_on(scored: Scored, tables: _Tables, mark: int, may: np.ndarray, after: np.ndarray) -> None:
    """Lengthen all best films that end at ``mark`` by every event that may start there.

    ``may`` (sets, N or 1, N): whether a shot may follow; ``after`` (sets, N): the set used after it.
    """
    problem = scored.problem
    own, head, tail = scored.own(mark)
    shots, here = np.arange(own.shape[0]), tables.worth[:, mark]  # (sets, N, 2)
    if mark:
        alive = np.flatnonzero(here.max((1, 2)) > -np.inf)  # most sets can't fill the film just so far
        here, reached = here[alive], after[alive]
        may = may if len(may) == 1 else may[alive]
    else:
        reached = after[:1]
    if not len(here):
        return
    for k, end in enumerate(problem.ends[mark]):
        share = (problem.marks[end] - problem.marks[mark]) / problem.seconds
        for transition in (CUT, DISSOLVE) if mark else (CUT,):
            arrive, source, from_tail = _arrivals(scored, here, share, transition, may, first=not mark)
            for window in WINDOWS:
                worth = arrive + share * own[:, k, window]
                if transition == DISSOLVE:
                    worth = np.where(head[:, k, window], worth, -np.inf)
                into = tail[:, k, window].astype(int)
                _improve(tables, (reached, end, shots, into), worth, (mark, source, from_tail, window, transition))


def _arrivals(
    scored: Scored, here: np.ndarray, share: float, transition: int, may: np.ndarray, *, first: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(sets, N) three times: what the best film is worth that comes to each shot, its last shot, and whether that has
    a tail for a dissolve. ``here`` (sets, N, 2) are the films that end where the shot starts."""
    if first:
        nothing = np.zeros((1, here.shape[1]))
        return nothing, np.full(nothing.shape, -1), nothing.astype(int)
    tails = here.argmax(2) if transition == CUT else np.ones(here.shape[:2], int)
    value = here.max(2) if transition == CUT else here[..., 1]
    ways = np.where(may, value[:, :, None] + share * scored.joins[None, :, :, transition], -np.inf)  # (sets, N, N)
    source = ways.argmax(1)
    return (
        np.take_along_axis(ways, source[:, None], 1)[:, 0],
        source,
        np.take_along_axis(tails, source, 1),
    )


def _improve(
    tables: _Tables, place: tuple[np.ndarray, int, np.ndarray, np.ndarray], worth: np.ndarray, step: tuple
) -> None:
    """Note films that are worth more than those known at their places."""
    reached, end, shots, into = place
    row, column = np.nonzero(worth > np.maximum(tables.worth[reached, end, shots, into], -1e30))
    sets = reached[row, column]
    tables.worth[sets, end, column, into[column]] = worth[row, column]
    mark, source, from_tail, window, transition = step
    found = (np.full(len(row), mark), source[row, column], from_tail[row, column])
    rest = (np.full(len(row), window), np.full(len(row), transition))
    tables.before[sets, end, column, into[column]] = np.stack([*found, *rest], -1)


def _traced(scored: Scored, tables: _Tables, rank: np.ndarray, kept: bool) -> Cut:
    """The best film of the tables, led back to its start."""
    problem = scored.problem
    lacking = scored.missing * (1 - problem.marks / problem.seconds)
    ends = tables.worth + lacking[None, :, None, None]
    place = np.unravel_index(int(ends.argmax()), ends.shape)
    if not ends[place] > scored.missing:  # nothing at all is better than any shot, or none fits
        return Cut((), scored.missing, True)
    worth, events = float(ends[place]), list[Event]()
    used, end, shot, tail = map(int, place)
    while shot >= 0:
        mark, source, from_tail, window, transition = map(int, tables.before[used, end, shot, tail])
        events.append(Event(shot, mark, end, window, transition))
        used = 0 if kept else used & ~(1 << int(rank[shot]))
        end, shot, tail = mark, source, from_tail
    return Cut(tuple(reversed(events)), worth, True)


def beam(scored: Scored, width: int, most: int = 48) -> Cut:
    """A good cut: at each mark the ``width`` best partial films go on, each by its ``most`` worthiest events."""
    problem = scored.problem
    waiting: list[list[Board]] = [[] for _ in problem.marks]
    waiting[0] = [Board.of(scored)]
    closed = Board.of(scored).closed()
    for mark in range(problem.last):
        for board in _best(waiting[mark], width):
            options = board.options(most)
            for index in range(len(options)):
                waiting[int(options.end[index])].append(board.play(options, index))
            if not len(options):
                closed = max(closed, board.closed(), key=lambda cut: cut.worth)
        waiting[mark] = []
    return max([closed, *(board.closed() for board in waiting[problem.last])], key=lambda cut: cut.worth)


def _best(boards: list[Board], width: int) -> list[Board]:
    """The worthiest boards, of those that hold the same shots only the first."""
    kept: dict[tuple[int, bytes], Board] = {}
    for board in sorted(boards, key=lambda board: -board.worth):
        kept.setdefault((board.last, board.free.tobytes()), board)
        if len(kept) == width:
            break
    return list(kept.values())
