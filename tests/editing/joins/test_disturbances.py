"""A disturbance keeps to the frames that it says."""

import numpy as np
import pytest

from laterna.editing.joins.disturbances import DISTURBANCES
from laterna.editing.joins.plates import plate

SIZE = 96, 54
_WHOLE = "lights", "zoom", "shake", "speed"  # these may change the shot from its beginning
_STILL = "freeze", "speed"  # these may leave a still picture as it is


@pytest.mark.parametrize("name", DISTURBANCES)
@pytest.mark.parametrize("seed", range(3))
def test_a_disturbance_keeps_to_its_frames(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    clip = plate(80, SIZE, rng)
    before = clip.copy()
    after, first, last = DISTURBANCES[name][0](clip, 20, 60, rng, lambda frames: plate(frames, SIZE, rng))
    assert after.shape == before.shape
    assert after.dtype == np.uint8
    assert 20 <= first <= last <= 60
    if name not in _WHOLE:
        assert np.array_equal(after[:20], before[:20])
    assert (after[first : last + 1] != before[first : last + 1]).any() or name in _STILL
