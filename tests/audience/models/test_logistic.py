"""Logistic regression keeps the contract of a model; what it shares with the other click models is tested with them."""

from pathlib import Path

import pytest

pytest.importorskip("torch")

from laterna.audience.generate import generate
from laterna.audience.models.logistic import recipe
from laterna.learning import check_model


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(tmp_path: Path) -> None:
    generate(40, 30, 360, seed=1).save(tmp_path)
    assert "overfits" in check_model(recipe, tmp_path / "events.parquet", steps=60)
