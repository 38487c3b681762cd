"""From scored candidates to the list that a viewer gets: what is allowed, what is preferred, what has to be in it.

Each rule is one object and may be left out; every change that they make is told with its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from laterna.audience.catalogue import Catalogue
from laterna.audience.ranking_rules.allowed import Available, Filter, OfAge, Unseen
from laterna.audience.ranking_rules.facts import Candidates
from laterna.audience.ranking_rules.preferred import Diversity, Exposure, Freshness, Ledger, Preference
from laterna.audience.ranking_rules.quotas import Quota, Room
from laterna.errors import DataError

__all__ = [
    "Available",
    "Change",
    "Diversity",
    "Exposure",
    "Freshness",
    "OfAge",
    "Quota",
    "Ranked",
    "Unseen",
    "rerank",
]

Rule = Filter | Preference | Quota
_NEAR = 10  # times as many candidates as places are near the top


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the list and the order of the scores.

    Attributes:
        item: what was moved or left out.
        before: its place by score among all candidates, from 1.
        after: its place in the list, from 1; None where it was left out.
        rule: by which this came.
        reason: in words.
    """

    item: str
    before: int
    after: int | None
    rule: str
    reason: str

    def __str__(self) -> str:
        moved = "left out" if self.after is None else f"put in place {self.after}"
        return f"{self.item}, number {self.before} by score, was {moved} ({self.rule}): {self.reason}."


@dataclass(frozen=True, slots=True)
class Ranked:
    """A list of recommendations.

    Attributes:
        items: best first.
        scores: those that they came with, (items,).
        changes: what the rules did: first to what would have been in the list by score alone and is not, then to what
            came in or up in place of something with a higher score.
        notes: rules that could not be kept, one sentence each.
    """

    items: tuple[str, ...]
    scores: np.ndarray
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "items": list(self.items),
            "scores": self.scores.tolist(),
            "changes": [asdict(change) for change in self.changes],
            "notes": list(self.notes),
        }


def rerank(
    items: Sequence[str],
    scores: np.ndarray | Sequence[float],
    catalogue: Catalogue,
    rules: Sequence[Rule] = (),
    most: int = 10,
) -> Ranked:
    """The list that the rules make of scored candidates; without rules, those with the highest scores.

    What is refused by :class:`Available`, :class:`OfAge` or :class:`Unseen` is never in it. The places are filled from
    the first: each goes to the candidate with the highest sum of relevance and preferences among those that leave room
    for the quotas. Quotas that come first in ``rules`` go before those that come later, where not all can be met.

    Args:
        items: ids of the candidates, each once, in any order.
        scores: of a model, (n,), higher is better, in any unit; minus infinity for what must not be chosen.
        catalogue: what is known of them.
        rules: in any order, but for quotas.
        most: places of the list.

    Raises:
        DataError: items and scores don't fit, a score is NaN, or a rule makes no sense.
    """
    candidates, scores = _checked(items, scores, catalogue, most)
    refused = _refused([rule for rule in rules if isinstance(rule, Filter)], candidates)
    allowed = scores > -np.inf
    allowed[[*refused]] = False
    relevance = _relevance(scores, allowed, most)
    preferences = {rule.name: rule.open(candidates, relevance) for rule in rules if isinstance(rule, Preference)}
    quotas = [rule for rule in rules if isinstance(rule, Quota)]
    room = Room(quotas, candidates, allowed, min(most, int(allowed.sum())))
    made = _List(candidates.items, scores, relevance, preferences, room, allowed, most)
    made.fill()
    return made.told(refused)


class _List:
    """A list in the making.

    Args:
        items, scores, relevance, allowed: of the candidates, (n,).
        preferences: ledgers by the names of their rules.
        room: what the quotas leave.
        most: places.
    """

    def __init__(
        self,
        items: Sequence[str],
        scores: np.ndarray,
        relevance: np.ndarray,
        preferences: Mapping[str, Ledger],
        room: Room,
        allowed: np.ndarray,
        most: int,
    ) -> None:
        self.items, self.scores, self.relevance, self.most = items, scores, relevance, most
        self.preferences, self.room, self.free = preferences, room, allowed.copy()
        order = np.argsort(-scores, kind="stable")
        self.by_score = np.empty(len(order), int)  # places, from 1
        self.by_score[order] = np.arange(1, len(order) + 1)
        self.chosen, self.raised, self.passed = list[int](), list[Change](), dict[int, tuple[str, str]]()

    def fill(self) -> None:
        """Fill the places from the first."""
        while (fitting := self.free & self.room.fitting()).any():
            worths = {name: ledger.worth() for name, ledger in self.preferences.items()}
            total = sum(worths.values(), self.relevance)
            numbers = np.flatnonzero(fitting)
            best = int(numbers[np.lexsort((self.by_score[numbers], -total[numbers]))[0]])
            self._explain(best, fitting, worths)
            self.chosen.append(best)
            self.free[best] = False
            self.room.take(best)
            for ledger in self.preferences.values():
                ledger.take(best)

    def _explain(self, best: int, fitting: np.ndarray, worths: Mapping[str, np.ndarray]) -> None:
        """Note why the next place goes to this one, where others with a higher score are free."""
        higher = np.flatnonzero(self.free & (self.by_score < self.by_score[best]))
        if not len(higher):
            return
        for other in higher[self.by_score[higher] <= self.most]:
            self.passed[int(other)] = self._why(best, int(other), bool(fitting[other]), worths)
        highest = int(higher[np.argmin(self.by_score[higher])])
        why = self._why(best, highest, bool(fitting[highest]), worths)
        self.raised.append(Change(self.items[best], int(self.by_score[best]), len(self.chosen) + 1, *why))

    def _why(self, best: int, other: int, fits: bool, worths: Mapping[str, np.ndarray]) -> tuple[str, str]:
        """The rule by which one goes before another of a higher score, and the reason in words."""
        if not fits:
            return "quota", self.room.said(best, other)
        rule = max(worths, key=lambda name: float(worths[name][best] - worths[name][other]))
        return rule, self.preferences[rule].said(best, other)

    def told(self, refused: Mapping[int, tuple[str, str]]) -> Ranked:
        """The list, with what was changed and what could not be kept."""
        kept = {*self.chosen}
        gone = [
            Change(self.items[number], int(self.by_score[number]), None, *why)
            for number, why in sorted({**self.passed, **refused}.items(), key=lambda pair: self.by_score[pair[0]])
            if number not in kept and self.by_score[number] <= self.most
        ]
        notes = list(self.room.notes)
        if len(self.chosen) < self.most:
            why = "the quotas allow no more" if self.free.any() else "no other candidate is allowed"
            notes.append(f"Only {len(self.chosen)} of {self.most} places are filled: {why}.")
        items = tuple(self.items[number] for number in self.chosen)
        return Ranked(items, self.scores[self.chosen], (*gone, *self.raised), tuple(notes))


def _checked(
    items: Sequence[str], scores: np.ndarray | Sequence[float], catalogue: Catalogue, most: int
) -> tuple[Candidates, np.ndarray]:
    found = np.asarray(scores, float)
    if found.shape != (len(items),):
        raise DataError(f"{len(items)} candidates have scores of the shape {found.shape}: give one score to each.")
    if np.isnan(found).any() or np.isposinf(found).any():
        item = items[int(np.argmax(np.isnan(found) | np.isposinf(found)))]
        raise DataError(f"The score of {item!r} is no finite number: leave out what has none.")
    if len({*items}) < len(items):
        twice = next(item for number, item in enumerate(items) if item in items[:number])
        raise DataError(f"The candidate {twice!r} is there twice: give each item once.")
    if most < 1:
        raise DataError(f"A list of {most} places is none: ask for 1 or more.")
    return Candidates.of(items, catalogue), found


def _refused(filters: Sequence[Filter], candidates: Candidates) -> dict[int, tuple[str, str]]:
    """Which candidates are refused, by their numbers: by which rule first, and why."""
    found: dict[int, tuple[str, str]] = {}
    for rule in filters:
        for mask, reason in rule.refused(candidates):
            found = {int(number): (rule.name, reason) for number in np.flatnonzero(mask)} | found
    return found


def _relevance(scores: np.ndarray, allowed: np.ndarray, most: int) -> np.ndarray:
    """Scores (n,) such that the best is 1 and the last of those near the top 0; 0 for what is not allowed."""
    ordered = np.sort(scores[allowed])[::-1]
    if not len(ordered):
        return np.zeros(len(scores))
    low = ordered[min(_NEAR * most, len(ordered)) - 1]
    scale = ordered[0] - low
    return np.where(allowed, (np.where(allowed, scores, low) - low) / (scale if scale > 0 else 1.0), 0.0)
