"""Chords, cadences and faults are told, in words and as values."""

import numpy as np

from laterna.music.analyse import analyse
from laterna.music.notation import score_of
from laterna.music.pieces import merged

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
