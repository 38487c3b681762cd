"""Setting type: which font has a character, how wide a line is, and the line drawn as a mask.

The fonts ship in ``media/fonts``: Cormorant Garamond for titles, Noto Serif SC beside it for Chinese, and Noto Sans SC
for captions and whatever the others lack. ``kerning.json`` there says how letters are kerned: raqm would read it from
the fonts, but Pillow's wheel lacks the FriBiDi that raqm needs, and type has to look the same wherever it is set.
"""

import json
import math
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from PIL import Image, ImageDraw, ImageFont

from laterna.errors import DataError
from laterna.media.fonts import FONTS

_FINE = 4  # small type is drawn so much larger, then reduced: FreeType sets letters on whole pixels
_LARGE = 120  # pixels; an em from which that can't be seen


@dataclass(frozen=True, slots=True)
class Typeface:
    """Font files in order of preference, each with its size beside the first's."""

    fonts: tuple[tuple[str, float], ...]


SANS = Typeface((("NotoSansSC-Medium.ttf", 1.0),))
# Cormorant is small on its body: hanzi as large as its em would tower over it.
SERIF = Typeface(
    (("CormorantGaramond-SemiBold.ttf", 1.0), ("NotoSerifSC-SemiBold.ttf", 0.86), (SANS.fonts[0][0], 0.86))
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of type: ``size`` is the em in pixels, ``tracking`` the extra space between letters in ems."""

    text: str
    face: Typeface = SANS
    size: float = 36.0
    tracking: float = 0.0

    @property
    def width(self) -> float:
        """Pixels from the line's start to its end, without the tracking after its last letter."""
        return sum(advance for *_, advance in self._letters()) - self.tracking * self.size

    def draw(self, mask: Image.Image, left: float, baseline: float, *, stroke: float = 0.0) -> None:
        """Draw into an "L" mask, ``stroke`` pixels fatter all around."""
        fine = _FINE if self.size < _LARGE else 1
        margin = math.ceil(self.size + stroke)  # descenders, accents and swashes stay within an em
        corner = (math.floor(left) - margin, math.floor(baseline) - 2 * margin)
        canvas = Image.new("L", ((math.ceil(self.width) + 2 * margin) * fine, 3 * margin * fine))
        pen = ImageDraw.Draw(canvas)
        x, y = (left - corner[0]) * fine, (baseline - corner[1]) * fine
        for name, em, letter, advance in self._letters():
            font = _font(name, em * fine)
            pen.text((x, y), letter, fill=255, font=font, anchor="ls", stroke_width=stroke * fine)
            x += advance * fine
        ink = canvas.reduce(fine)
        mask.paste(255, corner, ink)

    def _letters(self) -> Iterator[tuple[str, float, str, float]]:
        """Each letter with its font, the font's em and the way to the next letter, in pixels."""
        for (name, scale), run in _runs(self.text, self.face):
            em = round(self.size * scale, 2)
            letters = clusters(run)
            for letter, following in zip(letters, [*letters[1:], ""], strict=True):
                yield name, em, letter, _advance(name, letter, following) * em + self.tracking * self.size


def clean(text: str) -> str:
    """Text as it is set: composed characters, no control or invisible ones, single spaces; lines are kept.

    Raises:
        DataError: the fonts that ship lack a character; the message names them.
    """
    text = unicodedata.normalize("NFC", text)
    seen = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf"))
    kept = "\n".join(line for each in seen.splitlines() if (line := " ".join(each.split())))
    lacking = sorted({c for c in kept if not c.isspace() and not _has(SANS, c) and not _has(SERIF, c)})
    if lacking:
        names = ", ".join(f"{c} (U+{ord(c):04X})" for c in lacking[:8])
        raise DataError(f"The fonts lack {names} in {kept[:40]!r}: write the text in Latin or Chinese script.")
    return kept


def legible(text: str) -> str:
    """Text in one line with a question mark for each character that the fonts lack, where no word may stop the work."""
    kept = (c if c == " " or _has(SANS, c) else "?" for c in unicodedata.normalize("NFC", " ".join(text.split())))
    return "".join(kept)


def clusters(text: str) -> list[str]:
    """Letters with the marks that combine with them."""
    found: list[str] = []
    for character in text:
        if found and unicodedata.combining(character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _has(face: Typeface, character: str) -> bool:
    return any(ord(character) in _coverage(name) for name, _ in face.fonts)


def _runs(text: str, face: Typeface) -> list[tuple[tuple[str, float], str]]:
    chosen = [(_font_for(character, text, face), character) for character in text]
    return [(font, "".join(c for _, c in run)) for font, run in groupby(chosen, key=lambda pair: pair[0])]


def _font_for(character: str, text: str, face: Typeface) -> tuple[str, float]:
    """The first font that has the character; for hanzi the first that has all of the line's: one hand wrote it."""
    wanted = {character}
    if _is_hanzi(character):
        wanted = {c for c in text if _is_hanzi(c)}
    for font in face.fonts:
        if all(ord(c) in _coverage(font[0]) for c in wanted):
            return font
    return face.fonts[-1]


def _is_hanzi(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


@lru_cache(maxsize=4096)
def _advance(name: str, letter: str, following: str) -> float:
    """Ems from a letter to the one after it, kerned. Measured large: FreeType rounds small type to whole pixels."""
    kerned = _kerning()[name].get(letter[-1] + following[:1], 0)
    return (_font(name, 1000.0).getlength(letter) + kerned) / 1000


@lru_cache(maxsize=64)
def _font(name: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=1)
def _kerning() -> dict[str, dict[str, int]]:
    """By font: pairs of letters, and thousandths of an em by which their distance changes."""
    return json.loads((FONTS / "kerning.json").read_text("utf-8"))


@lru_cache(maxsize=8)
def _coverage(name: str) -> frozenset[int]:
    """Code points that a font has: its cmap table in format 4 (OpenType 1.9, chapter cmap)."""
    data = (FONTS / name).read_bytes()
    tables = {data[12 + 16 * i : 16 + 16 * i]: struct.unpack_from(">II", data, 20 + 16 * i) for i in range(data[5])}
    cmap, _ = tables[b"cmap"]
    (records,) = struct.unpack_from(">H", data, cmap + 2)
    offsets = {struct.unpack_from(">HHI", data, cmap + 4 + 8 * i)[2] for i in range(records)}
    (table,) = (cmap + o for o in sorted(offsets) if struct.unpack_from(">H", data, cmap + o) == (4,))
    (doubled,) = struct.unpack_from(">H", data, table + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", data, table + 14)
    starts = struct.unpack_from(f">{count}H", data, table + 16 + doubled)
    return frozenset(code for start, end in zip(starts, ends, strict=True) for code in range(start, end + 1)) - {0xFFFF}
