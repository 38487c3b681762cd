"""A user's own labels: a table of shots, one a row."""

import csv
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

from laterna.editing.describing.labels import CHOICES, NUMBERS, SETS
from laterna.editing.describing.sampling import Sampler
from laterna.editing.rehearsals.labelled import Labelled
from laterna.errors import DataError
from laterna.media.files import quoted, regular_file
from laterna.media.timecode import seconds
from laterna.media.video import Video

NAME = "labels.csv"
_PLACED = ("file", "start", "end")  # columns that say where a shot is
_LIMITS = {"valence": (-1, 1), "arousal": (-1, 1), "key": (0, 1)}


@dataclass(frozen=True)
class Row:
    """A labelled shot: a file, its range in seconds (all of it where ``end`` is None), and what is said of it."""

    path: Path
    start: Fraction
    end: Fraction | None
    choices: Mapping[str, str]
    sets: Mapping[str, Sequence[str]]
    numbers: Mapping[str, float]
    caption: str = ""

    @property
    def name(self) -> str:
        """The same wherever the files lie."""
        return f"{self.path.name} {self.start}"


def read_labels(table: Path) -> list[Row]:
    """Read a labels.csv: ``file`` (beside the table), and any of ``start``, ``end`` (seconds, or 1m2.5s) and labels.

    Labels are ``scale``, ``move``, ``daytime``, ``mood``, ``weather`` and ``place``, a word each; ``subjects`` and
    ``actions``, words with semicolons between; ``valence``, ``arousal`` (-1..1) and ``key`` (0..1). An empty field is
    unknown. A ``caption`` says in words of its own what is seen.

    Raises:
        DataError: a column or a word is unknown, a file is missing, or a range or number makes no sense.
    """
    try:
        with regular_file(table).open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            columns = reader.fieldnames or []
            _known(columns, (*_PLACED, *CHOICES, *SETS, *NUMBERS, "caption"), table)
            return [_row(row, table, number) for number, row in enumerate(reader, start=2)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{quoted(table)} is no table of labels: save it as CSV, in UTF-8.") from error


def _known(columns: Sequence[str], every: Sequence[str], table: Path) -> None:
    for column in columns:
        if column not in every:
            raise DataError(f"{quoted(table)} has a column {column!r}: {_nearest(column, every)}.")
    if "file" not in columns:
        raise DataError(f"{quoted(table)} has no column file: add one that names each shot's film.")


def _row(row: Mapping[str, str | None], table: Path, number: int) -> Row:
    where = f"Line {number} of {quoted(table)}"
    if None in row:
        raise DataError(f"{where} has more fields than there are columns: put those with commas in quotes.")
    given = {name: value.strip() for name, value in row.items() if value and value.strip()}
    path = table.parent / given.get("file", "")
    if not path.is_file():
        raise DataError(f"{where} names {given.get('file', '')!r}, which is not beside it: correct the name.")
    start, end = (_time(given[name], where) if name in given else None for name in ("start", "end"))
    if end is not None and end <= (start or 0):
        raise DataError(f"{where} ends before it starts: correct its times.")
    return Row(
        path,
        start or Fraction(0),
        end,
        {name: _word(given[name], words, where) for name, words in CHOICES.items() if name in given},
        {
            name: [_word(one.strip(), words, where) for one in given[name].split(";") if one.strip()]
            for name, words in SETS.items()
            if name in given
        },
        {name: _number(given[name], name, where) for name in NUMBERS if name in given},
        given.get("caption", ""),
    )


def _time(text: str, where: str) -> Fraction:
    try:
        return seconds(text)
    except ValueError as error:
        raise DataError(f"{where} has the time {text!r}: write seconds, as 62.5 or 1m2.5s.") from error


def _word(text: str, words: Sequence[str], where: str) -> str:
    if text.lower() not in words:
        raise DataError(f"{where} says {text!r}: {_nearest(text, words)}.")
    return text.lower()


def _number(text: str, name: str, where: str) -> float:
    low, high = _LIMITS[name]
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise DataError(f"{where} has {text!r} as {name}: give a number from {low} to {high}.")
    return value


def _nearest(text: str, words: Sequence[str]) -> str:
    near = difflib.get_close_matches(text.lower(), words, 1)
    return f"write {near[0]}" if near else f"use one of {', '.join(words)}"


@cache
def _sampled(path: Path, start: Fraction, end: Fraction | None) -> Sampler:
    sampler = Sampler()
    for index, frame in enumerate(Video(path).frames(start, end)):
        sampler.add(index, frame)
    return sampler


def labelled(row: Row) -> Labelled:
    """A row with its pictures.

    Raises:
        DataError: the range holds no picture.
        MediaError: the file is broken.
    """
    samples = _sampled(row.path, row.start, row.end).taken()
    if not samples.times:
        raise DataError(f"{quoted(row.path)} has no picture at {float(row.start):g} s: correct its row of labels.")
    whole = samples.between(0, int(samples.frames[-1]) + 1)
    return Labelled(whole, row.choices, row.sets, row.numbers)
