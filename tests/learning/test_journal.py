"""What a training leaves to look at: the curve, the last samples, and news for TensorBoard where it is installed."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from laterna.errors import ModelError
from laterna.learning.journal import CURVE, EVENTS, Journal


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What is told to a TensorBoard that stands in for an installed one."""
    told: list[tuple[Any, ...]] = []

    class SummaryWriter:
        def __init__(self, folder: Path, purge_step: int) -> None:
            told.append((folder, purge_step))

        def add_scalar(self, *news: Any) -> None:
            told.append(news)

        def close(self) -> None:
            told.append(("closed",))

    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = SummaryWriter  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return told


def test_text_is_shown_as_it_is_and_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0)
    assert journal.show("a lamp\na boat") == "a lamp\na boat"
    journal.show("a horse")
    assert (tmp_path / "samples.txt").read_text() == "a horse"


def test_a_picture_lies_beside_the_curve(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0)
    assert journal.show(Image.new("RGB", (8, 4), "red")) == f"samples: {tmp_path / 'samples.png'}"
    with Image.open(tmp_path / "samples.png") as picture:
        assert picture.size == (8, 4)


def test_what_no_file_can_hold_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^A model can't show ndarray: return text, a picture or a sound.$"):
        Journal(tmp_path, 0).show(np.zeros(3))


def test_the_curve_is_drawn(tmp_path: Path) -> None:
    Journal(tmp_path, 0).draw([{"step": 1, "model/loss": 0.5}])
    assert [file.name for file in tmp_path.iterdir()] == [CURVE]


def test_tensorboard_is_told_where_it_is_installed(told: list[tuple[Any, ...]], tmp_path: Path) -> None:
    with Journal(tmp_path, 7) as journal:
        journal.note(8, {"model/loss": 0.5})
        journal.draw([{"step": 8, "model/loss": 0.5, "valid/mse": 0.25}])
    assert told == [(tmp_path / EVENTS, 8), ("model/loss", 0.5, 8), ("valid/mse", 0.25, 8), ("closed",)]


def test_tensorboard_itself_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    monkeypatch.delitem(sys.modules, "torch.utils.tensorboard")
    for first in (0, 3):  # the second goes on from step 3: what was told of 4 and 5 is withdrawn
        with Journal(tmp_path, first) as journal:
            for step in range(first + 1, 6):
                journal.note(step, {"model/loss": step + first})
    events = accumulator.EventAccumulator(str(tmp_path / EVENTS)).Reload()
    assert [(event.step, event.value) for event in events.Scalars("model/loss")] == [
        (1, 1), (2, 2), (3, 3), (4, 7), (5, 8),
    ]  # fmt: skip
