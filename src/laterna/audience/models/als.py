"""Matrix factorisation of implicit feedback by alternating least squares.

Hu, Koren and Volinsky 2008, "Collaborative Filtering for Implicit Feedback Datasets", in the form and with the advice
of Rendle et al. 2021, "Revisiting the Performance of iALS on Item Recommendation Benchmarks" (arXiv:2110.14037): what
a user has not met weighs ``unobserved``, the regularisation grows with how often a user or an item occurs, and there
are many dimensions. One departure: a history may count less the longer it is past, when it is scored.

Users' factors are not kept: they follow from what they met, newcomers' as anyone's.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from laterna.audience.interactions import Interactions
from laterna.audience.models.fading import FadingRecommender
from laterna.audience.models.histories import recipe_of

RIDGES = (0.003, 0.01, 0.02)  # that are tried
_ROOM = 1 << 22  # numbers of a block that is solved at once: 16 MB


class ALS(FadingRecommender):
    """Items' factors; a user's are the least squares solution of what he met.

    Args:
        items, letters: of the vocabulary.
        width: dimensions of a factor.
        unobserved: what an item that a user has not met weighs; one that he met weighs 1 (Rendle's alpha 0).
        regularisation: of each factor, times how often its user or item occurs, to the power of ``frequency``; all
            that was not met counts by its weight, too.
        frequency: from 0, which regularises all alike, to 1 (Rendle's nu).
        rounds: over users and items.
        half_life: events of the same user after which one counts half in a score; 0 for never, None to choose.
    """

    name: ClassVar[str] = "audience/als"
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {"debug": {"width": 8, "rounds": 4}, "base": {}}
    factors: Tensor
    spectrum: Tensor
    regularisation: Tensor

    def __init__(
        self,
        items: int = 0,
        letters: int = 0,
        width: int = 128,
        unobserved: float = 0.3,
        regularisation: float | None = None,
        frequency: float = 1.0,
        rounds: int = 12,
        half_life: float | None = None,
    ) -> None:
        super().__init__(items, letters, half_life)
        self.unobserved, self.frequency, self.rounds = unobserved, frequency, rounds
        self._ridges = RIDGES if regularisation is None else (regularisation,)
        self.register_buffer("regularisation", torch.tensor(float(self._ridges[0])))
        self.register_buffer("factors", torch.zeros(items, width))
        self.register_buffer("spectrum", torch.zeros(width))  # the diagonal of all items' Gram matrix

    def _open(self) -> Sequence[Mapping[str, float]]:
        return [{"regularisation": ridge} for ridge in self._ridges]

    def _learn(self, past: Interactions, seed: int, *, trial: bool = False) -> None:
        past = past.once()
        starts, rows = past.transposed()
        width = self.factors.shape[1]
        scale, generator = 0.1 / width**0.5, torch.Generator().manual_seed(seed)
        items, spectrum = _rotated(scale * torch.randn(len(past.items), width, generator=generator))
        for _ in range(self.rounds // 2 if trial else self.rounds):
            users, spectrum = _rotated(self._solved(items, spectrum, past.starts, past.columns))
            items, spectrum = _rotated(self._solved(users, spectrum, starts, rows))
        self.factors.copy_(items)
        self.spectrum.copy_(spectrum)

    def users(self, histories: Interactions) -> Tensor:
        """The factors of users, (users, width): an item's score is its factor's product with the user's."""
        counts = self._counts(histories)
        return self._solved(self.factors, self.spectrum, histories.starts, histories.columns, counts)

    def _score(self, histories: Interactions) -> np.ndarray:
        return np.asarray((self.users(histories) @ self.factors.T).cpu().numpy())

    def _shares(self, history: Interactions, item: int) -> np.ndarray:
        """Hu et al., section 5: a user's factor is a sum over what was met, and so is each score."""
        counts = self._counts(history)
        met = self.factors[torch.from_numpy(history.columns).long().to(self.device)]
        rest = self._rest(self.spectrum, len(self.items), counts.sum())
        towards = torch.linalg.solve((met * counts[:, None]).T @ met + rest.diag(), self.factors[item])
        return np.asarray(((met @ towards) * counts).cpu().numpy())

    def _solved(
        self, others: Tensor, spectrum: Tensor, starts: np.ndarray, columns: np.ndarray, counts: Tensor | None = None
    ) -> Tensor:
        """The factors of rows from those of their columns, (rows, width).

        Args:
            others: the factors of all columns, (columns, width), in axes in which their Gram matrix is diagonal.
            spectrum: that diagonal, (width,).
            starts, columns: which ones each row has.
            counts: how much each of these counts, (events,); all 1 unless given.
        """
        lengths, device = np.diff(starts), others.device
        solved = torch.zeros(len(lengths), others.shape[1], device=device)
        for block in self._blocks(lengths):
            places = _padded(starts[block], lengths[block])  # (B, L), -1 beyond a row's end
            events, met = torch.from_numpy(places).to(device), torch.from_numpy(columns[places]).long().to(device)
            roots = (events >= 0).float() if counts is None else (events >= 0) * counts[events].sqrt()
            met = others[met] * roots[:, :, None]  # (B, L, width)
            rest = self._rest(spectrum, len(others), roots.square().sum(1)[:, None])  # (B, width)
            solved[torch.from_numpy(block).to(device)] = _least_squares(met, roots, rest)
        return solved

    def _rest(self, spectrum: Tensor, others: int, met: Tensor) -> Tensor:
        """The diagonal of what a row's matrix has beside what it met, (..., width); of its weight, (..., 1)."""
        penalty = self.regularisation * (met + self.unobserved * others) ** self.frequency
        return self.unobserved * spectrum + penalty

    def _blocks(self, lengths: np.ndarray) -> Iterator[np.ndarray]:
        """Rows that are not empty and about as long, so many at a time that their block has room."""
        order = np.argsort(lengths, kind="stable")[(lengths == 0).sum() :]
        width, last = self.factors.shape[1], len(order)
        while last:
            longest = int(lengths[order[last - 1]])
            first = max(0, last - max(1, _ROOM // (width * longest)))
            yield order[first:last]
            last = first


def _rotated(factors: Tensor) -> tuple[Tensor, Tensor]:
    """Factors turned to axes in which their Gram matrix is diagonal, which changes no score, and that diagonal."""
    spectrum, axes = torch.linalg.eigh(factors.T @ factors)
    return factors @ axes, spectrum.clamp_min(0)


def _least_squares(met: Tensor, targets: Tensor, rest: Tensor) -> Tensor:
    """The w that are least in |met w - targets|^2 + w' diag(rest) w, (B, width).

    Args:
        met: (B, L, width).
        targets: (B, L).
        rest: (B, width), above 0.
    """
    if met.shape[1] < met.shape[2]:  # a system of L unknowns instead of width ones
        light = met / rest[:, None]
        inner = met @ light.mT + torch.eye(met.shape[1], device=met.device)
        return (light.mT @ _solution(inner, targets[:, :, None]))[:, :, 0]
    return _solution(met.mT @ met + torch.diag_embed(rest), met.mT @ targets[:, :, None])[:, :, 0]


def _solution(matrices: Tensor, sides: Tensor) -> Tensor:
    return torch.cholesky_solve(sides, torch.linalg.cholesky(matrices))


def _padded(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Numbers of each row's events, (rows, longest) int64; -1 beyond its end."""
    places = np.arange(lengths.max())
    return np.where(places < lengths[:, None], starts[:, None] + places, -1)


recipe = recipe_of(ALS)
