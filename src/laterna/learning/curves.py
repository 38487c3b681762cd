"""A training's history as a picture: one panel for each figure, by step."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from laterna.media.files import written_whole

_FINE = 2  # drawn at so many times the size, and then reduced: Pillow's lines have steps
_PANEL = (440 * _FINE, 260 * _FINE)
_COLUMNS = 3
_MARGIN = (64 * _FINE, 34 * _FINE, 16 * _FINE, 28 * _FINE)  # left, top, right, bottom
_PAPER, _INK, _FAINT, _LINE = (252, 251, 248), (40, 42, 48), (214, 212, 206), (176, 84, 40)


def draw(history: Sequence[Mapping[str, float]], path: Path) -> None:
    """Write the learning curve of a history (rows with "step" and other figures) as a PNG."""
    names = sorted(
        {name for row in history for name in row if name != "step"}, key=lambda name: ("valid" in name, name)
    )
    rows = max(1, math.ceil(len(names) / _COLUMNS))
    image = Image.new("RGB", (_PANEL[0] * min(_COLUMNS, max(1, len(names))), _PANEL[1] * rows), _PAPER)
    canvas = ImageDraw.Draw(image)
    for index, name in enumerate(names):
        corner = (index % _COLUMNS * _PANEL[0], index // _COLUMNS * _PANEL[1])
        _panel(canvas, corner, name, [(row["step"], row[name]) for row in history if name in row])
    with written_whole(path) as temporary:
        image.reduce(_FINE).save(temporary, "PNG")


def _panel(
    canvas: ImageDraw.ImageDraw, corner: tuple[int, int], name: str, points: Sequence[tuple[float, float]]
) -> None:
    left, top = corner[0] + _MARGIN[0], corner[1] + _MARGIN[1]
    right, bottom = corner[0] + _PANEL[0] - _MARGIN[2], corner[1] + _PANEL[1] - _MARGIN[3]
    low, high = min(y for _, y in points), max(y for _, y in points)
    high = high if high > low else low + 1
    last = max(x for x, _ in points) or 1
    font = ImageFont.load_default(13 * _FINE)
    canvas.text((left, corner[1] + 10 * _FINE), f"{name}  {points[-1][1]:.4g}", _INK, font)
    for part in range(5):
        y = top + (bottom - top) * part / 4
        canvas.line((left, y, right, y), _FAINT, width=_FINE)
        canvas.text((left - 6 * _FINE, y), f"{high - (high - low) * part / 4:.3g}", _INK, font, anchor="rm")
    canvas.text((right, bottom + 6 * _FINE), f"step {last:.0f}", _INK, font, anchor="ra")
    line = [(left + (right - left) * x / last, bottom - (bottom - top) * (y - low) / (high - low)) for x, y in points]
    if len(line) > 1:
        canvas.line(line, _LINE, width=2 * _FINE, joint="curve")
    for x, y in line if len(line) < 40 else line[-1:]:
        canvas.circle((x, y), 3 * _FINE, _LINE)
