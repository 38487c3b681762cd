"""``laterna train``, ``evaluate`` and ``models``: what they print, and how they end."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import toys
from rich.console import Console

from laterna.learning import recipe
from laterna.learning.checkpoint import CHECKPOINT
from laterna.learning.loop import Progress
from laterna.studio.cli.learning import Screen

MAKE_THEM = "make them with `laterna train toys/mean DATA`."


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The toys are registered, and the user's store is empty."""
    monkeypatch.setattr(recipe, "registry", lambda: toys.POINTS)
    monkeypatch.setenv("LATERNA_MODELS", str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture
def points(tmp_path: Path) -> Path:
    return toys.write(tmp_path / "points")


def test_a_model_is_trained_listed_and_judged(run: Any, points: Path, store: Path) -> None:
    trained = run("train", "toys/plain", points, "--size", "debug", "--device", "cpu")
    assert trained.code == 0, trained.err
    lines = trained.err.splitlines()
    assert [line.split()[:2] for line in lines] == [["step", "40"], ["step", "80"], ["step", "120"]]
    assert all(word in lines[0] for word in ("steps/s", "left", "model/loss", "valid: mse", "best so far"))
    assert trained.out.splitlines()[0] == "toys/plain on 20 held-out samples: mean squared error"
    assert f"Learning curve: {store / 'toys' / 'plain' / 'curve.png'}" in trained.out
    listed = {row["name"]: row for row in json.loads(run("models", "--json").out)}
    judged = json.loads(run("evaluate", "toys/plain", points, "--json").out)
    assert listed["toys/plain"]["figures"] == judged["figures"]
    assert listed["toys/plain"]["weights"] == "yours"
    assert listed["toys/mean"]["weights"] == "none"


def test_the_result_is_printed_for_machines(run: Any, points: Path, store: Path) -> None:
    ended = run("train", "toys/plain", points, "--budget", "1s", "--steps", 40, "--device", "cpu", "--json")
    result = json.loads(ended.out)
    assert (result["folder"], result["steps"]) == (str(store / "toys" / "plain"), 40)
    assert result["figures"].keys() == result["baseline"].keys() == {"mse"}


def test_the_list_is_read_by_a_person(run: Any, points: Path) -> None:
    run("train", "toys/mean", points)
    lines = run("models").out.splitlines()
    assert lines[0].split() == ["name", "weights", "licence", "figures"]
    (mean,) = [line for line in lines if line.startswith("toys/mean")]
    assert mean.split()[1:4] == ["yours", "LicenseRef-private", "mse"]
    assert "(baseline" in mean


def test_an_empty_list_says_so(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("laterna.learning.store.models", list)
    assert run("models").out == "No model is registered.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("train", "toys/plane", "."), "There is no model 'toys/plane': write toys/plain, or see `laterna models`.\n"),
        (("train", "toys/plain", "nowhere"), "'nowhere' does not exist: check the path.\n"),
        (("train", "toys/mean", ".", "--budget", "soon"), "'soon' is not a length of time: write 90s, 30m or 1h30m.\n"),
        (("evaluate", "toys/mean", "."), f"toys/mean has no weights yet: {MAKE_THEM}\n"),
    ],
)  # fmt: skip
def test_what_the_user_can_mend_is_one_sentence(run: Any, words: tuple[str, ...], sentence: str) -> None:
    ended = run(*words)
    assert (ended.code, ended.out, ended.err) == (2, "", sentence)


SHELL = """
import sys, toys
from laterna.learning import recipe
recipe.registry = lambda: toys.POINTS
from laterna.studio.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_ctrl_c_leaves_a_checkpoint_from_which_the_same_line_goes_on(run: Any, points: Path, store: Path) -> None:
    words = ["train", "toys/plain", str(points), "--size", "debug", "--device", "cpu"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", SHELL, *words, "--steps", "1000000"], stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("step 40 ")
    process.send_signal(signal.SIGINT)
    *_, hint, last = process.communicate()[1].splitlines()
    assert process.returncode == 130
    assert hint == "Add --resume to go on from the checkpoint."
    assert last.startswith("Stopped. What was finished is kept")
    left = {file.name for file in (store / "toys" / "plain").iterdir()}
    assert CHECKPOINT in left
    assert not left & {"config.json", "model.safetensors", "card.md"}
    resumed = run(*words, "--steps", 1_000_000, "--resume", "--budget", "30s", "--patience", 1)
    assert resumed.code == 0, resumed.err
    assert json.loads(run("evaluate", "toys/plain", points, "--json").out)["figures"]["mse"] < 0.5


def test_a_screen_shows_a_bar_with_speed_and_time_left() -> None:
    screen = Screen()
    screen._console = screen._bar.live.console = Console(force_terminal=True, width=120, record=True)
    with screen:
        screen.tell(Progress(30, 120, 10.0, 3725.0, 3.0, {"model/loss": 0.5}, None, False))
        screen._bar.refresh()
    shown = screen._console.export_text()
    assert "30/120" in shown
    assert "3 steps/s  1:02:05 left  model/loss 0.5" in shown


def test_a_screen_shows_the_last_samples_under_their_figures(capfd: pytest.CaptureFixture[str]) -> None:
    with Screen() as screen:
        screen.tell(Progress(30, 120, 10.0, 30.0, 3.0, {"model/loss": 0.5}, {"bleu": 0.25}, True, "[a] lamp\na boat"))
    assert capfd.readouterr().err.splitlines() == [
        "step 30  3 steps/s  0:30 left  model/loss 0.5  valid: bleu 0.25  best so far",
        "[a] lamp",
        "a boat",
    ]
