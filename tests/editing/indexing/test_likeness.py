"""Shots of one set-up, known by their fingerprints."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.editing.indexing.likeness import groups
from laterna.editing.measures import fingerprint


def looks(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**63, 12, dtype=np.uint64)


def noisy(prints: np.ndarray, bits: int, seed: int) -> np.ndarray:
    """The same with some bits of each flipped."""
    rng = np.random.default_rng(seed)
    flips = [sum(1 << int(bit) for bit in rng.choice(64, bits, replace=False)) for _ in prints]
    return prints ^ np.array(flips, np.uint64)


def test_takes_share_a_group_and_other_shots_have_their_own() -> None:
    one, other = looks(1), looks(2)
    every = [one, other, noisy(one, 5, 3), looks(4), noisy(other, 6, 5), noisy(one, 4, 6)]
    assert groups(every) == [0, 1, 0, 3, 1, 0]


def test_a_take_that_goes_the_same_way_faster_is_a_take() -> None:
    walk = looks(1)[:1]
    for step in range(11):  # each picture is like the one before
        walk = np.append(walk, noisy(walk[-1:], 8, step))
    faster = walk[np.linspace(0, 11, 6).round().astype(int)].repeat(2)
    assert groups([walk, noisy(faster, 2, 0)]) == [0, 0]


def test_a_shot_too_short_to_be_measured_is_alone() -> None:
    none = np.empty(0, np.uint64)
    assert groups([none, looks(1), none]) == [0, 1, 2]
    assert groups([]) == []


def test_plain_pictures_are_no_sign_of_a_take() -> None:
    """Black, and any one colour, have one fingerprint; a shot that begins with them may still be a take."""
    plain = [np.full(12, fingerprint(np.full((90, 160), luma, np.uint8)), np.uint64) for luma in (0, 16, 200, 200)]
    assert groups(plain) == [0, 1, 2, 3]
    faded = np.concatenate([plain[0][:4], looks(1)[4:]])
    assert groups([*plain, faded, noisy(faded, 3, 0)]) == [0, 1, 2, 3, 4, 4]


@settings(max_examples=20)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_groups_do_not_hang_on_the_order(kinds: list[int]) -> None:
    """Shots of one kind share a group, those of two kinds never do, wherever they stand."""
    found = groups([noisy(looks(kind), 3, place) for place, kind in enumerate(kinds)])
    assert [kinds.index(kind) for kind in kinds] == found


def test_hundreds_of_shots_are_compared() -> None:
    """Blocks of shots are compared across their edges too."""
    every = [looks(number) for number in range(300)]
    every[290] = noisy(every[3], 4, 0)
    assert groups(every)[290] == 3
