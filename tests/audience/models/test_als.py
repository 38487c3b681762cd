"""ALS: factors that are each the least squares solution given the others, whatever a row's length."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.audience.events import Events  # noqa: E402
from laterna.audience.interactions import Interactions  # noqa: E402
from laterna.audience.models.als import ALS, recipe  # noqa: E402
from laterna.audience.models.histories import Histories  # noqa: E402
from laterna.audience.serving import best  # noqa: E402
from laterna.learning import check_model  # noqa: E402

SETTINGS = {"width": 6, "unobserved": 0.2, "regularisation": 0.02, "rounds": 4}


def fitted(past: Interactions, **settings: float) -> ALS:
    model = ALS(**{**SETTINGS, **settings}).suited(past)
    model.fit(Histories(past), seed=0)
    return model


def solution(model: ALS, met: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """A user's factor as the paper writes it."""
    every = model.factors.numpy().astype(float)
    penalty = model.regularisation.item() * (counts.sum() + model.unobserved * len(every)) ** model.frequency
    matrix = (
        model.unobserved * every.T @ every + (every[met].T * counts) @ every[met] + penalty * np.eye(every.shape[1])
    )
    return np.linalg.solve(matrix, every[met].T @ counts)


@pytest.mark.parametrize("half_life", [0, 3])
@pytest.mark.parametrize("frequency", [1.0, 0.5])
def test_a_user_is_the_least_squares_solution_of_what_was_met(
    events: Events, half_life: float, frequency: float
) -> None:
    past = Interactions.of(events)
    model = fitted(past, half_life=half_life, frequency=frequency)
    for most in (2, 20):  # fewer events than dimensions, and more
        some = past.latest(most)
        found = model.users(some).numpy()
        for user in range(0, len(some), 9):
            counts = some.rows([user]).recency(half_life)
            assert np.allclose(found[user], solution(model, some.row(user), counts), atol=1e-5)


def test_each_round_lowers_what_is_minimised(events: Events) -> None:
    past = Interactions.of(events)
    met, losses = past.dense(), []
    for rounds in (1, 2, 8):
        model = fitted(past, rounds=rounds, half_life=0)
        users, items = model.users(past).numpy(), model.factors.numpy()
        scores = users @ items.T
        ridge = [
            model.regularisation.item() * (counts + model.unobserved * others) * (factors**2).sum(1)
            for factors, counts, others in ((users, met.sum(1), len(items)), (items, met.sum(0), len(users)))
        ]
        loss = (met * (scores - 1) ** 2).sum() + model.unobserved * (scores**2).sum() + sum(map(np.sum, ridge))
        losses.append(float(loss))
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.99 * losses[0]


def test_the_shares_of_what_was_met_add_up_to_the_score(events: Events) -> None:
    past = Interactions.of(events)
    model, history = fitted(past, half_life=3), past.rows([3])
    item = int(model.recommend(history, 1)[0][0, 0])
    reasons = model.explain(history, item, 2)
    assert len(reasons) == 3
    assert sum(reason.share for reason in reasons) == pytest.approx(model.score(history)[0, item], rel=1e-4)


def test_known_users_are_served_from_their_factors_as_anyone_is(events: Events) -> None:
    past = Interactions.of(events)
    model = fitted(past)
    numbers, _ = best(model.users(past).numpy(), model.factors.numpy(), 10, past)
    assert np.array_equal(numbers, model.recommend(past, 10)[0])


def test_another_seed_gives_other_factors(events: Events) -> None:
    past = Interactions.of(events)
    one, other = fitted(past), ALS(**SETTINGS).suited(past)
    other.fit(Histories(past), seed=1)
    assert not torch.equal(one.factors, other.factors)


def test_it_keeps_the_contract_of_a_model_and_is_better_than_popularity(tastes: Path) -> None:
    assert "fits" in check_model(recipe, tastes)
    splits = recipe.splits(tastes)
    model = fitted(splits.train.past)
    assert recipe.metrics(model, splits.test)["ndcg@10"] > 1.5 * recipe.baseline(splits)["ndcg@10"]
