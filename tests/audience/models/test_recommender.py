"""The interface of ranking models: what it adds to a model that only scores."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.audience.events import Events  # noqa: E402
from laterna.audience.interactions import Interactions  # noqa: E402
from laterna.audience.models.recommender import Recommender  # noqa: E402
from laterna.errors import DataError, ModelError  # noqa: E402
from laterna.learning.card import Card  # noqa: E402
from laterna.learning.weights import read, save  # noqa: E402


class Later(Recommender):
    """Scores the items after the last one that was met, the next one highest; nothing else counts."""

    name = "audience/later"

    def _score(self, histories: Interactions) -> np.ndarray:
        last = np.array([histories.row(user)[-1] if histories.lengths[user] else 0 for user in range(len(histories))])
        return -((np.arange(len(self.items)) - 1 - last[:, None]) % len(self.items)).astype(np.float32)


def histories(*rows: list[int], items: tuple[str, ...] = ("a", "b", "c", "é")) -> Interactions:
    columns = np.array([item for row in rows for item in row], np.int32)
    users = tuple(f"u{number}" for number in range(len(rows)))
    zeros = np.zeros(len(columns), np.int64)
    return Interactions(items, users, np.cumsum([0, *map(len, rows)]), columns, zeros, zeros.astype(np.float32))


PAST = histories([0, 1], [1], [1, 0], [])


@pytest.fixture
def later() -> Later:
    return Later().suited(PAST)


def test_the_best_come_first_without_what_was_met(later: Later) -> None:
    numbers, scores = later.recommend(PAST, 3)
    assert numbers.tolist() == [[2, 3, -1], [2, 3, 0], [2, 3, -1], [1, 0, 2]]
    assert scores[0].tolist() == [0, -1, -np.inf]


def test_what_was_met_may_come_again_when_asked(later: Later) -> None:
    assert later.recommend(PAST, 4, seen=True)[0][0].tolist() == [2, 3, 0, 1]


def test_what_is_allowed_may_differ_from_user_to_user(later: Later) -> None:
    allowed = np.ones((4, 4), bool)
    allowed[1, 2] = False
    assert later.recommend(PAST, 1, allowed=allowed)[0][:, 0].tolist() == [2, 3, 2, 1]
    assert later.recommend(PAST, 1, allowed=np.array([True, False, False, True]))[0][:, 0].tolist() == [3, 3, 3, 0]


def test_who_has_no_history_gets_what_most_users_met(later: Later) -> None:
    assert later.score(histories([]))[0].tolist() == [2, 3, 0, 0]
    (reason,) = later.explain(histories([]), 0)
    assert (reason.kind, reason.share) == ("popularity", 2)
    assert reason.name == "nothing that you watched is known, and it is number 2 of 4 in popularity"


def test_an_event_is_worth_what_the_score_loses_without_it(later: Later) -> None:
    reasons = later.explain(histories([0, 1]), 2)
    assert [(reason.name, reason.share) for reason in reasons] == [("b", 1.0), ("a", 0.0)]


def test_users_are_scored_in_blocks(later: Later, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = later.recommend(PAST, 3)
    monkeypatch.setattr("laterna.audience.models.recommender._SCORES", 8)
    blocks = later.recommend(PAST, 3)
    assert all(np.array_equal(one, other) for one, other in zip(whole, blocks, strict=True))


def test_newcomers_are_folded_in_without_the_items_that_it_does_not_know(later: Later) -> None:
    seen = Events.of({"user": ["new", "new"], "item": ["é", "?"], "time": ["2024-01-01", "2024-01-02"]})
    folded = later.fold_in(seen)
    assert folded.items == later.items
    assert folded.row(0).tolist() == [3]


def test_the_vocabulary_is_kept_in_the_weights(later: Later, tmp_path: Path) -> None:
    card = Card(later.name, "CC0-1.0", ("none",), "none", protocol="none", figures={"x": 1.0}, baseline={"x": 0.0})
    save(later, card, tmp_path)
    again = read(Later, tmp_path)
    assert again.items == PAST.items
    assert np.array_equal(again.score(PAST), later.score(PAST))


def test_weights_of_other_items_bring_their_vocabulary(later: Later) -> None:
    other = Later().suited(histories([0], items=("a", "b", "c", "ü")))
    later.load_state_dict(other.state_dict())
    assert later.items == ("a", "b", "c", "ü")


def test_it_is_made_anew_for_other_items_and_stays_for_the_same(later: Later) -> None:
    assert later.suited(PAST) is later
    other = later.suited(histories([0], items=("x",)))
    assert other.items == ("x",)
    assert later.items == PAST.items


def test_what_can_not_be_answered_is_refused(later: Later) -> None:
    with pytest.raises(ModelError, match="audience/later has learnt nothing yet: train it"):
        Later().score(PAST)
    with pytest.raises(DataError, match="other items than audience/later: make them by its fold_in"):
        later.recommend(histories([0], items=("x",)))
    with pytest.raises(DataError, match="The best 0 items are none"):
        later.recommend(PAST, 0)
    with pytest.raises(DataError, match=r"the shape \(3,\): give \(4,\) or \(4, 4\)"):
        later.recommend(PAST, allowed=np.ones(3, bool))
    with pytest.raises(DataError, match="not of 4: hand over one row"):
        later.explain(PAST, 0)
    with pytest.raises(DataError, match="no item number 4 among 4"):
        later.explain(histories([0]), 4)
