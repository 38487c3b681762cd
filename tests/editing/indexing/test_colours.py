"""A shot's colours in words of the web, and as a vector."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.editing.indexing.colours import descriptor, dominant


def flag(*stripes: tuple[tuple[int, int, int], int]) -> np.ndarray:
    """A picture of stripes: (colour, columns of 96)."""
    return np.concatenate([np.tile(np.uint8(colour), (54, wide, 1)) for colour, wide in stripes], axis=1)


def test_the_commonest_colour_comes_first() -> None:
    picture = flag(((200, 30, 30), 60), ((20, 40, 160), 24), ((240, 240, 235), 12))
    assert dominant([picture]) == ["#c81e1e", "#1428a0", "#f0f0eb"]


def test_shades_that_the_eye_hardly_tells_apart_are_one() -> None:
    assert len(dominant([flag(((100, 100, 100), 48), ((104, 103, 102), 48))])) == 1


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_any_pictures_have_colours_and_always_the_same(seed: int) -> None:
    pictures = list(np.random.default_rng(seed).integers(0, 256, (3, 54, 96, 3), dtype=np.uint8))
    found = dominant(pictures)
    assert 1 <= len(found) <= 6
    assert found == dominant(pictures)


def test_what_looks_alike_is_near() -> None:
    """A vector tells a mirrored layout from the same one a little brighter."""
    one = flag(((200, 60, 30), 48), ((30, 60, 180), 48))
    brighter = np.clip(one.astype(int) + 12, 0, 255).astype(np.uint8)
    vector = descriptor([one])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert vector @ descriptor([brighter]) > 0.95 > vector @ descriptor([one[:, ::-1]])


def test_black_has_a_colour_too() -> None:
    black = np.zeros((54, 96, 3), np.uint8)
    assert dominant([black]) == ["#000000"]
    assert np.isfinite(descriptor([black])).all()
