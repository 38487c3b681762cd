"""Recommenders judged side by side, by a protocol that is printed beside each figure."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import polars as pl

from laterna.audience.catalogue import Catalogue
from laterna.audience.evaluation.contenders import Registered, Setting
from laterna.audience.evaluation.groups import ACTIVITY
from laterna.audience.evaluation.protocols import (
    PROTOCOLS,
    Full,
    GlobalTime,
    LeaveLastOut,
    Name,
    Parting,
    RandomSplit,
    Sampled,
)
from laterna.audience.evaluation.table import Table
from laterna.audience.evaluation.together import together
from laterna.audience.events import Events
from laterna.errors import DataError
from laterna.media.files import written_whole


def evaluate(
    events: Events,
    *,
    models: Sequence[str] = ("popularity", "ease"),
    protocol: Name | Parting = "leave-last-out",
    cuts: Sequence[float] = (),
    ranking: Literal["full", "sampled"] = "full",
    negatives: int = 100,
    at_least: float | None = None,
    k: int = 10,
    groups: str = ACTIVITY,
    seed: int = 0,
    picture: Path | None = None,
    catalogue: Catalogue | None = None,
    grids: Mapping[str, Sequence[Setting]] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Table:
    """Judge recommenders side by side on events.

    The figures are NDCG, hit rate, recall, MRR and MAP at k, and how novel and diverse lists are and how many items
    they cover. Each model's settings are chosen on the validation part alone; it then learns anew from all but the
    test. Figures have intervals over users, differences are paired, and equal scores count as the mean over all their
    orders.

    Args:
        events: who met what, when.
        models: recommenders by name, such as ease,als.
        protocol: leave-last-out by time, time (one moment for all), or random.
        cuts: shares of the events, by time, at which a protocol by time is applied; its own unless given.
        ranking: of all items that a user has not met (full), or of a few drawn ones (sampled, which flatters).
        negatives: how many are drawn for sampled ranking.
        at_least: only events with this rating or a higher one count; all unless given.
        k: the length of the lists that figures look at.
        groups: of users, that are compared: activity, or a column of the events.
        seed: of all that is drawn.
        picture: a PNG to draw the figures in.
        catalogue: what items are: for models that know them by it, and to tell how diverse lists are by genre. Unless
            it is given, items are told apart by who watched them.
        grids: settings by model among which the validation chooses, in place of the usual ones.
        progress: is told how much of the learning is done.

    Raises:
        DataError: a split leaves nothing to learn from, to choose by or to test on, or an argument makes no sense.
        ModelError: there is no such model, or it ranks nothing.
    """
    if at_least is not None:
        events = events.where(pl.col("rating") >= at_least)
        if not len(events):
            raise DataError(f"No event is rated {at_least:g} or higher: ask for a lower at_least.")
    names = [name.strip() for several in models for name in several.split(",") if name.strip()]
    contenders = [Registered.of(name, grids or {}, seed=seed, catalogue=catalogue) for name in names]
    judged = together(
        events,
        contenders,
        _parting(protocol, cuts, seed),
        Full() if ranking == "full" else Sampled(negatives, seed),
        k=k,
        groups=groups,
        seed=seed,
        catalogue=catalogue,
        progress=progress,
    )
    if picture is not None:
        with written_whole(picture) as temporary:
            judged.picture().save(temporary, "PNG")
    return judged


def _parting(protocol: Name | Parting, cuts: Sequence[float], seed: int) -> Parting:
    if not isinstance(protocol, str):
        return protocol
    if protocol not in PROTOCOLS:
        raise DataError(f"There is no protocol {protocol!r}: use one of {', '.join(PROTOCOLS)}.")
    if protocol == "random":
        if cuts:
            raise DataError("A random split knows no time, so it has no cuts: leave them out, or use another protocol.")
        return RandomSplit(seed=seed)
    by_time = LeaveLastOut if protocol == "leave-last-out" else GlobalTime
    return by_time(tuple(cuts)) if cuts else by_time()
