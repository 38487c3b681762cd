"""The project index as a value and as a folder: Parquet tables, and a SQLite file that names and summarises them."""

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from laterna.errors import DataError
from laterna.media.files import quoted, sha256, written_whole
from laterna.media.plain import save_table

VERSION = 1
ABOUT = "index.sqlite"

Row = Mapping[str, Any]
Schema = Mapping[str, Any]

FILES: Schema = {
    "file": pl.Int64,
    "path": pl.String,
    "sha256": pl.String,
    "duration": pl.String,
    "frame_rate": pl.String,
    "width": pl.Int64,
    "height": pl.Int64,
}
SHOTS: Schema = {
    "shot": pl.Int64,
    "file": pl.Int64,
    "start": pl.String,
    "end": pl.String,
    "start_frame": pl.Int64,
    "end_frame": pl.Int64,
    "scale": pl.String,
    "move": pl.String,
    "daytime": pl.String,
    "mood": pl.String,
    "place": pl.String,
    "weather": pl.String,
    "subjects": pl.List(pl.String),
    "actions": pl.List(pl.String),
    "motion": pl.Float32,
    "valence": pl.Float32,
    "arousal": pl.Float32,
    "key_score": pl.Float32,
    "key_time": pl.String,
    "sharpness": pl.Float32,
    "exposure": pl.Float32,
    "shake": pl.Float32,
    "caption": pl.String,
    "transcript": pl.String,
    "colours": pl.List(pl.String),
    "take_group": pl.Int64,
    "embedding": pl.List(pl.Float32),
}
BOXES: Schema = {
    "shot": pl.Int64,
    "frame": pl.Int64,
    "time": pl.String,
    "x": pl.Float32,
    "y": pl.Float32,
    "width": pl.Float32,
    "height": pl.Float32,
    "score": pl.Float32,
}
WORDS: Schema = {"file": pl.Int64, "start": pl.String, "end": pl.String, "word": pl.String}
THUMBNAILS: Schema = {"shot": pl.Int64, "time": pl.String, "jpeg": pl.Binary}

SCHEMAS: Mapping[str, Schema] = {
    "files": FILES,
    "shots": SHOTS,
    "boxes": BOXES,
    "words": WORDS,
    "thumbnails": THUMBNAILS,
}
_TIMES = ("start", "end", "time", "key_time", "duration")
_LOOKED_UP = ("shot", "file", "start", "end", "scale", "move", "daytime", "mood", "place", "weather", "caption",
              "transcript", "take_group")  # fmt: skip


@dataclass(frozen=True)
class Index:
    """Every shot of a project's footage: its time range, labels, words, boxes, colours and pictures.

    Times are exact fractions of seconds, as text, from a file's first picture. Labels are "" where they are unknown.

    Attributes:
        files: a row for each film file: ``file`` (its number), ``path``, ``sha256``, ``duration``, ``frame_rate``,
            ``width`` and ``height`` as shown.
        shots: a row for each shot, ``shot`` being its row's number over all files. ``start_frame`` to ``end_frame``
            (exclusive) and ``start`` to ``end`` lie in its ``file``. ``motion`` and ``shake`` are in picture widths a
            second, ``valence`` and ``arousal`` in -1..1, ``key_score``, ``sharpness`` and ``exposure`` in 0..1;
            ``colours`` are "#rrggbb", the commonest first; near-duplicate takes share a ``take_group``;
            ``embedding`` is a unit vector, near that of a shot that looks alike; [] where a shot is too short for one.
        boxes: where the subject is, a row every 12 frames of a shot where there is one: ``x`` and ``y`` of the box's
            top left corner, ``width`` and ``height``, in 0..1 of the upright picture; ``score`` in 0..1.
        words: what is said: ``file``, ``start``, ``end``, ``word``.
        thumbnails: ``shot``, ``time``, ``jpeg`` (320 pixels wide).
        refused: a sentence for each file that was broken and left out.
    """

    files: pl.DataFrame
    shots: pl.DataFrame
    boxes: pl.DataFrame
    words: pl.DataFrame
    thumbnails: pl.DataFrame
    refused: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        shots: Sequence[Row],
        *,
        files: Sequence[Row] = (),
        boxes: Iterable[Row] = (),
        words: Iterable[Row] = (),
        thumbnails: Iterable[Row] = (),
        refused: Iterable[str] = (),
    ) -> "Index":
        """An index of rows that may leave out what they don't know: "", 0 or nothing stands for it.

        Shots are numbered in their order, and without ``files`` each file that they name is given a row.

        Raises:
            DataError: a row has a column that its table has not, or a value of another type.
        """
        numbered = [{"shot": number, "take_group": number, **row} for number, row in enumerate(shots)]
        used = sorted({row.get("file", 0) for row in numbered})
        files = files or [{"file": number, "path": f"{number}.mp4", "frame_rate": "25"} for number in used]
        given = {"files": files, "shots": numbered, "boxes": boxes, "words": words, "thumbnails": thumbnails}
        return cls(**{name: _table(name, rows) for name, rows in given.items()}, refused=tuple(refused))

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> "Index":
        """Read what :meth:`save` wrote.

        Raises:
            DataError: the folder holds no index, one of another version, or one that is not whole.
        """
        folder = Path(folder)
        if not (folder / ABOUT).is_file():
            raise DataError(f"{quoted(folder)} holds no index: make one with `laterna editing index`.")
        about = _about(folder)
        if about.get("version") != str(VERSION):
            raise DataError(
                f"{quoted(folder)} is an index of version {about.get('version', 'unknown')}, and {VERSION} is read:"
                " make it anew with `laterna editing index`."
            )
        refused = tuple(about.get("refused", "").splitlines())
        return cls(**{name: _read(folder, name, about) for name in SCHEMAS}, refused=refused)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write a Parquet file for each table and, last, index.sqlite, by which the others are known to be whole."""
        folder = Path(folder)
        for name in SCHEMAS:
            save_table(getattr(self, name), folder / f"{name}.parquet")
        about = {"version": str(VERSION)} | {name: sha256(folder / f"{name}.parquet") for name in SCHEMAS}
        about["refused"] = "\n".join(self.refused)
        with written_whole(folder / ABOUT) as temporary:
            _write_about(temporary, about, self)

    def to_json(self) -> dict[str, Any]:
        """The tables as lists of rows, without pictures and embeddings."""
        plain = {"files": self.files, "shots": self.shots.drop("embedding"), "boxes": self.boxes, "words": self.words}
        return {name: table.to_dicts() for name, table in plain.items()} | {"refused": list(self.refused)}

    @property
    def notes(self) -> list[str]:
        """What whoever made it should be told."""
        return [f"Left out: {sentence}" for sentence in self.refused]

    def __str__(self) -> str:
        takes = len(self.shots) - self.shots["take_group"].n_unique()
        seconds = sum(float(Fraction(duration)) for duration in self.files["duration"])
        return (
            f"{len(self.shots)} shots in {len(self.files)} files, {seconds:.1f} s: {takes} repeated takes,"
            f" {len(self.boxes)} subject boxes, {len(self.words)} words"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Index):
            return NotImplemented
        same = all(getattr(self, name).equals(getattr(other, name)) for name in SCHEMAS)
        return same and self.refused == other.refused

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        """Shots in it."""
        return len(self.shots)


def _table(name: str, rows: Iterable[Row]) -> pl.DataFrame:
    schema, rows = SCHEMAS[name], list(rows)
    strange = sorted({column for row in rows for column in row} - set(schema))
    if strange:
        raise DataError(f"The index's table of {name} has no column {strange[0]!r}: it has {', '.join(schema)}.")
    columns = {column: [row.get(column, _unknown(column, kind)) for row in rows] for column, kind in schema.items()}
    try:
        return pl.DataFrame(columns, schema=dict(schema))
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise DataError(f"The index's table of {name} is given a value of another type: {error}.") from error


def _unknown(column: str, kind: Any) -> Any:
    """What stands for a value that isn't known."""
    if kind == pl.String:
        return "0" if column in _TIMES else ""
    if kind == pl.Binary:
        return b""
    return [] if isinstance(kind, pl.List) else 0


def _about(folder: Path) -> dict[str, str]:
    try:
        with contextlib.closing(
            sqlite3.connect(f"{(folder / ABOUT).absolute().as_uri()}?mode=ro", uri=True)
        ) as database:
            return dict(database.execute("SELECT name, value FROM about"))
    except sqlite3.DatabaseError as error:
        raise _not_whole(folder) from error


def _read(folder: Path, name: str, about: Mapping[str, str]) -> pl.DataFrame:
    try:
        data = (folder / f"{name}.parquet").read_bytes()
        if hashlib.sha256(data).hexdigest() != about.get(name):
            raise _not_whole(folder)
        table = pl.read_parquet(data)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _not_whole(folder) from error
    if dict(table.schema) != dict(SCHEMAS[name]):
        raise _not_whole(folder)
    return table


def _not_whole(folder: Path) -> DataError:
    return DataError(f"{quoted(folder)} is no whole index: make it anew with `laterna editing index`.")


def _write_about(path: Path, about: Mapping[str, str], index: Index) -> None:
    """What the index is, and its files and shots to look up by, in seconds, for who asks in SQL."""
    shots = index.shots.select(_LOOKED_UP).with_columns(
        pl.col(name).map_elements(_seconds, return_dtype=pl.Float64) for name in ("start", "end")
    )
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT)")
        database.executemany("INSERT INTO about VALUES (?, ?)", about.items())
        _fill(database, "files", index.files)
        _fill(database, "shots", shots)
        database.execute("CREATE INDEX shots_by_file ON shots (file, start)")


def _fill(database: sqlite3.Connection, name: str, table: pl.DataFrame) -> None:
    database.execute(f"CREATE TABLE {name} ({', '.join(table.columns)})")  # names of ours, not of a user
    marks = ", ".join("?" * table.width)
    database.executemany(f"INSERT INTO {name} VALUES ({marks})", table.rows())


def _seconds(time: str) -> float:
    return float(Fraction(time))
