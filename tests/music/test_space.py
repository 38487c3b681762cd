"""Scores blended and pushed: what is given stays where it is said to, and times are kept."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from laterna import learning, music
from laterna.errors import DataError, ModelError
from laterna.learning.card import Card
from laterna.learning.weights import save
from laterna.music.models.vae import MelodyVAE, MusicVAE
from laterna.music.notation import piece_of, score_of
from laterna.music.pieces import merged

CARD = Card(
    "music/vae", licence="CC0-1.0", data=("none",), figures={"accuracy": 1.0}, baseline={"accuracy": 0.5},
    command="none", protocol="none",
)  # fmt: skip
SCALE = merged("", np.repeat([[60 + step, 0, 0, 48] for step in (0, 2, 4, 5, 7, 5, 4, 2, 0)], 4, 0), 4)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model that has learnt nothing: what is asked for has to hold with any."""
    folder = tmp_path_factory.mktemp("model")
    save(MusicVAE.build("debug"), CARD, folder)
    return str(folder)


def test_a_blend_goes_from_one_to_the_other_in_its_key_and_tempo(model: str) -> None:
    blended = music.blend(score_of(SCALE, tempo=77), score_of(SCALE.moved(3), tempo=140), steps=3, model=model)
    piece = piece_of(blended)
    assert blended.tempos[0].qpm == pytest.approx(77, abs=0.01)
    begin, end = (np.sort(piece.part(first, first + 32).pitches) for first in (0, 4 * 32))
    assert (begin == np.sort(SCALE.part(0, 32).pitches)).all()
    assert (end == begin[: len(end)]).all()  # moved back to the tonic of the first
    assert 3 * 32 < len(piece) - 32 <= 4 * 32


def test_a_pushed_score_is_as_long_and_in_time(model: str) -> None:
    score = score_of(SCALE, tempo=77)
    pushed = music.push(score, density=1, model=model)
    assert pushed.tempos[0].qpm == pytest.approx(77, abs=0.01)
    assert len(piece_of(pushed)) <= len(SCALE)
    assert pushed.dumps_midi() == music.push(score, density=1, model=model).dumps_midi()


class Far(MusicVAE):
    """Writes what lies where: high notes for points whose first number is high."""

    def phrases(self, points, **drawn):  # type: ignore[no-untyped-def]
        return [merged("", np.full((32, 4), 60 + round(float(point[0])), np.int16), 4) for point in points]


def test_a_push_moves_a_phrase_the_way_of_its_attribute_by_its_amount() -> None:
    network = Far(**MusicVAE.sizes["debug"]).eval()
    network.attributes[2, 0] = 10  # register
    phrase = SCALE.stretch(0, 32)
    still, up, down = (
        network.push([phrase], {"mode": 0, "density": 0, "syncopation": 0, "register": amount})[0].pitches[0, 0]
        for amount in (0, 1, -2)
    )
    assert (up - still, down - still) == (10, -20)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda score, model: music.blend(score, score, steps=0, model=model), "in 0 steps: ask for 1 to 64"),
        (lambda score, model: music.push(score, density=4, model=model), "density can't be pushed by 4"),
        (lambda score, model: music.push(score, register=float("nan"), model=model), "pushed by nan"),
        (lambda score, model: music.blend(score, score, seed=-1, model=model), "seed can't be -1"),
    ],
)
def test_what_can_not_be_is_told(ask, message: str, model: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match=message):
        ask(score_of(SCALE), model)


@pytest.mark.parametrize(("voices", "name"), [(1, "music/melody_vae"), (2, "music/vae")])
def test_the_space_is_that_of_melodies_where_one_voice_sounds(
    voices: int, name: str, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, load = [], learning.load
    monkeypatch.setattr(learning, "load", lambda found: asked.append(found) or load(model))
    pitches = np.where(np.arange(4) < voices, SCALE.pitches[:, :1] - 12 * np.arange(4), 0)
    music.push(score_of(merged("", pitches, 4)), density=1)
    assert asked == [name]


def test_a_space_of_melodies_has_no_room_for_more_voices(tmp_path: Path) -> None:
    save(MelodyVAE.build("debug"), replace(CARD, model="music/melody_vae"), tmp_path)
    with pytest.raises(ModelError, match="has room for 1 of the 2 voices that sound: use music/vae"):
        music.push(score_of(SCALE), density=1, model=str(tmp_path))
    melody = merged("", SCALE.pitches * [1, 0, 0, 0], 4)
    pushed = music.push(score_of(melody), density=1, model=str(tmp_path))
    assert len(pushed.tracks) == 1
    for one, other in ((melody, SCALE), (SCALE, melody)):
        with pytest.raises(ModelError, match="1 of the 2 voices"):
            music.blend(score_of(one), score_of(other), model=str(tmp_path))


def test_weights_of_another_model_know_no_space() -> None:
    with pytest.raises(ModelError, match="music/transformer knows no space of music: name weights of music/vae"):
        music.push(score_of(SCALE), model="music/transformer")
