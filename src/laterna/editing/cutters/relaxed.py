"""What a film could still win, were its shots free of their neighbours: the problem relaxed, solved in milliseconds.

Where the footage's order is kept, dynamic programming over marks and shots does. In free order nothing then keeps a
shot from coming twice; so each take group has a price, raised while the relaxed film uses it more than once and lowered
while it does not (Lagrangian relaxation by subgradients; Held and Karp 1971, Fisher 1981). The price of a shot is what
it is wanted for elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from laterna.editing.cutters.board import Board
from laterna.editing.cutters.reward import Scored

_ROUNDS = 24  # of prices
_STEP = 0.1  # of the usual worth of a shot, by which a price changes in the first round


@dataclass(frozen=True, eq=False)
class Prospects:
    """The relaxed problem, solved.

    Attributes:
        price: (G,) of each take group, in worth; 0 where the footage's order is kept.
        worth: (M + 1, G + 1) what can still be won from a mark on, prices paid, with the groups from so many on; in
            free order groups make no difference.
    """

    price: np.ndarray
    worth: np.ndarray


_KNOWN: WeakKeyDictionary[Scored, Prospects] = WeakKeyDictionary()


def relaxed(scored: Scored) -> Prospects:
    """A problem relaxed and solved, once for each."""
    if scored not in _KNOWN:
        _KNOWN[scored] = _solved(scored)
    return _KNOWN[scored]


def prospect(board: Board) -> float:
    """What the rest of a half-cut film could win, relaxed; no less than it can as far as joins are as usual."""
    found, rank = relaxed(board.scored), board.scored.problem.bin.rank
    behind = int(rank[board.last]) if board.last >= 0 and board.scored.problem.order == "kept" else -1
    return float(found.worth[board.mark, behind + 1] + found.price[np.unique(rank[board.free])].sum())


def _solved(scored: Scored) -> Prospects:
    problem, groups = scored.problem, len(scored.usable)
    joined = _joined(scored)
    alone = [_alone(scored, mark, joined) for mark in range(problem.last)]
    if problem.order == "kept":
        return Prospects(np.zeros(groups), _kept(scored, alone))
    price = np.zeros(groups)
    usual = problem.pace.mean() / problem.seconds * max(0.1, float(np.mean([scored.joins[..., 0].max(initial=0.1)])))
    for turn in range(_ROUNDS):
        _, used = _free(scored, alone, price)
        price = np.maximum(0, price + _STEP * usual / (1 + turn / 4) * (used - 1))
    return Prospects(price, np.repeat(_free(scored, alone, price)[0][:, None], groups + 1, 1))


def _joined(scored: Scored) -> np.ndarray:
    """(N,) what a second of each shot wins by its neighbour, where that is the best of as many as can be had.

    A film of S shots from G groups may choose among G / S of them at each join, whose best is likely at that quantile.
    """
    room = len(scored.usable) * float(scored.problem.pace.mean()) / scored.problem.seconds
    joins = np.where(np.isfinite(scored.nearest), scored.nearest, -1.0)
    return np.quantile(joins, room / (room + 1), axis=0)


def _alone(scored: Scored, mark: int, joined: np.ndarray) -> np.ndarray:
    """(N, K) what each shot wins from a mark to each end."""
    ends = scored.problem.ends[mark]
    share = (scored.problem.marks[ends] - scored.problem.marks[mark]) / scored.problem.seconds
    return (scored.own(mark)[0].max(2) + joined[:, None]) * share


def _lacking(scored: Scored) -> np.ndarray:
    return scored.missing * (1 - scored.problem.marks / scored.problem.seconds)


def _kept(scored: Scored, alone: Sequence[np.ndarray]) -> np.ndarray:
    problem, groups = scored.problem, len(scored.usable)
    rank = problem.bin.rank
    won = np.repeat(_lacking(scored)[:, None], groups + 1, 1)
    for mark in reversed(range(problem.last)):
        if len(problem.ends[mark]):
            best = np.full(groups + 1, -np.inf)
            np.maximum.at(best, rank, (alone[mark] + won[problem.ends[mark]][:, rank + 1].T).max(1))
            won[mark] = np.maximum(won[mark], np.maximum.accumulate(best[::-1])[::-1])
    return won


def _free(scored: Scored, alone: Sequence[np.ndarray], price: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(M + 1,) what can be won from each mark on at these prices, and (G,) how often the best film uses each group."""
    problem, rank = scored.problem, scored.problem.bin.rank
    won, paid = _lacking(scored), price[rank][:, None]
    choice = np.full((len(won), 2), -1)
    for mark in reversed(range(problem.last)):
        ends = problem.ends[mark]
        if len(ends):
            ways = alone[mark] - paid + won[ends]
            shot, k = divmod(int(ways.argmax()), len(ends))
            if ways[shot, k] > won[mark]:
                won[mark], choice[mark] = ways[shot, k], (shot, ends[k])
    used, mark = np.zeros(len(price)), 0
    while choice[mark, 0] >= 0:
        used[rank[choice[mark, 0]]] += 1
        mark = int(choice[mark, 1])
    return won, used
