"""What was said of cuts is what a cutter aims at, half and half with the craft's own reward."""

from pathlib import Path

import numpy as np
import pytest

from laterna.editing.cutters import Reward
from laterna.editing.cutters.reward import NAMES
from laterna.errors import DataError
from laterna.learning.feedback import Feedback, Item
from laterna.production.taste import tasteful


def said(store: Path, comparisons: int) -> None:
    """Someone who likes long shots, and does not mind anything else."""
    rng, feedback = np.random.default_rng(0), Feedback(store)
    for number in range(comparisons):
        pair = [dict(zip(NAMES, rng.uniform(-1, 1, len(NAMES)).tolist(), strict=True)) for _ in range(2)]
        pair.sort(key=lambda features: -features["long"])
        items = [Item("cut", f"{2 * number + k:064x}", features) for k, features in enumerate(pair)]
        feedback.prefer(*items)


def test_what_is_liked_weighs_more(tmp_path: Path) -> None:
    said(tmp_path / "feedback.sqlite", 40)
    found, plain = tasteful(str(tmp_path / "feedback.sqlite")), Reward()
    assert found.weights["long"] == max(found.weights.values())
    assert found.weights["long"] > plain.weights.get("long", 0.0)
    assert found.weights["missing"] == plain.weights["missing"]


def test_the_same_is_learnt_of_the_same(tmp_path: Path) -> None:
    said(tmp_path / "feedback.sqlite", 15)
    assert tasteful(str(tmp_path / "feedback.sqlite")) == tasteful(str(tmp_path / "feedback.sqlite"))


def test_too_few_words_are_one_sentence(tmp_path: Path) -> None:
    said(tmp_path / "feedback.sqlite", 3)
    with pytest.raises(DataError, match=r"10 comparisons of cuts at least, .* and 3 are known: rate or prefer more"):
        tasteful(str(tmp_path / "feedback.sqlite"))
