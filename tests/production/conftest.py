"""Footage for productions."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from laterna.media.encode import Encoding, VideoWriter


@pytest.fixture(scope="module")
def rushes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three silent takes of tiles that drift: they look nothing like each other, and no measure likes one better."""
    folder = tmp_path_factory.mktemp("rushes")
    for number in range(3):
        tiles = np.random.default_rng(number).integers(30, 220, (6, 12, 3), np.uint8)
        picture = np.kron(tiles, np.ones((9, 8, 1), np.uint8))
        with VideoWriter(folder / f"{number}.mp4", Encoding((96, 54), Fraction(25), preset="ultrafast")) as film:
            for index in range(150):
                film.write(np.ascontiguousarray(np.roll(picture, index // 2, axis=1)))
    return folder
