"""How fast a history fades is told by the data, unless it is said."""

from collections.abc import Callable

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.audience.interactions import Interactions  # noqa: E402
from laterna.audience.models.als import ALS, RIDGES  # noqa: E402
from laterna.audience.models.ease import EASE  # noqa: E402
from laterna.audience.models.fading import HALF_LIVES, FadingRecommender  # noqa: E402
from laterna.audience.models.histories import Histories  # noqa: E402
from laterna.audience.models.item_knn import ItemKNN  # noqa: E402

ITEMS, CIRCLE = 60, 6


def wandering(rng: np.random.Generator) -> list[int]:
    """Stays in one circle of items for some events, then goes on to another one."""
    circles = rng.permutation(ITEMS // CIRCLE)[:4]
    return [int(item) for circle in circles for item in circle * CIRCLE + rng.permutation(CIRCLE)[:4]]


def settled(rng: np.random.Generator) -> list[int]:
    """Likes three circles, and meets their items in any order."""
    circles = rng.permutation(ITEMS // CIRCLE)[:3]
    liked = (circles[:, None] * CIRCLE + np.arange(CIRCLE)).ravel()
    return rng.permutation(liked)[:15].tolist()


def histories(habit: Callable[[np.random.Generator], list[int]], users: int = 90) -> Interactions:
    rows = [habit(np.random.default_rng(user)) for user in range(users)]
    columns = np.array([item for row in rows for item in row], np.int32)
    names = (tuple(map(str, range(count))) for count in (ITEMS, users))
    zeros = np.zeros(len(columns), np.int64)
    return Interactions(*names, np.cumsum([0, *map(len, rows)]), columns, zeros, zeros.astype(np.float32))


def fitted(model: FadingRecommender, past: Interactions) -> FadingRecommender:
    model = model.suited(past)
    model.fit(Histories(past), seed=0)
    return model


@pytest.mark.parametrize("kind", [EASE, ItemKNN])
def test_a_taste_that_wanders_fades_sooner_than_one_that_stays(kind: type[FadingRecommender]) -> None:
    wanders, stays = (fitted(kind(), histories(habit)).half_life.item() for habit in (wandering, settled))
    assert wanders == 2
    assert stays == 0 or stays >= 16


def test_als_chooses_its_regularisation_too() -> None:
    model = fitted(ALS(width=8, rounds=4), histories(wandering))
    assert model.half_life.item() in (2, 4)
    assert round(model.regularisation.item(), 4) in RIDGES


def test_what_is_given_stays() -> None:
    model = fitted(ALS(width=8, rounds=2, half_life=7, regularisation=0.5), histories(wandering, 9))
    assert (model.half_life.item(), model.regularisation.item()) == (7, 0.5)
    assert fitted(EASE(half_life=0), histories(wandering, 9)).half_life.item() == 0


def test_of_users_with_too_few_events_nothing_is_chosen() -> None:
    assert fitted(EASE(), histories(lambda rng: [0, 1], 9)).half_life.item() == HALF_LIVES[0]
