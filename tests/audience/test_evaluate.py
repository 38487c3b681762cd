"""``audience.evaluate``: recommenders by name, judged by a protocol that is printed beside their figures."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("torch")

from laterna.audience.evaluate import evaluate
from laterna.audience.evaluation.protocols import GlobalTime
from laterna.audience.evaluation.table import Table
from laterna.audience.events import Events
from laterna.audience.generate import generate
from laterna.errors import DataError, ModelError
from laterna.studio.cli.expose import expose

FEW = {"popularity": [{}], "ease": [{"regularisation": 50.0}]}
EVENTS = generate(400, 120, 12_000, seed=4).events


@pytest.fixture(scope="module")
def found() -> Table:
    return evaluate(EVENTS, models=("popularity", "ease"), grids=FEW)


def test_models_are_judged_side_by_side_with_their_protocol(found: Table) -> None:
    assert found.models == ["popularity", "ease"]
    assert "leave-last-out by time" in str(found)
    assert "full ranking" in str(found)


def test_a_model_that_looks_at_the_user_beats_popularity(found: Table) -> None:
    assert found.best == "ease"
    assert found.compare("ease", "popularity").difference.low > 0


def test_the_same_seed_gives_the_same_figures(found: Table) -> None:
    again = evaluate(EVENTS, models=["popularity,ease"], grids=FEW).to_json()
    for model in again["models"].values():
        del model["cpu_seconds"]
    first = found.to_json()
    for model in first["models"].values():
        del model["cpu_seconds"]
    assert again == first


def test_other_protocols_are_named_or_given() -> None:
    quick = {"models": ("popularity",), "grids": {"popularity": [{}]}}
    assert len(evaluate(EVENTS, protocol="time", cuts=(0.6, 0.8), **quick).items) == 2
    assert evaluate(EVENTS, protocol=GlobalTime((0.5,)), **quick).entries[0].splits[0].startswith("cut at 50%")
    assert "random split" in str(evaluate(EVENTS, protocol="random", **quick))
    assert "20 items drawn" in str(evaluate(EVENTS, ranking="sampled", negatives=20, **quick))


def test_only_liked_events_count_where_that_is_asked_for() -> None:
    liked = evaluate(EVENTS, models=("popularity",), grids={"popularity": [{}]}, at_least=4)
    assert len(liked.entries[0].users) < 400


def test_settings_of_ones_own_take_the_place_of_the_usual() -> None:
    one = evaluate(EVENTS, models=("ease",), grids={"ease": [{"regularisation": 7.0}]})
    assert one.entries[0].settings == ({"regularisation": 7.0},)


def test_a_picture_is_drawn_where_it_is_asked_for(tmp_path: Path) -> None:
    evaluate(EVENTS, models=("popularity",), grids={"popularity": [{}]}, picture=tmp_path / "figures.png")
    with Image.open(tmp_path / "figures.png") as drawn:
        assert drawn.width > 500


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"models": ("oracle",)}, "no model 'audience/oracle'"),
        ({"models": ("music/lstm",)}, "doesn't rank items"),
        ({"models": ("deepfm",)}, "laterna evaluate audience/deepfm"),
        ({"models": ("ease",), "grids": {"ease": [{"depth": 3}]}}, "can't be built"),
    ],
)
def test_a_model_that_cannot_be_judged_is_refused(said: dict, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        evaluate(EVENTS, **said)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"models": ()}, "no model"),
        ({"protocol": "astrology"}, "use one of leave-last-out, time, random"),
        ({"protocol": "random", "cuts": (0.5,)}, "no cuts"),
        ({"at_least": 6}, "lower at_least"),
        ({"groups": "shoe size"}, "no groups"),
        ({"k": 0}, "k of 1 or more"),
        ({"cuts": (1.5,)}, "between 0 and 1"),
        ({"ranking": "sampled", "negatives": 1000}, "fewer negatives"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(said: dict, words: str) -> None:
    with pytest.raises(DataError, match=words):
        evaluate(EVENTS, **{"models": ("popularity",), "grids": {"popularity": [{}]}, **said})


def test_one_user_alone_is_refused() -> None:
    times = [datetime(2020, 1, day, tzinfo=UTC) for day in range(1, 6)]
    alone = Events.of({"user": ["ann"] * 5, "item": [*"abcde"], "time": times})
    with pytest.raises(DataError, match="those of one user"):
        evaluate(alone)


def test_the_shell_can_say_it_in_one_word_a_piece() -> None:
    names = expose(partial(evaluate, EVENTS)).__signature__.parameters
    assert {"models", "protocol", "cuts", "ranking", "k", "groups", "picture", "json"} <= {*names}
    assert "grids" not in names
