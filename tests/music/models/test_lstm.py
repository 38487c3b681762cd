"""The recurrent baseline: it hears what was, nothing that follows, and learns by the Transformer's recipe."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.learning import check_model  # noqa: E402
from laterna.music.models.lstm import MusicLSTM, recipe  # noqa: E402
from laterna.music.models.transformer_recipe import collate, score  # noqa: E402
from laterna.music.pieces import merged  # noqa: E402


def test_a_frame_hears_all_before_it_and_nothing_after() -> None:
    network, rng = MusicLSTM.build("debug").eval(), np.random.default_rng(0)
    pitches = rng.integers(50, 80, (24, 4))
    changed = pitches.copy()
    changed[10] = 40
    with torch.inference_mode():
        one, other = (network(collate([score(merged("", each, 4))])) for each in (pitches, changed))
    apart = ((one - other)[0].abs() > 1e-6).any(-1)  # (T, V)
    assert not apart[:10].any()
    assert apart[11:].all()


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    chords = [(72, 67, 64, 48), (71, 67, 62, 43), (69, 65, 60, 41), (67, 64, 60, 48)]
    songs = [
        [list(chords[(first + bar) % 4]) for bar in range(4) for _ in range(4)] for first in rng.integers(4, size=24)
    ]
    path = tmp_path / "songs-16th.json"
    path.write_text(json.dumps({"train": songs[:16], "valid": songs[16:20], "test": songs[20:]}))
    assert "overfits" in check_model(recipe, path, steps=500)
