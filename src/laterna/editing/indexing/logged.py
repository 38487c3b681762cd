"""What a user's own log says of shots: it goes before what a model says."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from laterna.editing.rehearsals.table import NAME, Row, read_labels

_COLUMNS = {"key": "key_score"}  # of the log: named otherwise in the index


class Log:
    """Rows of the logs of some footage."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows: dict[Path, list[Row]] = {}
        for row in rows:
            self._rows.setdefault(row.path.resolve(), []).append(row)

    @classmethod
    def beside(cls, films: Sequence[Path], log: Path | None = None) -> "Log":
        """The log that is named, or each ``labels.csv`` in the folders of the films.

        Raises:
            DataError: a column or a label is unknown (the nearest known one is told), or a row makes no sense.
            MediaError: the log can't be read.
        """
        found = [folder / NAME for folder in dict.fromkeys(film.parent for film in films)]
        tables = [path for path in found if path.is_file()] if log is None else [log]
        return cls([row for table in tables for row in read_labels(table)])

    def says(self, film: Path, start: Fraction, end: Fraction) -> dict[str, Any]:
        """What the log says of the shot from ``start`` to ``end`` seconds of a film: the index's columns by name.

        Its row is the one that covers most of it, if that is half of the shot, or half of the row's range.
        """
        rows = self._rows.get(film.resolve(), [])
        shared = [(min(end, end if row.end is None else row.end) - max(start, row.start), row) for row in rows]
        most, row = max(shared, key=lambda pair: pair[0], default=(Fraction(0), None))
        if row is None or most <= 0:
            return {}
        its_end = end if row.end is None else row.end
        if 2 * most < min(end - start, its_end - row.start):
            return {}
        sets = {name: list(words) for name, words in row.sets.items()}
        numbers = {_COLUMNS.get(name, name): value for name, value in row.numbers.items()}
        return {**row.choices, **sets, **numbers, **({"caption": row.caption} if row.caption else {})}


def in_words(shot: Mapping[str, Any]) -> str:
    """A line made of a shot's labels: ``Wide pan: a woman and a dog, walk and wave, village, at dusk, rain, calm.``"""
    framing = " ".join(shot[name] for name in ("scale", "move") if shot[name])
    acted = [" and ".join(shot[name]) for name in ("subjects", "actions") if shot[name]]
    seen = [*acted, *(shot[name] for name in ("place", "daytime", "weather", "mood") if shot[name])]
    line = ": ".join(part for part in (framing, ", ".join(seen)) if part)
    return f"{line[0].upper()}{line[1:]}." if line else ""
