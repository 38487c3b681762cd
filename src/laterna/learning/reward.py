"""A reward learnt from comparisons: of two versions, which one people will like better, and which pair to ask next.

Bradley and Terry 1952 ("Rank analysis of incomplete block designs", Biometrika 39): a version has a score, and the
log-odds that it is preferred to another are the difference of their scores. Here a score is linear in the version's
features and, more cautiously, in their squares, for a taste often has a best value in the middle. The weights have a
normal prior around 0, whose widths are those under which the answers are likeliest, and a normal posterior (Laplace's
approximation; MacKay 1992, "The evidence framework applied to classification networks"). The pair to ask next is that
whose answer is expected to tell most of the weights (Houlsby et al. 2011, arXiv:1112.5745).

Tried and left: priors averaged by their evidence, which tells a little more of random pairs and less of asked ones.

A few dozen comparisons decide it: so it is plain NumPy, and a fit takes a fraction of a second.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from laterna.errors import DataError, ModelError
from laterna.learning.bradley_terry import Posterior, expected_information, held_out, posterior
from laterna.learning.card import CARD, Card
from laterna.learning.folder import CONFIG, WEIGHTS, claimed, tensors, written_together
from laterna.media.files import quoted

_FAR = 3.0  # standard deviations: past them a feature earns no more, so that nothing is won by what nobody compared
_TRIALS = 100  # comparisons that are left out at most: so many tell the accuracy to 5 %


class Reward:
    """What versions of one task are worth, by their features.

    Args:
        names: the features, in the order of every array's columns.

    Raises:
        DataError: there are none, or two have one name.
    """

    NAME, VERSION = "learning/reward", 1

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        if not self.names or len({*self.names}) < len(self.names):
            raise DataError(f"A reward can't be learnt of the features {list(self.names)}: name some, each once.")
        self._state = _State.untaught(len(self.names))

    @property
    def comparisons(self) -> int:
        """How many it was learnt from."""
        return self._state.comparisons

    @property
    def accuracy(self) -> float:
        """The share of its comparisons that it tells right when it knows neither version; 0 when untaught.

        Of each, both versions are left out, with all that was said of them: a version that stays in others would be
        known by its features, even if they mean nothing. Of many comparisons a hundred are tried.
        """
        return self._state.accuracy

    def fit(self, better: np.ndarray, worse: np.ndarray, counts: np.ndarray | None = None) -> Self:
        """Learn from comparisons, and from these alone; returns itself.

        Args:
            better: features of the preferred versions, (comparisons, features).
            worse: features of those that they were preferred to, of the same shape.
            counts: how much each comparison counts, (comparisons,), above 0; 1 each unless given.

        Raises:
            DataError: there are none, the shapes differ, a feature is not finite, or a count is not above 0.
        """
        better, worse = self._checked(better), self._checked(worse)
        if len(better) != len(worse) or not len(better):
            raise DataError(
                f"{len(better)} better and {len(worse)} worse versions are no comparisons: give as many, one at least."
            )
        counts = np.ones(len(better)) if counts is None else np.asarray(counts, np.float64)
        if counts.shape != (len(better),) or not (np.isfinite(counts) & (counts > 0)).all():
            raise DataError(f"{len(better)} comparisons don't count so: give a number above 0 for each.")
        versions = np.concatenate([better, worse])
        centre, scale = _spread(versions)
        differences = _basis(better, centre, scale) - _basis(worse, centre, scale)
        groups = (len(self.names), len(self.names))
        learnt = posterior(differences, groups, counts)
        trials = [*_trials(versions)]
        margins = held_out(differences, groups, counts, trials)
        right = np.where(margins == 0, 0.5, margins > 0)  # of what nothing is known, a coin tells half
        accuracy = float(np.average(right, weights=counts[[row for row, _ in trials]]))
        self._state = _State(centre, scale, learnt, len(better), accuracy)
        return self

    def score(self, features: np.ndarray) -> np.ndarray:
        """What versions are worth, (n, features) to (n,); a difference of 1 is odds of e to 1. All 0 when untaught."""
        return self._rows(features) @ self._state.learnt.weights

    def deviation(self, features: np.ndarray) -> np.ndarray:
        """How unsure each score is: its standard deviation, (n, features) to (n,)."""
        rows = self._rows(features)
        return np.sqrt(self._state.learnt.variances(rows))

    def ask(self, candidates: np.ndarray) -> tuple[int, int]:
        """The two candidates, by their rows, whose comparison would tell most; (n, features), two or more.

        Raises:
            DataError: there are fewer than two that differ.
        """
        candidates = self._checked(candidates)
        state = self._state
        if not state.comparisons and len(candidates):  # then all that is known of the features is here
            centre, scale = _spread(candidates)
            rows = _basis(candidates, centre, scale)
        else:
            rows = self._rows(candidates)
        best, pair = 0.0, (-1, -1)
        for index in range(len(rows) - 1):
            information = expected_information(rows[index] - rows[index + 1 :], state.learnt)
            most = int(np.argmax(information))
            if information[most] > best:
                best, pair = float(information[most]), (index, index + 1 + most)
        if best <= 0:
            raise DataError(f"{len(candidates)} candidates offer nothing to compare: give two that differ.")
        return pair

    def save(self, folder: Path, *, task: str = "one step", licence: str = "private") -> None:
        """Keep it in a folder, as models are: config.json, model.safetensors and card.md; the card names the task.

        Raises:
            ModelError: it has learnt nothing.
            StorageError: the folder can't be written.
        """
        import safetensors.numpy  # who scores needs none

        if not self.comparisons:
            raise ModelError("A reward that has learnt nothing is not worth keeping: fit it first.")
        state = self._state
        config = {
            "model": self.NAME,
            "version": self.VERSION,
            "names": self.names,
            "comparisons": state.comparisons,
            "accuracy": state.accuracy,
        }
        kept = {
            "centre": state.centre,
            "scale": state.scale,
            "weights": state.learnt.weights,
            "covariance": state.learnt.covariance,
        }
        card = self._card(task, licence)
        contents = {
            CARD: card.text().encode(),
            CONFIG: json.dumps(config, indent=1, sort_keys=True).encode() + b"\n",
            WEIGHTS: safetensors.numpy.save(kept),
        }
        written_together(Path(folder), contents)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The reward that a folder holds.

        Raises:
            ModelError: it holds another model, or its files are broken.
        """
        _, config = claimed(Path(folder), cls.NAME, cls.VERSION)
        kept = tensors(Path(folder), "np")
        try:
            reward = cls(config["names"])
            learnt = Posterior(kept["weights"], kept["covariance"])
            count, accuracy = int(config["comparisons"]), float(config["accuracy"])
            reward._state = _State(kept["centre"], kept["scale"], learnt, count, accuracy)
            fits = reward._state.shapes == _State.untaught(len(reward.names)).shapes
        except (KeyError, TypeError, ValueError, DataError):
            fits = False
        if not fits:
            raise ModelError(f"{quoted(folder)} has a {CONFIG} and weights that do not fit: copy it again.")
        return reward

    def _card(self, task: str, licence: str) -> Card:
        return Card(
            model=self.NAME,
            licence=licence,
            data=(f"{self.comparisons} comparisons of versions of {task}",),
            command="laterna prefer A B, then laterna.learning.reward.Reward.fit",
            protocol="share of comparisons told right, of each all left out that its two versions are in",
            figures={"pair_accuracy": self.accuracy},
            baseline={"pair_accuracy": 0.5},
            notes=f"What people like of {task}, a Bradley-Terry model over: {', '.join(self.names)}.",
        )

    def _rows(self, features: np.ndarray) -> np.ndarray:
        return _basis(self._checked(features), self._state.centre, self._state.scale)

    def _checked(self, features: np.ndarray) -> np.ndarray:
        """Features as float64, (n, features)."""
        try:
            rows = np.asarray(features, np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(
                "Features are numbers, a row of them for each version: give an array (n, features)."
            ) from error
        if rows.ndim != 2 or rows.shape[1] != len(self.names):
            raise DataError(f"An array of shape {rows.shape} holds no rows of {len(self.names)} features: reshape it.")
        if not np.isfinite(rows).all():
            unusable = self.names[int(np.argmin(np.isfinite(rows).all(axis=0)))]
            raise DataError(f"The feature {unusable!r} is not finite in some version: leave that version out.")
        return rows


@dataclass(frozen=True, slots=True)
class _State:
    """All that is learnt: ``centre`` and ``scale`` of each feature, and the weights of the basis over them."""

    centre: np.ndarray
    scale: np.ndarray
    learnt: Posterior
    comparisons: int
    accuracy: float

    @classmethod
    def untaught(cls, count: int) -> Self:
        return cls(np.zeros(count), np.ones(count), Posterior(np.zeros(2 * count), np.eye(2 * count)), 0, 0.0)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        arrays = (self.centre, self.scale, self.learnt.weights, self.learnt.covariance)
        return tuple(array.shape for array in arrays)


def _spread(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each feature; 1 where it never differs."""
    scale = rows.std(axis=0)
    return rows.mean(axis=0), np.where(scale > 1e-9 * (1 + np.abs(rows).max(axis=0)), scale, 1.0)


def _basis(rows: np.ndarray, centre: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Features (n, f) as what scores are linear in (n, 2 f): Hermite's first two polynomials, of unit variance."""
    standard = np.clip((rows - centre) / scale, -_FAR, _FAR)
    return np.concatenate([standard, (standard**2 - 1) / np.sqrt(2)], axis=1)


def _trials(versions: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Comparisons to tell, by their rows, and to each the others that neither of its versions is in, (comparisons,).

    ``versions`` are the better ones, then the worse, (2 comparisons, features); of like features, they are one.
    """
    _, numbers = np.unique(versions, axis=0, return_inverse=True)
    pairs = numbers.reshape(2, -1)
    count = pairs.shape[1]
    for row in np.unique(np.linspace(0, count - 1, min(count, _TRIALS)).round().astype(int)):
        yield int(row), np.logical_not(np.isin(pairs, pairs[:, row]).any(axis=0))
