"""The shot-boundary network: how it compares frames."""

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from laterna.editing.joins.disturbances import moved
from laterna.editing.joins.plates import plate
from laterna.editing.models.boundary import LAGS, _apart, _at_best, _squares, _structures


def test_distances_are_those_of_the_vectors_and_the_ends_last_for_ever() -> None:
    v = torch.randn(70, 5, generator=torch.Generator().manual_seed(0))
    apart = _apart(_squares(v[None]))[0]
    for place, lag in enumerate(LAGS):
        before, after = v[max(0, 30 - lag)], v[min(69, 30 + lag)]
        wanted = torch.stack([(before - v[30]).norm(), (v[30] - after).norm(), (before - after).norm()])
        got = apart[30, [place, len(LAGS) + place, 2 * len(LAGS) + place]]
        assert torch.allclose(got, wanted, atol=1e-2)


def planes(pictures: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float()


def test_a_change_of_light_leaves_the_structure_as_it_is() -> None:
    picture = plate(1, (48, 27), np.random.default_rng(3))
    darker = (picture * np.array([0.5, 1, 1])).astype(np.uint8)
    other = plate(1, (48, 27), np.random.default_rng(4))
    same = _structures(planes(np.concatenate([picture, darker, other])))[0]
    assert same[0] @ same[1] > 0.8 > 0.4 > same[0] @ same[2]


@pytest.mark.parametrize("zoom", [1.25, 1.6, 2.1])
def test_a_zoomed_picture_is_found_in_the_one_that_it_was(zoom: float) -> None:
    wide = plate(1, (96, 54), np.random.default_rng(5))
    close = moved(wide, np.array([zoom]), np.zeros((1, 2)), np.zeros(1))
    other = plate(1, (96, 54), np.random.default_rng(6))
    small = np.concatenate([wide, close, other])[:, ::2, ::2]
    views = [view[None] for view in _structures(planes(small))]
    squares = _at_best(views)[0]
    assert torch.allclose(squares, squares.T)
    assert squares[0, 1] < 0.6 * squares[0, 2]
    assert squares[0, 1] < _squares(views[0])[0, 0, 1]
