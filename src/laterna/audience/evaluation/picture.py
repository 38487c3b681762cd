"""Figures with their intervals, drawn one under another."""

import textwrap
from collections.abc import Mapping

from PIL import Image, ImageDraw, ImageFont

from laterna.audience.evaluation.intervals import Interval, short

_FINE = 2  # drawn at so many times the size, and then reduced: Pillow's lines have steps
_WIDTH, _ROW, _LEFT, _RIGHT = 900, 36, 170, 90
_PAPER, _INK, _FAINT, _LINE = (252, 251, 248), (40, 42, 48), (214, 212, 206), (176, 84, 40)


def intervals(told: Mapping[str, Interval], title: str, below: str) -> Image.Image:
    """A picture of figures by model, a point and a line each, on one scale that begins at nought.

    Args:
        told: by model.
        title: above them.
        below: small, under them: the protocol.
    """
    small, usual = (ImageFont.load_default(size * _FINE) for size in (11, 15))
    lines = textwrap.wrap(below, 150)
    height = 50 + _ROW * len(told) + 40 + 16 * len(lines)
    image = Image.new("RGB", (_WIDTH * _FINE, height * _FINE), _PAPER)
    canvas = ImageDraw.Draw(image)
    highest = max((found.high for found in told.values()), default=0) or 1.0

    def x(value: float) -> float:
        return (_LEFT + (_WIDTH - _LEFT - _RIGHT) * value / highest) * _FINE

    bottom = 50 + _ROW * len(told)
    canvas.text((16 * _FINE, 14 * _FINE), title, _INK, usual)
    for part in range(5):
        value = highest * part / 4
        canvas.line((x(value), 44 * _FINE, x(value), bottom * _FINE), _FAINT, _FINE)
        canvas.text((x(value), (bottom + 6) * _FINE), short(value), _INK, small, anchor="ma")
    for number, (model, found) in enumerate(told.items()):
        y = (50 + _ROW * (number + 0.5)) * _FINE
        canvas.text((16 * _FINE, y), model, _INK, usual, anchor="lm")
        canvas.line((x(max(found.low, 0)), y, x(found.high), y), _LINE, 3 * _FINE)
        canvas.circle((x(found.value), y), 5 * _FINE, _LINE)
        canvas.text(((_WIDTH - _RIGHT + 14) * _FINE, y), short(found.value), _INK, usual, anchor="lm")
    for number, line in enumerate(lines):
        canvas.text((16 * _FINE, (bottom + 30 + 16 * number) * _FINE), line, _INK, small)
    return image.reduce(_FINE)
