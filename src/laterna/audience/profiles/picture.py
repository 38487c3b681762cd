"""A profile as a picture: six panels, the viewer's bars beside everyone's marks."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from PIL import Image, ImageDraw, ImageFont

from laterna.audience.profiles.card import printable
from laterna.media.fonts import FONTS

if TYPE_CHECKING:
    from laterna.audience.profile import Profile
    from laterna.audience.profiles.tastes import Drift, Novelty

_FINE = 2  # drawn at so many times the size, then reduced: Pillow's lines have steps
_PANEL, _GAP, _HEAD = (420, 270), 36, 84  # pixels
_COLUMNS = 3
_PAPER, _INK, _SOFT, _FAINT = (252, 251, 248), (40, 42, 48), (120, 118, 112), (226, 223, 216)
_BAR, _MARK = (196, 112, 62), (48, 92, 130)
_LINES = ((196, 112, 62), (48, 92, 130), (94, 140, 84), (140, 96, 150))
_MOST = 8  # genres with bars
_BINS = 24  # of the histogram of novelty

Box = tuple[float, float, float, float]  # left, top, right, bottom


def draw(profile: "Profile") -> Image.Image:
    """Draw the panels that there is something to show in."""
    panels = [(title, paint) for title, paint in _panels(profile) if paint is not None]
    rows = -(-len(panels) // _COLUMNS)
    columns = min(len(panels), _COLUMNS)
    width = columns * (_PANEL[0] + _GAP) + _GAP
    image = Image.new("RGB", (width * _FINE, (_HEAD + rows * (_PANEL[1] + _GAP)) * _FINE), _PAPER)
    pen = _Pen(ImageDraw.Draw(image))
    pen.text(_GAP, 30, f"Viewer {printable(profile.user)}", 24, room=width - 2 * _GAP)
    told = f"{profile.count:,} items, {profile.first:%Y-%m-%d} to {profile.last:%Y-%m-%d}"
    pen.text(_GAP, 58, told, 14, _SOFT)
    if profile.novelty is not None:
        pen.text(width - _GAP, 58, "bars: the viewer    lines and ticks: everyone", 14, _SOFT, "rm")
    for number, (title, paint) in enumerate(panels):
        left = _GAP + number % _COLUMNS * (_PANEL[0] + _GAP)
        top = _HEAD + number // _COLUMNS * (_PANEL[1] + _GAP)
        pen.text(left, top + 10, title, 16)
        paint(pen, (left, top + 34, left + _PANEL[0], top + _PANEL[1]))
    return image.reduce(_FINE)


def _panels(profile: "Profile") -> list[tuple[str, Callable[["_Pen", Box], None] | None]]:
    few = profile.genres.filter(pl.col("share") > 0).head(_MOST)
    eras = profile.eras.sort("name")
    alone, rare, moved = profile.novelty is None, profile.novelty, profile.drift
    return [
        ("Genres", (lambda pen, box: _across(pen, box, few, alone)) if len(few) else None),
        ("Eras", (lambda pen, box: _upright_eras(pen, box, eras, alone)) if len(eras) else None),
        (f"Hours ({profile.zone})", lambda pen, box: _hours(pen, box, profile, alone)),
        ("Rarity of what is watched", (lambda pen, box: _rarity(pen, box, rare)) if rare is not None else None),
        ("Genres from first to last", (lambda pen, box: _spans(pen, box, moved)) if moved is not None else None),
        ("Stars beside their mean", _stars(profile)),
    ]


class _Pen:
    """Draws in pixels of the finished picture."""

    def __init__(self, canvas: ImageDraw.ImageDraw) -> None:
        self._canvas = canvas

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: int,
        ink: tuple[int, int, int] = _INK,
        anchor: str = "lm",
        room: float | None = None,
    ) -> None:
        """Words in one line, cut short where there is no room for them (pixels)."""
        font = _font(size * _FINE)
        shown = words
        while room is not None and len(shown) > 1 and font.getlength(shown) > room * _FINE:
            words = words[:-1]
            shown = f"{words.rstrip()}…"
        self._canvas.text((x * _FINE, y * _FINE), shown, ink, font, anchor=anchor)

    def bar(self, box: Box, ink: tuple[int, int, int] = _BAR) -> None:
        left, top, right, bottom = (side * _FINE for side in box)
        if right >= left + 1 and bottom >= top + 1:
            self._canvas.rectangle((left, top, right - 1, bottom - 1), ink)

    def line(self, points: Sequence[tuple[float, float]], ink: tuple[int, int, int], width: float = 1) -> None:
        self._canvas.line([(x * _FINE, y * _FINE) for x, y in points], ink, round(width * _FINE), joint="curve")


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """The package's sans serif, which has Chinese too; Pillow's own has Latin letters alone."""
    return ImageFont.truetype(FONTS / "NotoSansSC-Medium.ttf", size)


def _across(pen: _Pen, box: Box, table: pl.DataFrame, alone: bool) -> None:
    """Bars from left to right with their names before them."""
    left, top, right, bottom = box
    start, most = left + 110, float(table.select(pl.max_horizontal("share", "everyone").max()).item())
    step = (bottom - top) / _MOST
    for number, (name, share, everyone) in enumerate(table.select("name", "share", "everyone").iter_rows()):
        middle = top + (number + 0.5) * step
        pen.text(start - 8, middle, printable(name), 13, anchor="rm", room=102)
        x, tick = (start + (right - 44 - start) * value / most for value in (share, everyone))
        pen.bar((start, middle - 8, x, middle + 8))
        if not alone:
            pen.bar((tick - 1, middle - 11, tick + 1, middle + 11), _MARK)
        pen.text(max(x, start if alone else tick) + 6, middle, f"{share:.0%}", 12, _SOFT)


def _upright_eras(pen: _Pen, box: Box, table: pl.DataFrame, alone: bool) -> None:
    apart = -(-len(table) // 6)  # names that have room
    names = {number: name for number, name in enumerate(table["name"]) if (len(table) - 1 - number) % apart == 0}
    _upright(pen, box, table["share"].to_numpy(), None if alone else table["everyone"].to_numpy(), names)


def _hours(pen: _Pen, box: Box, profile: "Profile", alone: bool) -> None:
    everyone = None if alone else profile.everyones_hours
    _upright(pen, box, profile.hours, everyone, {hour: f"{hour}" for hour in range(0, 24, 3)})


def _upright(pen: _Pen, box: Box, heights: np.ndarray, marks: np.ndarray | None, names: dict[int, str]) -> None:
    """Upright bars, with names under some of them."""
    left, top, right, bottom = box[0] + 40, box[1], box[2], box[3] - 22
    most = max(float(heights.max()), 0.0 if marks is None else float(marks.max()), 1e-9)
    _scale(pen, (left, top, right, bottom), most)
    step = (right - left) / len(heights)
    for number, height in enumerate(heights):
        x = left + number * step
        pen.bar((x + step * 0.12, bottom - (bottom - top) * height / most, x + step * 0.88, bottom))
        if marks is not None:
            y = bottom - (bottom - top) * marks[number] / most
            pen.bar((x + step * 0.04, y - 1, x + step * 0.96, y + 1), _MARK)
        if number in names:
            pen.text(x + step / 2, bottom + 12, names[number], 12, _SOFT, "mm")


def _scale(pen: _Pen, box: Box, most: float) -> None:
    """Lines of shares from 0 up."""
    left, top, right, bottom = box
    for part in range(3):
        y = bottom - (bottom - top) * part / 2
        pen.line([(left, y), (right, y)], _FAINT)
        pen.text(left - 6, y, f"{most * part / 2:.0%}", 12, _SOFT, "rm")


def _rarity(pen: _Pen, box: Box, novelty: "Novelty") -> None:
    """All viewers by how rare what they watch is, and where this one stands."""
    left, top, right, bottom = box[0] + 8, box[1] + 22, box[2] - 8, box[3] - 22
    low, high = min(novelty.others.min(initial=novelty.bits), novelty.bits), novelty.bits
    high = max(float(novelty.others.max(initial=high)), low + 0.1)
    counts, _ = np.histogram(novelty.others, _BINS, (low, high))
    step = (right - left) / _BINS
    for number, count in enumerate(counts):
        x, height = left + number * step, (bottom - top) * count / max(counts.max(), 1)
        pen.bar((x + 1, bottom - height, x + step - 1, bottom), _FAINT)
    pen.line([(left, bottom), (right, bottom)], _SOFT)
    here = left + (right - left) * (novelty.bits - low) / (high - low)
    pen.bar((here - 2, top - 22, here + 2, bottom))
    anchor = "lm" if here < (left + right) / 2 else "rm"
    pen.text(
        here + (8 if anchor == "lm" else -8), top - 14, f"rarer than {novelty.rank:.0%} of viewers", 13, _INK, anchor
    )
    pen.text(left, bottom + 12, "well-known", 12, _SOFT)
    pen.text(right, bottom + 12, "rare", 12, _SOFT, "rm")


def _spans(pen: _Pen, box: Box, drift: "Drift") -> None:
    """The shares of the largest genres over the viewer's time."""
    left, top, right, bottom = box[0] + 40, box[1], box[2] - 96, box[3] - 22
    chosen = np.argsort(-drift.spans.max(0), kind="stable")[: len(_LINES)]
    most = float(drift.spans[:, chosen].max())
    _scale(pen, (left, top, right, bottom), most)
    for ink, genre in zip(_LINES, chosen, strict=False):
        heights = bottom - (bottom - top) * drift.spans[:, genre] / most
        pen.line(list(zip(np.linspace(left, right, len(heights)), heights, strict=True)), ink, 2.5)
    ends = bottom - (bottom - top) * drift.spans[-1, chosen] / most
    for ink, genre, y in zip(_LINES, chosen, _apart(ends, bottom), strict=False):
        pen.text(right + 6, y, printable(drift.names[genre]), 12, ink, room=90)
    pen.text(left, bottom + 12, "first", 12, _SOFT)
    pen.text(right, bottom + 12, "last", 12, _SOFT, "rm")


def _apart(heights: np.ndarray, bottom: float, least: float = 16) -> np.ndarray:
    """Heights moved until no two are nearer than ``least`` and none is below ``bottom``."""
    order, moved = np.argsort(heights, kind="stable"), heights.astype(float)
    for upper, lower in pairwise(order):
        moved[lower] = max(moved[lower], moved[upper] + least)
    moved[order[-1]] = min(moved[order[-1]], bottom)
    for lower, upper in pairwise(order[::-1]):
        moved[upper] = min(moved[upper], moved[lower] - least)
    return moved


def _stars(profile: "Profile") -> Callable[[_Pen, Box], None] | None:
    table = profile.genres.drop_nulls("stars").sort("stars", descending=True)
    if len(table) < 2:
        return None
    ends = table if len(table) <= _MOST else pl.concat([table.head(_MOST // 2), table.tail(_MOST // 2)])

    def paint(pen: _Pen, box: Box) -> None:
        left, top, right, bottom = box
        start, step = left + 110, (bottom - top) / _MOST
        most = max(float(np.abs(ends["stars"].to_numpy()).max()), 0.5)
        zero = start + (right - start) / 2
        pen.line([(zero, top), (zero, bottom)], _SOFT)
        for number, (name, stars) in enumerate(ends.select("name", "stars").iter_rows()):
            middle = top + (number + 0.5) * step
            x = zero + (right - start) * 0.38 * stars / most
            pen.text(start - 8, middle, printable(name), 13, anchor="rm", room=102)
            pen.bar((min(x, zero), middle - 8, max(x, zero), middle + 8), _BAR if stars > 0 else _MARK)
            pen.text(x + (6 if stars > 0 else -6), middle, f"{stars:+.1f}", 12, _SOFT, "lm" if stars > 0 else "rm")

    return paint
