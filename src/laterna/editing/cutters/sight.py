"""What the learned editor sees: of each event that may come next, what it is worth, and what it leaves for later."""

import numpy as np

from laterna.editing.cutters.board import Board, Options
from laterna.editing.cutters.problem import DISSOLVE
from laterna.editing.cutters.relaxed import relaxed

SEEN = 27
"""Numbers for each option."""
CHOICES = 48
"""Options that are looked at, the worthiest for each of their seconds first."""
EACH = 6
"""Options of one shot among them."""

_SCALE = 4.0  # brings rates, mostly within a quarter, to about 1
_FINE = 20.0  # brings worths of whole films to about 1
_NOTHING = -1.0  # the rate that follows where nothing can follow


def choices(board: Board) -> Options:
    """The options that the editor chooses from."""
    return board.options(CHOICES, EACH)


def seen(board: Board, options: Options) -> np.ndarray:
    """(``CHOICES``, ``SEEN``) float32: a row for each option, whose first number is 1, and rows of 0 behind them.

    Everything is measured by the reward at hand, so an editor that has learnt to read it follows a taste that it has
    never met.
    """
    table = np.zeros((CHOICES, SEEN), np.float32)
    if not len(options):
        return table
    scored, problem = board.scored, board.scored.problem
    seconds = problem.marks[options.end] - problem.marks[board.mark]
    after = problem.seconds - problem.marks[options.end]
    follow = _following(board, options)
    ahead = options.rate + follow
    prospects = relaxed(scored)
    later_worth = prospects.worth[options.end, problem.bin.rank[options.shot] + 1]
    price = prospects.price[problem.bin.rank[options.shot]]
    whole = options.rate * options.share - price + later_worth
    wanted = np.maximum(0.1, (problem.pace[board.mark] + problem.pace[options.end]) / 2)
    lonely, later = _elsewhere(board, options)
    rank = problem.bin.rank[options.shot]
    behind = problem.bin.rank[board.last] if board.last >= 0 else -1
    groups = len(scored.usable)
    kept = float(problem.order == "kept")
    still = np.unique(problem.bin.rank[board.free]).size
    needed = max(1.0, (problem.seconds - problem.marks[board.mark]) / float(problem.pace.mean()))
    columns = (
        np.ones(len(options)),
        _SCALE * options.rate,
        _SCALE * options.own,
        _SCALE * options.join,
        _SCALE * follow,
        _SCALE * (options.rate - options.rate.max()),
        _SCALE * (ahead - ahead.max()),
        _FINE * (whole - whole.max()),
        _FINE * (whole - whole.max()) / np.maximum(0.02, options.share) * 0.2,
        _FINE * price,
        np.log2(seconds / wanted),
        seconds / problem.longest,
        problem.strength[options.end],
        options.end == problem.last,
        options.transition == DISSOLVE,
        options.tail,
        _SCALE * lonely,
        _SCALE * later,
        np.log2(np.maximum(options.left, 0.125)) / 3,
        _SCALE * np.maximum(0, 1 - options.left),
        kept * (rank - behind - 1) / groups,
        kept * 4 * np.maximum(0, rank / groups - problem.marks[options.end] / problem.seconds),
        kept * np.log2((groups - rank) * problem.pace.mean() / np.maximum(after, problem.shortest)).clip(-3, 3) / 3,
        np.full(len(options), kept),
        np.full(len(options), problem.marks[board.mark] / problem.seconds),
        np.full(len(options), np.log2(still / needed).clip(-3, 3) / 3),
        np.full(len(options), _SCALE * board.worth / max(0.05, problem.marks[board.mark] / problem.seconds)).clip(
            -4, 4
        ),
    )
    table[: len(options)] = np.clip(np.stack(columns, 1), -8, 8)
    return table


def _following(board: Board, options: Options) -> np.ndarray:
    """(O,) the best rate of an event that may follow each option, 0 behind the film's end."""
    scored, problem = board.scored, board.scored.problem
    rank = problem.bin.rank
    best = np.zeros((len(options), len(rank)), np.float32)
    for end in np.unique(options.end):
        if end < problem.last:
            best[options.end == end] = scored.best_own(int(end))
    mine = rank[options.shot][:, None]
    may = board.free & ((rank > mine) if problem.order == "kept" else (rank != mine))
    ways = np.where(may, scored.nearest[options.shot] + best, -np.inf).max(1)
    ways = np.where(np.isfinite(ways), ways, _NOTHING)
    return np.where(options.end == problem.last, 0.0, ways)


def _elsewhere(board: Board, options: Options) -> tuple[np.ndarray, np.ndarray]:
    """(O,) twice: how far each option's shot surpasses all others at a sentence yet to come, and its best fit there."""
    problem = board.scored.problem
    story = max(0.0, board.scored.reward.weights.get("story", 0.0))
    waiting = np.flatnonzero(problem.sentences[:, 1] > problem.marks[board.mark] + problem.longest)
    if not len(waiting) or not story:
        return np.zeros(len(options)), np.zeros(len(options))
    fits = np.where(board.free, problem.match[waiting], 0.0)  # (W, N)
    two = np.partition(fits, -2, 1)[:, -2:] if fits.shape[1] > 1 else np.pad(fits, ((0, 0), (1, 0)))
    mine = fits[:, options.shot]  # (W, O)
    rivals = np.where(mine >= two[:, 1:], two[:, :1], two[:, 1:])
    return story * (mine - rivals).max(0).clip(0), story * mine.max(0)
