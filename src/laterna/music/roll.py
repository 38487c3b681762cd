"""A score as a picture: time from left to right, pitch from the bottom up, a colour for each track."""

from PIL import Image, ImageDraw
from symusic.core import ScoreTick

from laterna.errors import DataError

_PAPER, _BLACK_KEYS, _LINE, _BAR = (252, 250, 246), (240, 236, 228), (228, 222, 212), (190, 180, 166)
_COLOURS = ((196, 78, 82), (221, 158, 71), (85, 138, 104), (76, 114, 176), (129, 114, 179), (100, 100, 100))
_BLACK = (1, 3, 6, 8, 10)
_ROW, _QUARTER, _MARGIN = 7, 20, 3  # pixels of a semitone and of a quarter note; semitones above and below
_WIDEST = 16_000  # pixels


def roll(score: ScoreTick) -> Image.Image:
    """Draw a score as a piano roll, bars by its first time signature.

    Raises:
        DataError: it has no notes, or too many bars for a picture.
    """
    notes = [(note, number) for number, track in enumerate(score.tracks) for note in track.notes]
    if not notes:
        raise DataError("The score holds no note: there is nothing to draw.")
    ticks = score.ticks_per_quarter
    width = -(-score.end() * _QUARTER // ticks) + 1
    if width > _WIDEST:
        raise DataError(f"The score is too long for a picture: draw {_WIDEST // _QUARTER} quarter notes at most.")
    low, high = min(note.pitch for note, _ in notes) - _MARGIN, max(note.pitch for note, _ in notes) + _MARGIN
    image = Image.new("RGB", (width, (high - low + 1) * _ROW), _PAPER)
    draw = ImageDraw.Draw(image)
    _paper(draw, low, high, image.size, _bar(score))
    for note, number in notes:
        left, right = note.start * _QUARTER / ticks, (note.start + note.duration) * _QUARTER / ticks
        top = (high - note.pitch) * _ROW
        draw.rounded_rectangle(
            (left, top, max(left + 1, right - 1), top + _ROW - 1), 2, _COLOURS[number % len(_COLOURS)]
        )
    return image


def _paper(draw: ImageDraw.ImageDraw, low: int, high: int, size: tuple[int, int], bar: float) -> None:
    for pitch in range(low, high + 1):
        top = (high - pitch) * _ROW
        if pitch % 12 in _BLACK:
            draw.rectangle((0, top, size[0], top + _ROW - 1), _BLACK_KEYS)
        if pitch % 12 == 0:
            draw.line((0, top + _ROW - 1, size[0], top + _ROW - 1), _LINE)
    at = 0.0
    while at < size[0]:
        draw.line((at, 0, at, size[1]), _BAR)
        at += bar * _QUARTER


def _bar(score: ScoreTick) -> float:
    """Quarter notes of a bar."""
    signature = score.time_signatures[0] if score.time_signatures else None
    return 4.0 if signature is None else max(0.25, 4 * signature.numerator / signature.denominator)
