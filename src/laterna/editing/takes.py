"""Repeated takes: those of one set-up together, the best of each, and why it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laterna.editing.indexing.index import Index
from laterna.editing.indexing.rating import Part, Rated, parted
from laterna.editing.indexing.word_error import said
from laterna.errors import DataError
from laterna.media.files import quoted
from laterna.media.plain import open_text
from laterna.media.screenplay import Screenplay

_ALIKE = 0.05  # of a mark: less is no reason


@dataclass(frozen=True)
class Take:
    """One take of a set-up that was taken more than once.

    Attributes:
        group: its set-up, which is the number of the first take; a set-up that says several passages of the script
            is several.
        shot: its number in the index.
        best: whether it is the group's.
        score: 0..1, the weighed mean of its marks.
        path, start, end: where it is; seconds as exact fractions.
        sharpness, exposure, shake: see :class:`laterna.editing.indexing.index.Index`.
        word_error: of what is said to the script; None without a script, or where no take says any of it.
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
    """Repeated takes by set-up and what is said, the best of each first: by sharpness, steadiness, exposure and words.

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
    for _, shots in index.shots.group_by("take_group", maintain_order=True):
        for part in parted(shots.to_dicts(), lines):
            if len(part.rows) > 1:
                found += _told(part, paths)
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


def _told(part: Part, paths: Mapping[int, str]) -> list[Take]:
    rated = part.rated()
    best, next_one = rated[:2]
    return [
        Take(
            group=min(row["shot"] for row in part.rows),
            shot=one.row["shot"],
            best=one is best,
            score=round(one.score, 4),
            path=paths[one.row["file"]],
            **{name: one.row[name] for name in ("start", "end", "sharpness", "exposure", "shake")},
            word_error=one.error,
            reason=_reason(one, next_one if one is best else best, best=one is best),
        )
        for one in rated
    ]


def _reason(one: Rated, other: Rated, *, best: bool) -> str:
    """What tells a take from the best one of its part, or the best from the next one."""
    ahead = [name for name in one.marks if one.marks[name] - other.marks[name] > _ALIKE]
    behind = [name for name in one.marks if other.marks[name] - one.marks[name] > _ALIKE]
    parts = [_TOLD[name](better, one.row, one.error) for better, names in ((True, ahead), (False, behind))
             for name in names]  # fmt: skip
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
