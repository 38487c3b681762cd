"""Small real models for the tests: a plain one, an adversarial one, one without gradients, one with every frill."""

import math
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from laterna.learning import recipe as recipes
from laterna.learning import training
from laterna.learning.card import Card
from laterna.learning.loop import Settings
from laterna.learning.model import Model, Phase
from laterna.learning.recipe import Recipe, Samples, Splits, parts


class Points:
    """(x, y) pairs, from rows of x0, x1, y."""

    def __init__(self, rows: Sequence[np.ndarray]) -> None:
        self.rows = np.array(rows, np.float32)

    def __len__(self) -> int:
        return len(self.rows)

    def sample(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        return self.rows[index, :2] + rng.normal(0, 0.01, 2).astype(np.float32), self.rows[index, 2:]


def write(folder: Path, count: int = 200) -> Path:
    """A folder with points of a noisy plane, y = 2 x0 - x1."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (count, 2))
    y = 2 * x[:, :1] - x[:, 1:] + 0.05 * rng.standard_normal((count, 1))
    folder.mkdir(exist_ok=True)
    np.save(folder / "points.npy", np.concatenate([x, y], 1).astype(np.float32))
    return folder


def read(data: Path) -> Splits:
    rows = [row for file in sorted(data.glob("*.npy")) for row in np.load(file)]
    train, valid, test = parts(rows, lambda row: row.tobytes().hex())
    return Splits(Points(train), Points(valid), Points(test), ("points on a plane, CC0-1.0",))


def collate(samples: Sequence[Any]) -> tuple[Tensor, ...]:
    return tuple(torch.from_numpy(np.stack(part)) for part in zip(*samples, strict=True))


class Plain(Model):
    """A perceptron with dropout, so that the noise of the network is tested too."""

    name = "toys/plain"
    sizes: ClassVar = {"debug": {"width": 4}, "base": {"width": 16}}
    exports = ("points",)

    def __init__(self, width: int = 16, dropout: float = 0.1) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, width), nn.Tanh(), nn.Dropout(dropout), nn.Linear(width, 1))

    def forward(self, points: Tensor) -> Tensor:
        return self.layers(points)  # (B, 1)

    def phases(self) -> Sequence[Phase]:
        return [Phase("model", learning_rate=2e-2)]

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        points, values = batch
        return {"loss": nn.functional.mse_loss(self(points), values)}

    def example(self) -> tuple[Tensor, ...]:
        return (torch.linspace(-1, 1, 6).reshape(3, 2),)


class Lost(Plain):
    """Whose loss is no number at step 7."""

    name = "toys/lost"

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        return {"loss": super().loss(batch, phase, step)["loss"] * (math.nan if step == 7 else 1)}


class Frilled(Plain):
    """Warm-up, averaged weights, batch statistics, two optimizers in a phase, and a phase that starts late."""

    name = "toys/frilled"
    exports = ()

    def __init__(self, width: int = 16) -> None:
        super().__init__(width)
        self.norm = nn.BatchNorm1d(2)
        self.shift = nn.Parameter(torch.zeros(1))

    def forward(self, points: Tensor) -> Tensor:
        return super().forward(self.norm(points)) + self.shift

    def phases(self) -> Sequence[Phase]:
        return [
            Phase(
                "model",
                ("layers", "norm"),
                optimizer="muon",
                learning_rate=2e-2,
                warmup=20,
                decay=1e-3,
                schedule="constant",
            ),
            Phase("shift", ("shift",), start=15, optimizer="sgd", learning_rate=1e-3),
        ]


class Adversary(Model):
    """A Wasserstein GAN with gradient penalty (Gulrajani et al. 2017, arXiv:1704.00028) that draws points."""

    name = "toys/adversary"
    sizes: ClassVar = {"debug": {"width": 8}, "base": {"width": 32}}

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.generator = nn.Sequential(nn.Linear(4, width), nn.ReLU(), nn.Linear(width, 2))
        self.critic = nn.Sequential(nn.Linear(2, width), nn.ReLU(), nn.Linear(width, 1))

    def phases(self) -> Sequence[Phase]:
        betas = (0.5, 0.9)
        return [
            Phase("critic", ("critic",), learning_rate=2e-2, betas=betas, clip=None, schedule="constant"),
            Phase("generator", ("generator",), 5, learning_rate=2e-2, betas=betas, clip=None, schedule="constant"),
        ]

    def sample(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        return self.generator(torch.randn(count, 4, generator=generator, device=self.device))

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        real, _ = batch
        fake = self.sample(len(real))
        if phase == "generator":
            return {"loss": -self.critic(fake).mean()}
        mixed = torch.lerp(real, fake, torch.rand(len(real), 1, device=real.device)).requires_grad_()
        slope = torch.autograd.grad(self.critic(mixed).sum(), mixed, create_graph=True)[0].norm(dim=1)
        distance = self.critic(real).mean() - self.critic(fake).mean()
        return {"loss": 10 * (slope - 1).square().mean() - distance, "distance": distance}


class Mean(Model):
    """Predicts the mean of what it saw; learns without gradients."""

    name = "toys/mean"
    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(1))

    def forward(self, points: Tensor) -> Tensor:
        return self.mean.expand(len(points), 1)

    def fit(self, samples: Samples, *, seed: int) -> None:
        self.mean.copy_(drawn(samples)[1].mean(0))


def drawn(samples: Samples) -> tuple[Tensor, ...]:
    return collate([samples.sample(index, np.random.default_rng(index)) for index in range(len(samples))])


def error(model: Model, samples: Samples) -> Mapping[str, float]:
    points, values = drawn(samples)
    return {"mse": float(nn.functional.mse_loss(model(points.to(model.device)).cpu(), values))}


def distance(model: Model, samples: Samples) -> Mapping[str, float]:
    assert isinstance(model, Adversary)
    points, _ = drawn(samples)
    made = model.sample(200, torch.Generator().manual_seed(0))
    return {"distance": float((made.mean(0) - points.mean(0)).norm() + (made.std(0) - points.std(0)).norm())}


def nothing(splits: Splits) -> Mapping[str, float]:
    """The error of always answering 0."""
    return {"mse": float(drawn(splits.test)[1].square().mean())}


def a_point(splits: Splits) -> Mapping[str, float]:
    """The distance of a heap of points at the origin."""
    points, _ = drawn(splits.test)
    return {"distance": float(points.mean(0).norm() + points.std(0).norm())}


def recipe(model: type[Model], **more: Any) -> Recipe:
    usual: dict[str, Any] = {
        "read": read,
        "collate": collate,
        "metrics": error,
        "baseline": nothing,
        "objective": "-mse",
        "protocol": "mean squared error",
        "steps": 120,
        "evaluate_every": 40,
    }
    return Recipe(model, **(usual | more))


plain, frilled, mean, lost = recipe(Plain), recipe(Frilled, ema=0.9), recipe(Mean), recipe(Lost)
adversary = recipe(
    Adversary, metrics=distance, baseline=a_point, objective="-distance", protocol="distance of the moments"
)
RECIPES = {found.name: found for found in (plain, frilled, mean, adversary)}


class Point:
    """An entry point without a package."""

    def __init__(self, name: str) -> None:
        self.name = name

    def load(self) -> Recipe:
        return RECIPES[self.name]


POINTS = {name: Point(name) for name in RECIPES}


def learn(data: Path, folder: Path, resume: bool, began: Any) -> None:
    """What a process of its own does: train a frilled one, with a checkpoint after each step; 130 for Ctrl-C."""
    recipes.registry = lambda: POINTS  # type: ignore[assignment]
    training.Settings = partial(Settings, checkpoint_every=0)  # type: ignore[assignment, misc]
    try:
        training.train("toys/frilled", data, out=folder, resume=resume, tell=lambda news: began.set(), **BRIEF)
    except KeyboardInterrupt:
        sys.exit(130)


BRIEF: dict[str, Any] = {"steps": 60, "size": "debug", "device": "cpu"}


@contextmanager
def a_disk_with_room_for(size: int) -> Iterator[None]:
    """Files of this process may not grow beyond ``size`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def card(**more: Any) -> Card:
    """The card of a plain one."""
    said = {
        "model": "toys/plain",
        "licence": "CC0-1.0",
        "data": ("points on a plane, CC0-1.0",),
        "command": "laterna train toys/plain points",
        "protocol": "mean squared error",
        "figures": {"mse": 0.25},
        "baseline": {"mse": 1.0},
    }
    return Card(**(said | more))
