"""Why an item was recommended: what speaks for it, in parts that add up to its score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score.

    Attributes:
        kind: an item that was watched, a feature of the user or the item, its popularity, or the rest: the sum of all
            parts that are not named.
        name: the watched item's id, the feature's name, or how popular it is; empty for the rest.
        share: of the score, in its unit; negative where it speaks against. The shares of one item add up to its score.
    """

    kind: Literal["watched", "feature", "popularity", "rest"]
    name: str
    share: float


def largest(kind: Literal["watched", "feature"], names: Sequence[str], shares: np.ndarray, most: int) -> list[Reason]:
    """The parts with the largest shares (names,), largest first, and the rest if there is any."""
    order = np.argsort(-shares, kind="stable")
    named, others = order[:most], order[most:]
    reasons = [Reason(kind, names[number], float(shares[number])) for number in named]
    return [*reasons, Reason("rest", "", float(shares[others].sum()))] if len(others) else reasons


def told(reasons: Sequence[Reason], titles: Mapping[str, str]) -> str:
    """What speaks for an item, in one phrase; watched items by their titles, where they have one."""
    spoken = [reason for reason in reasons if reason.kind != "rest" and reason.share > 0]
    watched = [titles.get(reason.name, reason.name) for reason in spoken if reason.kind == "watched"]
    words = [reason.name for reason in spoken if reason.kind != "watched"]
    if watched:
        words.insert(0, f"you watched {' and '.join(filter(None, [', '.join(watched[:-1]), watched[-1]]))}")
    return ", ".join(words) or "it goes with many things that you watched"
