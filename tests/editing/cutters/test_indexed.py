"""A bin from the index: labels become numbers, times seconds from the shot's start."""

import numpy as np
import pytest

from laterna.editing.cutters.indexed import bin_from
from laterna.editing.cutters.problem import CLOSE, UNKNOWN, WIDE
from laterna.editing.indexing.index import Index
from laterna.errors import DataError

ROWS = [
    {"start": "0", "end": "21/5", "key_time": "2", "scale": "wide", "move": "static", "place": "hills",
     "embedding": [1, 0]},
    {"start": "21/5", "end": "8", "key_time": "5", "scale": "close-up", "move": "pan", "place": "lake", "take_group": 7,
     "embedding": [0, 1]},
    {"start": "8", "end": "10", "key_time": "0", "take_group": 7},
]  # fmt: skip


def test_labels_and_times() -> None:
    bin = bin_from(Index.of(ROWS))
    assert bin.length == pytest.approx([4.2, 3.8, 2.0])
    assert bin.key == pytest.approx([2.0, 0.8, 0.0])
    assert bin.scale.tolist() == [WIDE, CLOSE, UNKNOWN]
    assert bin.camera[0] == 0
    assert bin.camera[1] > 0
    assert bin.setting[0] != bin.setting[1]
    assert bin.rank.tolist() == [0, 1, 1]
    assert np.array_equal(bin.embedding[2], [0, 0])


def test_an_empty_index_and_a_broken_one_are_told_in_one_sentence() -> None:
    with pytest.raises(DataError, match="no shots to cut from"):
        bin_from(Index.of([]))
    with pytest.raises(DataError, match="a time that is none"):
        bin_from(Index.of([ROWS[0] | {"end": "soon"}]))
    with pytest.raises(DataError, match="several lengths"):
        bin_from(Index.of([ROWS[0], ROWS[1] | {"embedding": [1, 2, 3]}]))
