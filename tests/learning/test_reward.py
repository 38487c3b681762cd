"""A taste learnt from comparisons."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.errors import DataError, ModelError
from laterna.learning.card import CARD, Card
from laterna.learning.folder import CONFIG, WEIGHTS
from laterna.learning.reward import Reward

NAMES = ("pace", "close", "bright", "dissolves", "music")
Taste = Callable[[np.ndarray], np.ndarray]


def likes(features: np.ndarray) -> np.ndarray:
    """A hidden taste: fast and close, with neither too little light nor too much."""
    return 2 * features[:, 0] + features[:, 1] - 0.8 * features[:, 2] ** 2


def comparisons(count: int, seed: int, taste: Taste = likes) -> tuple[np.ndarray, np.ndarray]:
    """What a judge with this taste says of random pairs: the better and the worse versions."""
    rng = np.random.default_rng(seed)
    pairs = rng.normal(size=(count, 2, len(NAMES)))
    liked = rng.random(count) < 1 / (1 + np.exp(taste(pairs[:, 1]) - taste(pairs[:, 0])))
    pairs[~liked] = pairs[~liked, ::-1]
    return pairs[:, 0], pairs[:, 1]


def agreement(reward: Reward, taste: Taste = likes, seed: int = 99) -> float:
    """The share of unseen pairs of which the reward prefers the one that the taste does."""
    one, other = np.random.default_rng(seed).normal(size=(2, 2_000, len(NAMES)))
    return float(np.mean((taste(one) > taste(other)) == (reward.score(one) > reward.score(other))))


@pytest.fixture
def taught() -> Reward:
    return Reward(NAMES).fit(*comparisons(60, seed=1))


def test_sixty_comparisons_tell_a_taste(taught):
    assert agreement(taught) >= 0.85


def test_more_comparisons_tell_it_better(taught):
    assert agreement(Reward(NAMES).fit(*comparisons(2_000, seed=1))) > max(0.95, agreement(taught))


def test_a_difference_of_scores_is_the_log_odds_that_one_is_preferred():
    reward = Reward(NAMES).fit(*comparisons(4_000, seed=2, taste=lambda f: 1.5 * f[:, 0]))
    fast, slow = reward.score(np.array([[1.0, 0, 0, 0, 0], [-1.0, 0, 0, 0, 0]]))
    assert fast - slow == pytest.approx(3.0, abs=0.4)


def test_asked_pairs_teach_more_than_random_ones():
    pool = np.random.default_rng(3).normal(size=(40, len(NAMES)))

    def learnt(choose: Callable[[Reward], tuple[int, int]]) -> float:
        reward, better, worse = Reward(NAMES), [], []
        for _ in range(20):
            one, other = choose(reward)
            if likes(pool[[one]]) < likes(pool[[other]]):
                one, other = other, one
            better.append(pool[one])
            worse.append(pool[other])
            reward.fit(np.array(better), np.array(worse))
        return agreement(reward)

    at_random = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        at_random.append(learnt(lambda _, rng=rng: tuple(rng.choice(len(pool), 2, replace=False))))
    assert learnt(lambda reward: reward.ask(pool)) > np.mean(at_random)


def test_the_more_is_compared_the_surer_it_is():
    better, worse = comparisons(1_000, seed=1)
    few, many = (Reward(NAMES).fit(better[:count], worse[:count]) for count in (100, 1_000))
    assert many.deviation(better).mean() < 0.6 * few.deviation(better).mean()


def test_the_accuracy_that_it_states_is_the_accuracy_that_it_has():
    honest = [Reward(NAMES).fit(*comparisons(60, seed=seed)) for seed in range(20)]
    stated = np.mean([reward.accuracy for reward in honest])
    answers = [comparisons(500, seed=1_000 + seed) for seed in range(20)]
    found = [np.mean(r.score(b) > r.score(w)) for r, (b, w) in zip(honest, answers, strict=True)]
    assert stated == pytest.approx(np.mean(found), abs=0.04)


def test_a_judge_who_answers_at_random_is_not_understood():
    reward = Reward(NAMES).fit(*comparisons(100, seed=4, taste=lambda f: 0 * f[:, 0]))
    assert reward.accuracy < 0.62


def random_ratings(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Twelve versions of eight features that mean nothing, rated from 1 to 5: the better, the worse, and the counts."""
    rng = np.random.default_rng(seed)
    versions, ratings = rng.normal(size=(12, 8)), rng.integers(1, 6, 12)
    better, worse = np.nonzero(ratings[:, None] > ratings)
    return versions[better], versions[worse], np.full(len(better), 1 / 11)


def test_ratings_at_random_are_not_understood_though_each_version_stands_in_many_pairs():
    learnt = [Reward((*NAMES, "a", "b", "c")).fit(*random_ratings(seed)) for seed in range(40)]
    assert np.mean([reward.accuracy for reward in learnt]) == pytest.approx(0.5, abs=0.08)


def test_what_counts_less_teaches_less():
    better, worse, counts = random_ratings(0)
    sure, unsure = (Reward((*NAMES, "a", "b", "c")).fit(better, worse, each) for each in (None, counts))
    assert np.ptp(unsure.score(better)) < 0.5 * np.ptp(sure.score(better))


def test_to_count_double_is_to_be_said_twice():
    better, worse = comparisons(20, seed=8)
    twice = Reward(NAMES).fit(np.repeat(better, 2, axis=0), np.repeat(worse, 2, axis=0))
    assert Reward(NAMES).fit(better, worse, np.full(20, 2)).score(better) == pytest.approx(
        twice.score(better), abs=1e-4
    )


def test_two_versions_alone_tell_nothing_of_others():
    assert Reward(NAMES).fit(*comparisons(1, seed=9)).accuracy == 0.5


def test_nothing_is_won_by_what_nobody_compared(taught):
    far, farther = np.full((1, 5), 50.0), np.full((1, 5), 5e6)
    assert taught.score(far) == pytest.approx(taught.score(farther))


@settings(max_examples=20)
@given(st.lists(st.tuples(st.floats(1e-3, 1e3), st.floats(-1e3, 1e3)), min_size=5, max_size=5))
def test_the_units_of_features_do_not_matter(units):
    scale, shift = np.array(units).T
    better, worse = comparisons(30, seed=5)
    plain = Reward(NAMES).fit(better, worse)
    other = Reward(NAMES).fit(better * scale + shift, worse * scale + shift)
    assert other.score(better * scale + shift) == pytest.approx(plain.score(better), abs=1e-3)


def test_the_order_of_the_comparisons_does_not_matter(taught):
    better, worse = comparisons(60, seed=1)
    assert Reward(NAMES).fit(better[::-1], worse[::-1]).score(better) == pytest.approx(taught.score(better), abs=1e-4)


def test_a_feature_that_never_differs_earns_nothing():
    better, worse = comparisons(40, seed=6)
    better[:, 4] = worse[:, 4] = 7.0
    reward = Reward(NAMES).fit(better, worse)
    other = better.copy()
    other[:, 4] = 9.0
    assert reward.score(other) == pytest.approx(reward.score(better))


def test_untaught_it_likes_everything_alike_and_asks_of_what_differs_most():
    reward = Reward(NAMES)
    rows = np.zeros((4, 5))
    rows[1, 0], rows[3, 0] = -1.0, 2.0
    assert reward.score(rows).tolist() == [0, 0, 0, 0]
    assert reward.ask(rows) == (1, 3)
    assert reward.comparisons == 0


def test_it_comes_back_from_its_folder_as_it_was(taught, tmp_path):
    taught.save(tmp_path / "cut", task="cut")
    back, rows = Reward.open(tmp_path / "cut"), np.concatenate(comparisons(50, seed=7))
    assert back.names == taught.names
    assert (back.comparisons, back.accuracy) == (60, taught.accuracy)
    assert back.score(rows).tolist() == taught.score(rows).tolist()
    assert back.deviation(rows).tolist() == taught.deviation(rows).tolist()
    assert back.ask(rows) == taught.ask(rows)


def test_its_card_says_how_well_it_tells_the_comparisons(taught, tmp_path):
    taught.save(tmp_path, task="cut")
    card = Card.open(tmp_path / CARD)
    assert card.data == ("60 comparisons of versions of cut",)
    assert card.figures == {"pair_accuracy": taught.accuracy}
    assert card.licence == "private"


def garble(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes())) and None


def config(**changes: object) -> Callable[[Path], None]:
    return garble(CONFIG, lambda data: json.dumps(json.loads(data) | changes).encode())


@pytest.mark.parametrize(
    "damage",
    [
        config(model="music/vae"),
        config(version=2),
        config(names=["pace"]),
        config(names=["pace"] * 5),
        config(names=5),
        config(comparisons=None),
        garble(CONFIG, lambda data: data[:20]),
        garble(WEIGHTS, lambda data: data[:-8]),
        garble(WEIGHTS, lambda data: b"\xff" * len(data)),
        lambda folder: (folder / WEIGHTS).unlink(),
        lambda folder: (folder / CONFIG).unlink(),
    ],
)
def test_a_folder_that_is_broken_or_another_models_is_one_sentence(taught, tmp_path, damage):
    taught.save(tmp_path)
    damage(tmp_path)
    with pytest.raises(ModelError) as caught:
        Reward.open(tmp_path)
    assert "\n" not in str(caught.value)


def test_what_has_learnt_nothing_is_not_kept(tmp_path):
    with pytest.raises(ModelError, match="fit it first"):
        Reward(NAMES).save(tmp_path)


@pytest.mark.parametrize(
    ("use", "sentence"),
    [
        (lambda r: Reward([]), "name some"),
        (lambda r: Reward(["pace", "pace"]), "each once"),
        (lambda r: r.fit(np.zeros((0, 5)), np.zeros((0, 5))), "no comparisons"),
        (lambda r: r.fit(np.zeros((3, 5)), np.zeros((2, 5))), "3 better and 2 worse"),
        (lambda r: r.fit(np.zeros((3, 5)), np.ones((3, 5)), np.ones(2)), "a number above 0 for each"),
        (lambda r: r.fit(np.zeros((1, 5)), np.ones((1, 5)), np.zeros(1)), "a number above 0 for each"),
        (lambda r: r.fit(np.zeros((1, 5)), np.ones((1, 5)), np.full(1, np.nan)), "a number above 0 for each"),
        (lambda r: r.score(np.zeros((3, 4))), "rows of 5 features"),
        (lambda r: r.score(np.zeros(5)), "rows of 5 features"),
        (lambda r: r.score([["fast"] * 5]), "Features are numbers"),
        (lambda r: r.score([[0, 0, np.nan, 0, 0]]), "'bright' is not finite"),
        (lambda r: r.score([[0, 0, 0, np.inf, 0]]), "'dissolves' is not finite"),
        (lambda r: r.ask(np.ones((5, 5))), "two that differ"),
        (lambda r: r.ask(np.ones((1, 5))), "two that differ"),
        (lambda r: r.ask(np.ones((0, 5))), "two that differ"),
    ],
)
def test_what_can_not_be_learnt_of_is_one_sentence(use, sentence):
    with pytest.raises(DataError, match=sentence):
        use(Reward(NAMES))
