"""Quotas: how many of some kind a list has at least or at most, and whether that can be."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from laterna.audience.ranking_rules.facts import Candidates
from laterna.errors import DataError

_MOST = 8  # quotas at once: kinds of candidates double with each


@dataclass(frozen=True, eq=False)
class Quota:
    """At least, or at most, so many of some kind in the list.

    Attributes:
        name: of the kind, as it is told: "new", "local".
        among: which items are of it, over the catalogue's columns: ``pl.col("tags").list.contains("local")``.
        least: so many are in the list, if there are so many.
        most: no more than that are in it; None for any number.
    """

    name: str
    among: pl.Expr
    least: int = 0
    most: int | None = None

    def check(self) -> None:
        """Raise a DataError where its numbers can't be."""
        if self.least < 0 or (self.most is not None and self.most < max(self.least, 0)):
            raise DataError(
                f"The quota {self.name!r} asks for {self.least} to {self.most}: give least <= most, from 0."
            )


class Room:
    """Which kinds may still be taken, such that all quotas are met in the end.

    A kind is the set of quotas that a candidate counts for, as the bits of a number.
    """

    def __init__(self, quotas: Sequence[Quota], candidates: Candidates, allowed: np.ndarray, places: int) -> None:
        if len(quotas) > _MOST:
            raise DataError(f"{len(quotas)} quotas are too many: give {_MOST} at most.")
        for quota in quotas:
            quota.check()
        members = [candidates.where(quota.among, f"The quota {quota.name!r}") for quota in quotas]
        self.quotas, self.places = quotas, places
        self.kinds = np.zeros(len(candidates), int)
        for bit, member in enumerate(members):
            self.kinds |= member.astype(int) << bit
        counts = np.bincount(self.kinds[allowed], minlength=1)
        self.left = {int(kind): int(counts[kind]) for kind in np.flatnonzero(counts)}
        self.caps = [places if quota.most is None else min(quota.most, places) for quota in quotas]
        self.notes, self.needs = list[str](), [0] * len(quotas)
        for number, quota in enumerate(quotas):
            self._grant(number, quota)

    def _grant(self, number: int, quota: Quota) -> None:
        """As much of a quota as can be met beside those before it."""
        for least in range(quota.least, -1, -1):
            self.needs[number] = least
            if _possible(self.left, self.needs, self.caps, self.places):
                break
        if self.needs[number] < quota.least:
            found = sum(count for kind, count in self.left.items() if kind >> number & 1)
            why = f"only {found} may be chosen" if found < quota.least else "the other rules leave no more room"
            self.notes.append(
                f"The list has {self.needs[number]} of the {quota.least} {quota.name!r} that are asked for: {why}."
            )

    def fitting(self) -> np.ndarray:
        """Which candidates are of a kind that leaves room for what the quotas still need, (n,) bool."""
        return np.isin(self.kinds, [kind for kind, count in self.left.items() if count and self._fits(kind)])

    def take(self, candidate: int) -> None:
        """Count a candidate."""
        self.left, self.needs, self.caps = self._after(int(self.kinds[candidate]))
        self.places -= 1

    def said(self, chosen: int, passed: int) -> str:
        """Why one candidate fits and another does not, in words."""
        for number, quota in enumerate(self.quotas):
            one, two = (self.kinds[candidate] >> number & 1 for candidate in (chosen, passed))
            if two and self.caps[number] < 1:
                return f"the list has its {quota.most} {quota.name!r}"
            if one and not two and self.needs[number]:
                return f"the list needs {quota.least} {quota.name!r}"
        return "the quotas can be kept together in this way alone"

    def _fits(self, kind: int) -> bool:
        left, needs, caps = self._after(kind)
        return self.places > 0 and min(caps, default=0) >= 0 and _possible(left, needs, caps, self.places - 1)

    def _after(self, kind: int) -> tuple[dict[int, int], list[int], list[int]]:
        bits = [kind >> number & 1 for number in range(len(self.quotas))]
        needs = [max(0, need - bit) for need, bit in zip(self.needs, bits, strict=True)]
        caps = [cap - bit for cap, bit in zip(self.caps, bits, strict=True)]
        return self.left | {kind: self.left[kind] - 1}, needs, caps


def _possible(left: Mapping[int, int], needs: Sequence[int], caps: Sequence[int], places: int) -> bool:
    """Whether some of what is left, by kind, meets the needs within the caps and places."""
    useful = tuple(sorted((kind, min(count, places)) for kind, count in left.items() if kind and count))
    return _fits(useful, tuple(needs), tuple(caps), places)


@functools.lru_cache(maxsize=1 << 16)
def _fits(left: tuple[tuple[int, int], ...], needs: tuple[int, ...], caps: tuple[int, ...], places: int) -> bool:
    if not any(needs):
        return True
    if max(needs) > places or not left:
        return False
    (kind, count), rest = left[0], left[1:]
    bits = tuple(kind >> number & 1 for number in range(len(needs)))
    most = min([count, places, *(cap for cap, bit in zip(caps, bits, strict=True) if bit)])
    for taken in range(most, -1, -1):
        fewer = tuple(max(0, need - taken * bit) for need, bit in zip(needs, bits, strict=True))
        lower = tuple(cap - taken * bit for cap, bit in zip(caps, bits, strict=True))
        if _fits(rest, fewer, lower, places - taken):
            return True
    return False
