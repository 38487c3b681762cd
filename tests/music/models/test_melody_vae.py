"""The VAE of melodies: by the recipe of the one of four voices, on one voice at a time."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna import music  # noqa: E402
from laterna.errors import ModelError  # noqa: E402
from laterna.learning import check_model, evaluate  # noqa: E402
from laterna.music.models.vae_recipe import melody_recipe  # noqa: E402
from laterna.music.notation import piece_of, score_of  # noqa: E402
from laterna.music.pieces import merged  # noqa: E402

MELODY = merged("", np.repeat([[60 + step, 0, 0, 0] for step in (0, 2, 4, 5, 7, 5, 4, 2)], 4, 0), 4)


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    songs = [[[60 + int(p), 50, 45, 40] for p in rng.integers(12, size=16) for _ in range(4)] for _ in range(16)]
    path = tmp_path / "songs-16th.json"
    path.write_text(json.dumps({"train": songs[:10], "valid": songs[10:13], "test": songs[13:]}))
    assert "overfits" in check_model(melody_recipe, path, steps=400)


@pytest.mark.slow
def test_the_bundled_weights_bring_melodies_back(data: Path) -> None:
    found = evaluate("music/melody_vae", data / "jsb" / "Jsb16thSeparated.json")
    assert found.figures["accuracy"] > 0.9
    assert found.figures["bits"] < 48


def pushed(**attributes: float) -> list[int]:
    return [note.pitch for track in music.push(score_of(MELODY), **attributes).tracks for note in track.notes]


def test_the_bundled_weights_push_a_melody_up_and_down_and_to_more_notes_and_fewer() -> None:
    assert np.mean(pushed(register=-1)) + 3 < np.mean(pushed(register=1))
    assert len(pushed(density=-1)) + 3 < len(pushed(density=1))


def test_melodies_are_blended_as_one_voice() -> None:
    blended = music.blend(score_of(MELODY), score_of(MELODY.moved(5)), steps=2)
    assert len(blended.tracks) == 1
    assert len(piece_of(blended)) > 3 * 32


def test_no_more_voices_are_composed_than_it_has() -> None:
    assert len(music.compose(seconds=16, voices=1, model="music/melody_vae").tracks[0].notes) > 16
    with pytest.raises(ModelError, match="music/melody_vae writes 1 of the 4 voices: ask for 1, or"):
        music.compose(seconds=8, model="music/melody_vae")
