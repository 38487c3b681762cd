"""Takes of one set-up: which of them say the same, and how good each is beside the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from laterna.editing.indexing.word_error import passage, said, word_error

Row = Mapping[str, Any]

_WEIGHTS = {"words": 0.4, "sharpness": 0.3, "steadiness": 0.2, "exposure": 0.1}
_WELL_EXPOSED = 0.25, 0.65  # mean brightness that is neither dark nor pale
_SHAKY = 0.25  # picture widths a second: as a camera in a running hand
_ELSE = 0.7  # of the words that are said: who changes more of them says nothing of the script


@dataclass(frozen=True)
class Rated:
    """A take beside the others.

    Attributes:
        row: its row in the index's shots.
        marks: 0 (bad) to 1 (good) by each measure.
        error: of what is said, to the script; None where no take says any of it.
    """

    row: Row
    marks: Mapping[str, float]
    error: float | None

    @property
    def score(self) -> float:
        """The weighed mean of its marks, 0..1."""
        weights = {name: _WEIGHTS[name] for name in self.marks}
        return sum(weights[name] * mark for name, mark in self.marks.items()) / sum(weights.values())


@dataclass(frozen=True)
class Part:
    """Takes that say the same passage of a script; ``line`` is that in words, None where they say none."""

    rows: Sequence[Row]
    line: Sequence[str] | None

    def rated(self, rows: Sequence[Row] | None = None) -> list[Rated]:
        """Its takes, or some of them, the best first."""
        rows = self.rows if rows is None else rows
        sharpest = max(1e-6, *(row["sharpness"] for row in rows), 0)
        errors = [None if self.line is None else word_error(said(row["transcript"]), self.line) for row in rows]
        found = [Rated(row, _marks(row, error, sharpest), error) for row, error in zip(rows, errors, strict=True)]
        return sorted(found, key=lambda one: (-one.score, one.row["shot"]))


def parted(rows: Sequence[Row], script: Sequence[str] | None) -> list[Part]:
    """Takes of one set-up by the passage of the script that they say; in one part where there is no script.

    A set-up may be kept for several passages. Takes that say nothing of the script go with the others, if these say
    one passage, else by themselves.

    Args:
        rows: the takes, of the index's shots.
        script: its words, see :func:`laterna.editing.indexing.word_error.said`.
    """
    spoken = [said(row["transcript"]) for row in rows]
    found: list[_Passage] = []
    others: list[int] = []
    for number in sorted(range(len(rows)), key=lambda number: -len(spoken[number])):  # the whole ones first
        one = _Passage.of(spoken[number], script or ())
        if one is None:
            others.append(number)
            continue
        home = next((known for known in found if known.holds(one, spoken[number], script or ())), None)
        if home is None:
            found.append(home := one)
        home.take(number, one)
    if len(found) == 1:
        found[0].takes += others
    parts = [Part([rows[n] for n in sorted(one.takes)], (script or ())[one.start : one.end]) for one in found]
    if others and len(found) != 1:
        parts.append(Part([rows[n] for n in sorted(others)], None))
    return sorted(parts, key=lambda part: min(row["shot"] for row in part.rows))


@dataclass
class _Passage:
    """A range of a script's words, in how many edits (of one take's words) it is reached, and who says it."""

    start: int
    end: int
    edits: int
    takes: list[int]

    @classmethod
    def of(cls, words: Sequence[str], script: Sequence[str]) -> "_Passage | None":
        """Where some words are nearest to a script; None where that is far."""
        if not words or not script:
            return None
        start, end = passage(words, script)
        edits = round(word_error(words, script[start:end]) * max(1, end - start))
        return cls(start, end, edits, []) if start < end and edits <= _ELSE * len(words) else None

    def shared(self, other: "_Passage") -> bool:
        """Whether half of the shorter lies in both."""
        both = min(self.end, other.end) - max(self.start, other.start)
        return 2 * both >= min(self.end - self.start, other.end - other.start)

    def holds(self, other: "_Passage", words: Sequence[str], script: Sequence[str]) -> bool:
        """Whether what is said elsewhere may as well be said here: a line that breaks off fits many places."""
        inside = _Passage.of(words, script[self.start : self.end])
        return self.shared(other) or (inside is not None and inside.edits <= other.edits)

    def take(self, number: int, other: "_Passage") -> None:
        self.takes.append(number)
        if self.shared(other):
            self.start, self.end = min(self.start, other.start), max(self.end, other.end)


def _marks(row: Row, error: float | None, sharpest: float) -> dict[str, float]:
    """By each measure; sharpness is only comparable among takes of one set-up."""
    low, high = _WELL_EXPOSED
    away = max(low - row["exposure"], row["exposure"] - high, 0)
    marks = {
        "sharpness": row["sharpness"] / sharpest,
        "steadiness": 1 - min(1, row["shake"] / _SHAKY),
        "exposure": 1 - min(1, away / low),
    }
    return marks if error is None else marks | {"words": 1 - min(1, error)}
