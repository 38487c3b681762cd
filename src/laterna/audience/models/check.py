"""What recommenders promise, as checks that anyone can run over their own: ``check_recommender(model, events)``."""

import dataclasses

import numpy as np
import polars as pl

from laterna.audience.events import Events
from laterna.audience.interactions import Interactions
from laterna.audience.models.recommender import Recommender
from laterna.errors import DataError, ModelError

_ALONE = 1e-4  # of the largest score: how far one may differ that is computed alone


def check_recommender(model: Recommender, events: Events) -> list[str]:
    """Run every check on a model that has learnt; the names of those that passed.

    Args:
        model: taught, or with any weights once it suits the events.
        events: of two users or more, none of whom has met all items.

    Raises:
        ModelError: a check failed; it says which promise is broken.
    """
    contract = _Contract(model.eval(), events)
    checks = [
        contract.scores,
        contract.leaves_out_what_was_met,
        contract.obeys,
        contract.takes_newcomers,
        contract.falls_back,
        contract.explains,
        contract.refuses_other_items,
    ]
    for check in checks:
        check()
    return [check.__name__ for check in checks]


class _Contract:
    """The checks, over the histories of the events."""

    def __init__(self, model: Recommender, events: Events) -> None:
        self.model, self.events, self.items = model, events, len(model.items)
        self.histories = model.fold_in(events)
        self.nobody = Interactions.of(events, model.items, ["nobody"])

    def scores(self) -> None:
        scores = self.model.score(self.histories)
        shape = (len(self.histories), self.items)
        self._require(scores.shape == shape and scores.dtype == np.float32, f"scores are not float32 {shape}")
        self._require(np.array_equal(scores, self.model.score(self.histories)), "scored twice, its scores differ")
        alone = np.concatenate([self.model.score(self.histories.rows([row])) for row in range(len(self.histories))])
        gap = np.abs(alone - scores).max() / np.abs(scores).max()
        self._require(bool(gap < _ALONE), f"scores of a user alone differ by {gap:.2g} from those in company")

    def leaves_out_what_was_met(self) -> None:
        numbers, scores = self.model.recommend(self.histories, self.items)
        met, listed = self.histories.seen(), np.zeros((len(self.histories), self.items), bool)
        for row, found in enumerate(numbers):
            listed[row, found[found >= 0]] = True
        self._require(not (listed & met).any(), "it recommends what was met")
        self._require(bool((listed | met).all()), "it does not recommend all else when asked for all")
        self._require(bool((scores[:, 1:] <= scores[:, :-1]).all()), "the best do not come first")
        again, _ = self.model.recommend(self.histories, self.items, seen=True)
        self._require(bool((again >= 0).all()), "it leaves out what was met, though it may come again")

    def obeys(self) -> None:
        allowed = np.arange(self.items) % 2 == 0
        numbers, scores = self.model.recommend(self.histories, self.items, allowed=allowed)
        self._require(bool((numbers[numbers >= 0] % 2 == 0).all()), "it recommends what is not allowed")
        self._require(np.array_equal(numbers < 0, scores == -np.inf), "places that stay empty have scores")

    def takes_newcomers(self) -> None:
        user = self.events.users[0]
        known = self.events.where(pl.col("user") == user)
        stranger = known.frame[-1:].with_columns(item=self.events.frame["item"][-1:] + "?")
        more = Events(known.frame.vstack(stranger))
        one, other = (self.model.score(self.model.fold_in(events)) for events in (known, more))
        self._require(np.array_equal(one, other), "an item that it does not know changes a score")
        same = np.allclose(
            one, self.model.score(self.histories.rows([0])), rtol=_ALONE, atol=_ALONE * np.abs(one).max()
        )
        self._require(same, "a newcomer with the history of another user has other scores")

    def falls_back(self) -> None:
        popularity = self.model.popularity.cpu().numpy()
        scores = self.model.score(self.nobody)[0]
        self._require(np.array_equal(scores, popularity), "who has no history does not get what is popular")
        reason = self.model.explain(self.nobody, int(popularity.argmax()))[0]
        self._require(reason.kind == "popularity", "who has no history is not told so")

    def explains(self) -> None:
        history = self.histories.rows([0])
        item = int(self.model.recommend(history, 1)[0][0, 0])
        reasons = self.model.explain(history, item, 2)
        named = [reason for reason in reasons if reason.kind != "rest"]
        self._require(1 <= len(named) <= 2, "asked for two reasons, it gives none or more")
        met = {self.model.items[number] for number in history.columns}
        self._require({one.name for one in named if one.kind == "watched"} <= met, "a reason names what was not met")
        self._require(all(np.isfinite(reason.share) for reason in reasons), "a reason's share is no number")

    def refuses_other_items(self) -> None:
        others = dataclasses.replace(self.histories, items=tuple(f"{item}?" for item in self.model.items))
        try:
            self.model.score(others)
        except DataError:
            return
        self._require(False, "it scores histories of other items")

    def _require(self, holds: bool, sentence: str) -> None:
        if not holds:
            raise ModelError(f"{self.model.name} breaks the contract of a recommender: {sentence}.")
