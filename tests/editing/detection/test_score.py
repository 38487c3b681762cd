"""How found transitions are counted against true ones."""

import pytest

from laterna.editing.detection.score import Score, near
from laterna.media.shots import Transition


def test_a_score_counts_one_to_one_within_two_frames() -> None:
    true = [Transition("cut", 50, 50), Transition("dissolve", 80, 90)]
    found = [
        Transition("cut", 52, 52),
        Transition("wipe", 92, 95),
        Transition("fade", 70, 77),
        Transition("cut", 10, 10),
    ]
    score = Score()
    score.add(found, true, [(8, 9), (120, 130)])
    figures = score.figures()
    assert figures["cuts_f1"] == pytest.approx(2 / 3)
    assert figures["gradual_f1"] == pytest.approx(2 / 3)
    assert figures["false_alarms"] == 0.5


def test_two_that_are_found_at_one_true_transition_count_once() -> None:
    score = Score()
    score.add([Transition("cut", 49, 49), Transition("cut", 51, 51)], [Transition("cut", 50, 50)], [])
    assert score.figures()["cuts_f1"] == pytest.approx(2 / 3)


def test_transitions_are_near_when_no_more_than_two_frames_lie_from_one_to_the_other() -> None:
    assert near(Transition("cut", 52, 52), Transition("cut", 50, 50))
    assert near(Transition("wipe", 20, 30), Transition("wipe", 32, 40))
    assert not near(Transition("cut", 53, 53), Transition("cut", 50, 50))
