"""Titles and captions as they look: film titles, lower thirds, end titles and burnt-in captions.

Each style is a function of the text and the frame's size that sets lines within the title-safe area (SMPTE ST 2046-1:
90 % of the width and height) and says how they are lit. Sizes follow the frame, so a draft looks like the film.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, get_args

import numpy as np
from PIL import Image, ImageFilter

from laterna.editing.typography import SANS, SERIF, Line, clean
from laterna.errors import DataError

Style = Literal["title", "lower_third", "end", "caption"]

_SHORTEST_SIDE, _LONGEST_SIDE = 16, 16384  # pixels
SAFE_MARGIN = 0.05  # of the width and of the height, on every side
WHITE = (255, 255, 255)
_SHADE = (8, 8, 12)

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels


@dataclass(frozen=True, slots=True)
class Shadow:
    """Darkness behind type: ``stroke`` fatter, then blurred over ``blur``, both in ems; ``strength`` multiplies it."""

    blur: float
    strength: float
    stroke: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of type on a frame: its left end and its baseline in pixels."""

    line: Line
    left: float
    baseline: float


@dataclass(frozen=True, slots=True)
class Overlay:
    """A picture with transparency (mode RGBA, straight) to be laid on a frame at (``left``, ``top``) pixels."""

    image: Image.Image
    left: int
    top: int


def title(text: str, *, style: Style = "title", size: tuple[int, int] = (1280, 720)) -> Image.Image:
    """Draw a title, lower third, end title or caption as a transparent picture of the frame's size.

    Args:
        text: what it says; a new line starts a smaller second line.
        style: what kind of title it is.
        size: the frame's width and height in pixels.

    Raises:
        DataError: the fonts lack a character, or the size is none for a picture.
    """
    check_size(size)
    overlay = drawn(text, style, size)
    frame = Image.new("RGBA", size)
    if overlay is not None:
        frame.paste(overlay.image, (overlay.left, overlay.top))
    return frame


def check_size(size: tuple[int, int]) -> None:
    """Refuse a size (width, height) in which nothing can be set.

    Raises:
        DataError: a side is shorter than 16 pixels or longer than 16384.
    """
    if not _SHORTEST_SIDE <= min(size) <= max(size) <= _LONGEST_SIDE:
        raise DataError(
            f"A picture of {size[0]}x{size[1]} can't be drawn: both sides must be {_SHORTEST_SIDE} to {_LONGEST_SIDE}"
            " pixels."
        )


def drawn(text: str, style: Style, size: tuple[int, int]) -> Overlay | None:
    """``text`` in ``style`` for a frame of ``size`` (width, height); None where there is nothing to draw.

    Raises:
        DataError: the fonts lack a character, or the style is unknown.
    """
    lines = check(text, style)
    return _STYLES[style](lines, size) if lines else None


def check(text: str, style: str) -> list[str]:
    """The lines of a title as they are set.

    Raises:
        DataError: the fonts lack a character, or the style is unknown.
    """
    if style not in get_args(Style):
        raise DataError(f"{style!r} is not a style of title: use one of {', '.join(get_args(Style))}.")
    return clean(text).splitlines()


def fade_frames(style: Style, rate: Fraction, count: int) -> int:
    """Frames over which a title of ``count`` frames comes and goes; captions come at once."""
    seconds = {"title": Fraction(4, 5), "end": Fraction(4, 5), "lower_third": Fraction(2, 5), "caption": Fraction(0)}
    return min(round(seconds[style] * rate), count // 4)


def fitted(line: Line, width: float) -> Line:
    """The line, set smaller if it is wider than ``width`` pixels."""
    return line if line.width <= width else replace(line, size=line.size * width / line.width)


def lit(
    placed: Sequence[Placed], shadows: Sequence[Shadow], size: tuple[int, int], scrim: np.ndarray | None = None
) -> Overlay:
    """White type over its shadows, cropped to what is not transparent.

    ``scrim`` dims the picture behind them: opacities in 0..1 of shape (height, width).
    """
    em = max(p.line.size for p in placed)
    box = _around(placed, em, size) if scrim is None else (0, 0, *size)
    image = Image.new("RGBA", (box[2] - box[0], box[3] - box[1]), (*_SHADE, 0))
    if scrim is not None:
        image.putalpha(Image.fromarray(np.rint(scrim * 255).astype(np.uint8)))
    for shadow in shadows:
        mask = _mask(placed, box, shadow.stroke * em).filter(ImageFilter.GaussianBlur(shadow.blur * em))
        mask = mask.point([min(255, round(value * shadow.strength)) for value in range(256)])
        image = Image.alpha_composite(image, _ink(_SHADE, mask))
    return _cropped(Image.alpha_composite(image, _ink(WHITE, _mask(placed, box))), box[:2])


def balanced(text: str, face_of: Callable[[str], Line], width: float) -> list[Line]:
    """``text`` on one line, or on two of nearly one width where one would have to be much smaller to fit."""
    line = face_of(text)
    words = text.split(" ") if " " in text else list(text)
    if line.width <= 1.25 * width or len(words) < 2:
        return [fitted(line, width)]
    glue = " " if " " in text else ""
    halves = ((glue.join(words[:i]), glue.join(words[i:])) for i in range(1, len(words)))
    pair = min((tuple(map(face_of, half)) for half in halves), key=lambda lines: max(part.width for part in lines))
    em = min(fitted(part, width).size for part in pair)
    return [replace(part, size=em) for part in pair]


def _film_title(lines: Sequence[str], size: tuple[int, int]) -> Overlay:
    em = 0.115 * min(size[1], size[0] * 0.8)
    main = balanced(lines[0].upper(), lambda text: Line(text, SERIF, em, 0.22), 0.8 * size[0])
    small = [fitted(Line(text, SANS, 0.34 * em, 0.16), 0.8 * size[0]) for text in lines[1:]]
    return _centred([*main, *small], size)


def _end_title(lines: Sequence[str], size: tuple[int, int]) -> Overlay:
    em = 0.09 * min(size[1], size[0] * 0.8)
    small = [fitted(Line(text, SANS, 0.36 * em, 0.08), 0.8 * size[0]) for text in lines[1:]]
    return _centred([*balanced(lines[0], lambda text: Line(text, SERIF, em, 0.08), 0.8 * size[0]), *small], size)


def _centred(lines: Sequence[Line], size: tuple[int, int]) -> Overlay:
    """Lines under one another in the middle of a dimmed frame."""
    heights = [1.3 * line.size if line.face is SERIF else 1.9 * line.size for line in lines]
    baseline = (size[1] - sum(heights)) / 2 + 0.12 * heights[0]
    placed = []
    for line, height in zip(lines, heights, strict=True):
        baseline += 0.62 * height
        placed.append(Placed(line, (size[0] - line.width) / 2, baseline))
        baseline += 0.38 * height
    return lit(placed, [Shadow(0.25, 0.6, 0.03), Shadow(0.04, 0.5)], size, np.full(size[::-1], 0.4))


def _lower_third(lines: Sequence[str], size: tuple[int, int]) -> Overlay:
    em = 0.058 * min(size[1], size[0] * 0.8)
    left, widest = 1.4 * SAFE_MARGIN * size[0], (1 - 3 * SAFE_MARGIN) * size[0]
    baseline = (0.80 if len(lines) > 1 else 0.83) * size[1]
    placed = []
    for index, text in enumerate(lines):
        line = Line(text, SERIF, 1.3 * em, 0.03) if index == 0 else Line(text, SANS, 0.62 * em, 0.05)
        placed.append(Placed(fitted(line, widest), left, baseline))
        baseline += 1.15 * em
    return lit(placed, [Shadow(0.25, 0.6, 0.03), Shadow(0.04, 0.5)], size, _corner(size))


def _corner(size: tuple[int, int]) -> np.ndarray:
    """Dusk that rises from the frame's lower left corner."""
    across, down = np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1])[:, None]
    depth = np.clip((down - 0.5) / 0.5, 0, 1) * np.clip(1 - across / 0.85, 0, 1)
    return 0.75 * (3 - 2 * depth) * depth**2  # smoothstep: no visible edge


def _caption(lines: Sequence[str], size: tuple[int, int]) -> Overlay:
    width, height = size
    em = min(0.052 * height, 0.055 * width)
    set_lines = [Line(text, SANS, em) for text in lines]
    em = min(fitted(line, (1 - 2 * SAFE_MARGIN) * width).size for line in set_lines)
    set_lines = [replace(line, size=em) for line in set_lines]
    bottom = (0.93 if width >= height else 0.84) * height  # a phone's player covers the foot of a tall picture
    placed = [
        Placed(line, (width - line.width) / 2, bottom - 0.22 * em - 1.3 * em * (len(lines) - 1 - index))
        for index, line in enumerate(set_lines)
    ]
    return lit(placed, [Shadow(0.35, 0.7, 0.1), Shadow(0.03, 0.95, 0.05)], size)


_STYLES: dict[str, Callable[[Sequence[str], tuple[int, int]], Overlay]] = {
    "title": _film_title,
    "lower_third": _lower_third,
    "end": _end_title,
    "caption": _caption,
}


def _ink(colour: tuple[int, int, int], mask: Image.Image) -> Image.Image:
    image = Image.new("RGBA", mask.size, (*colour, 0))
    image.putalpha(mask)
    return image


def _mask(placed: Sequence[Placed], box: Box, stroke: float = 0.0) -> Image.Image:
    mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
    for one in placed:
        one.line.draw(mask, one.left - box[0], one.baseline - box[1], stroke=stroke)
    return mask


def _around(placed: Sequence[Placed], em: float, size: tuple[int, int]) -> Box:
    """The even part of the frame that the lines and their shadows can reach."""
    left = min(p.left for p in placed) - 1.5 * em
    right = max(p.left + p.line.width for p in placed) + 1.5 * em
    top, bottom = placed[0].baseline - 2 * em, placed[-1].baseline + 1.5 * em
    return _even_box((max(0, int(left)), max(0, int(top)), min(size[0], int(right)), min(size[1], int(bottom))))


def _cropped(image: Image.Image, corner: tuple[int, int]) -> Overlay:
    """The smallest even part that holds what can be seen of an image whose corner lies there on the frame."""
    box = _even_box(image.getchannel("A").getbbox() or (0, 0, 2, 2))
    return Overlay(image.crop(box), corner[0] + box[0], corner[1] + box[1])


def _even_box(box: Box) -> Box:
    """Grown to even sides at an even place: chroma has half the samples."""
    left, top, right, bottom = box
    return left // 2 * 2, top // 2 * 2, (right + 1) // 2 * 2, (bottom + 1) // 2 * 2
