"""Which letters a voice can't say: those of scripts in which none of its languages is written."""

import re
import unicodedata
from collections.abc import Collection

# By how Unicode's names of letters begin; any other script is taken for one that no voice says.
_WRITTEN_IN = {
    "CJK": ("zh", "cmn", "yue", "hak", "nan", "wuu", "ja", "ko"),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "HANGUL": ("ko",),
    "CYRILLIC": ("ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "tt", "ba", "cv", "mn", "tg", "os", "ce"),
    "GREEK": ("el", "grc"),
    "ARABIC": ("ar", "fa", "ur", "ug", "ps", "sd", "ku", "ckb"),
    "HEBREW": ("he", "yi"),
    "DEVANAGARI": ("hi", "mr", "ne", "kok", "sa"),
    "BENGALI": ("bn", "as", "bpy"),
    "GURMUKHI": ("pa",),
    "GUJARATI": ("gu",),
    "ORIYA": ("or",),
    "TAMIL": ("ta",),
    "TELUGU": ("te",),
    "KANNADA": ("kn",),
    "MALAYALAM": ("ml",),
    "SINHALA": ("si",),
    "THAI": ("th",),
    "LAO": ("lo",),
    "MYANMAR": ("my",),
    "KHMER": ("km",),
    "GEORGIAN": ("ka",),
    "ARMENIAN": ("hy",),
    "ETHIOPIC": ("am", "ti"),
}
_LATIN = (
    "LATIN",
    "FULLWIDTH",
    "MODIFIER",
    "FEMININE",
    "MASCULINE",
    "MICRO",
    "SUPERSCRIPT",
    "SUBSCRIPT",
    "DOUBLE-STRUCK",
)
_RUN = re.compile(r"[^\W\d_]+")
_LONGEST = 20  # characters that are shown


def strangers(text: str, languages: Collection[str]) -> str:
    """The first word or so of ``text`` in letters that a voice of these languages can't say; "" where there is none.

    Latin letters are taken to be said by all.
    """
    if "*" in languages or text.isascii():
        return ""
    spoken = {tag.partition("-")[0] for tag in languages}
    for run in _RUN.finditer(text):
        found = [letter for letter in run[0] if not letter.isascii() and not _is_said(letter, spoken)]
        if found:
            return "".join(found)[:_LONGEST]
    return ""


def _is_said(letter: str, spoken: Collection[str]) -> bool:
    name = unicodedata.name(letter, "")
    script = name.partition(" ")[0]
    return script in _LATIN or "MATHEMATICAL" in name or any(tag in spoken for tag in _WRITTEN_IN.get(script, ()))
