"""The fonts that ship, subsets for Latin and Chinese with their kerning, made by ``tools/fonts.py``."""

from pathlib import Path

FONTS = Path(__file__).parent
