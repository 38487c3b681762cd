"""Recommenders beside their peers: one harness, the same splits, the same run, tuned on the validation alone.

Parts, each of which runs alone by ``--parts``: ``small`` (ml-latest-small), ``made`` (an audience of known tastes),
``hundred`` (ml-100k, where ``--ml-100k`` says where it lies) and ``cold`` (items that nobody has met).
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import audience_peers as peers
import common
import numpy as np
import polars as pl
from audience_peers import SMALL
from common import Row

from laterna.audience.catalogue import Catalogue
from laterna.audience.evaluation import metrics
from laterna.audience.evaluation.contenders import GRIDS, Contender, Question, Registered, Setting
from laterna.audience.evaluation.intervals import Mean, compare, draws, interval
from laterna.audience.evaluation.protocols import GlobalTime, LeaveLastOut, Parting
from laterna.audience.evaluation.ranks import Ranks
from laterna.audience.evaluation.table import Table
from laterna.audience.evaluation.together import together
from laterna.audience.events import Events
from laterna.audience.generate import Generated, generate
from laterna.audience.interactions import Interactions

OURS = ("popularity", "item_knn", "ease", "als", "blend", "two_tower")
PEERS = (peers.PlainEASE(), peers.ALS, peers.ITEM_KNN)
MAIN = "ndcg@10"
MADE = (5_000, 1_500, 200_000)  # users, items, events


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--parts", default="small,made,hundred,cold", help="which, with commas")
    parser.add_argument("--cuts", default="0.6,0.8,1", help="shares of the events at which ml-latest-small is cut")
    parser.add_argument("--ml-100k", type=Path, help="its folder")
    parser.add_argument("--quick", action="store_true", help="one setting for each model in place of its grid")


def rows(chosen: argparse.Namespace) -> list[Row]:
    parts = {
        "small": lambda: small(tuple(map(float, chosen.cuts.split(","))), quick=chosen.quick),
        "made": lambda: made(quick=chosen.quick),
        "hundred": lambda: hundred(chosen.ml_100k, quick=chosen.quick),
        "cold": cold,
    }
    return [row for name in chosen.parts.split(",") for row in parts[name]()]


def small(cuts: Sequence[float], *, quick: bool) -> list[Row]:
    """Real events: leave-last-out at several cuts, and what comes after several moments."""
    events, catalogue = Events.open(SMALL), Catalogue.open(SMALL)
    found = []
    for protocol in (LeaveLastOut(tuple(cuts)), GlobalTime((0.7, 0.8, 0.9))):
        table = judged(events, catalogue, protocol, quick)
        found += told(f"ml-latest-small, {protocol.name}", table, ">= -2%", -0.02)
    return found


def made(*, quick: bool) -> list[Row]:
    """A made audience, whose true tastes are known and give what can be reached."""
    audience = generate(*MADE, seed=1)
    table = judged(audience.events, audience.catalogue, LeaveLastOut(), quick, [Oracle(audience)])
    users, items, events = MADE
    return told(f"made audience of {users:,} users, {events:,} events, {items:,} items", table, ">= +5%", 0.05)


def hundred(folder: Path | None, *, quick: bool) -> list[Row]:
    """ml-100k, which only its owner may give."""
    if folder is None:
        return []
    events, catalogue = Events.open(folder), Catalogue.open(folder)
    liked = events.where(pl.col("rating") >= 4)
    return [
        row
        for name, some in (("all", events), (">= 4", liked))
        for row in told(f"ml-100k, {name}", judged(some, catalogue, LeaveLastOut(), quick), ">= -2%", -0.02)
    ]


def judged(
    events: Events, catalogue: Catalogue, protocol: Parting, quick: bool, more: Sequence[Contender] = ()
) -> Table:
    ours = [Registered.of(name, GRIDS, catalogue=catalogue) for name in OURS]
    contenders = [Quick(one) for one in (*ours, *PEERS)] if quick else [*ours, *PEERS]
    return together(events, [*contenders, *more], protocol, catalogue=catalogue)


def told(what: str, table: Table, reach: str, least: float) -> list[Row]:
    """Each model's figure; and ours that the validation chose beside the peer that is best on the test itself."""
    entry = table.entries[0]
    protocol = f"{entry.protocol}; {entry.ranking}; {len({*entry.users}):,} users, {table.items[-1]:,} items"
    rivals = [peer.name for peer in PEERS]
    chosen = max((one for one in table.entries if one.model in OURS), key=lambda one: one.valid).model
    rival = max(rivals, key=lambda name: table.figure(name, MAIN).value)
    found = table.compare(chosen, rival)
    assert found.relative is not None
    ahead = f"{found.relative.value:+.1%} [{found.relative.low:+.1%}, {found.relative.high:+.1%}], p {found.p:.4f}"
    return [
        *(Row(f"{what}, {name}", "", str(table.figure(name, MAIN)), None, "as below") for name in table.models),
        Row(
            f"{what}, NDCG@10 of our {chosen}, chosen on the validation, beside the best tuned peer, {rival}",
            f"{reach}, paired lower bound",
            ahead,
            found.relative.low >= least,
            f"{protocol}; intervals of 95% by the bootstrap over users",
        ),
    ]


def cold() -> list[Row]:
    """Items that nobody has met, ranked among themselves for users with a history."""
    audience = generate(*MADE, seed=1)
    events, items = audience.events, audience.catalogue.items
    new = np.sort(np.random.default_rng(0).permutation(len(items))[: len(items) // 10])
    fresh = pl.col("item").is_in([items[number] for number in new])
    known = events.where(~fresh)
    targets = events.where(fresh & pl.col("user").is_in(known.users))
    users = targets.users[:2000]
    past, wanted = (Interactions.of(part, items, users) for part in (known, targets))
    question = Question(Interactions.of(known, items), past, wanted)
    drawn, means = draws(len(users)), {}
    for name in ("popularity", "two_tower", "blend"):
        score, _ = Registered(name, catalogue=audience.catalogue).learn(question, {}, choosing=False)
        means[name] = Mean(metrics.ndcg(_among(score, question, new), 10), np.arange(len(users)))
    protocol = (
        f"made audience; {len(new)} of {len(items):,} items without any event to learn from, ranked among themselves"
        f" for {len(users):,} users by what these met of them; popularity knows none of them, so its figure is chance"
    )
    found = [
        Row(f"new items, NDCG@10, {name}", "", str(interval(mean, drawn)), None, protocol)
        for name, mean in means.items()
    ]
    for name in ("two_tower", "blend"):
        ahead = compare(means[name], means["popularity"], drawn)
        told = f"{ahead.difference} more"
        found.append(
            Row(f"new items by content, {name}", "clearly above popularity", told, ahead.difference.low > 0, protocol)
        )
    return found


def _among(score: object, question: Question, new: np.ndarray) -> Ranks:
    """Where targets came among new items alone."""
    parts = []
    for block in np.array_split(np.arange(len(question.past)), 20):
        scores = score(question.past.rows(block))[:, new]
        targets = question.targets.rows(block).seen()[:, new]
        parts.append(Ranks.of(scores, np.ones(scores.shape, bool), [np.flatnonzero(row) for row in targets]))
    return Ranks.joined(parts)


@dataclass(frozen=True)
class Quick:
    """A contender with the setting that stands in the middle of its grid."""

    of: Contender

    @property
    def name(self) -> str:
        return self.of.name

    @property
    def grid(self) -> Sequence[Setting]:
        return [self.of.grid[len(self.of.grid) // 2]]

    def learn(self, question: Question, setting: Setting, *, choosing: bool) -> tuple[object, Setting]:
        return self.of.learn(question, setting, choosing=choosing)


@dataclass(frozen=True)
class Oracle:
    """Who knows what made viewers truly like and how much is looked for at the time: nothing learnt can do better."""

    audience: Generated
    name: str = "the true tastes"
    grid: Sequence[Setting] = ({},)

    def learn(self, question: Question, setting: Setting, *, choosing: bool) -> tuple[object, Setting]:
        tastes = self.audience.tastes
        place = {item: number for number, item in enumerate(tastes.items)}
        columns = [place[item] for item in question.past.items]

        def score(histories: Interactions) -> np.ndarray:
            last = histories.times[histories.starts[1:] - 1]
            times = pl.Series(last * 1_000_000).cast(pl.Datetime("us", "UTC"))
            rows = [tastes.chances([user], at)[0][columns] for user, at in zip(histories.users, times, strict=True)]
            return np.array(rows, np.float32)

        return score, setting


if __name__ == "__main__":
    common.main()
