"""The cutting room as an environment: it keeps Gymnasium's contract, and masks leave only what is possible."""

import numpy as np
import pytest

pytest.importorskip("gymnasium")
import gymnasium
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.editing.cutters.environment import GAIN, CuttingRoom
from laterna.editing.cutters.made import bin_of, problem_of
from laterna.editing.cutters.problem import WINDOWS, Bin, Order
from laterna.editing.cutters.relaxed import prospect
from laterna.editing.cutters.reward import Reward, Scored
from laterna.editing.cutters.sight import CHOICES, SEEN

TAKES = bin_of(1, 40)


def some(seed: int, shots: int = 12) -> Bin:
    return TAKES.some(np.sort(np.random.default_rng(seed).permutation(len(TAKES))[:shots]))


def room(order: Order = "free", shots: int = 12) -> CuttingRoom:
    def draw(rng: np.random.Generator) -> Scored:
        seed = int(rng.integers(1000))
        return Scored(problem_of(some(seed, shots), seed, seconds=15, order=order), Reward())

    return CuttingRoom(draw)


@pytest.mark.parametrize("order", ["free", "kept"])
def test_it_passes_the_checker_of_gymnasium(order: Order) -> None:
    check_env(room(order), skip_render_check=True)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.sampled_from(["free", "kept"]))
def test_masks_allow_what_is_possible_and_nothing_else(seed: int, order: Order) -> None:
    cutting = room(order)
    cutting.reset(seed=seed)
    rng, total, ended, info = np.random.default_rng(seed), 0.0, False, {}
    while not ended:
        masks = cutting.action_masks()
        board, options = cutting._state()
        assert masks.shape == (CHOICES,)
        assert masks.sum() == len(options) > 0
        assert board.free[options.shot].all()
        assert np.isfinite(options.rate).all()
        assert len({*zip(options.shot, options.end, options.window, options.transition, strict=True)}) == len(options)
        seen, reward, ended, cut_off, info = cutting.step(rng.choice(np.flatnonzero(masks)))
        assert seen.shape == (CHOICES, SEEN)
        assert not cut_off
        assert cutting.observation_space.contains(seen)
        total += reward
    events = cutting._state()[0].events
    groups = [cutting._state()[0].scored.problem.bin.group[event.shot] for event in events]
    assert len({*groups}) == len(groups)
    assert all(event.window in WINDOWS for event in events)
    assert total / GAIN == pytest.approx(info["worth"], abs=1e-5)


def test_an_action_without_an_event_ends_the_film_there_and_costs_what_it_lacks() -> None:
    cutting = room(shots=2)
    _, _ = cutting.reset(seed=0)
    assert not cutting.action_masks()[CHOICES - 1]
    _, reward, ended, _, info = cutting.step(np.int64(CHOICES - 1))
    assert ended
    assert info["worth"] == pytest.approx(Reward().weights["missing"])
    assert reward == pytest.approx(GAIN * Reward().weights["missing"])


def test_the_same_seed_gives_the_same_film() -> None:
    one, two = room(), room()
    assert np.array_equal(one.reset(seed=3)[0], two.reset(seed=3)[0])
    assert not np.array_equal(one.reset(seed=4)[0], two.reset(seed=3)[0])


def test_a_step_before_the_first_film_is_refused() -> None:
    with pytest.raises(gymnasium.error.ResetNeeded, match="reset"):
        room().step(np.int64(0))


@pytest.mark.parametrize("order", ["free", "kept"])
def test_shaped_rewards_tell_of_a_mistake_at_once_and_add_up_to_the_films_worth_all_the_same(order: Order) -> None:
    cutting = room(order)
    shaped = CuttingRoom(cutting._draw, shaped=True)
    shaped.reset(seed=5)
    start, total, ended, info = prospect(shaped._state()[0]), 0.0, False, {}
    while not ended:
        _, reward, ended, _, info = shaped.step(np.int64(0))
        total += reward
    assert total / GAIN == pytest.approx(info["worth"] - start, abs=1e-5)
