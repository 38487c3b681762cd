"""Contenders on one split: chosen on the validation, taught anew, asked for the test."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from laterna.audience.evaluation import metrics
from laterna.audience.evaluation.contenders import Contender, Question, Score, Setting
from laterna.audience.evaluation.protocols import Ranking, Split
from laterna.audience.evaluation.ranks import Ranks
from laterna.audience.events import Events
from laterna.audience.interactions import Interactions
from laterna.audience.serving import top
from laterna.errors import ModelError

_SCORES = 1 << 23  # of a block of users: 32 MB
_WATCHERS = 2000  # users by whom items are told apart where they have no features


@dataclass(frozen=True)
class Answer:
    """What one contender did on one split.

    Attributes:
        values: by figure, (users,) of those who were asked about, in the order of their ids.
        coverage: of the items.
        setting: chosen on the validation.
        valid: the mean figure there by which it was chosen.
        seconds: of processor time that it took to learn the last time, and to score the test.
    """

    values: Mapping[str, np.ndarray]
    coverage: float
    setting: Setting
    valid: float
    seconds: float


@dataclass(frozen=True)
class Asked:
    """A split as questions: over all items that are met before the test or in it."""

    valid: Question
    test: Question

    @classmethod
    def of(cls, split: Split) -> "Asked":
        items = sorted({*split.known.items, *split.test.items})
        return cls(_question(split.train, split.valid, items), _question(split.known, split.test, items))


def judge(
    contender: Contender,
    asked: Asked,
    ranking: Ranking,
    features: np.ndarray | None,
    k: int,
    told: Callable[[], None] = lambda: None,
) -> Answer:
    """Choose a contender's setting on the validation, let it learn anew with it, and judge it on the test.

    Args:
        features: of the items, (items, F), by which the diversity of lists is told; who met them, unless given.
        k: the cut-off of all figures; NDCG at it is what is chosen by.
        told: called after each learning.

    Raises:
        ModelError: scores have another shape than (users, items).
        DataError: a score can't be compared.
    """
    tried = list[tuple[float, Setting]]()
    for setting in contender.grid:
        score, used = contender.learn(asked.valid, setting, choosing=True)
        ranks, _ = ranked(contender.name, score, asked.valid, ranking, k)
        tried.append((float(metrics.ndcg(ranks, k).mean()), used))
        told()
    valid, setting = max(tried, key=lambda one: one[0])
    began = time.process_time()
    score, _ = contender.learn(asked.test, setting, choosing=False)
    ranks, lists = ranked(contender.name, score, asked.test, ranking, k)
    seconds = time.process_time() - began
    told()
    values = {f"{name}@{k}": figure(ranks, k) for name, figure in metrics.RANKING.items()}
    values |= _of_lists(lists, asked.test.learnt, features)
    return Answer(values, metrics.coverage(lists, len(asked.test.learnt.items)), setting, valid, seconds)


def ranked(name: str, score: Score, question: Question, ranking: Ranking, k: int) -> tuple[Ranks, np.ndarray]:
    """Where the targets came, and each user's first k of all items not met, (users, k) with -1 where none is left."""
    parts, lists = list[Ranks](), list[np.ndarray]()
    shape = (len(question.past), len(question.past.items))
    for block in _blocks(*shape):
        past, targets = question.past.rows(block), question.targets.rows(block)
        scores = np.array(score(past), np.float32)
        if scores.shape != (len(block), shape[1]):
            raise ModelError(f"{name} gave scores of shape {scores.shape}, not {(len(block), shape[1])}: mend it.")
        met = past.seen()
        candidates = ranking.candidates(met, targets.seen(), int(block[0]))
        parts.append(Ranks.of(scores, candidates, [targets.row(row) for row in range(len(block))]))
        scores[met] = -np.inf
        lists.append(top(scores, k)[0])
    return Ranks.joined(parts), np.concatenate(lists)


def _of_lists(lists: np.ndarray, learnt: Interactions, features: np.ndarray | None) -> dict[str, np.ndarray]:
    met = np.bincount(learnt.columns, minlength=len(learnt.items))
    listed = np.unique(lists[lists >= 0])
    if features is None:
        some = np.linspace(0, len(learnt) - 1, min(len(learnt), _WATCHERS)).astype(int)
        of_listed = learnt.rows(some).seen()[:, listed].T.astype(np.float32)
    else:
        of_listed = features[listed]
    places = np.full(len(learnt.items) + 1, -1)  # the last for the -1 of a list that is short
    places[listed] = np.arange(len(listed))
    return {
        "novelty": metrics.novelty(lists, met, len(learnt)),
        "diversity": metrics.diversity(places[lists], of_listed),
    }


def _question(known: Events, targets: Events, items: Sequence[str]) -> Question:
    users = targets.users
    return Question(
        Interactions.of(known, items),
        Interactions.of(known, items, users),
        Interactions.of(targets, items, users),
    )


def _blocks(rows: int, columns: int) -> Iterator[np.ndarray]:
    step = max(1, _SCORES // columns)
    for first in range(0, rows, step):
        yield np.arange(first, min(first + step, rows))
