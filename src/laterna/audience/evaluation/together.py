"""Contenders judged on the same splits, by the same questions, in one table."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from laterna.audience.catalogue import Catalogue
from laterna.audience.evaluation.contenders import Contender
from laterna.audience.evaluation.groups import ACTIVITY, by_activity, by_column
from laterna.audience.evaluation.judging import Answer, Asked, judge
from laterna.audience.evaluation.protocols import Full, Parting, Ranking
from laterna.audience.evaluation.table import Entry, Table
from laterna.audience.events import Events
from laterna.errors import DataError


def together(
    events: Events,
    contenders: Sequence[Contender],
    protocol: Parting,
    ranking: Ranking = Full(),  # noqa: B008, it is frozen
    *,
    k: int = 10,
    groups: str = ACTIVITY,
    seed: int = 0,
    catalogue: Catalogue | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Table:
    """A table of contenders; the arguments are those of :func:`laterna.audience.evaluate`.

    Raises:
        DataError: a split leaves nothing to learn from, to choose by or to test on, or an argument makes no sense.
        ModelError: a contender can't learn, or gives no scores.
    """
    if not contenders:
        raise DataError("There is no model to judge: name one at least.")
    if k < 1:
        raise DataError(f"No target can be among the first {k}: give a k of 1 or more.")
    if not len(events):
        raise DataError("There are no events to judge on: give some.")
    splits = protocol.split(events)
    group_of = by_activity(splits) if groups == ACTIVITY else by_column(events.frame, groups)
    total, done = len(splits) * sum(len(contender.grid) + 1 for contender in contenders), 0

    def told() -> None:
        nonlocal done
        done += 1
        progress(done, total)

    asked = [Asked.of(split) for split in splits]
    items = [one.test.learnt.items for one in asked]
    features = [None if catalogue is None else _genres(catalogue, names) for names in items]
    users = [one.test.past.users for one in asked]

    def entry(contender: Contender) -> Entry:
        answers = [
            judge(contender, questions, ranking, of_items, k, told)
            for questions, of_items in zip(asked, features, strict=True)
        ]
        return Entry(
            contender.name,
            str(protocol),
            str(ranking),
            k,
            tuple(split.name for split in splits),
            np.concatenate(users),
            np.repeat(np.arange(len(splits)), [*map(len, users)]),
            _joined(answers),
            _mean(answer.coverage for answer in answers),
            _mean(answer.valid for answer in answers),
            tuple(answer.setting for answer in answers),
            _mean(answer.seconds for answer in answers),
        )

    entries = tuple(map(entry, contenders))
    return Table(entries, tuple(map(len, items)), group_of, groups, seed)


def _joined(answers: Sequence[Answer]) -> dict[str, np.ndarray]:
    """Their values by figure, of one split after another."""
    return {name: np.concatenate([answer.values[name] for answer in answers]) for name in answers[0].values}


def _mean(numbers: Iterable[float]) -> float:
    return float(np.mean([*numbers]))


def _genres(catalogue: Catalogue, items: Sequence[str]) -> np.ndarray:
    """(items, genres) float32: 1 where an item is of a genre; none for one that the catalogue lacks."""
    of = dict(zip(catalogue.frame["item"], catalogue.frame["genres"], strict=True))
    names = sorted({genre for genres in of.values() for genre in genres})
    number = {name: column for column, name in enumerate(names)}
    found = np.zeros((len(items), len(names)), np.float32)
    for row, item in enumerate(items):
        found[row, [number[genre] for genre in of.get(item, ())]] = 1
    return found
