"""How the network's answers become transitions."""

from collections.abc import Sequence

import numpy as np
import pytest

from laterna.editing.detection.decode import KINDS, transitions
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
