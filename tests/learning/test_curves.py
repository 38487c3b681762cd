"""A learning curve is a picture with a panel for each figure."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from laterna.learning.curves import draw


def test_each_figure_has_a_panel(tmp_path: Path) -> None:
    history = [{"step": step, "loss": 1 / step, "norm": 2.0, "valid/f1": step / 30} for step in range(1, 30)]
    draw(history, tmp_path / "curve.png")
    with Image.open(tmp_path / "curve.png") as picture:
        assert picture.size == (3 * 440, 260)
        ink = np.array(picture.convert("RGB"))
    line = (np.abs(ink.astype(int) - (176, 84, 40)).sum(axis=2) < 30).any(axis=0)
    assert all(line[start : start + 440].sum() > 300 for start in (0, 440, 880))


@pytest.mark.parametrize("values", [[], [0.5], [0.5, 0.5], [1e-9, 1e9]])
def test_short_and_steep_histories_are_drawn_too(values: list[float], tmp_path: Path) -> None:
    draw([{"step": index, "loss": value} for index, value in enumerate(values)], tmp_path / "curve.png")
    assert (tmp_path / "curve.png").exists()
