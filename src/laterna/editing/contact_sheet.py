"""A contact sheet of an index: each shot with its subject, its labels, its colours and its takes."""

import io
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
from PIL import Image, ImageDraw

from laterna.editing.indexing.index import Index
from laterna.editing.typography import Line, legible
from laterna.errors import DataError

_WIDE, _HIGH = 288, 162  # pixels of a picture's frame
_GAP, _EM, _LINES = 14, 13, 4
_LEADING = 18
_CELL = (_WIDE + _GAP, _HIGH + _LINES * _LEADING + 2 * _GAP)
_GROUND, _INK, _FAINT = (24, 24, 27), (232, 230, 225), (150, 148, 143)
_BOX = (255, 196, 60)
_TAKES = ((94, 180, 255), (255, 122, 122), (126, 214, 140), (214, 150, 255), (255, 170, 90), (110, 220, 220))


def contact_sheet(index: Index, *, columns: int = 5, most: int = 200) -> Image.Image:
    """One picture of an index: shots in order, with subject boxes, labels, colours, and a bar for takes of a set-up.

    Args:
        index: The project index.
        columns: Shots side by side.
        most: Shots that are shown, from the first on.

    Raises:
        DataError: the index holds no shots.
    """
    if not len(index):
        raise DataError("The index holds no shots: index some footage first.")
    if columns < 1 or most < 1:
        raise DataError(f"A sheet of {columns} columns and {most} shots shows nothing: ask for at least 1 of each.")
    shots = index.shots.head(most)
    columns = min(columns, len(shots))
    sheet = Image.new("RGB", (columns * _CELL[0] + _GAP, math.ceil(len(shots) / columns) * _CELL[1] + _GAP), _GROUND)
    names = {number: Path(path).name for number, path in index.files.select("file", "path").iter_rows()}
    inks = _group_inks(index.shots)
    for place, shot in enumerate(shots.iter_rows(named=True)):
        corner = _GAP + place % columns * _CELL[0], _GAP + place // columns * _CELL[1]
        _picture(sheet, corner, index, shot)
        _swatches(sheet, corner, shot["colours"])
        if (ink := inks.get(shot["take_group"])) is not None:
            x, y = corner
            ImageDraw.Draw(sheet).rectangle((x, y - 7, x + _WIDE - 1, y - 3), ink)
        for number, (text, ink) in enumerate(_words(shot, names[shot["file"]], inks)):
            _write(sheet, _fitted(text), corner[0], corner[1] + _HIGH + _GAP + (number + 1) * _LEADING - 4, ink)
    return sheet


def _group_inks(shots: pl.DataFrame) -> dict[int, tuple[int, int, int]]:
    """A colour for each set-up that was taken more than once."""
    counts = shots.group_by("take_group", maintain_order=True).len().filter(pl.col("len") > 1)
    return {group: _TAKES[number % len(_TAKES)] for number, group in enumerate(counts["take_group"])}


def _picture(sheet: Image.Image, corner: tuple[int, int], index: Index, shot: Mapping[str, Any]) -> None:
    found = index.thumbnails.filter(pl.col("shot") == shot["shot"])
    if found.is_empty():
        return
    with Image.open(io.BytesIO(found["jpeg"][0])) as image:
        image.thumbnail((_WIDE, _HIGH))
        left, top = corner[0] + (_WIDE - image.width) // 2, corner[1] + (_HIGH - image.height) // 2
        sheet.paste(image, (left, top))
        size = image.size
    time = Fraction(found["time"][0])
    boxes = index.boxes.filter(pl.col("shot") == shot["shot"]).to_dicts()
    if boxes:
        box = min(boxes, key=lambda row: abs(Fraction(row["time"]) - time))
        near = left + box["x"] * size[0], top + box["y"] * size[1]
        far = near[0] + box["width"] * size[0] - 1, near[1] + box["height"] * size[1] - 1
        ImageDraw.Draw(sheet).rectangle((*near, *far), outline=_BOX, width=2)


def _swatches(sheet: Image.Image, corner: tuple[int, int], colours: list[str]) -> None:
    pen, y = ImageDraw.Draw(sheet), corner[1] + _HIGH + 3
    for number, colour in enumerate(colours):
        x = corner[0] + number * _WIDE // len(colours)
        pen.rectangle((x, y, corner[0] + (number + 1) * _WIDE // len(colours) - 1, y + 6), colour)


def _words(
    shot: Mapping[str, Any], name: str, inks: Mapping[int, tuple[int, int, int]]
) -> Iterator[tuple[str, tuple[int, int, int]]]:
    yield f"{shot['shot']} · {name} · {_clock(Fraction(shot['start']))}", _INK
    if shot["caption"]:
        yield shot["caption"], _INK
    if shot["take_group"] in inks:
        yield f"take of set-up {shot['take_group']}", inks[shot["take_group"]]
    if shot["transcript"]:
        yield f"“{shot['transcript']}”", _FAINT


def _clock(time: Fraction) -> str:
    minutes, seconds = divmod(float(time), 60)
    return f"{int(minutes)}:{seconds:04.1f}"


def _fitted(text: str) -> str:
    """As much of a line as the picture is wide."""
    text = legible(text)
    if Line(text, size=_EM).width <= _WIDE:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if Line(f"{text[:middle]}…", size=_EM).width <= _WIDE else (low, middle - 1)
    return f"{text[:low].rstrip()}…"


def _write(sheet: Image.Image, text: str, left: int, baseline: int, ink: tuple[int, int, int]) -> None:
    mask = Image.new("L", (_WIDE + 2 * _EM, 3 * _EM))
    Line(text, size=_EM).draw(mask, 0, 2 * _EM)
    sheet.paste(ink, (left, baseline - 2 * _EM), mask)
