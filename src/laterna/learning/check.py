"""The contract of a model, as checks that anyone can run over their own: ``check_model(recipe, data)``."""

import math
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from laterna.errors import ModelError
from laterna.learning import launch
from laterna.learning.card import CARD, Card
from laterna.learning.evaluation import judge
from laterna.learning.loop import Progress, Settings
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits
from laterna.learning.store import bundled_store
from laterna.learning.weights import read, save

_STEPS = 20  # of the short trainings that are compared
_BUILD_SECONDS = 1.0
_SAME_LOSS, _SAME_OUTPUT = 1e-6, 1e-4


def check_model(recipe: Recipe, data: Path, *, steps: int = 200, drop: float = 0.5) -> list[str]:
    """Run every check of the contract on a recipe, with its debug size on the CPU; the names of those that passed.

    Args:
        recipe: the model, its reader and its metrics.
        data: what its reader reads; a few samples are enough.
        steps: of the training that must overfit ten samples.
        drop: by what share of it the loss of its first phase has to fall there.

    Raises:
        ModelError: a check failed; it says which promise is broken, and what was seen.
    """
    splits = recipe.splits(data)
    contract = _Contract(recipe, splits, steps, drop)
    learns = [contract.repeats, contract.resumes, contract.overfits] if contract.fresh().phases() else [contract.fits]
    checks = [contract.builds, contract.evaluates, contract.keeps, contract.has_a_card, contract.exports, *learns]
    for check in checks:
        with tempfile.TemporaryDirectory() as folder:
            check(Path(folder))
    return [check.__name__ for check in checks]


class _Contract:
    """The checks; each gets an empty folder."""

    def __init__(self, recipe: Recipe, splits: Splits, steps: int, drop: float) -> None:
        self.recipe, self.splits, self.steps, self.drop = recipe, splits, steps, drop

    def fresh(self) -> Model:
        model = self.recipe.model.build("debug")
        return self.recipe.suit(model, self.splits.train) if self.recipe.suit else model

    def builds(self, folder: Path) -> None:
        started = time.perf_counter()
        model = self.fresh()
        seconds = time.perf_counter() - started
        self._require(seconds < _BUILD_SECONDS, f"its debug size takes {seconds:.1f} s to build, not under 1 s")
        self._require(_same(model, self.fresh()), "built twice with one seed, its weights differ")

    def evaluates(self, folder: Path) -> None:
        found, wanted = judge(self.recipe, self.fresh(), self.splits), self.recipe.objective.removeprefix("-")
        for what, figures in (("metrics lack", found.figures), ("baseline lacks", found.baseline)):
            self._require(wanted in figures, f"its {what} the objective {wanted!r}")
        self._require(f"{found.baseline[wanted]:.4g}" in str(found), "its evaluation does not print the baseline")

    def keeps(self, folder: Path) -> None:
        model = self._trained(folder / "training") if self.fresh().phases() else self._fitted()
        save(model, self._card(), folder)
        again = read(self.recipe.model, folder)
        same = _figures(self.recipe, model, self.splits) == _figures(self.recipe, again, self.splits)
        self._require(same, "saved and loaded again, it gives other figures: something it learnt is in no buffer")

    def has_a_card(self, folder: Path) -> None:
        self._require(bool(self.splits.data), "its reader does not say what the data are, and under which licence")
        bundled = bundled_store() / self.recipe.name
        if bundled.exists():
            figures = Card.open(bundled / CARD).figures
            wanted = self.recipe.objective.removeprefix("-")
            self._require(wanted in figures, f"the card of its bundled weights lacks the objective {wanted!r}")

    def exports(self, folder: Path) -> None:
        model = self.fresh().eval()
        if not model.exports:
            return
        model.export(folder / "model.onnx")
        for inputs in (model.example(), tuple(tensor[:1] for tensor in model.example())):
            with torch.no_grad():
                gap = float(np.abs(model(*inputs).numpy() - _by_onnx(folder / "model.onnx", model, inputs)).max())
            self._require(gap <= _SAME_OUTPUT, f"exported to ONNX, its output differs by {gap:.2g}")

    def repeats(self, folder: Path) -> None:
        one, two = self._trained(folder / "one"), self._trained(folder / "two")
        self._require(_same(one, two), "trained twice with one seed, its weights differ")

    def resumes(self, folder: Path) -> None:
        whole: dict[int, Mapping[str, float]] = {}
        parts: dict[int, Mapping[str, float]] = {}
        self._trained(folder / "whole", tell=_noting(whole))
        try:
            self._trained(folder / "parts", tell=_noting(parts, killed_at=_STEPS // 2), checkpoint_every=0)
        except KeyboardInterrupt:
            self._trained(folder / "parts", tell=_noting(parts), resume=True)
        gaps = [
            abs(losses[name] - parts[step].get(name, math.inf)) for step, losses in whole.items() for name in losses
        ]
        self._require(max(gaps) <= _SAME_LOSS, f"killed and resumed, its losses differ by {max(gaps):.2g}")

    def overfits(self, folder: Path) -> None:
        ten, news = _First(self.splits.train, 10), dict[int, Mapping[str, float]]()
        self._trained(folder, Splits(ten, ten, ten), steps=self.steps, tell=_noting(news))
        name = f"{self.fresh().phases()[0].name}/loss"
        losses = [found[name] for found in news.values() if name in found]
        before, after = np.mean(losses[:5]), np.mean(losses[-10:])
        fell = after <= before - self.drop * abs(before)
        self._require(bool(fell), f"on ten samples its {name} went from {before:.3g} to {after:.3g} only")

    def fits(self, folder: Path) -> None:
        fresh, one, two = self.fresh(), self._fitted(), self._fitted()
        self._require(_same(one, two), "fitted twice with one seed, it differs")
        self._require(not _same(fresh, one), "fitted, it has learnt nothing")

    def _trained(
        self,
        folder: Path,
        splits: Splits | None = None,
        *,
        steps: int = _STEPS,
        resume: bool = False,
        checkpoint_every: float = math.inf,
        tell: Callable[[Progress], None] = lambda news: None,
    ) -> Model:
        model, size = self.fresh(), min(self.recipe.batch_size, 10)
        settings = Settings(steps, size, device="cpu", checkpoint_every=checkpoint_every)
        launch.run(launch.Job(self.recipe, splits or self.splits, settings, folder, resume), model, tell)
        return model

    def _fitted(self) -> Model:
        model = self.fresh()
        model.fit(self.splits.train, seed=0)
        return model.eval()

    def _card(self) -> Card:
        said = {"licence": "CC0-1.0", "data": ("a check",), "figures": {"x": 1.0}, "baseline": {"x": 0.0}}
        return Card(self.recipe.name, command="none", protocol=self.recipe.protocol, **said)  # type: ignore[arg-type]

    def _require(self, holds: bool, sentence: str) -> None:
        if not holds:
            raise ModelError(f"{self.recipe.name} breaks the contract of a model: {sentence}.")


class _First:
    """The first samples of others, always drawn alike: what overfitting is tried on."""

    def __init__(self, samples: Samples, count: int) -> None:
        self._samples, self._count = samples, min(count, len(samples))

    def __len__(self) -> int:
        return self._count

    def sample(self, index: int, rng: np.random.Generator) -> Any:
        return self._samples.sample(index, np.random.default_rng(index))


def _same(one: Model, two: Model) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.state(), two.state(), strict=True))


def _figures(recipe: Recipe, model: Model, splits: Splits) -> dict[str, float]:
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        return dict(recipe.metrics(model.eval(), splits.test))


def _noting(news: dict[int, Mapping[str, float]], killed_at: int | None = None) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        news[progress.step] = progress.losses
        if progress.step == killed_at:
            raise KeyboardInterrupt

    return tell


def _by_onnx(path: Path, model: Model, inputs: tuple[Tensor, ...]) -> np.ndarray:
    try:
        import onnxruntime  # only models that are exported need it
    except ModuleNotFoundError as error:
        raise ModelError("Checking an export needs onnxruntime: run `pip install 'laterna[onnx]'`.") from error
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    given = {name: tensor.numpy() for name, tensor in zip(model.exports, inputs, strict=True)}
    return np.asarray(session.run(None, given)[0])
