"""The shot-boundary network: how it compares frames, and how its answers become transitions."""

from collections.abc import Sequence

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from laterna.editing.joins.disturbances import moved
from laterna.editing.joins.plates import plate
from laterna.editing.models.boundary import KINDS, LAGS, _apart, _at_best, _squares, _structures, transitions
from laterna.media.shots import Transition


def chances(frames: int, **spans: Sequence[tuple[int, int, float]]) -> np.ndarray:
    """Probabilities of 0.01, but for spans (first, last, probability) of a kind."""
    given = np.full((frames, len(KINDS)), 0.01, np.float32)
    for kind, found in spans.items():
        for first, last, chance in found:
            given[first : last + 1, KINDS.index(kind)] = chance  # type: ignore[arg-type]
    return given


def kinds(found: Sequence[Transition]) -> list[tuple[str, int, int]]:
    return [(t.kind, t.first_frame, t.last_frame) for t in found]


# From probabilities to transitions


def test_a_cut_is_the_likeliest_frame_of_those_around_it() -> None:
    found = transitions(chances(60, cut=[(20, 20, 0.6), (21, 21, 0.9), (40, 40, 0.3)]))
    assert kinds(found) == [("cut", 21, 21)]
    assert found[0].confidence == pytest.approx(0.9)


def test_the_first_frame_of_a_film_is_no_cut() -> None:
    assert transitions(chances(9, cut=[(0, 0, 0.99)])) == []


def test_a_gradual_transition_bridges_short_gaps_and_is_of_its_likeliest_kind() -> None:
    found = transitions(chances(90, dissolve=[(30, 40, 0.8), (43, 50, 0.7)], wipe=[(45, 47, 0.75)]))
    assert kinds(found) == [("dissolve", 30, 50)]


def test_kinds_that_share_a_frame_s_chance_add_up() -> None:
    assert kinds(transitions(chances(60, dissolve=[(20, 30, 0.45)], wipe=[(20, 30, 0.5)]))) == [("wipe", 20, 30)]


def test_what_touches_an_end_of_the_film_is_no_boundary() -> None:
    assert transitions(chances(60, fade=[(0, 12, 0.9), (50, 59, 0.9)])) == []


def test_a_sharp_moment_within_a_likelier_gradual_transition_is_no_cut() -> None:
    assert kinds(transitions(chances(60, fade=[(20, 30, 0.9)], cut=[(25, 25, 0.8)]))) == [("fade", 20, 30)]
    assert kinds(transitions(chances(60, fade=[(20, 30, 0.65)], cut=[(25, 25, 0.95)]))) == [("cut", 25, 25)]


# How it compares frames


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
