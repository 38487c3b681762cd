"""Joined films are what they say: every transition is where its truth has it, and nothing else is one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.editing.joins import films
from laterna.editing.joins.disturbances import Clip, Source
from laterna.editing.joins.films import join
from laterna.editing.joins.plates import plate

SIZE = 96, 54
SEEDS = st.integers(0, 2**32 - 1)
KINDS = {"cut", "dissolve", "fade", "wipe"}


def plates(rng: np.random.Generator) -> Source:
    return lambda frames: plate(frames, SIZE, rng)


def greys() -> Source:
    """Shots of plain grey, each another one."""
    level = 20

    def shot(frames: int) -> Clip:
        nonlocal level
        level = 20 + (level + 67) % 200
        return np.full((frames, *SIZE[::-1], 3), (level, 128, 128), np.uint8)

    return shot


def test_the_same_numbers_give_the_same_film() -> None:
    one, two = (join(plates(rng), 120, rng) for rng in (np.random.default_rng(4), np.random.default_rng(4)))
    assert np.array_equal(one.pictures, two.pictures)
    assert one.transitions == two.transitions
    assert one.pictures.shape == (120, 27, 48, 3)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_transitions_follow_one_another_clear_of_the_ends_of_a_whole_film(seed: int) -> None:
    made = join(greys(), 300, np.random.default_rng(seed), whole=True)
    ends = [0, *(t.last_frame for t in made.transitions)]
    starts = [*(t.first_frame for t in made.transitions), 300]
    assert all(start - end >= 8 for start, end in zip(starts, ends, strict=True))
    assert all((t.kind == "cut") == (t.first_frame == t.last_frame) for t in made.transitions)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_disturbances_lie_within_shots(seed: int) -> None:
    made = join(greys(), 300, np.random.default_rng(seed), whole=True)
    for first, last in made.negatives:
        assert 0 <= first <= last < 300
        assert not any(t.first_frame <= last and first <= t.last_frame for t in made.transitions)


def test_pictures_change_where_a_transition_is_and_only_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films, "_disturbed", lambda made, clip, *rest: clip)
    monkeypatch.setattr(films, "_printed", lambda pictures, rng: pictures)
    kinds = set()
    for seed in range(12):
        made = join(greys(), 260, np.random.default_rng(seed))
        changed = np.abs(np.diff(made.pictures.astype(int), axis=0)).max(axis=(1, 2, 3)) > 0
        mixed = np.zeros(261, bool)
        for t in made.transitions:
            mixed[max(0, t.first_frame) : t.last_frame + 2] = True  # the first clean frame differs from the last mixed
        assert not (changed & ~mixed[1:260]).any()
        for t in made.transitions:
            kinds.add(t.kind)
            if t.first_frame > 0 and t.last_frame < 259:
                assert changed[t.first_frame - 1 : t.last_frame + 1].any()
                assert (made.pictures[t.first_frame - 1] != made.pictures[t.last_frame + 1]).any()
    assert kinds == KINDS


def test_nobody_sees_a_cut_between_pictures_that_differ_by_their_light() -> None:
    picture = plate(1, SIZE, np.random.default_rng(1))[0]
    other = plate(1, SIZE, np.random.default_rng(2))[0]
    dark = (picture * np.array([0.6, 1, 1])).astype(np.uint8)
    assert films._differ(picture, other)
    assert not films._differ(picture, picture)
    assert not films._differ(picture, dark)
