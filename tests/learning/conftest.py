"""The toys, registered as a package would register them, and places for their data and their weights."""

import sys
from pathlib import Path

import pytest
import toys

from laterna.learning import recipe


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toys under their names, and nothing else."""
    monkeypatch.setattr(recipe, "registry", lambda: toys.POINTS)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's store, empty."""
    monkeypatch.setenv("LATERNA_MODELS", str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture(autouse=True)
def no_tensorboard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder holds the same files whether or not TensorBoard is installed here."""
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)


@pytest.fixture
def points(tmp_path: Path) -> Path:
    """A folder of points."""
    return toys.write(tmp_path / "points")
