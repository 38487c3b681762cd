"""The loop: what it learns, when it stops, and that nothing is lost when it is stopped from outside."""

import math
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import torch
import toys
from torch import Tensor
from torch.multiprocessing.spawn import ProcessExitedException, ProcessRaisedException

from laterna.errors import ModelError
from laterna.learning import launch
from laterna.learning.checkpoint import CHECKPOINT
from laterna.learning.journal import CURVE
from laterna.learning.launch import Job, run
from laterna.learning.loop import Progress, Settings, State
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Splits

Train = Callable[..., tuple[State, Model, list[Progress]]]


@pytest.fixture
def splits(points: Path) -> Splits:
    return toys.read(points)


@pytest.fixture
def train(splits: Splits, tmp_path: Path) -> Train:
    """``train(recipe, steps=40, ...)``: the debug size, trained in a folder; where it ended, the model, the news."""

    def trained(
        recipe: Recipe,
        *,
        folder: str = "run",
        resume: bool = False,
        model: Model | None = None,
        splits: Splits = splits,
        tell: Callable[[Progress], None] | None = None,
        **more: Any,
    ) -> tuple[State, Model, list[Progress]]:
        news: list[Progress] = []
        model = model or recipe.model.build("debug")
        settings = Settings(**({"steps": 40, "batch_size": 10, "device": "cpu"} | more))
        state = run(Job(recipe, splits, settings, tmp_path / folder, resume), model, tell or news.append)
        return state, model, news

    return trained


def weights(model: Model) -> list[list[float]]:
    return [tensor.flatten().tolist() for tensor in model.state()]


def test_it_learns(train: Train, splits: Splits) -> None:
    for recipe in (toys.plain, toys.frilled):
        _, model, _ = train(recipe, steps=120)
        with torch.no_grad():
            assert toys.error(model, splits.test)["mse"] < 0.1 * toys.nothing(splits)["mse"]


def test_the_adversary_learns(train: Train, splits: Splits) -> None:
    _, model, _ = train(toys.adversary, steps=240)
    with torch.no_grad():
        assert toys.distance(model, splits.test)["distance"] < 0.5 * toys.a_point(splits)["distance"]


def test_phases_step_when_they_are_due(train: Train) -> None:
    _, _, news = train(toys.adversary, steps=10)
    assert all("critic/loss" in told.losses for told in news)
    assert [told.step for told in news if "generator/loss" in told.losses] == [5, 10]
    _, _, news = train(toys.frilled, steps=18, folder="late")
    assert [told.step for told in news if "shift/loss" in told.losses] == [16, 17, 18]


def test_a_phase_moves_only_its_own_parameters(train: Train) -> None:
    fresh = toys.adversary.model.build("debug")
    _, model, _ = train(toys.adversary, steps=4)
    assert isinstance(fresh, toys.Adversary)
    assert isinstance(model, toys.Adversary)
    assert not torch.equal(model.critic[0].weight, fresh.critic[0].weight)
    assert torch.equal(model.generator[0].weight, fresh.generator[0].weight)


def test_a_phase_gives_gradients_to_its_own_parameters_alone(train: Train) -> None:
    seen: dict[str, tuple[bool, bool]] = {}

    class Watched(toys.Adversary):
        def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
            parts = (self.critic, self.generator)
            seen[phase] = (parts[0][0].weight.requires_grad, parts[1][0].weight.requires_grad)
            return super().loss(batch, phase, step)

    _, model, _ = train(replace(toys.adversary, model=Watched), steps=10)
    assert seen == {"critic": (True, False), "generator": (False, True)}
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_the_best_weights_are_kept_not_the_last(train: Train) -> None:
    class Worse(toys.Plain):
        def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
            loss = super().loss(batch, phase, step)["loss"]
            return {"loss": loss if step < 80 else -loss}

    state, _, news = train(toys.recipe(Worse), steps=120)
    looks = {told.step: told.figures["mse"] for told in news if told.figures is not None}
    assert sorted(looks) == [40, 80, 120]
    assert state.best_step == 80
    assert -state.best == looks[80] < looks[120]


def test_the_average_of_the_weights_is_smoother_than_they_are(train: Train) -> None:
    averaged = [train(toys.recipe(toys.Plain, ema=ema), steps=40, folder=str(ema))[1] for ema in (0.0, 0.99)]
    assert weights(averaged[0]) != weights(averaged[1])


def test_patience_ends_it(train: Train) -> None:
    class Still(toys.Plain):
        def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
            return {"loss": 0 * super().loss(batch, phase, step)["loss"]}

    state, _, _ = train(toys.recipe(Still, evaluate_every=10), steps=1000, patience=2)
    assert state.step == 40  # the look at 10 is the best, those at 20 and 30 are endured


def test_a_budget_ends_it_in_time_with_a_last_look(train: Train, tmp_path: Path) -> None:
    began = time.perf_counter()
    state, _, news = train(toys.plain, steps=10**6, budget=0.5)
    assert time.perf_counter() - began < 3
    assert 0.3 < state.seconds < 1
    assert news[-1].figures is not None
    assert news[-1].seconds_left < 0.2
    (optimizer,) = torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)["optimizers"]
    assert optimizer["param_groups"][0]["lr"] < 0.1 * 2e-2  # the schedule ended with the budget


def test_the_news_tell_speed_and_time_left(train: Train) -> None:
    _, _, news = train(toys.plain, steps=20)
    assert [told.step for told in news] == list(range(1, 21))
    assert news[9].seconds_left == pytest.approx(10 / news[9].speed)
    assert news[-1].seconds_left == 0


def test_the_same_seed_gives_the_same_weights_and_another_one_others(train: Train) -> None:
    one, two, other = (train(toys.plain, folder=f"{n}", seed=seed)[1] for n, seed in enumerate((1, 1, 2)))
    assert weights(one) == weights(two) != weights(other)


def test_generators_and_threads_are_left_as_they_were(train: Train) -> None:
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    during: list[int] = []
    toys_plain = toys.recipe(
        toys.Plain, metrics=lambda *given: during.append(torch.get_num_threads()) or toys.error(*given)
    )
    train(toys_plain)
    assert torch.equal(torch.get_rng_state(), before)
    assert (during, torch.get_num_threads()) == ([1], threads)


def test_a_loss_that_is_no_number_ends_it_in_a_sentence(train: Train) -> None:
    with pytest.raises(ModelError, match="lost its way at step 7: model/loss is no number; lower its learning rate"):
        train(toys.lost)


def test_an_objective_that_is_no_number_ends_it_in_a_sentence(train: Train) -> None:
    with pytest.raises(ModelError, match="can't be judged at step 40: its objective is no number"):
        train(toys.recipe(toys.Plain, metrics=lambda model, samples: {"mse": math.nan}))


def test_a_batch_that_the_device_has_no_room_for_is_one_sentence(train: Train) -> None:
    class Large(toys.Plain):
        def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    with pytest.raises(ModelError, match=r"^The device has no memory for batches of 10: use a smaller --batch-size.$"):
        train(toys.recipe(Large))


@pytest.mark.parametrize("device", ["cuda", "abacus"])
def test_a_device_that_is_not_there_is_one_sentence(device: str, train: Train) -> None:
    if device == "cuda" and torch.cuda.is_available():
        pytest.skip("it is there")
    with pytest.raises(ModelError, match=f"There is no device '{device}' to train on here: use --device cpu or auto"):
        train(toys.plain, device=device)


@pytest.mark.parametrize("recipe", [toys.plain, toys.frilled, toys.adversary], ids=lambda recipe: recipe.name)
def test_a_resumed_training_goes_on_as_if_it_had_never_stopped(recipe: Recipe, train: Train) -> None:
    def kill(news: Progress) -> None:
        if news.step == 23:
            raise KeyboardInterrupt

    whole_state, whole, news = train(recipe, folder="whole", steps=60)
    with pytest.raises(KeyboardInterrupt):
        train(recipe, folder="parts", steps=60, tell=kill, checkpoint_every=0)
    state, resumed, later = train(recipe, folder="parts", steps=60, resume=True)
    assert [told.step for told in later] == list(range(23, 61))
    assert [told.losses for told in later] == [told.losses for told in news[22:]]
    assert weights(resumed) == weights(whole)
    assert state.history == whole_state.history


def test_a_model_is_told_how_much_of_its_training_is_over(train: Train) -> None:
    _, model, _ = train(toys.plain, steps=20)
    assert model.over == 19 / 20
    assert type(model).build("debug").over == 1


def test_a_training_resumed_with_no_time_left_is_judged_all_the_same(train: Train, splits: Splits) -> None:
    def interrupt(news: Progress) -> None:
        if news.step == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(toys.plain, steps=1000, tell=interrupt, checkpoint_every=0)
    state, model, news = train(toys.plain, steps=1000, resume=True, budget=1e-6)
    assert (state.step, news, state.best_step) == (29, [], 29)
    assert weights(model) != weights(toys.Plain.build("debug"))


def test_mixed_precision_reaches_the_loss(train: Train) -> None:
    seen: list[torch.dtype] = []

    class Watched(toys.Plain):
        def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
            seen.append(self(batch[0]).dtype)
            return super().loss(batch, phase, step)

    _, model, _ = train(toys.recipe(Watched), steps=2, precision="bf16-mixed")
    assert seen == [torch.bfloat16] * 2
    assert next(model.parameters()).dtype == torch.float32


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"seed": 1}, "with seed 0, not 1"),
        ({"batch_size": 5}, "with batch size 10, not 5"),
        ({"model": toys.Plain(9)}, r"with config \{'width': 4, 'dropout': 0.1\}, not"),
        ({"start_from": "./other"}, "with start None, not ./other"),
    ],
)
def test_another_training_is_not_resumed(changed: dict[str, Any], sentence: str, train: Train) -> None:
    train(toys.plain)
    with pytest.raises(ModelError, match=sentence):
        train(toys.plain, resume=True, **changed)


def test_a_checkpoint_of_other_data_is_not_resumed(train: Train, splits: Splits) -> None:
    train(toys.plain)
    other = replace(splits, data=("points on a sphere, CC0-1.0",))
    with pytest.raises(ModelError, match=r"with data \['points on a plane, CC0-1.0'\], not \['points on a sphere"):
        train(toys.plain, splits=other, resume=True)


def test_a_checkpoint_of_other_code_is_not_resumed(train: Train) -> None:
    class Wider(toys.Plain):
        def __init__(self, width: int = 4, dropout: float = 0.1) -> None:
            super().__init__(width + 1, dropout)

    train(toys.plain)
    with pytest.raises(ModelError, match=r"training.ckpt' fits another toys/plain: remove it and begin anew.$"):
        train(toys.recipe(Wider), resume=True)


@pytest.mark.parametrize("more", [{"threads": 2}, {"precision": "bf16-mixed"}, {"steps": 90}, {"budget": 60}])
def test_what_does_not_shape_the_batches_may_change_when_it_is_resumed(more: dict[str, Any], train: Train) -> None:
    train(toys.plain)
    state, _, news = train(toys.plain, **({"steps": 80, "resume": True} | more))
    assert [told.step for told in news] == list(range(41, state.step + 1))
    assert state.step == more.get("steps", 80)


def test_ctrl_c_ends_it_after_the_step_with_a_checkpoint(train: Train) -> None:
    def interrupt(news: Progress) -> None:
        if news.step == 12:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        train(toys.plain, tell=interrupt)
    assert signal.getsignal(signal.SIGINT) is before
    _, _, later = train(toys.plain, resume=True)
    assert later[0].step == 14  # the signal came during the thirteenth


def test_a_second_ctrl_c_ends_it_at_once(train: Train, tmp_path: Path) -> None:
    def insist(news: Progress) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        train(toys.plain, tell=insist)
    assert not (tmp_path / "run" / CHECKPOINT).exists()


def test_where_a_shell_has_ctrl_c_ignored_it_is(train: Train) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        state, _, _ = train(toys.plain, tell=lambda news: signal.raise_signal(signal.SIGINT))
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert state.step == 40


def test_it_runs_in_another_thread_too(train: Train) -> None:
    ended: list[int] = []
    thread = threading.Thread(target=lambda: ended.append(train(toys.plain)[0].step))
    thread.start()
    thread.join()
    assert ended == [40]


ENDLESS = """
import sys
from dataclasses import replace
from pathlib import Path
import toys
from laterna.learning.launch import Job, run
from laterna.learning.loop import Settings
data, folder = map(Path, sys.argv[1:])
settings = Settings(10**6, 10, device="cpu", checkpoint_every=0)
if __name__ == "__main__":
    run(Job(toys.plain, toys.read(data), settings, folder, (folder / "training.ckpt").exists()),
        toys.Plain.build("debug"), lambda news: print(news.step, flush=True))
"""


@pytest.fixture
def endless(points: Path, tmp_path: Path) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    """Starts a training without end that writes a checkpoint after every step, and prints the step before it."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    started: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        words = [sys.executable, "-c", ENDLESS, str(points), str(tmp_path / "run")]
        started.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_killed_training_leaves_a_whole_checkpoint(
    endless: Callable[[], "subprocess.Popen[str]"], train: Train, tmp_path: Path
) -> None:
    process = endless()
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(50)]
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, _, later = train(toys.plain, resume=True, steps=10**6, budget=0.01 + checkpointed_seconds(tmp_path / "run"))
    assert later[0].step >= told[-1]
    assert (tmp_path / "run" / CURVE).exists()


def checkpointed_seconds(folder: Path) -> float:
    return float(torch.load(folder / CHECKPOINT, weights_only=True)["state"]["seconds"])


@pytest.mark.slow
def test_two_processes_learn_together_what_one_alone_learns(train: Train) -> None:
    one, two = toys.Plain(4, 0.0), toys.Plain(4, 0.0)
    two.load_state_dict(one.state_dict())
    _, alone, told = train(toys.plain, folder="one", model=one)
    _, together, news = train(toys.plain, folder="two", model=two, devices=2)
    assert [item.step for item in news] == [item.step for item in told]
    for tensor, other in zip(alone.state(), together.state(), strict=True):
        torch.testing.assert_close(tensor, other, atol=1e-4, rtol=1e-4)
    assert (alone.training, together.training) == (False, False)


@pytest.mark.slow
def test_two_processes_train_an_adversary_and_go_on_from_its_checkpoint(train: Train, splits: Splits) -> None:
    train(toys.adversary, steps=120, devices=2)
    state, model, news = train(toys.adversary, steps=400, devices=2, resume=True)
    assert (news[0].step, state.step) == (121, 400)
    with torch.no_grad():
        assert toys.distance(model, splits.test)["distance"] < 0.5 * toys.a_point(splits)["distance"]


@pytest.mark.slow
def test_what_goes_wrong_in_a_process_is_one_sentence(train: Train) -> None:
    with pytest.raises(ModelError, match="lost its way at step 7: model/loss is no number"):
        train(toys.lost, devices=2)


@pytest.mark.slow
def test_an_error_of_who_is_told_the_news_ends_all_processes(train: Train) -> None:
    def tell(news: Progress) -> None:
        raise ValueError(f"no room for step {news.step}")

    with pytest.raises(ValueError, match="no room for step 1"):
        train(toys.plain, steps=10**6, devices=2, tell=tell)


@pytest.mark.slow
def test_ctrl_c_ends_all_processes_after_one_step(train: Train) -> None:
    def interrupt(news: Progress) -> None:
        if news.step == 12:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        train(toys.plain, steps=10**6, devices=2, tell=interrupt)
    _, _, later = train(toys.plain, steps=10**6, budget=60, patience=0, resume=True)
    assert later[0].step > 12


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1)])
def test_a_training_goes_on_with_another_number_of_devices(train: Train, before: int, after: int) -> None:
    """Without noise of the network's own, with the same weights in the end, but for the order of additions."""
    alone, parted = toys.Plain(4, 0.0), toys.Plain(4, 0.0)
    parted.load_state_dict(alone.state_dict())

    def interrupt(news: Progress) -> None:
        if news.step == 20:
            os.kill(os.getpid(), signal.SIGINT)

    train(toys.plain, folder="alone", steps=200, model=alone)
    with pytest.raises(KeyboardInterrupt):
        train(toys.plain, folder="parted", steps=200, model=parted, tell=interrupt, devices=before)
    _, parted, news = train(toys.plain, folder="parted", steps=200, model=parted, devices=after, resume=True)
    assert news[0].step > 20
    for tensor, other in zip(alone.state(), parted.state(), strict=True):
        torch.testing.assert_close(tensor, other, atol=1e-3, rtol=1e-3)


class Killed:
    """Processes of which one was killed in the midst of its news, and another went wrong."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def launch(self, function: Any, model: Model, pipes: list[Connection], stop: Any) -> None:
        os.write(pipes[0].fileno(), struct.pack("!i", 1000) + b"half")
        pipes[1].send(ModelError("It lost its way."))
        raise self.error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ProcessExitedException("killed", 0, 1, -9, "SIGKILL"), "A process of the training was killed"),
        (ProcessRaisedException("raised", 1, 1), "It lost its way"),
    ],
)
def test_nobody_waits_for_the_news_of_a_process_that_was_killed(error: Exception, sentence: str) -> None:
    job = SimpleNamespace(settings=Settings(1, 1, devices=2))
    with pytest.raises(ModelError, match=sentence):
        launch._in_processes(Killed(error), job, toys.Plain(), lambda news: None, None)  # type: ignore[arg-type]


class Told:
    """Processes that tell more news than a pipe holds, until they are stopped, and then how they ended."""

    def launch(self, function: Any, model: Model, pipes: list[Connection], stop: threading.Event) -> None:
        news = Progress(1, 9, 0.0, 0.0, 1.0, {"loss": 1.0}, None, False, "x" * (1 << 16))
        while not stop.is_set():
            pipes[0].send(news)
        pipes[0].send(news)
        pipes[0].send(("state", b""))


@pytest.mark.parametrize("error", [ValueError("no room"), KeyboardInterrupt()])
def test_an_error_of_who_is_told_stops_the_training_and_is_raised(error: BaseException) -> None:
    told = list[Progress]()

    def tell(news: Progress) -> None:
        told.append(news)
        raise error

    job = SimpleNamespace(settings=Settings(1, 1, devices=2))
    with pytest.raises(type(error)):
        launch._in_processes(Told(), job, toys.Plain(), tell, threading.Event())  # type: ignore[arg-type]
    assert len(told) == 1


@pytest.mark.slow
def test_a_process_that_is_killed_ends_the_training_in_a_sentence(train: Train) -> None:
    def kill(news: Progress) -> None:
        if news.step == 5:
            family = psutil.Process().children(recursive=True)
            next(process for process in family if "spawn_main" in " ".join(process.cmdline())).kill()

    with pytest.raises(ModelError, match="A process of the training was killed, perhaps for want of memory"):
        train(toys.plain, steps=10**6, devices=2, tell=kill)


@pytest.mark.slow
def test_no_process_outlives_the_one_that_began_the_training(points: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-c", ENDLESS.replace('device="cpu"', 'device="cpu", devices=2'), points, tmp_path / "run"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    assert len(family) >= 2
    assert psutil.wait_procs(family, timeout=20)[1] == []


def test_the_learning_curve_has_ten_points_from_look_to_look(train: Train) -> None:
    state, _, _ = train(toys.plain, steps=80)
    assert [row["step"] for row in state.history] == list(range(4, 81, 4))
    looks = [row["step"] for row in state.history if any(name.startswith("valid/") for name in row)]
    assert looks == [40, 80]
