"""Models side by side: only those who answered the same questions, with how sure each figure is."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from laterna.audience.evaluation.groups import Gap, gap
from laterna.audience.evaluation.intervals import (
    DRAWS,
    Comparison,
    Interval,
    Mean,
    compare,
    draws,
    holm,
    interval,
    short,
)
from laterna.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

_WIDTH = 120


@dataclass(frozen=True)
class Entry:
    """One model's answers under one protocol.

    Attributes:
        model: its name.
        protocol, ranking: their full texts.
        k: the cut-off of the figures.
        splits: the names of the protocol's splits.
        users: (n,) ids; a user is there once in each split that asks about him.
        split: (n,) int64, the number of each one's split.
        values: by figure, (n,).
        coverage: of the items, the mean over splits.
        valid: the figure by which settings were chosen, on the validation, the mean over its splits.
        settings: chosen for each split.
        seconds: of processor time, to learn and to score, the mean over splits.
    """

    model: str
    protocol: str
    ranking: str
    k: int
    splits: tuple[str, ...]
    users: np.ndarray
    split: np.ndarray
    values: Mapping[str, np.ndarray]
    coverage: float
    valid: float
    settings: tuple[Mapping[str, Any], ...]
    seconds: float


@dataclass(frozen=True)
class Table:
    """Entries that may be compared, and whom they are about.

    Attributes:
        entries: one a model.
        items: how many are ranked, in each split.
        group_of: the group of each user, by id; empty for none.
        grouped_by: what the groups are.
        seed: of the bootstrap and of the tests.

    Raises:
        DataError: there is no entry, two are of one model, or they don't answer the same questions: another protocol,
            sampled beside full ranking, another k, or other users.
    """

    entries: tuple[Entry, ...]
    items: tuple[int, ...]
    group_of: Mapping[str, str]
    grouped_by: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.entries:
            raise DataError("A table of no models says nothing: name one at least.")
        first = self.entries[0]
        for other in self.entries[1:]:
            for what in ("ranking", "protocol", "k"):
                mine, theirs = getattr(first, what), getattr(other, what)
                if mine != theirs:
                    raise DataError(
                        f"Figures of {first.model} ({mine}) and {other.model} ({theirs}) can't stand in one table:"
                        f" evaluate both by one {what}."
                    )
            if not (np.array_equal(first.users, other.users) and np.array_equal(first.split, other.split)):
                raise DataError(f"{first.model} and {other.model} were not asked about the same users: ask them again.")
        if len({entry.model for entry in self.entries}) < len(self.entries):
            raise DataError("Two entries of a table have one name: name each model once.")

    def joined(self, other: "Table") -> "Table":
        """Both tables in one.

        Raises:
            DataError: they can't be compared.
        """
        if self.items != other.items:
            raise DataError("These tables rank other items, so they can't be joined: evaluate the models together.")
        return Table((*self.entries, *other.entries), self.items, self.group_of, self.grouped_by, self.seed)

    @property
    def models(self) -> list[str]:
        """Their names."""
        return [entry.model for entry in self.entries]

    @property
    def figures(self) -> list[str]:
        """Names of the figures that are means over users; the first is the one that counts."""
        return list(self.entries[0].values)

    @cached_property
    def best(self) -> str:
        """The model to take: the best on the validation, for the test chooses nothing."""
        return max(self.entries, key=lambda entry: entry.valid).model

    def figure(self, model: str, name: str) -> Interval:
        """A figure of a model with its 95% interval.

        Raises:
            DataError: there is no such model or figure.
        """
        return interval(self._mean(model, name), self._drawn)

    def compare(self, model: str, other: str, name: str | None = None) -> Comparison:
        """A model beside another one on the same users; by the first figure unless named.

        Raises:
            DataError: there is no such model or figure.
        """
        name = name or self.figures[0]
        return compare(self._mean(model, name), self._mean(other, name), self._drawn, seed=self.seed)

    def gap(self, model: str, name: str | None = None) -> Gap:
        """A figure of a model in each group of users; the first one unless named.

        Raises:
            DataError: there are no groups, or no such model or figure.
        """
        if not self.group_of:
            raise DataError("The table knows no groups of users: evaluate with groups.")
        groups = np.array([self.group_of[user] for user in self._users])
        return gap(self._mean(model, name or self.figures[0]), groups, self._drawn, seed=self.seed)

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values; ``beside_best`` are paired differences from the model best on the validation."""
        first = self.entries[0]
        return {
            "protocol": first.protocol,
            "ranking": first.ranking,
            "splits": list(first.splits),
            "users": len(self._users),
            "items": list(self.items),
            "intervals": self._how,
            "best_on_validation": self.best,
            "models": {entry.model: self._told(entry) for entry in self.entries},
            "beside_best": {model: found.to_json() | {"p_holm": p} for model, (found, p) in self._beside_best.items()},
            "grouped_by": self.grouped_by,
        }

    def __str__(self) -> str:
        main, *others = self.figures
        first = self.entries[0]
        head = ["", main, *others, "coverage", "CPU s"]
        rows = [
            [
                entry.model,
                str(self.figure(entry.model, main)),
                *(short(self.figure(entry.model, name).value) for name in others),
                short(entry.coverage),
                f"{entry.seconds:.2g}",
            ]
            for entry in self.entries
        ]
        about = (
            f"{len(self._users):,} users, {' / '.join(f'{count:,}' for count in self.items)} items"
            f" ({'; '.join(first.splits)}). Protocol: {first.protocol}. Ranking: {first.ranking}. {self._how}."
        )
        parts = [textwrap.fill(about, _WIDTH), _aligned([head, *rows])]
        if len(self.entries) > 1:
            beside = [["", "difference", "relative", "p"]]
            for model, (found, p) in self._beside_best.items():
                beside.append([model, str(found.difference), _percent(found.relative), "" if p is None else short(p)])
            title = f"{main} less that of {self.best}, which is best on the validation; the same users:"
            parts.append(f"{title}\n{_aligned(beside)}")
        if self.group_of:
            gaps = [[model, str(self.gap(model))] for model in self.models]
            parts.append(f"{main} by {self.grouped_by}:\n{_aligned(gaps)}")
        chosen = [[entry.model, _settings(entry)] for entry in self.entries if any(entry.settings)]
        if chosen:
            parts.append(f"Chosen on the validation:\n{_aligned(chosen)}")
        return "\n\n".join(parts)

    def picture(self) -> "Image":
        """The first figure of each model with its interval, drawn."""
        from laterna.audience.evaluation.picture import intervals

        main, first = self.figures[0], self.entries[0]
        told = {model: self.figure(model, main) for model in self.models}
        return intervals(told, f"{main}, {first.ranking}", f"{len(self._users):,} users; {first.protocol}")

    @property
    def _how(self) -> str:
        return f"Intervals: 95%, {DRAWS:,} bootstrap samples of users; p: paired, signs flipped, Holm's correction"

    @cached_property
    def _coded(self) -> tuple[np.ndarray, np.ndarray]:
        return np.unique(self.entries[0].users, return_inverse=True)

    @property
    def _users(self) -> np.ndarray:
        return self._coded[0]

    @cached_property
    def _drawn(self) -> np.ndarray:
        return draws(len(self._users), self.seed)

    @cached_property
    def _beside_best(self) -> dict[str, tuple[Comparison, float | None]]:
        found = {model: self.compare(model, self.best) for model in self.models if model != self.best}
        ps = holm([one.p for one in found.values() if one.p is not None])
        return {model: (one, p) for (model, one), p in zip(found.items(), ps, strict=True)}

    def _mean(self, model: str, name: str) -> Mean:
        entry = next((entry for entry in self.entries if entry.model == model), None)
        if entry is None:
            raise DataError(f"The table has no model {model!r}: it has {', '.join(self.models)}.")
        if name not in entry.values:
            raise DataError(f"The table has no figure {name!r}: it has {', '.join(entry.values)}.")
        return Mean(entry.values[name], self._coded[1])

    def _told(self, entry: Entry) -> dict[str, Any]:
        told = {
            "figures": {name: self.figure(entry.model, name).to_json() for name in self.figures},
            "coverage": entry.coverage,
            "valid": entry.valid,
            "settings": [dict(setting) for setting in entry.settings],
            "cpu_seconds": entry.seconds,
        }
        return told | ({"groups": self.gap(entry.model).to_json()} if self.group_of else {})


def _settings(entry: Entry) -> str:
    """What was chosen, once where it is the same for all splits."""
    told = [", ".join(f"{name} {value}" for name, value in setting.items()) for setting in entry.settings]
    return told[0] if len({*told}) == 1 else "; ".join(told)


def _percent(found: Interval | None) -> str:
    return "" if found is None else f"{found.value:+.1%} [{found.low:+.1%}, {found.high:+.1%}]"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
