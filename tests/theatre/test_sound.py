"""Location sound: quiet, without clicks, in time with the feet."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pyloudnorm
import pytest

from laterna.theatre.actors.gait import Walk
from laterna.theatre.actors.roles import Beat, Role
from laterna.theatre.scene import draw_scene, draw_setting
from laterna.theatre.sound import SAMPLE_RATE, location_sound, loudness
from laterna.theatre.take import Take, heard, take

SMALL = (32, 18)


def test_loudness_is_that_of_the_standard():
    noise = np.random.default_rng(0).normal(0, 0.05, (SAMPLE_RATE * 4, 2))
    assert loudness(noise) == pytest.approx(pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(noise), abs=0.3)


@pytest.mark.parametrize("seed", range(6))
def test_sound_is_as_long_as_the_picture_and_at_location_level(seed):
    shot = take(seed, seconds=4, size=SMALL, rate=Fraction(30000, 1001), masks=False)
    sound = location_sound(shot)
    assert sound.shape == (round(shot.scene.frames * SAMPLE_RATE / shot.scene.rate), 2)
    assert sound.dtype == np.float32
    assert -36 < loudness(sound) < -25
    assert np.abs(sound).max() < 0.5


def test_sound_starts_and_ends_in_silence():
    sound = location_sound(take(2, seconds=3, size=SMALL, masks=False))
    assert np.abs(sound[:24]).max() < 0.02
    assert np.abs(sound[-24:]).max() < 0.02


def test_the_same_seed_sounds_the_same():
    first, again = (location_sound(take(3, seconds=2, size=SMALL, masks=False)) for _ in range(2))
    assert np.array_equal(first, again)


def walking():
    """A take of someone who walks through a quiet village."""
    setting = replace(draw_setting((1, 0)), place="village", weather="clear", daytime="dusk", wind=0.0)
    scene = draw_scene(setting, (1, 1), 150, Fraction(25), scale="wide", negatives=0)
    figure = next(role.figure for role in scene.roles if role.figure.person)
    walk = Walk(-1.0, 7.0, -1.0, 1.1, False, False)
    walker = Role(figure, (Beat("walk", 0.0, 6.0),), (walk,), ((0.0, 1),))
    return Take(replace(scene, roles=(walker,)), SMALL, masks=False)


def test_steps_are_heard_when_the_truth_says_so():
    shot = walking()
    times = [sound.time for sound in heard(shot) if 0.3 < sound.time < 5.7]
    sound = location_sound(shot).mean(axis=1)

    def power(time):
        start = round(time * SAMPLE_RATE)
        return float(np.mean(sound[start : start + 2400] ** 2))

    between = [(a + b) / 2 for a, b in pairwise(times)]
    assert len(times) > 5
    assert np.median([power(time) for time in times]) > 5 * np.median([power(time) for time in between])


def test_a_step_is_when_a_foot_comes_down():
    shot = walking()
    gait = shot.players()[0].gait
    steps = [sound for sound in heard(shot) if sound.kind == "step"]
    assert len(steps) > 6
    for step in steps:
        before, after = ([gait.foot(foot, step.time + lag).grounded for foot in (0, 1)] for lag in (-0.01, 0.01))
        assert before != after
        assert all(after)
