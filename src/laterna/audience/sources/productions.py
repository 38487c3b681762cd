"""Finished productions as items: what each one's project record says of its film."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from laterna.errors import DataError
from laterna.media.files import quoted
from laterna.media.plain import open_record

RECORD = "project.json"
_SCHEMA: dict[str, Any] = {
    "item": pl.String,
    "title": pl.String,
    "genres": pl.List(pl.String),
    "tags": pl.List(pl.String),
    "text": pl.String,
    "seconds": pl.Float64,
    "loudness": pl.Float64,
    "loudness_range": pl.Float64,
    "record": pl.String,
}


def items(folder: Path) -> pl.DataFrame:
    """The production in a folder, or those in the folders right inside it, in the order of their names.

    Returns item (the folder's name), title, genres (the format, unless it is a plain film), tags (the mood), text (the
    narration), seconds of the film, its loudness in LUFS and loudness range in LU, and record, the record's path.

    Raises:
        DataError: there is none, or a record is not one of ours.
    """
    records = [folder / RECORD] if (folder / RECORD).is_file() else sorted(folder.glob(f"*/{RECORD}"))
    if not records:
        raise DataError(
            f"{quoted(folder)} holds no catalogue: it has neither films of MovieLens nor productions with a {RECORD}."
        )
    return pl.DataFrame([_item(path) for path in records], _SCHEMA)


def _item(path: Path) -> dict[str, Any]:
    record = open_record(path)
    name = path.absolute().parent.name
    try:
        brief, loudness = record["brief"], record["loudness"] or {}
        length = record["length"]
        return {
            "item": name,
            "title": record["title"] or name,
            "genres": [] if brief["format"] == "film" else [brief["format"]],
            "tags": [brief["mood"]],
            "text": brief["narration"] or "",
            "seconds": None if length is None else float(Fraction(length)),
            "loudness": loudness.get("integrated"),
            "loudness_range": loudness.get("range"),
            "record": str(path),
        }
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        told = json.dumps(str(error))
        raise DataError(f"{quoted(path)} is no record of a production ({told:.60}): produce it again.") from error
