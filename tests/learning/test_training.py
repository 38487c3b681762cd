"""One line trains a model on one's own data: it is found under its name, and its card tells the truth."""

import shlex
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import torch
import toys

import laterna
from laterna.errors import DataError, ModelError, StorageError
from laterna.learning import Model, Samples, evaluate, load, train
from laterna.learning.checkpoint import CHECKPOINT
from laterna.learning.journal import CURVE
from laterna.learning.loop import Progress
from laterna.learning.weights import save

QUICK: dict[str, Any] = {"steps": 80, "size": "debug", "device": "cpu"}


def weights(name: str) -> list[list[float]]:
    return [tensor.flatten().tolist() for tensor in load(name).state()]


def test_a_trained_model_is_found_under_its_name(points: Path, store: Path) -> None:
    trained = train("toys/plain", points, **QUICK)
    assert trained.folder == store / "toys" / "plain"
    assert trained.evaluation == evaluate("toys/plain", points)
    assert sorted(file.name for file in trained.folder.iterdir()) == [
        "card.md", "config.json", CURVE, "model.safetensors",
    ]  # fmt: skip
    assert trained.evaluation.figures["mse"] < trained.evaluation.baseline["mse"]
    assert str(trained).endswith(f"Learning curve: {trained.folder / CURVE}")


def test_the_short_names_are_the_packages(points: Path) -> None:
    laterna.train("toys/mean", points)
    assert laterna.load("toys/mean").name == "toys/mean"
    assert laterna.evaluate("toys/mean", points).samples == 20


def test_the_card_is_true(points: Path) -> None:
    began = time.perf_counter()
    trained = train("toys/plain", points, seed=3, batch_size=8, licence="CC0-1.0", **QUICK)
    card = load("toys/plain").card
    assert card is not None
    assert (card.model, card.licence, card.protocol) == ("toys/plain", "CC0-1.0", "mean squared error")
    assert (card.seed, card.steps) == (3, 80)
    assert 0 < card.seconds <= time.perf_counter() - began + 0.05  # it is rounded to tenths
    assert (card.figures, card.baseline) == (trained.evaluation.figures, trained.evaluation.baseline)
    assert card.data == (
        "points on a plane, CC0-1.0",
        "160 samples to learn from, 20 to choose the best weights by, 20 to test on",
    )
    assert shlex.split(card.command) == [
        "laterna", "train", "toys/plain", str(points), "--steps", "80", "--batch-size", "8", "--size", "debug",
        "--seed", "3",
    ]  # fmt: skip


def test_a_model_that_is_no_better_than_the_trivial_answer_says_so(
    points: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train("toys/plain", points, **QUICK).notes == ""
    monkeypatch.setitem(toys.RECIPES, "toys/plain", toys.recipe(toys.Plain, baseline=lambda splits: {"mse": 0.0}))
    weak = train("toys/plain", points, **QUICK)
    assert weak.notes == "It does no better than the trivial baseline: train it longer, or on more data."
    assert weak.notes in str(weak).splitlines()
    assert load("toys/plain").card.notes == weak.notes  # type: ignore[union-attr]


def test_weights_are_private_until_a_licence_is_named(points: Path) -> None:
    train("toys/mean", points)
    assert load("toys/mean").card.licence == "LicenseRef-private"  # type: ignore[union-attr]


def test_a_budget_stops_in_time(points: Path) -> None:
    trained = train("toys/plain", points, steps=10**6, budget="1s", size="debug", device="cpu")
    assert 0.5 < trained.seconds < 2
    assert trained.steps < 10**6


def test_it_starts_from_other_weights(points: Path, store: Path) -> None:
    train("toys/plain", points, out=store / "first", **QUICK)
    first = load("first").card
    train("toys/plain", points, start_from="first", steps=1, device="cpu")
    model = load("toys/plain")
    assert model.card is not None
    assert first is not None
    assert model.config["width"] == 4
    assert model.card.figures["mse"] < 0.1 < model.card.baseline["mse"]  # one step does not spoil what was learnt
    assert "--start-from first" in model.card.command
    assert f"before that, by `{first.command}`: points on a plane, CC0-1.0" in model.card.data


def test_what_first_weights_gained_is_told_where_a_model_is_made_to_be_adapted(
    points: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train("toys/plain", points, out=store / "first", **QUICK)
    monkeypatch.setitem(toys.RECIPES, "toys/plain", toys.recipe(toys.Plain, transfers=True))
    assert train("toys/plain", points, **QUICK).evaluation.nothing == {}
    adapted = train("toys/plain", points, start_from="first", steps=2, device="cpu")
    alone = adapted.evaluation.nothing
    assert adapted.evaluation.figures["mse"] < 0.1 < alone["mse"]
    card = load("toys/plain").card
    assert card is not None
    assert card.nothing == alone
    assert "| metric | model | trivial baseline | from nothing |" in card.text()
    assert "from nothing" in str(adapted).splitlines()[1]


def test_what_starts_from_non_commercial_weights_stays_so(points: Path, store: Path) -> None:
    save(toys.Plain.build("debug"), toys.card(licence="CC-BY-NC-4.0", credits=("Ann",)), store / "nc")
    with pytest.raises(ModelError, match="forbids commercial use"):
        train("toys/plain", points, start_from="nc", **QUICK)
    with pytest.raises(ModelError, match=r"keep their licence, CC-BY-NC-4.0: leave out --licence"):
        train("toys/plain", points, start_from="nc", allow_non_commercial=True, licence="MIT", **QUICK)
    train("toys/plain", points, start_from="nc", allow_non_commercial=True, **QUICK)
    card = load("toys/plain", allow_non_commercial=True).card
    assert card is not None
    assert (card.licence, card.credits) == ("CC-BY-NC-4.0", ("Ann",))


def test_it_starts_from_no_other_model(points: Path, store: Path) -> None:
    save(toys.Mean(), toys.card(model="toys/mean"), store / "toys" / "mean")
    with pytest.raises(ModelError, match="toys/mean holds weights of toys/mean, not of toys/plain: start from others"):
        train("toys/plain", points, start_from="toys/mean", **QUICK)


def test_a_stopped_training_goes_on_and_ends_as_if_it_had_not_stopped(points: Path, store: Path) -> None:
    train("toys/plain", points, out=store / "whole", **QUICK)
    with pytest.raises(KeyboardInterrupt):
        train("toys/plain", points, tell=_ctrl_c, **QUICK)
    folder = store / "toys" / "plain"
    assert [file.name for file in folder.iterdir()] == [CHECKPOINT]
    with pytest.raises(ModelError, match="is of an unfinished training: add --resume to go on, or remove it"):
        train("toys/plain", points, **QUICK)
    trained = train("toys/plain", points, resume=True, **QUICK)
    assert trained.steps == 80
    assert weights("toys/plain") == weights("whole")
    assert not (folder / CHECKPOINT).exists()


def test_a_checkpoint_of_other_data_is_not_resumed(points: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train("toys/plain", points, tell=_ctrl_c, **QUICK)
    fewer = toys.write(tmp_path / "fewer", 50)
    with pytest.raises(ModelError, match="with number of samples 160, not 40"):
        train("toys/plain", fewer, resume=True, **QUICK)


def test_a_failed_training_leaves_the_model_that_was_there(points: Path, store: Path) -> None:
    save(toys.Plain.build("debug"), toys.card(), store / "toys" / "plain")
    before = weights("toys/plain")
    with pytest.raises(RuntimeError, match="power cut"):
        train("toys/plain", points, tell=_power_cut, **QUICK)
    assert weights("toys/plain") == before


def _ctrl_c(news: Progress) -> None:
    if news.step == 30:
        signal.raise_signal(signal.SIGINT)


def _power_cut(news: Progress) -> None:
    raise RuntimeError("power cut")


def test_a_full_disk_leaves_the_last_checkpoint(points: Path, store: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train("toys/plain", points, tell=_ctrl_c, **QUICK)
    checkpoint = (store / "toys" / "plain" / CHECKPOINT).read_bytes()
    with (
        toys.a_disk_with_room_for(2000),
        pytest.raises(StorageError, match=r"^The disk is full while writing .*/toys/plain/.*': make room, then run ag"),
    ):
        train("toys/plain", points, resume=True, **QUICK)
    assert {file.name: file.read_bytes() for file in (store / "toys" / "plain").iterdir()} == {CHECKPOINT: checkpoint}
    assert train("toys/plain", points, resume=True, **QUICK).steps == 80


def test_two_trainings_of_one_model_at_once(points: Path) -> None:
    def meddle(news: Progress) -> None:
        with pytest.raises(ModelError, match="Another training is at work in"):
            train("toys/plain", points, **QUICK)

    train("toys/plain", points, tell=meddle, **(QUICK | {"steps": 2}))


def test_what_the_model_shows_lies_beside_the_curve(points: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(toys.RECIPES, "toys/plain", toys.recipe(toys.Plain, show=_shown))
    news: list[Progress] = []
    trained = train("toys/plain", points, tell=news.append, **QUICK)
    assert [told.samples for told in news if told.samples] == ["20 points", "20 points"]
    assert (trained.folder / "samples.txt").read_text() == "20 points"


def _shown(model: Model, samples: Samples) -> str:
    return f"{len(samples)} points"


def test_what_is_left_to_learn_is_settled_before_it_is_judged(points: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(toys.RECIPES, "toys/plain", toys.recipe(toys.Plain, settle=_silenced))
    trained = train("toys/plain", points, **QUICK)
    assert not any(any(numbers) for numbers in weights("toys/plain"))
    assert trained.evaluation == evaluate("toys/plain", points)


def _silenced(model: Model, samples: Samples) -> None:
    with torch.no_grad():
        for tensor in model.state():
            tensor.zero_()


def test_what_learns_in_one_go_has_nothing_to_resume(points: Path) -> None:
    with pytest.raises(ModelError, match=r"^toys/mean learns in one go and leaves no checkpoint: leave out --resume.$"):
        train("toys/mean", points, resume=True)


@pytest.mark.parametrize(
    ("said", "error", "sentence"),
    [
        ({"budget": "soon"}, DataError, "'soon' is not a length of time: write 90s, 30m or 1h30m"),
        ({"budget": "0s"}, DataError, "A budget of nothing leaves no time to learn"),
        ({"steps": 0}, DataError, "The number of steps can't be 0: give 1 or more"),
        ({"batch_size": -1}, DataError, "The batch size can't be -1"),
        ({"devices": 0}, DataError, "The number of devices can't be 0"),
        ({"size": "huge"}, ModelError, "has no size 'huge': use one of debug, base"),
        ({"start_from": "./nowhere"}, ModelError, "is not a folder"),
        ({"resume": True}, ModelError, "has no checkpoint to resume from: leave out --resume"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    said: dict[str, Any], error: type[Exception], sentence: str, points: Path
) -> None:
    with pytest.raises(error, match=sentence):
        train("toys/plain", points, **(QUICK | said))


@pytest.mark.parametrize(("count", "sentence"), [(0, "no samples"), (1, "only one sample")])
def test_data_that_are_too_few_are_one_sentence(count: int, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=sentence):
        train("toys/plain", toys.write(tmp_path / "points", count), **QUICK)


def test_a_batch_may_be_larger_than_the_data(tmp_path: Path) -> None:
    trained = train("toys/plain", toys.write(tmp_path / "few", 4), batch_size=16, **QUICK)
    assert torch.tensor(trained.evaluation.figures["mse"]).isfinite()
