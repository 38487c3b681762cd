"""What a viewer's events say of their tastes, beside everybody's.

Shares are compared with everybody's by a z-score (of a binomial share), so that what chance could do is not told.
"""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

_ENOUGH = 20  # events of known genres from which drift is told
_NOTICED = 0.03  # of all events: how far a share has to move to be told
_SPANS, _SPAN = 6, 10  # pieces of a history in which tastes are followed at most, and events of one at least
_SHUFFLES = 400  # of a history, to see how far chance alone moves tastes
_FEW = 3  # events under which a viewer is not among those whose novelty is compared

SHARES = pl.Schema({"name": pl.String(), **dict.fromkeys(("share", "everyone", "z", "stars"), pl.Float64())})


@dataclass(frozen=True)
class Novelty:
    """How rare what a viewer watches is.

    Attributes:
        bits: mean self-information of their items, -log2 of the share of viewers who watch one (Vargas and Castells
            2011, "Rank and relevance in novelty and diversity metrics").
        rank: the share of other viewers whose items are less rare, 0 to 1.
        others: the bits of every other viewer with three events or more, sorted.
    """

    bits: float
    rank: float
    others: np.ndarray


@dataclass(frozen=True)
class Drift:
    """How far a viewer's tastes in genres moved from the first half of their events to the second.

    Attributes:
        distance: Jensen-Shannon divergence of the halves' shares of genres in bits, 0 to 1 (Lin 1991).
        chance: the share of shuffled histories with as much; below 0.05 it is no chance.
        genres: those whose shares moved most, (name, share before, share after), the largest rise first.
        spans: (spans, genres) shares of genres in equal pieces of the history, oldest first.
        names: the genres of the columns of ``spans``.
    """

    distance: float
    chance: float
    genres: tuple[tuple[str, float, float], ...]
    spans: np.ndarray
    names: tuple[str, ...]


def shares(mine: pl.DataFrame, all_: pl.DataFrame) -> pl.DataFrame:
    """What falls on each name, of a viewer's and of everybody's events.

    Args:
        mine, all_: columns name, weight and, in ``mine``, rating (null where there is none), one row or more for each
            name; events of weight 1 in all.

    Returns:
        The columns of SHARES, the largest share first. z is in standard deviations of a share by chance; stars are the
        viewer's mean rating of a name beside their mean of all, null where they rated fewer than five.
    """
    everyone = all_.group_by("name").agg(pl.col("weight").sum())
    everyone = everyone.select("name", everyone=pl.col("weight") / pl.col("weight").sum())
    mean = mine["rating"].mean()
    found = mine.group_by("name").agg(
        pl.col("weight").sum(),
        stars=pl.when(pl.col("rating").count() >= 5).then(pl.col("rating").mean() - mean),
    )
    count = float(found["weight"].sum())
    share = pl.col("weight").fill_null(0) / max(count, 1e-9)
    spread = (pl.col("everyone") * (1 - pl.col("everyone")) / max(count, 1e-9)).sqrt()
    table = (
        everyone.join(found, on="name", how="left")
        .with_columns(share=share)
        .with_columns(z=pl.when(spread > 0).then((pl.col("share") - pl.col("everyone")) / spread).otherwise(0.0))
    )
    return table.select(pl.col(name).cast(kind) for name, kind in SHARES.items()).sort(
        ["share", "name"], descending=[True, False]
    )


def hours(times: pl.Series) -> np.ndarray:
    """(24,) shares of times by their hour; all 0 where there are none."""
    counts = np.bincount(times.dt.hour().to_numpy(), minlength=24)
    return counts / max(counts.sum(), 1)


def novelty(events: pl.DataFrame, user: str) -> Novelty | None:
    """A viewer's novelty among all; None where they are the only one."""
    viewers = events["user"].n_unique()
    if viewers < 2:
        return None
    bits = pl.len().truediv(viewers).clip(None, 1).log(2).neg()
    rarity = events.lazy().group_by("item").agg(bits=bits)
    each = events.lazy().select("user", "item").join(rarity, on="item").group_by("user")
    means = each.agg(pl.col("bits").mean(), n=pl.len()).collect(engine="streaming")
    mine = float(means.filter(pl.col("user") == user)["bits"][0])
    others = means.filter(pl.col("user") != user, pl.col("n") >= _FEW)["bits"].sort().to_numpy()
    return Novelty(mine, float((others < mine - 1e-9).mean()) if len(others) else 0.0, others)


def drift(genres: list[list[str]], seed: int) -> Drift | None:
    """How tastes moved; None where there are too few events.

    Args:
        genres: those of each event of the viewer, oldest first; events of no known genre are left out.
        seed: of the shuffles.
    """
    genres = [row for row in genres if row]
    if len(genres) < _ENOUGH:
        return None
    names = sorted({genre for row in genres for genre in row})
    place = {name: number for number, name in enumerate(names)}
    table = np.zeros((len(genres), len(names)))  # an event's weight of 1 on its genres
    for row, of in enumerate(genres):
        table[row, [place[genre] for genre in of]] = 1 / len(of)
    rng = np.random.default_rng(seed)
    moved = _distance(table)
    chance = np.mean([_distance(rng.permutation(table)) >= moved for _ in range(_SHUFFLES)])
    before, after = _halves(table)
    order = np.argsort(before - after, kind="stable")
    far = [(names[n], float(before[n]), float(after[n])) for n in order if _beyond_chance(before[n], after[n], table)]
    spans = np.stack([part.mean(0) for part in np.array_split(table, min(_SPANS, len(table) // _SPAN))])
    return Drift(moved, float(chance), tuple(far), spans, tuple(names))


def divergence(one: np.ndarray, other: np.ndarray) -> float:
    """Jensen-Shannon divergence of two distributions in bits, 0 (the same) to 1 (nothing in common)."""
    middle = (one + other) / 2
    return sum(
        float((share[share > 0] * np.log2(share[share > 0] / middle[share > 0])).sum()) / 2 for share in (one, other)
    )


def _halves(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    middle = len(table) // 2
    return table[:middle].mean(0), table[middle:].mean(0)


def _distance(table: np.ndarray) -> float:
    return divergence(*_halves(table))


def _beyond_chance(before: float, after: float, table: np.ndarray) -> bool:
    """Whether a share moved by two standard deviations, and so far that one would notice."""
    share = (before + after) / 2
    return abs(after - before) > max(_NOTICED, 2 * math.sqrt(share * (1 - share) * 4 / len(table)))
