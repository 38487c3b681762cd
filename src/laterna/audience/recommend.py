"""What a user would like next, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from laterna.audience.catalogue import Catalogue
from laterna.audience.events import Events
from laterna.audience.features import Space
from laterna.audience.interactions import Interactions
from laterna.audience.ranking import Available, Diversity, OfAge, Ranked, Rule, rerank
from laterna.audience.reasons import told
from laterna.errors import DataError, ModelError

if TYPE_CHECKING:
    from laterna.audience.models.content import ContentRecommender
    from laterna.audience.models.recommender import Recommender


@dataclass(frozen=True, slots=True)
class Recommended:
    """An item for a user.

    Attributes:
        item, title: its id, and its title or once more its id.
        score: higher is better, in the model's own unit.
        reason: what speaks for it, in words, and what a rule did to its place.
    """

    item: str
    title: str
    score: float
    reason: str


def recommend(
    events: Events,
    user: str,
    *,
    model: str = "ease",
    catalogue: Catalogue | None = None,
    most: int = 10,
    age: int | None = None,
    diversity: float = 0.0,
    seed: int = 0,
    at: datetime | None = None,
    rules: Sequence[Rule] = (),
) -> list[Recommended]:
    """What a user would like next, best first, each with its reason; nothing that the user has watched.

    A model that was trained (``laterna train audience/ease EVENTS``) is used as it is; one that was not learns from the
    events first. A user of whom nothing is known gets what most users watched.

    Args:
        events: who watched what.
        user: an id; it need not be among the events.
        model: a recommender: ease, als, item_knn, popularity, sasrec, two_tower, blend, a path, or hf:OWNER/NAME. The
            last two know items by their content where there is a catalogue, and so those that nobody has met.
        catalogue: titles, ages and when things can be watched; then nothing that is not in it is recommended.
        most: how many items at most.
        age: of the user, in years.
        diversity: what an item loses that is just like a better one, from 0; 0.3 is much.
        seed: of a model that learns.
        at: when it will be watched; now unless given.
        rules: more rules of the list, see :mod:`laterna.audience.ranking`.

    Raises:
        DataError: nothing may be recommended, or a rule needs a catalogue.
        ModelError: there is no such model, or it ranks nothing.
    """
    if most < 1:
        raise DataError(f"The best {most} items are none: ask for 1 or more.")
    if catalogue is None and (age is not None or diversity or rules):
        raise DataError("Rules of age, diversity and the like are about a catalogue's items: give the catalogue.")
    recommender = _recommender(model, events, catalogue, seed)
    history = Interactions.of(events, recommender.items, [user])
    if catalogue is None:
        numbers, scores = recommender.recommend(history, most)
        ranked = Ranked(tuple(recommender.items[number] for number in numbers[0] if number >= 0), scores[0])
        titles = dict[str, str]()
    else:
        wanted = [*rules, Available(at or datetime.now(UTC)), *([] if age is None else [OfAge(age)])]
        if diversity:
            wanted.append(_diversity(catalogue, diversity))
        ranked = _ranked(recommender, history, catalogue, wanted, most)
        titles = dict(zip(catalogue.items, catalogue.frame["title"], strict=True))
    return _told(recommender, history, ranked, titles)


def _recommender(model: str, events: Events, catalogue: Catalogue | None, seed: int) -> "Recommender":
    """The trained one of that name, else one that learns from the events; it knows the catalogue if it can."""
    found = _known(model, events, catalogue, seed)
    if catalogue is None or getattr(found, "space", None) is None:
        return found
    return cast("ContentRecommender", found).welcome(catalogue)


def _known(model: str, events: Events, catalogue: Catalogue | None, seed: int) -> "Recommender":
    from laterna.learning import load
    from laterna.learning.recipe import registered, registry
    from laterna.learning.store import find

    name = f"audience/{model}" if f"audience/{model}" in registry() else model
    try:
        find(name)
    except ModelError:
        if name not in registry():
            raise
        return _learnt(registered(name), events, catalogue, seed)
    found: Any = load(name)
    if not hasattr(found, "fold_in"):
        raise ModelError(f"{name} does not rank items: name a recommender, such as ease or als.")
    if not {*found.items} & {*events.items}:
        raise DataError(f"The trained {name} knows none of the items of these events: train it on them.")
    return cast("Recommender", found)


def _learnt(recipe: Any, events: Events, catalogue: Catalogue | None, seed: int) -> "Recommender":
    from laterna.audience.models.learnt import learnt

    return learnt(recipe, {}, Interactions.of(events), None, catalogue=catalogue, seed=seed)[0]


def _ranked(
    recommender: "Recommender", history: Interactions, catalogue: Catalogue, rules: Sequence[Rule], most: int
) -> Ranked:
    """The best of what the rules allow."""
    scores = recommender.score(history)[0].astype(float)
    scores[history.columns] = -np.inf
    ranked = rerank(recommender.items, scores, catalogue, rules, most)
    if not ranked.items:
        why = next((change.reason for change in ranked.changes), "the user has watched all that the model knows")
        raise DataError(f"There is nothing to recommend; of the best item, {why}: mend the catalogue or the rules.")
    return ranked


def _diversity(catalogue: Catalogue, weight: float) -> Diversity:
    rows = Space.of(catalogue).features(catalogue)
    return Diversity(dict(zip(catalogue.items, rows, strict=True)), weight)


def _told(
    recommender: "Recommender", history: Interactions, ranked: Ranked, titles: dict[str, str]
) -> list[Recommended]:
    numbers = {item: number for number, item in enumerate(recommender.items)}
    moved = {change.item: f"; moved up, since {change.reason}" for change in ranked.changes if change.after is not None}
    return [
        Recommended(
            item,
            titles.get(item, item),
            float(score),
            told(recommender.explain(history, numbers[item]), titles) + moved.get(item, ""),
        )
        for item, score in zip(ranked.items, ranked.scores, strict=False)
    ]
