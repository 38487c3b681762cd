"""How telling each moment of the footage is, by an index's key shots and key frames."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import polars as pl

from laterna.editing.analyse import Footage
from laterna.editing.indexing.index import Index

_AROUND = 0.5  # seconds at either side of a key frame that are worth half as much again


def telling(footage: Sequence[Footage], index: Index) -> Iterator[np.ndarray]:
    """For each file, at each of its measured frames, the key score of its shot in 0..1.5; 0 where no shot is known.

    Files are known by their content, wherever they lie.
    """
    numbers = dict(zip(index.files["sha256"], index.files["file"], strict=True))
    for file in footage:
        times = np.array([float(Fraction(time)) for time in file.frames["time"]])
        scores = np.zeros(len(times))
        for row in index.shots.filter(pl.col("file") == numbers.get(file.sha256, -1)).iter_rows(named=True):
            inside = (times >= float(Fraction(row["start"]))) & (times < float(Fraction(row["end"])))
            scores[inside] = row["key_score"]
            scores[inside & (np.abs(times - float(Fraction(row["key_time"]))) <= _AROUND)] *= 1.5
        yield scores
