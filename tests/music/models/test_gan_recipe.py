"""How the GAN is trained: on two bars in C, judged beside real ones; and that it learns."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.errors import DataError  # noqa: E402
from laterna.learning import check_model, launch, load  # noqa: E402
from laterna.learning.loop import Settings  # noqa: E402
from laterna.learning.recipe import Splits  # noqa: E402
from laterna.music.attributes import density  # noqa: E402
from laterna.music.metrics import FIGURES  # noqa: E402
from laterna.music.models.gan import FRAMES, MusicGAN  # noqa: E402
from laterna.music.models.gan_recipe import (  # noqa: E402
    Excerpts,
    all_of,
    baseline,
    collate,
    compared,
    metrics,
    recipe,
    show,
    suit,
)
from laterna.music.pieces import merged  # noqa: E402

CHORDS = {
    "major": [(72, 67, 64, 48), (71, 67, 62, 43), (69, 65, 60, 41)],
    "minor": [(72, 67, 63, 48), (72, 68, 65, 53)],
}


def song(rng: np.random.Generator, quarters: int = 24) -> list[list[int]]:
    """Chords in C, each for one to three quarter notes, in some other key."""
    chords, up, frames = CHORDS[("major", "minor")[int(rng.integers(2))]], int(rng.integers(-4, 5)), []
    while len(frames) < 4 * quarters:
        chord = [pitch + up for pitch in chords[int(rng.integers(len(chords)))]]
        frames += [chord] * (4 * int(rng.integers(1, 4)))
    return frames[: 4 * quarters]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    parts = {"train": 24, "valid": 8, "test": 8}
    path = tmp_path_factory.mktemp("songs") / "songs-16th.json"
    path.write_text(json.dumps({part: [song(rng) for _ in range(count)] for part, count in parts.items()}))
    return path


def test_excerpts_are_in_c_and_begin_at_quarter_notes() -> None:
    rows = np.array(song(np.random.default_rng(3)))
    piece = merged("", rows, 4)
    for seed in range(20):
        one = Excerpts([piece]).sample(0, np.random.default_rng(seed))
        places = list(range(0, len(piece) - FRAMES + 1, 4))
        moved = [one.piece.pitches - rows[first : first + FRAMES] for first in places]
        assert any((each == each[0, 0]).all() for each in moved)
        assert one.density == density(one.piece)
        assert len(one.piece) == FRAMES
    tonic = (piece.key.tonic + int(next(each[0, 0] for each in moved if (each == each[0, 0]).all()))) % 12
    assert tonic == 0


def test_excerpts_to_judge_by_follow_one_another_and_know_their_piece() -> None:
    pieces = [merged("", np.array(song(np.random.default_rng(seed))), 4) for seed in (1, 2)]
    excerpts = Excerpts(pieces, FRAMES)
    assert [excerpts.sample(n, np.random.default_rng(n)).source for n in range(len(excerpts))] == [0, 0, 0, 1, 1, 1]
    parts = [excerpts.sample(n, np.random.default_rng(7)).piece.pitches for n in range(3)]
    moved = np.concatenate(parts) - pieces[0].pitches
    assert (moved == moved[0, 0]).all()


def test_only_pieces_of_16th_notes_and_two_bars_are_learnt_from(table: Path, tmp_path: Path) -> None:
    whole = json.loads(table.read_text())
    whole["train"].append(whole["train"][0][:16])
    (tmp_path / "a-16th.json").write_text(json.dumps(whole))
    assert len(recipe.splits(tmp_path).train) == len(recipe.splits(table).train)
    (tmp_path / "a-16th.json").rename(tmp_path / "a-8th.json")
    with pytest.raises(DataError, match="grid of 16th notes"):
        recipe.splits(tmp_path)


def test_a_model_knows_how_often_mode_and_density_occur(table: Path) -> None:
    splits = recipe.splits(table)
    network = suit(MusicGAN.build("debug"), splits.train)
    rolls = collate(all_of(splits.train))
    assert float(network.minors) == pytest.approx(float(rolls.minor.mean()))  # type: ignore[arg-type]
    major = rolls.density[rolls.minor == 0]
    assert network.densities[0, [0, 16, -1]].tolist() == [major.min(), major.median(), major.max()]  # type: ignore[index]


def test_real_ones_are_near_and_independent_draws_are_far(table: Path) -> None:
    splits = recipe.splits(table)
    real = all_of(splits.test)
    like = compared(real, [one.piece for one in real])
    assert all(like[figure] <= 1 for figure in FIGURES)
    found = baseline(splits)
    assert found["far"] > 5
    assert found["distinct"] == 1


def test_made_ones_are_shown_above_real_ones(table: Path) -> None:
    image = show(MusicGAN.build("debug").eval(), recipe.splits(table).valid)
    assert image.width > 900
    assert len(np.unique(np.asarray(image).reshape(-1, 3), axis=0)) > 6


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(table: Path) -> None:
    assert "overfits" in check_model(recipe, table)


@pytest.mark.slow
def test_a_short_training_learns_lengths_chords_and_what_is_asked(table: Path, tmp_path: Path) -> None:
    splits = recipe.splits(table)
    network = suit(MusicGAN.build("debug"), splits.train)
    settings = Settings(300, 32, device="cpu")
    launch.run(launch.Job(recipe, Splits(*[splits.train] * 3), settings, tmp_path, False), network, lambda news: None)
    found, trivial = metrics(network.eval(), splits.test), baseline(splits)
    assert found["far"] < 0.6 * trivial["far"]
    few, many = (network.sample(40, mode="major", density=d) for d in (0.8, 1.8))  # type: ignore[operator]
    assert np.mean([density(piece) for piece in few]) < np.mean([density(piece) for piece in many])
    modes = [[piece.key.mode == mode for piece in network.sample(40, mode=mode)] for mode in CHORDS]  # type: ignore[operator]
    assert np.mean(modes) > 0.7


@pytest.mark.slow
def test_the_bundled_weights_make_distinct_music_of_the_asked_density_and_mode(data: Path) -> None:
    network = load("music/gan")
    assert isinstance(network, MusicGAN)
    found = metrics(network, recipe.splits(data / "jsb" / "Jsb16thSeparated.json").test)
    assert found["distinct"] >= 0.95
    assert found["told"] <= 0.75
    assert found["density"] < 0.7
