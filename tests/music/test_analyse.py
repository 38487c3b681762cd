"""Chords, cadences and faults are told, in words and as values."""

from pathlib import Path

import numpy as np
import pytest

from laterna.errors import ModelError
from laterna.music.analyse import analyse
from laterna.music.notation import score_of
from laterna.music.originality import MOST_SHARED
from laterna.music.pieces import merged, read_table

HYMN = [(72, 67, 64, 48), (71, 67, 62, 43), (72, 67, 64, 48), (69, 65, 60, 41), (67, 65, 59, 43), (67, 64, 60, 48)]


def test_a_hymn_has_its_key_chords_and_cadences() -> None:
    found = analyse(score_of(merged("", np.repeat(HYMN, 4, 0), 4), tempo=60))
    assert str(found.key) == "C major"
    assert found.chords == ("C", "G", "C", "F", "G7", "C")
    assert found.cadences == (2, 5)
    assert found.ranges == ((67, 72), (64, 67), (59, 64), (41, 48))
    assert found.seconds == 6
    assert "chords: C G C F G7 C" in str(found)


def test_faults_are_told_with_their_place() -> None:
    found = analyse(score_of(merged("", np.repeat([(67, 60, 55, 48), (69, 62, 57, 50)], 4, 0), 4), tempo=60))
    told = found.to_json()["faults"]
    assert {"quarter": 1.0, "voices": (0, 1), "what": "parallel fifths"} in told
    assert "faults of part-writing" in str(found)


def test_a_score_that_a_model_learnt_from_is_told(data: Path) -> None:
    chorale = read_table(data / "jsb" / "Jsb16thSeparated.json")["train"][0]
    found = analyse(score_of(chorale.moved(2)))
    assert found.shared > MOST_SHARED
    assert "may be a quotation" in str(found)
    assert analyse(score_of(merged("", np.repeat(HYMN, 4, 0), 4))).shared <= MOST_SHARED


def test_a_model_that_keeps_nothing_of_what_it_learnt_from_is_refused() -> None:
    with pytest.raises(ModelError, match="editing/boundary keeps nothing of what it learnt from"):
        analyse(score_of(merged("", np.repeat(HYMN, 4, 0), 4)), model="editing/boundary")
