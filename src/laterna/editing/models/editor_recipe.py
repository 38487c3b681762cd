"""How the editor is trained and judged: on films to be cut from a user's indices and from the shadow theatre's takes.

DATA is a folder that is an index, or holds some. From each bin of shots problems are drawn: some of its shots, a
length, sentences, beats, a pace, an order, and a reward, for the editor has to follow other tastes than the craft's
too. A folder without an index is practised on with the theatre alone.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor

from laterna.editing.cutters.indexed import bin_from
from laterna.editing.cutters.learned import Forward, rollouts
from laterna.editing.cutters.made import bin_of, problem_of
from laterna.editing.cutters.plain import greedy
from laterna.editing.cutters.problem import Bin, Order
from laterna.editing.cutters.reward import GROUPS, Reward, Scored
from laterna.editing.indexing.index import ABOUT, Index
from laterna.editing.models.editor import Editor
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits, parts

_TRIES = 16
_HELD = 320  # problems that are kept ready
_KEPT = (8, 40, 60)  # the fewest and the most shots of a problem, and the longest film in seconds
_SMALL = (7, 9, 24)  # whose optimum can be computed in free order too
_LARGE = (16, 80, 75)
_SHORTEST = 12  # seconds of a film


def read(data: Path, *, theatre: int = 24, films: int = 320, judged: int = 24) -> Splits:
    """Problems of a folder's indices and of the theatre.

    Args:
        data: the folder.
        theatre: bins of the theatre to learn from; a quarter as many to choose by, and to judge by.
        films: problems to learn from.
        judged: problems to choose by, and as many to judge by.

    Raises:
        DataError: an index in it is not whole, or has no shots.
    """
    folders = sorted({path.parent for path in data.rglob(ABOUT)})
    bins = [bin_from(Index.open(folder)) for folder in folders]
    if len(folders) >= 3:
        named = parts(list(zip(folders, bins, strict=True)), lambda pair: pair[0].relative_to(data).as_posix())
        users = [[found for _, found in part] for part in named]
    else:
        users = [bins, [], []]  # too few to part: the theatre judges alone
    few = max(1, theatre // 4)
    counts, sizes = (theatre, few, few), (films, judged, judged)
    made = [[partial(bin_of, 1_000_000 * part + n, 90) for n in range(count)] for part, count in enumerate(counts, 1)]
    train, valid, test = (
        Films([*(partial(_same, one) for one in own), *drawn], count, seed)
        for seed, (own, drawn, count) in enumerate(zip(users, made, sizes, strict=True))
    )
    told = tuple(f"films cut from the {len(bin)} shots of an index" for bin in users[0])
    return Splits(train, valid, test, (*told, f"{theatre} shoots of Laterna's shadow theatre, planned, CC0-1.0"))


class Films:
    """Problems by number, with their rewards, drawn from bins.

    Args:
        bins: each made when first needed.
        count: of problems.
        seed: of all of them.
    """

    def __init__(self, bins: Sequence[Callable[[], Bin]], count: int, seed: int) -> None:
        self._makers, self._count, self._seed = bins, count, seed
        self._bins: dict[int, Bin] = {}
        self._held: dict[int, Scored] = {}

    def __len__(self) -> int:
        return self._count

    def sample(self, index: int, rng: np.random.Generator) -> Scored:
        """A problem and its reward: always the same for an index."""
        if index not in self._held:
            if len(self._held) >= _HELD:
                self._held.pop(next(iter(self._held)))
            self._held[index] = self._drawn(index)
        return self._held[index]

    def _drawn(self, index: int) -> Scored:
        rng = np.random.default_rng([self._seed, 7, index])
        number = index % len(self._makers)
        if number not in self._bins:
            self._bins[number] = self._makers[number]()
        bin = self._bins[number]
        order: Order = "kept" if rng.random() < 0.45 else "free"
        low, high, longest = _KEPT if order == "kept" else _SMALL if rng.random() < 0.5 else _LARGE
        count = min(len(bin), int(rng.integers(low, high + 1)))
        start = int(rng.integers(0, len(bin) - count + 1))
        rows = np.arange(start, start + count) if rng.random() < 0.5 else np.sort(rng.permutation(len(bin))[:count])
        some = bin.some(rows)
        most = float(np.minimum(some.length, 8).sum())
        seconds = float(np.clip(rng.uniform(0.2, 0.8) * most, _SHORTEST, longest))
        problem = problem_of(some, int(rng.integers(1 << 31)), seconds=seconds, order=order)
        return Scored(problem, Reward() if rng.random() < 0.4 else varied(rng))


def _same(bin: Bin) -> Bin:
    return bin


def varied(rng: np.random.Generator) -> Reward:
    """A reward of other weights than the craft's, and of a taste."""
    weights = {name: weight * float(rng.lognormal(0, 0.6)) for name, weight in Reward().weights.items()}
    weights |= {name: float(rng.normal(0, 0.12)) for name in GROUPS["taste"] if rng.random() < 0.5}
    weights["missing"] = Reward().weights["missing"]
    return Reward(weights)


def collate(samples: Sequence[Scored]) -> Tensor:
    """Never asked for: the editor learns by ``fit``."""
    return torch.zeros(len(samples))


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """Mean worth of the films that the editor cuts by its first choices, and of the best of some."""
    forward = network(cast(Editor, model))
    problems = [samples.sample(index, np.random.default_rng(index)) for index in range(len(samples))]
    return {
        "worth": float(np.mean([rollouts(forward, scored, 1, np.random.default_rng(0)).worth for scored in problems])),
        f"best_of_{_TRIES}": float(
            np.mean([rollouts(forward, scored, _TRIES, np.random.default_rng(0)).worth for scored in problems])
        ),
    }


def network(editor: Editor) -> Forward:
    """The editor as it stands, in NumPy."""
    return Forward({name: tensor.detach().cpu().numpy() for name, tensor in editor.state_dict().items()})


def baseline(splits: Splits) -> Mapping[str, float]:
    """The greedy cut's worth."""
    worth = float(
        np.mean([greedy(splits.test.sample(i, np.random.default_rng(i))).worth for i in range(len(splits.test))])
    )
    return {"worth": worth, f"best_of_{_TRIES}": worth}


recipe = Recipe(
    Editor,
    read,
    collate,
    metrics,
    baseline,
    objective="worth",
    protocol="mean worth of films cut on unseen problems, by the editor's first choices and by the best of 16 cuts",
)
