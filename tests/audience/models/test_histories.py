"""How recommenders are judged: the last item of each user, found among all that he has not met."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.audience.evaluation.protocols import LeaveLastOut  # noqa: E402
from laterna.audience.events import Events  # noqa: E402
from laterna.audience.interactions import Interactions  # noqa: E402
from laterna.audience.models.histories import baseline, figures, parted, ranks, read  # noqa: E402

ROWS = [("al", "a"), ("al", "b"), ("al", "c"), ("bo", "b"), ("bo", "a"), ("bo", "d"), ("cy", "c"), ("cy", "b")]
FEW = Events.of(
    {
        "user": [user for user, _ in ROWS],
        "item": [item for _, item in ROWS],
        "time": [f"2024-01-{day:02}" for day in range(1, 9)],
    }
)


def told(histories: object) -> dict[str, tuple[list[str], list[str]]]:
    """By user: what was met, and what is to be found."""
    found = {}
    for number, user in enumerate(histories.past.users):
        sample = histories.sample(number, np.random.default_rng(0))
        found[user] = tuple([histories.past.items[item] for item in part] for part in (sample.items, sample.targets))
    return found


def test_the_last_is_for_the_test_and_the_one_before_it_for_choosing() -> None:
    (split,) = LeaveLastOut().split(FEW)
    splits = parted(split)
    assert told(splits.train) == {"al": (["a"], []), "bo": (["b"], []), "cy": (["c", "b"], [])}
    assert told(splits.valid) == {"al": (["a"], ["b"]), "bo": (["b"], ["a"])}
    assert told(splits.test) == {"al": (["a", "b"], ["c"]), "bo": (["b", "a"], [])}  # nobody learnt of d


def test_a_target_that_nobody_learnt_of_is_not_found() -> None:
    (split,) = LeaveLastOut().split(FEW)
    test = parted(split).test
    found = ranks(lambda rows: -np.ones((len(rows), 3), np.float32), test)
    assert found.above.tolist() == [0, 1]  # of al c alone is left; of bo c, then d, which is in no vocabulary
    assert figures(found)["hr@10"] == 1
    assert figures(found)["mrr@10"] == 0.75


def test_what_was_met_is_not_ranked() -> None:
    (split,) = LeaveLastOut().split(FEW)
    test = parted(split).test
    found = ranks(lambda rows: np.tile(np.array([9, 8, 1], np.float32), (len(rows), 1)), test)
    assert found.above[0] == 0
    assert found.candidates.tolist() == [2, 2]


def test_the_baseline_is_what_most_users_met(tastes: Path) -> None:
    splits = read(tastes)
    met = Interactions.of(Events.open(tastes))
    assert len(splits.test) == len(met)
    assert 0.05 < baseline(splits)["ndcg@10"] < 0.5
    assert "720 events of 80 users with 48 items, from events.csv" in splits.data[0]
