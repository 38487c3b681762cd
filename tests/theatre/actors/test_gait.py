"""Walking: feet stand still while they carry, and come down when the truth says so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.theatre.actors.gait import Gait, Walk

TIMES = np.arange(0, 4, 1 / 60)


def gait(distance=1.2, start=0.0, end=4.0, **options):
    return Gait((Walk(start, end, 0.0, distance, **options),), stride=0.15, stance=0.015)


@given(st.floats(-3, 3), st.floats(0.5, 6), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_foot_on_the_ground_does_not_slide(distance, seconds, ease_in, ease_out):
    walking = gait(distance, 0.0, seconds, ease_in=ease_in, ease_out=ease_out)
    for foot in (0, 1):
        before = None
        for time in TIMES:
            now = walking.foot(foot, time)
            if before is not None and before.grounded and now.grounded:
                assert now.x == pytest.approx(before.x, abs=1e-9) or _landed_between(walking, time)
            before = now


def _landed_between(walking, time):
    return any(time - 1 / 60 <= landing <= time for landing, _ in walking.contacts())


def test_one_foot_is_always_on_the_ground():
    walking = gait()
    assert all(any(walking.foot(foot, time).grounded for foot in (0, 1)) for time in TIMES)


def test_feet_come_down_at_the_contacts():
    walking = gait()
    for time, x in walking.contacts():
        landing = [walking.foot(foot, time + 1e-6) for foot in (0, 1)]
        assert any(foot.grounded and foot.x == pytest.approx(x) for foot in landing)
        assert (
            min(walking.foot(foot, time - 0.01).lift for foot in (0, 1) if not walking.foot(foot, time - 0.01).grounded)
            < 0.02
        )


def test_the_body_stays_over_its_feet():
    walking = gait()
    for time in TIMES:
        near, far = walking.foot(0, time).x, walking.foot(1, time).x
        assert min(near, far) - 0.09 <= walking.body(time) <= max(near, far) + 0.09


def test_after_a_walk_the_feet_stand_side_by_side():
    walking = gait(end=3.0)
    assert walking.foot(0, 5.0).x == pytest.approx(1.2 + 0.015)
    assert walking.foot(1, 5.0).x == pytest.approx(1.2 - 0.015)


def test_movement_has_no_jumps():
    walking = gait()
    for foot in (0, 1):
        xs = np.array([walking.foot(foot, time).x for time in TIMES])
        lifts = np.array([walking.foot(foot, time).lift for time in TIMES])
        assert np.abs(np.diff(xs)).max() < 0.04
        assert np.abs(np.diff(lifts)).max() < 0.02
        assert lifts.min() >= 0


def test_a_walk_without_easing_keeps_one_pace():
    walk = Walk(0.0, 4.0, 0.0, 2.0, False, False)
    np.testing.assert_allclose(np.diff([walk.at(t) for t in TIMES]), 0.5 / 60, rtol=1e-6)
