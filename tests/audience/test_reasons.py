"""Reasons: the strongest first, all of them adding up, told in words."""

import numpy as np
import pytest

from laterna.audience.reasons import Reason, largest, told


def test_the_strongest_are_named_and_the_rest_is_summed_up() -> None:
    reasons = largest("watched", ["a", "b", "c", "d"], np.array([0.1, 0.5, -0.2, 0.3]), 2)
    assert [(reason.kind, reason.name) for reason in reasons] == [("watched", "b"), ("watched", "d"), ("rest", "")]
    assert [reason.share for reason in reasons] == pytest.approx([0.5, 0.3, -0.1])


def test_nothing_is_left_where_all_are_named() -> None:
    assert [reason.kind for reason in largest("feature", ["a"], np.array([1.0]), 3)] == ["feature"]


def test_watched_items_are_told_by_their_titles() -> None:
    reasons = [Reason("watched", name, 1.0) for name in "abc"]
    assert told(reasons, {"a": "Alien", "b": "Brazil"}) == "you watched Alien, Brazil and c"
    assert told(reasons[:1], {}) == "you watched a"


def test_what_speaks_against_an_item_is_not_told_as_a_reason_for_it() -> None:
    reasons = [Reason("popularity", "number 1 of 9", 2.0), Reason("watched", "a", -1.0), Reason("rest", "", 5.0)]
    assert told(reasons, {}) == "number 1 of 9"
    assert told(reasons[1:], {}) == "it goes with many things that you watched"
