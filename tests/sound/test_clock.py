"""The seconds of a score's ticks, by its tempos."""

import numpy as np
import pytest
from symusic.core import ScoreTick, TempoTick

from laterna.sound.clock import clock


def test_ticks_last_as_long_as_the_tempo_says_until_it_changes() -> None:
    score = ScoreTick(480)
    score.tempos.extend([TempoTick(960, 240), TempoTick(0, 60)])  # in any order
    assert clock(score)(np.array([0, 480, 960, 1440, 2400])) == pytest.approx([0, 1, 2, 2.25, 2.75])


def test_a_score_is_at_120_until_it_says_otherwise() -> None:
    score = ScoreTick(96)
    score.tempos.append(TempoTick(192, 60))
    assert clock(score)(np.array([96, 192, 288])) == pytest.approx([0.5, 1, 2])
    assert clock(ScoreTick(96))(np.array([192])) == pytest.approx([1])
