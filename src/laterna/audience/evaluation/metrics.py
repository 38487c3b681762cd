"""Figures of rankings, of click probabilities and of lists. Higher is better unless said otherwise.

The figures of rankings take :class:`Ranks` and a cut-off ``k`` and give one value for each user, (users,) float64, so
that intervals can be drawn over users. A target beyond place k counts nothing. Where scores tie, each value is the
exact mean over all orders of the tied (McSherry and Najork 2008).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from laterna.audience.evaluation.ranks import Ranks
from laterna.errors import DataError


@dataclass(frozen=True)
class _Ties:
    """Runs of tied candidates with targets among them, (G,) each, in order of user, then place."""

    user: np.ndarray
    start: np.ndarray  # candidates above
    size: np.ndarray
    relevant: np.ndarray  # targets in it
    before: np.ndarray  # the user's targets above it

    @classmethod
    def of(cls, ranks: Ranks) -> "_Ties":
        order = np.lexsort((ranks.above, ranks.user))
        user, start, size = ranks.user[order], ranks.above[order], ranks.tied[order]
        fresh = np.ones(len(user), bool)
        fresh[1:] = (np.diff(user) != 0) | (np.diff(start) != 0)
        first = np.flatnonzero(fresh)
        relevant = np.diff([*first, len(user)])
        of_user = np.cumsum([0, *ranks.targets])[:-1]
        return cls(user[first], start[first], size[first], relevant, first - of_user[user[first]])

    def places(self, k: int) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Each place up to k with the runs that reach over it, and how deep in each it lies, from 1."""
        for place in range(1, k + 1):
            here = np.flatnonzero((self.start < place) & (place <= self.start + self.size))
            yield place, here, place - self.start[here]

    def firsts(self) -> "_Ties":
        """Only the first run of each user, which holds the user's best target."""
        kept = np.flatnonzero(self.before == 0)
        return _Ties(*(getattr(self, name)[kept] for name in ("user", "start", "size", "relevant", "before")))


def ndcg(ranks: Ranks, k: int) -> np.ndarray:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), binary: 1 when all targets come first."""
    ties, gain = _Ties.of(_checked(ranks, k)), np.zeros(len(ranks))
    for place, here, _ in ties.places(k):
        np.add.at(gain, ties.user[here], ties.relevant[here] / ties.size[here] / np.log2(place + 1))
    ideal = np.cumsum(1 / np.log2(np.arange(2, k + 2)))
    return gain / ideal[np.minimum(ranks.targets, k) - 1]


def recall(ranks: Ranks, k: int) -> np.ndarray:
    """The share of the user's targets that are among the first k."""
    ties, found = _Ties.of(_checked(ranks, k)), np.zeros(len(ranks))
    inside = np.clip(k - ties.start, 0, ties.size)
    np.add.at(found, ties.user, inside * ties.relevant / ties.size)
    return found / ranks.targets


def hr(ranks: Ranks, k: int) -> np.ndarray:
    """Hit rate: whether any target is among the first k."""
    hit = np.zeros(len(ranks))
    for user, chance, _ in _first_hits(_checked(ranks, k), k):
        hit[user] += chance
    return hit


def mrr(ranks: Ranks, k: int) -> np.ndarray:
    """The reciprocal of the first target's place, 0 beyond k."""
    value = np.zeros(len(ranks))
    for user, chance, place in _first_hits(_checked(ranks, k), k):
        value[user] += chance / place
    return value


def _first_hits(ranks: Ranks, k: int) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    """For each place up to k: users, and the chance of each that the best target stands exactly there."""
    ties = _Ties.of(ranks).firsts()
    none_yet = np.ones(len(ties.user))
    for place, here, depth in ties.places(k):
        left = ties.size[here] - depth + 1  # of the tied, from this place on
        chance = np.minimum(ties.relevant[here] / left, 1.0)
        yield ties.user[here], none_yet[here] * chance, place
        none_yet[here] *= 1 - chance


def average_precision(ranks: Ranks, k: int) -> np.ndarray:
    """Average precision at k, over min(targets, k); its mean over users is MAP@k."""
    ties, total = _Ties.of(_checked(ranks, k)), np.zeros(len(ranks))
    for place, here, depth in ties.places(k):
        size, relevant = ties.size[here], ties.relevant[here]
        above = ties.before[here] + (depth - 1) * (relevant - 1) / np.maximum(size - 1, 1)
        np.add.at(total, ties.user[here], relevant / size * (above + 1) / place)
    return total / np.minimum(ranks.targets, k)


RANKING: Mapping[str, Callable[[Ranks, int], np.ndarray]] = {
    "ndcg": ndcg,
    "hr": hr,
    "recall": recall,
    "mrr": mrr,
    "map": average_precision,
}


def _checked(ranks: Ranks, k: int) -> Ranks:
    if k < 1:
        raise DataError(f"No target can be among the first {k}: give a k of 1 or more.")
    if not len(ranks) or not ranks.targets.all():
        raise DataError("A user without a target can't be judged: rank only users who have one.")
    return ranks


# Of click probabilities: labels (n,) of 0 and 1, probabilities or scores (n,).


def auc(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray | None = None) -> float:
    """The chance that a liked event scores above another one; ties count half, so a constant has .5.

    Args:
        labels, scores: (n,).
        weights: how often each event counts, (n,), 0 and more: for intervals over users, as often as its user is drawn.

    Raises:
        DataError: all labels are alike, or arrays don't fit.
    """
    labels, scores = _labelled(labels, scores)
    counts = np.ones(len(labels)) if weights is None else np.asarray(weights, float)
    _, place = np.unique(scores, return_inverse=True)
    liked, others = np.bincount(place, counts * labels), np.bincount(place, counts * ~labels)
    pairs = liked.sum() * others.sum()
    if not pairs:
        raise DataError("All events have one label, so there is no AUC: give some of both.")
    return float(liked @ (np.cumsum(others) - others / 2) / pairs)


def logloss(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean negative log likelihood in nats, lower is better; a probability is held at least 1e-7 from 0 and 1."""
    labels, probabilities = _labelled(labels, probabilities, unit=True)
    right = np.where(labels, probabilities, 1 - probabilities)
    return float(-np.log(np.clip(right, 1e-7, 1)).mean())


def calibration_error(labels: np.ndarray, probabilities: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal width (Naeini et al. 2015), 0 to 1, lower is better."""
    labels, probabilities = _labelled(labels, probabilities, unit=True)
    which = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = np.bincount(which, weights=probabilities - labels, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def _labelled(labels: np.ndarray, scores: np.ndarray, *, unit: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Labels as bool and scores as float64, both (n,)."""
    labels, scores = np.asarray(labels), np.asarray(scores, np.float64)
    if labels.shape != scores.shape or labels.ndim != 1 or not len(labels):
        raise DataError(f"Labels {labels.shape} and scores {scores.shape} don't fit: give one of each for each event.")
    if not np.isin(labels, (0, 1)).all():
        raise DataError("Labels are 0 or 1: say from which rating on an event is liked.")
    if not np.isfinite(scores).all():
        raise DataError("A score is not finite: a model scores with finite numbers.")
    if unit and not ((scores >= 0) & (scores <= 1)).all():
        raise DataError("Probabilities lie between 0 and 1: pass scores through a sigmoid first.")
    return labels.astype(bool), scores


# Of lists: (users, k) int64 columns of the items offered, best first, -1 where there was none left.


def coverage(lists: np.ndarray, items: int) -> float:
    """The share of all items that are offered to anyone (Ge et al. 2010)."""
    return len(np.unique(lists[lists >= 0])) / items


def novelty(lists: np.ndarray, watched: np.ndarray, users: int) -> np.ndarray:
    """Mean self-information of what each user is offered, in bits (Zhou et al. 2010), (users,); 0 for empty lists.

    Args:
        lists: (users, k).
        watched: (items,) how many of the users met each item; what none met counts as if one had.
        users: how many there are.
    """
    bits = -np.log2(np.maximum(watched, 1) / users)
    return _mean(bits[lists], lists >= 0)


def diversity(lists: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Mean distance, 1 - cosine, of the pairs in each user's list (Ziegler et al. 2005), (users,); 0 for no pair.

    Args:
        lists: (users, k).
        features: (items, F) of any kind: genres, or who watched them. An item without any is far from all.
    """
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    unit = np.divide(features, lengths, out=np.zeros(features.shape, np.float32), where=lengths > 0)
    total = np.zeros(len(lists))
    known = lists >= 0
    for i in range(lists.shape[1]):
        for j in range(i):
            alike = np.einsum("uf,uf->u", unit[lists[:, i]], unit[lists[:, j]])
            total += np.where(known[:, i] & known[:, j], 1 - alike, 0)
    count = known.sum(1)
    return total / np.maximum(count * (count - 1) / 2, 1)


def _mean(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    return np.where(known, values, 0).sum(1) / np.maximum(known.sum(1), 1)
