"""What a cut is worth: the craft's rules, one by one, and a taste that is learnt."""

from dataclasses import replace

import numpy as np
import pytest

from laterna.editing.cutters.made import bin_of, problem_of
from laterna.editing.cutters.plain import random
from laterna.editing.cutters.problem import CUT, DISSOLVE, Bin
from laterna.editing.cutters.reward import NAMES, Reward, Scored, features, join_features, own_features
from laterna.errors import DataError
from laterna.learning.reward import Reward as LearntReward


def two(**more: object) -> Bin:
    """Two shots that differ in nothing but what is said of them."""
    same = {name: np.zeros(2) for name in ("key", "key_score", "quality", "motion", "valence", "arousal")}
    whole = {name: np.zeros(2, int) for name in ("scale", "camera", "setting")}
    said = {"length": np.full(2, 5.0), "group": np.arange(2), "embedding": np.ones((2, 4)), **same, **whole}
    return Bin(**(said | {name: np.array(values) for name, values in more.items()}))  # type: ignore[arg-type]


def join(name: str, transition: int = CUT, **more: object) -> float:
    return float(join_features(two(**more), np.array(0), np.array(1), transition)[name])


def test_two_like_pictures_of_one_size_jump_and_another_size_does_not() -> None:
    assert join("jumps") == -1
    assert join("jumps", scale=[0, 1]) == 0
    assert join("scale", scale=[0, 1]) > join("scale", scale=[0, 2]) > join("scale", scale=[1, 1])


def test_a_camera_that_moves_is_followed_by_one_that_moves() -> None:
    assert join("camera", camera=[1, 2]) == join("camera", camera=[0, 0]) > join("camera", camera=[1, 0])


def test_movement_and_mood_are_matched() -> None:
    assert join("motion", motion=[0.1, 0.1]) > join("motion", motion=[0.1, 0.4])
    assert join("mood", valence=[0.5, 0.5]) > join("mood", valence=[0.5, -0.5])
    assert join("mood", DISSOLVE, valence=[1, -1], arousal=[1, -1]) > join("mood", valence=[1, -1], arousal=[1, -1])


def test_a_dissolve_tells_of_another_place_when_things_are_calm() -> None:
    assert join("transition", DISSOLVE) < join("transition", CUT)
    calm = {"setting": [1, 2], "arousal": [-0.8, -0.8]}
    assert join("transition", DISSOLVE, **calm) > join("transition", CUT, **calm)
    wild = {"setting": [1, 2], "arousal": [0.8, 0.8]}
    assert join("transition", DISSOLVE, **wild) < join("transition", CUT, **wild)


def test_unknown_sizes_are_neither_good_nor_bad() -> None:
    assert join("scale", scale=[-1, 1]) == 0


def test_a_shot_is_best_as_long_as_the_pace_asks_and_when_it_shows_its_key_frame() -> None:
    problem = problem_of(bin_of(0, 6), 0, seconds=20)
    problem = replace(
        problem, bin=replace(problem.bin, length=np.full(6, 9.0), key=np.full(6, 4.5), key_score=np.ones(6))
    )
    ends = problem.ends[0]
    found = own_features(problem, np.array(0), 0, ends[:, None], np.array([0, 1, 2]))
    wanted = (problem.pace[0] + problem.pace[ends]) / 2
    nearest = int(np.abs(np.log2(problem.marks[ends] / wanted)).argmin())
    assert int(found["pace"].argmax()) == nearest
    assert (found["key"][:, 1] == 1).all()
    assert (found["key"][problem.marks[ends] < 4.4][:, [0, 2]] == 0).all()


def test_features_are_means_over_time_within_bounds() -> None:
    scored = Scored(problem_of(bin_of(4, 12), 4, seconds=20), Reward())
    for seed in range(20):
        cut = random(scored, np.random.default_rng(seed))
        found = features(scored.problem, cut.events)
        assert found.shape == (len(NAMES),)
        assert (np.abs(found) <= 1 + 1e-9).all()
    assert features(scored.problem, ())[-1] == 1


def test_a_taste_that_is_learnt_from_comparisons_turns_the_reward_its_way() -> None:
    scored = Scored(problem_of(bin_of(5, 12), 5, seconds=20), Reward())
    cuts = np.array([features(scored.problem, random(scored, np.random.default_rng(s)).events) for s in range(60)])
    close = cuts[:, NAMES.index("close")]
    pairs = [(a, b) if close[a] > close[b] else (b, a) for a, b in zip(range(30), range(30, 60), strict=True)]
    learnt = LearntReward(NAMES).fit(*(cuts[[pair[side] for pair in pairs]] for side in (0, 1)))
    turned = Reward().with_taste(learnt.score, cuts, share=0.5)
    assert turned.weights["close"] > 0.1 > Reward().weights.get("close", 0.0)
    assert turned.weights["missing"] == Reward().weights["missing"]


def test_a_feature_that_no_cut_has_is_refused() -> None:
    with pytest.raises(DataError, match="no feature 'glamour'"):
        Reward({"glamour": 1.0})
