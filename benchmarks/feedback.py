"""A hidden taste learnt from comparisons.

A simulated judge likes cuts by twelve features, some of them best at a middle value and two of them only together, and
answers at random in proportion to how close two cuts are (Bradley and Terry). Laterna asks it, pair by pair, about
cuts of a pool; then it has to tell which of two unseen cuts the judge likes better.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

import numpy as np
from common import Row, main

from laterna.learning.reward import Reward

NAMES = (
    "length",
    "shot",
    "variation",
    "opening",
    "quickening",
    "dissolves",
    "reuse",
    "wide",
    "close",
    "motion",
    "mood",
    "beats",
)
REACH = 0.80
COMPARISONS, POOL, UNSEEN = 60, 80, 2_000
_KEENNESS = 3.0  # standard deviation of the taste over cuts, in log-odds

Taste = Callable[[np.ndarray], np.ndarray]


def options(parser: ArgumentParser) -> None:
    parser.add_argument("--seeds", type=int, default=20, help="judges, each with a taste of its own")


def rows(options: Namespace) -> list[Row]:
    judges = range(options.seeds)
    asked = {count: [] for count in (20, COMPARISONS)}
    random, curbed, consistent = [], [], []
    for seed in judges:
        taste, pool, unseen = _judge(seed), _cuts(POOL, seed + 1_000), _cuts(2 * UNSEEN, seed + 2_000)
        consistent.append(_consistency(taste, unseen, seed))
        for count, found in asked.items():
            found.append(_agreement(_learnt(taste, pool, count, seed, Reward.ask), taste, unseen))
        random.append(_agreement(_learnt(taste, pool, COMPARISONS, seed, None), taste, unseen))
        curbed.append(_agreement(_linear(taste, pool, seed), taste, unseen))
    protocol = f"{options.seeds} judges; {UNSEEN} unseen pairs each; the judge gives its own true preference"
    told = f"{np.mean(consistent):.0%} of its answers are its true preference"
    return [
        _row(
            "pair accuracy, 60 comparisons that Laterna asks for", asked[COMPARISONS], f"{protocol}; {told}", reach=True
        ),
        _row("20 comparisons that Laterna asks for", asked[20], protocol),
        _row("60 random comparisons", random, protocol),
        _row("60 random comparisons, logistic regression on the features as they are", curbed, f"{protocol}; L2 of 1"),
    ]


def _row(figure: str, found: list[float], protocol: str, *, reach: bool = False) -> Row:
    measured = f"{np.mean(found):.3f} (worst judge {min(found):.3f})"
    return Row(
        figure, f">= {REACH}" if reach else "", measured, bool(np.mean(found) >= REACH) if reach else None, protocol
    )


def _cuts(count: int, seed: int) -> np.ndarray:
    """Features of cuts (count, 12): skewed lengths, shares between 0 and 1, and what goes along with pace."""
    rng = np.random.default_rng(seed)
    pace = rng.normal(size=count)
    lengths = np.exp(np.stack([0.3 * rng.normal(size=count) + 4, 0.5 * pace + 1, 0.3 * rng.normal(size=count)], axis=1))
    opening = np.exp(0.5 * rng.normal(size=count))
    shares = rng.beta(2, 3, size=(count, 6))
    shares[:, 0] = 1 / (1 + np.exp(-pace + rng.normal(size=count)))  # slow films dissolve
    moving = np.stack([0.7 * -pace + rng.normal(size=count), rng.normal(size=count)], axis=1)
    return np.column_stack([lengths, opening, rng.uniform(-1, 1, size=count), shares, moving[:, :1]])[:, : len(NAMES)]


def _judge(seed: int) -> Taste:
    """What a judge likes: weights of the features, a best value of each third one, and two that please together."""
    rng = np.random.default_rng(seed)
    sample = _cuts(4_000, 0)
    centre, scale = sample.mean(axis=0), sample.std(axis=0)
    linear, bent = rng.normal(size=len(NAMES)), 0.4 * np.abs(rng.normal(size=len(NAMES)))
    bent[rng.permutation(len(NAMES))[len(NAMES) // 3 :]] = 0
    one, other = rng.permutation(len(NAMES))[:2]

    def raw(cuts: np.ndarray) -> np.ndarray:
        z = (cuts - centre) / scale
        return z @ linear - (z**2) @ bent + 0.4 * z[:, one] * z[:, other]

    keen = _KEENNESS / raw(sample).std()
    return lambda cuts: keen * raw(cuts)


def _answer(taste: Taste, one: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> bool:
    """Whether the judge says that it likes the first better."""
    first, second = taste(np.stack([one, other]))
    return bool(rng.random() < 1 / (1 + np.exp(second - first)))


def _learnt(
    taste: Taste, pool: np.ndarray, count: int, seed: int, ask: Callable[[Reward, np.ndarray], tuple[int, int]] | None
) -> Reward:
    """The reward after so many answers about pairs of the pool: those that it asks for, or random ones."""
    rng, reward = np.random.default_rng(seed), Reward(NAMES)
    better, worse = [], []
    for _ in range(count):
        one, other = ask(reward, pool) if ask else rng.choice(len(pool), 2, replace=False)
        if not _answer(taste, pool[one], pool[other], rng):
            one, other = other, one
        better.append(pool[one])
        worse.append(pool[other])
        if ask:
            reward.fit(np.array(better), np.array(worse))
    return reward.fit(np.array(better), np.array(worse))


def _linear(taste: Taste, pool: np.ndarray, seed: int) -> Taste:
    """Logistic regression on standardised differences, by Newton's method: what most would write first."""
    rng = np.random.default_rng(seed)
    scale, differences = pool.std(axis=0), []
    for _ in range(COMPARISONS):
        one, other = rng.choice(len(pool), 2, replace=False)
        sign = 1 if _answer(taste, pool[one], pool[other], rng) else -1
        differences.append(sign * (pool[one] - pool[other]) / scale)
    rows, weights = np.array(differences), np.zeros(len(NAMES))
    for _ in range(30):
        chances = 1 / (1 + np.exp(-rows @ weights))
        precision = np.eye(len(NAMES)) + (rows * (chances * (1 - chances))[:, None]).T @ rows
        weights -= np.linalg.solve(precision, weights - rows.T @ (1 - chances))
    return lambda cuts: cuts / scale @ weights


def _agreement(learnt: Reward | Taste, taste: Taste, unseen: np.ndarray) -> float:
    score = learnt.score if isinstance(learnt, Reward) else learnt
    one, other = unseen[:UNSEEN], unseen[UNSEEN:]
    return float(np.mean((score(one) > score(other)) == (taste(one) > taste(other))))


def _consistency(taste: Taste, unseen: np.ndarray, seed: int) -> float:
    rng = np.random.default_rng(seed)
    apart = taste(unseen[:UNSEEN]) - taste(unseen[UNSEEN:])
    return float(np.mean((rng.random(UNSEEN) < 1 / (1 + np.exp(-apart))) == (apart > 0)))


if __name__ == "__main__":
    main()
