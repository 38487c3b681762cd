"""Makes the subset fonts that ship in src/laterna/media/fonts from their full releases.

    npm install @expo-google-fonts/noto-sans-sc@0.4.3 @expo-google-fonts/noto-serif-sc@0.4.3 \
        @expo-google-fonts/cormorant-garamond@0.4.1
    pip install fonttools==4.68.0
    python tools/fonts.py node_modules/@expo-google-fonts

``kerning.json`` beside them holds, by font, how much closer two letters stand, in thousandths of an em: Pillow reads
kerning from a font only with the help of FriBiDi, which is no part of its wheel.

The characters kept are Latin, punctuation, currency and arrows in all three; and for Chinese GB 2312: all of it
in the sans that captions are set in, its first level (the 3,755 most used) in the serif of titles.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parents[1] / "src" / "laterna" / "media" / "fonts"
LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x1E80, 0x1F00), *range(0x218, 0x21C)}
SIGNS = {*range(0x2010, 0x2040), *range(0x20A0, 0x20C0), *range(0x2190, 0x2194), *map(ord, "№™−♪♫")}
KERNED = {*range(0x20, 0x7F), *range(0xA1, 0x100), *map(ord, "–—‘’“”…ŒœŠšŸŽž")}
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


def kerning(font: TTFont) -> dict[str, int]:
    """Pairs of letters with what their distance changes by, from the font's GPOS table."""
    characters = {glyph: chr(code) for code, glyph in font.getBestCmap().items() if code in KERNED}
    gpos = font["GPOS"].table
    lookups = sorted(
        {i for r in gpos.FeatureList.FeatureRecord if r.FeatureTag == "kern" for i in r.Feature.LookupListIndex}
    )
    found: dict[str, int] = {}
    for index in lookups:
        tables = [getattr(table, "ExtSubTable", table) for table in gpos.LookupList.Lookup[index].SubTable]
        for pair, change in dict(p for table in reversed(tables) for p in _pairs(table, characters)).items():
            found[pair] = found.get(pair, 0) + change
    scale = 1000 / font["head"].unitsPerEm
    return {pair: round(change * scale) for pair, change in sorted(found.items()) if change}


def _pairs(table: Any, characters: dict[str, str]) -> Iterator[tuple[str, int]]:
    """What one subtable says: pair by pair (format 1), or by classes of letters (format 2)."""
    for place, first in enumerate(table.Coverage.glyphs):
        if first not in characters:
            continue
        if table.Format == 1:
            values = {record.SecondGlyph: record.Value1 for record in table.PairSet[place].PairValueRecord}
        else:
            row = table.Class1Record[table.ClassDef1.classDefs.get(first, 0)].Class2Record
            values = {second: row[table.ClassDef2.classDefs.get(second, 0)].Value1 for second in characters}
        for second, value in values.items():
            if second in characters:
                yield characters[first] + characters[second], getattr(value, "XAdvance", 0)


def write_kerning() -> None:
    """Kerning of the fonts as they ship."""
    tables = {path.name: kerning(TTFont(path)) for path in sorted(FONTS.glob("*.ttf"))}
    lines = (f"{json.dumps(name)}: {json.dumps(table, ensure_ascii=False)}" for name, table in tables.items())
    (FONTS / "kerning.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


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
    write_kerning()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
