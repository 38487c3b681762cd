"""Figures as they are read out: fractions, ranges, ratios, ordinals, signed, numbered and plain numbers."""

import re
import unicodedata
from collections.abc import Iterator

from laterna.voice.text.english.numbers import amount, cardinal, label, ordinal, plural
from laterna.voice.text.english.rules import ALONE, AMOUNT, DASH, GAP, Part, Rule, after, before

_PARTS = {2: ("half", "halves"), 4: ("quarter", "quarters")}
_VULGAR = "".join(chr(code) for code in (0xBC, 0xBD, 0xBE, *range(0x2150, 0x215F), 0x2189))
_FAMOUS = {"9/11": "nine eleven", "24/7": "twenty-four seven", "50/50": "fifty-fifty", "20/20": "twenty-twenty"}
_SIGNED = {
    "-": "minus", "−": "minus", "–": "minus",
    "+": "plus", "±": "plus or minus", "~": "about", "≈": "about", "<": "less than",
    ">": "more than", "≤": "at most", "≥": "at least",
}  # fmt: skip
_NUMBERED = {
    "no": "number", "nos": "numbers", "nr": "number", "№": "number", "#": "number", "p": "page", "pp": "pages",
    "ch": "chapter", "vol": "volume", "fig": "figure", "figs": "figures", "eq": "equation", "§": "section",
    "§§": "sections", "sec": "section", "ext": "extension", "art": "article", "op": "opus",
}  # fmt: skip
_SCALES = {"M": "million", "B": "billion", "bn": "billion", "mn": "million", "K": "thousand", "k": "thousand"}
_LABELLED = re.compile(r"\b(?:room|flight|highway|route|bus|apartment|suite|gate|interstate|unit)\s+$", re.IGNORECASE)
_HALVED = re.compile(r"\s+(?:an?|the|of|my|his|her|its|our|their)\b")


def _fraction(match: re.Match[str], british: bool) -> list[Part]:
    """ "2½" is two and a half, "3/4" three quarters, "1/2 a mile" half a mile, "8/10" eight out of ten."""
    if match[0] in _FAMOUS:
        return [(_FAMOUS[match[0]], match.start())]
    whole, place = match["whole"], match.start("fraction")
    over, _, under = (
        int(term) if term.isdecimal() else 0
        for term in unicodedata.normalize("NFKC", match["fraction"]).replace("\u2044", "/").partition("/")
    )
    rated = "/" in match["fraction"] and (under in (10, 100) or (over >= under and under in (5, 20)))
    if rated or not (0 < over < under and (under <= 20 or under in (32, 64))):
        said = f"{cardinal(over)} {'out of' if rated else 'over'} {cardinal(under)}"
    elif over > 1:
        said = f"{cardinal(over)} {_part(under)[1]}"
    else:
        bare = under == 2 and not whole and _HALVED.match(after(match))
        said = f"{'' if bare else 'a '}{_part(under)[0]}"
    return [*([(f"{amount(whole, british)} and ", match.start())] if whole else []), (said, place)]


def _part(under: int) -> tuple[str, str]:
    """The names of one and of many parts."""
    return _PARTS.get(under) or (ordinal(under), plural(ordinal(under)))


def _range(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "5–10" is five to ten, "747-400" seven forty-seven four hundred."""
    first, last = match["first"], match["last"]
    if first.isdecimal() and last.isdecimal() and len(first) > 2 and int(first) > int(last) and len(last) > 2:
        yield label(first), match.start()
        yield f" {label(last)}", match.start("last")
        return
    yield amount(first, british), match.start()
    yield f" to {amount(last, british)}", match.start("last")


def _ratio(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "16:9" is sixteen to nine, "1920×1080" nineteen twenty by ten eighty."""
    by = match["mark"] != ":" and not re.match(r" ?=", after(match))
    times = match["mark"] != ":" and not by
    power = after(match)[:1] in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹^" and after(match) != ""
    for place, gap in (("first", ""), ("last", " times " if power or times else " by " if by else " to ")):
        number = match[place]
        labels = by and len(number) > 2 and number.isdecimal()
        yield gap + (label(number) if labels else amount(number, british)), match.start(place)


def _scaled(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "1.5M views" is one point five million views."""
    yield f"{amount(match['amount'], british)} {_SCALES[match['scale']]}", match.start()


def _ordinal(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "22nd" is twenty-second."""
    yield ordinal(int(match["number"].replace(",", "")), british), match.start()


def _signed(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "-5" is minus five, "~5" about five."""
    yield f"{_SIGNED[match[0].strip()]} ", match.start()


def _numbered(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "No. 5" and "#5" are number five, "pp. 5–6" pages five to six."""
    yield f"{_NUMBERED[match['what'].rstrip('. ').lower()]} ", match.start()


def _label(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "A380" is A three eighty, "MP3" MP three."""
    yield label(match[0]), match.start()


def _several(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "B-52s" are B fifty-twos."""
    yield plural(label(match["number"])), match.start()


def _number(match: re.Match[str], british: bool) -> Iterator[Part]:
    """A plain number; that of a room or a flight by its digits."""
    labels = _LABELLED.search(before(match)) and match[0].isdecimal()
    yield label(match[0]) if labels else amount(match[0], british), match.start()


_ABBREVIATED = r"(?:Nos?|Nr|[Pp]p?|[Cc]h|[Vv]ol|[Ff]igs?|[Ee]q|[Ss]ec|[Ee]xt|[Aa]rt|[Oo]p)\. ?|nos?\. |№ ?|§§? ?|#"
_FRACTION = rf"(?P<fraction>[{_VULGAR}]|(?<!\d)\d{{1,3}}[/⁄]\d{{1,3}})"
_NO_MORE = r"(?![\w–-]|[.,/]\d)"
RULES: tuple[Rule, ...] = (
    (re.compile(rf"{ALONE}(?:(?P<whole>\d+)[ \u00a0-]?)?{_FRACTION}(?![\w/])"), _fraction),
    (re.compile(r"(?<![\w.,])(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)\b"), _ordinal),
    (
        re.compile(
            rf"{ALONE}(?P<amount>\d+\.\d+|\d+(?=[A-Za-z]{{1,2}} (?:people|of|[a-z]+s)\b)) ?(?P<scale>[MBKk]|[bm]n)\b"
        ),
        _scaled,
    ),
    (re.compile(rf"{ALONE}(?P<first>{AMOUNT}){DASH}(?P<last>{AMOUNT}){_NO_MORE}(?! ?=)"), _range),
    (re.compile(rf"{ALONE}(?P<first>{AMOUNT})(?P<mark>:)(?P<last>{AMOUNT})(?!:){_NO_MORE}"), _ratio),
    (re.compile(rf"{ALONE}(?P<first>{AMOUNT}){GAP}(?P<mark>[×xX]){GAP}(?P<last>{AMOUNT})"), _ratio),
    (re.compile(r"(?<=\d)[×x](?!\w)"), lambda match, british: [(" times", match.start())]),
    (re.compile(r"(?<![^\s(\[=*/^])[-−–](?=[$€£¥]?\.?\d)|(?<=\d )[-−] (?=\.?\d)"), _signed),
    (re.compile(rf"(?<!\w)[+±~≈<>≤≥]{GAP}(?=[$€£¥]?\.?\d)"), _signed),
    (re.compile(rf"(?<!\w)(?P<what>{_ABBREVIATED})(?=\d)"), _numbered),
    (re.compile(r"(?<=[\w-])(?P<number>\d+)s\b"), _several),
    (re.compile(r"(?<=[A-Za-z])\d+(?![,.]\d)|(?<![\w.,])\d+(?=[A-Za-z])"), _label),
    (re.compile(AMOUNT), _number),
)
