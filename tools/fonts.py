"""Makes the subset fonts that ship in src/laterna/editing/fonts from their full releases.

    npm install @expo-google-fonts/noto-sans-sc@0.4.3 @expo-google-fonts/noto-serif-sc@0.4.3 \
        @expo-google-fonts/cormorant-garamond@0.4.1
    pip install fonttools==4.68.0
    python tools/fonts.py node_modules/@expo-google-fonts

The characters kept are Latin, punctuation, currency and arrows in all three; and for Chinese GB 2312: all of it
in the sans that captions are set in, its first level (the 3,755 most used) in the serif of titles.
"""

import sys
from pathlib import Path

from fontTools import subset

FONTS = Path(__file__).parents[1] / "src" / "laterna" / "editing" / "fonts"
LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x1E80, 0x1F00), *range(0x218, 0x21C)}
SIGNS = {*range(0x2010, 0x2040), *range(0x20A0, 0x20C0), *range(0x2190, 0x2194), *map(ord, "№™−♪♫")}
FEATURES = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "case", "lnum"]


def gb2312(*, levels: int) -> set[int]:
    """Code points of GB 2312: its signs, kana, Greek and Cyrillic, and the hanzi of its first ``levels`` levels."""
    last_row = {1: 0xD7, 2: 0xF7}[levels]
    pairs = (bytes([row, cell]) for row in range(0xA1, last_row + 1) for cell in range(0xA1, 0xFF))
    return {ord(text) for pair in pairs if (text := pair.decode("gb2312", errors="ignore"))}


def make(source: Path, target: str, characters: set[int]) -> None:
    options = subset.Options(hinting=False, layout_features=FEATURES, name_IDs=["*"], notdef_outline=True)
    options.recalc_timestamp = False  # the same bytes every time
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    subset.save_font(font, FONTS / target, options)


def main(releases: Path) -> None:
    latin = LATIN | SIGNS
    sources = {
        "cormorant-garamond/600SemiBold/CormorantGaramond_600SemiBold.ttf": latin,
        "noto-sans-sc/500Medium/NotoSansSC_500Medium.ttf": latin | gb2312(levels=2),
        "noto-serif-sc/600SemiBold/NotoSerifSC_600SemiBold.ttf": gb2312(levels=1) | set(range(0x20, 0x7F)),
    }
    for source, characters in sources.items():
        family, weight = Path(source).stem.split("_")
        make(releases / source, f"{family}-{weight.lstrip('0123456789')}.ttf", characters)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
