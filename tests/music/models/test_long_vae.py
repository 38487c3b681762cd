"""The VAE of sixteen bars: by the recipe of the short one, on longer phrases."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.learning import check_model  # noqa: E402
from laterna.music.models.vae_recipe import long_recipe  # noqa: E402

CHORDS = [(72, 67, 64, 48), (71, 67, 62, 43), (69, 65, 60, 41), (67, 64, 60, 48)]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    songs = [[list(CHORDS[chord]) for chord in rng.integers(4, size=64) for _ in range(4)] for _ in range(16)]
    path = tmp_path_factory.mktemp("songs") / "songs-16th.json"
    path.write_text(json.dumps({"train": songs[:10], "valid": songs[10:13], "test": songs[13:]}))
    return path


def test_its_phrases_have_sixteen_bars(table: Path) -> None:
    splits = long_recipe.splits(table)
    rng = np.random.default_rng(0)
    assert {len(part.sample(0, rng)) for part in (splits.train, splits.valid, splits.test)} == {256}
    assert long_recipe.model.build("debug").frames == 256  # type: ignore[attr-defined]


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(table: Path) -> None:
    assert "overfits" in check_model(long_recipe, table, steps=300)
