"""Repeated takes: those of one set-up together, the best of each, and why it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from laterna.editing.indexing.index import Index
from laterna.editing.indexing.word_error import passage, said, word_error
from laterna.errors import DataError
from laterna.media.files import quoted
from laterna.media.plain import open_text
from laterna.media.screenplay import Screenplay

_WEIGHTS = {"words": 0.4, "sharpness": 0.3, "steadiness": 0.2, "exposure": 0.1}
_WELL_EXPOSED = 0.25, 0.65  # mean brightness that is neither dark nor pale
_SHAKY = 0.25  # picture widths a second: as a camera in a running hand
_ALIKE = 0.05  # of a mark: less is no reason


@dataclass(frozen=True)
class Take:
    """One take of a set-up that was taken more than once.

    Attributes:
        group: its set-up.
        shot: its number in the index.
        best: whether it is the group's.
        score: 0..1, the weighed mean of its marks.
        path, start, end: where it is; seconds as exact fractions.
        sharpness, exposure, shake: see :class:`laterna.editing.indexing.index.Index`.
        word_error: of what is said to the script; None without a script, or where nothing is said in any take.
        reason: why it is, or is not, the best.
    """

    group: int
    shot: int
    best: bool
    score: float
    path: str
    start: str
    end: str
    sharpness: float
    exposure: float
    shake: float
    word_error: float | None
    reason: str


def takes(index: Index, *, script: Path | None = None) -> list[Take]:
    """Repeated takes by set-up, the best of each first: by sharpness, a steady camera, exposure and the words said.

    Args:
        index: The project index.
        script: What should be said, a Fountain or text file; a take that is nearer to it is better.

    Raises:
        DataError: the index holds no shots, or the script no words.
        MediaError: the script can't be read.
    """
    if not len(index):
        raise DataError("The index holds no shots: index some footage first.")
    lines = None if script is None else _script(script)
    paths = dict(index.files.select("file", "path").iter_rows())
    found = []
    for (group,), shots in index.shots.group_by("take_group", maintain_order=True):
        if len(shots) > 1:
            found += _ranked(int(group), shots, paths, lines)
    return found


def _script(path: Path) -> list[str]:
    if path.suffix.lower() == ".fountain":
        text = " ".join(line.text for line in Screenplay.open(path).dialogues())
    else:
        text = open_text(path)
    words = said(text)
    if not words:
        raise DataError(f"{quoted(path)} has nothing that is said: write dialogue, or name a text file.")
    return words


def _ranked(group: int, shots: pl.DataFrame, paths: Mapping[int, str], script: Sequence[str] | None) -> list[Take]:
    rows = shots.to_dicts()
    errors = _errors([said(row["transcript"]) for row in rows], script)
    marks = [_marks(row, error, rows) for row, error in zip(rows, errors, strict=True)]
    scores = [_mean(each) for each in marks]
    order = sorted(range(len(rows)), key=lambda number: (-scores[number], rows[number]["shot"]))
    best = order[0]
    return [
        Take(
            group=group,
            shot=rows[n]["shot"],
            best=n == best,
            score=round(scores[n], 4),
            path=paths[rows[n]["file"]],
            **{name: rows[n][name] for name in ("start", "end", "sharpness", "exposure", "shake")},
            word_error=errors[n],
            reason=_reason(marks[n], marks[order[1] if n == best else best], rows[n], errors[n], best=n == best),
        )
        for n in order
    ]


def _errors(spoken: Sequence[Sequence[str]], script: Sequence[str] | None) -> list[float | None]:
    """Of each take, to the passage of the script that the takes have between them."""
    if script is None or not any(spoken):
        return [None] * len(spoken)
    longest = max(spoken, key=len)
    spans = [passage(words, script) for words in spoken if 2 * len(words) >= len(longest)]
    line = script[min(start for start, _ in spans) : max(end for _, end in spans)]
    if len(line) > 2 * len(longest):  # the takes lie apart in the script: they are of no one passage
        start, end = passage(longest, script)
        line = script[start:end]
    return [word_error(words, line) for words in spoken]


def _marks(row: Mapping[str, Any], error: float | None, rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """0 (bad) to 1 (good) by each measure; sharpness is only comparable among takes of one set-up."""
    low, high = _WELL_EXPOSED
    away = max(low - row["exposure"], row["exposure"] - high, 0)
    marks = {
        "sharpness": row["sharpness"] / max(1e-6, *(other["sharpness"] for other in rows)),
        "steadiness": 1 - min(1, row["shake"] / _SHAKY),
        "exposure": 1 - min(1, away / low),
    }
    return marks if error is None else marks | {"words": 1 - min(1, error)}


def _mean(marks: Mapping[str, float]) -> float:
    return sum(_WEIGHTS[name] * mark for name, mark in marks.items()) / sum(_WEIGHTS[name] for name in marks)


def _reason(
    marks: Mapping[str, float], other: Mapping[str, float], row: Mapping[str, Any], error: float | None, *, best: bool
) -> str:
    """What tells a take from the best one of its group, or the best from the next one."""
    ahead = [name for name in marks if marks[name] - other[name] > _ALIKE]
    behind = [name for name in marks if other[name] - marks[name] > _ALIKE]
    parts = [_TOLD[name](True, row, error) for name in ahead] + [_TOLD[name](False, row, error) for name in behind]
    if not parts:
        return "as good as the next one" if best else "nearly as good as the best"
    return ", ".join(parts)


_TOLD: Mapping[str, Callable[[bool, Mapping[str, Any], float | None], str]] = {
    "sharpness": lambda better, row, error: f"{'sharper' if better else 'softer'} ({row['sharpness']:.2f})",
    "steadiness": lambda better, row, error: f"{'steadier' if better else 'shakier'} ({row['shake']:.3f} widths/s)",
    "exposure": lambda better, row, error: f"{'better' if better else 'worse'} exposed ({row['exposure']:.2f})",
    "words": lambda better, row, error: (
        f"{'nearer to' if better else 'farther from'} the script ({error or 0:.0%} wrong)"
    ),
}
