"""How the analyst is trained: on the theatre, on known moves over footage, on a user's own labels."""

from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.editing.models import analyst_recipe  # noqa: E402
from laterna.editing.models.analyst import Analyst  # noqa: E402
from laterna.editing.models.analyst_recipe import Held, baseline, metrics, read, recipe  # noqa: E402
from laterna.errors import DataError  # noqa: E402
from laterna.learning import check_model  # noqa: E402
from laterna.media.encode import Encoding, VideoWriter  # noqa: E402

small = replace(recipe, read=partial(read, scenes=24), evaluate_every=10)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    for number in range(6):
        ground = np.random.default_rng(number).integers(0, 256, (90, 160, 3)).astype(np.uint8)
        with VideoWriter(folder / f"{number}.mp4", Encoding((160, 90), Fraction(12), preset="ultrafast")) as writer:
            for frame in range(12):
                writer.write(np.roll(ground, frame, axis=1))
    return folder


@pytest.fixture(scope="module")
def log(films: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    table = films / "log.csv"
    rows = [f"{n % 6}.mp4,{n // 6 / 4},{n // 6 / 4 + 0.25},{('wide', 'medium')[n % 2]}" for n in range(18)]
    table.write_text("\n".join(["file,start,end,scale", *rows]))
    return table


def test_films_are_learnt_from_or_judged_by_and_so_are_scenes(films: Path) -> None:
    splits = read(films, scenes=20)
    parts = (splits.train, splits.valid, splits.test)
    assert sorted(path for part in parts for path in part.films) == sorted(films.glob("*.mp4"))  # type: ignore[attr-defined]
    assert len({seed for part in parts for seed in part.seeds}) == 20 + 8 + 8  # type: ignore[attr-defined]
    assert any("over 4 films" in line for line in splits.data)


def test_the_theatre_alone_will_do(tmp_path: Path) -> None:
    splits = read(tmp_path, scenes=20)
    assert len(splits.test) == 8
    assert len(splits.data) == 1


def test_one_or_two_films_are_too_few(films: Path, tmp_path: Path) -> None:
    (tmp_path / "0.mp4").symlink_to(films / "0.mp4")
    with pytest.raises(DataError, match="has 1 films: give at least three, or none"):
        read(tmp_path)


def test_a_log_is_learnt_from_alone(log: Path) -> None:
    splits = read(log)
    assert len(splits.train) + len(splits.valid) + len(splits.test) == 18
    assert splits.data == ("18 shots that log.csv labels",)
    figures = metrics(Analyst.build("debug").eval(), splits.test)
    assert set(figures) == {"scale", "mean"}
    assert 0 < baseline(splits)["scale"] < 1


def test_held_out_shots_are_always_the_same_and_every_move_is_among_them(films: Path) -> None:
    held = Held(range(2), tuple(sorted(films.glob("*.mp4"))))
    one, again = (held.sample(7, np.random.default_rng(n)) for n in (0, 1))
    assert (one.samples.pictures == again.samples.pictures).all()
    assert len({held.sample(n, np.random.default_rng()).choices["move"] for n in range(2, 7)}) == 5


@pytest.mark.slow
def test_figures_are_of_all_answers_with_those_over_footage_apart(films: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyst_recipe, "_JUDGED", 20)
    splits = read(films, scenes=20)
    figures = metrics(Analyst.build("debug").eval(), splits.valid)
    assert {"scale", "move", "real_move", "daytime", "mood", "subjects", "valence_error", "mean"} <= set(figures)
    assert set(baseline(splits)) == set(figures)


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(tmp_path: Path) -> None:
    assert "overfits" in check_model(small, tmp_path, steps=150, drop=0.4)


@pytest.mark.slow
def test_a_short_training_beats_the_commonest_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from laterna.learning import launch
    from laterna.learning.loop import Settings

    splits = read(tmp_path, scenes=150)
    network = Analyst.build("debug")
    launch.run(launch.Job(analyst_recipe.recipe, splits, Settings(150, 16, device="cpu"), tmp_path), network)
    found, trivial = metrics(network, splits.test), baseline(splits)
    assert found["mean"] > trivial["mean"] + 0.05
    assert found["daytime"] > trivial["daytime"]
