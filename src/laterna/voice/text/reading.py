"""How a sentence is read out: money, measures, ranges and fractions in words, where engines would spell the signs.

Only English has rules. Other languages are left to their engines.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from laterna.voice.text.sentences import without_pictographs

_MONEY = {"$": ("dollar(s)", "cent(s)"), "€": ("euro(s)", "cent(s)"), "£": ("pound(s)", "penny"), "¥": ("yen", "")}
_SCALES = {"k": "thousand", "m": "million", "bn": "billion"}
_UNITS = {
    "km": "kilometre(s)",
    "m": "metre(s)",
    "cm": "centimetre(s)",
    "mm": "millimetre(s)",
    "km²": "square kilometre(s)",
    "m²": "square metre(s)",
    "km/h": "kilometre(s) an hour",
    "m/s": "metre(s) a second",
    "mph": "mile(s) an hour",
    "fps": "frame(s) a second",
    "ft": "foot",
    "kg": "kilogram(s)",
    "g": "gram(s)",
    "mg": "milligram(s)",
    "lb": "pound(s)",
    "lbs": "pound(s)",
    "oz": "ounce(s)",
    "ml": "millilitre(s)",
    "°": "degree(s)",
    "°C": "degree(s) Celsius",
    "°F": "degree(s) Fahrenheit",
    "h": "hour(s)",
    "min": "minute(s)",
    "Hz": "hertz",
    "kHz": "kilohertz",
    "MB": "megabyte(s)",
    "GB": "gigabyte(s)",
    "TB": "terabyte(s)",
}
_IRREGULAR = {"penny": "pence", "foot": "feet"}
_FRACTIONS = {"1/2": "a half", "1/3": "a third", "2/3": "two thirds", "1/4": "a quarter", "3/4": "three quarters"}
_FRACTIONS |= {"½": "a half", "⅓": "a third", "⅔": "two thirds", "¼": "a quarter", "¾": "three quarters"}

_Part = tuple[str, int]  # words, and the sentence's character that they stand for
_Rules = Mapping[re.Pattern[str], Callable[[re.Match[str]], Iterator[_Part]]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as it is read out: ``places[i]`` is the sentence's character that character ``i`` stands for."""

    text: str
    places: tuple[int, ...]


def read_out(sentence: str, language: str = "en") -> Reading:
    """What a reader says for a sentence: signs in words (in English), and no emoji's name."""
    sentence = without_pictographs(sentence)
    english = language.lower().split("-")[0] == "en"
    parts = list(_parts(sentence, _RULES if english else {}))
    return Reading("".join(text for text, _ in parts), tuple(place for text, place in parts for _ in text))


def _parts(sentence: str, rules: _Rules) -> Iterator[_Part]:
    at = 0
    while at < len(sentence):
        matches = ((pattern.match(sentence, at), say) for pattern, say in rules.items())
        match, say = next(((match, say) for match, say in matches if match), (None, None))
        if match and say:
            yield from say(match)
            at = match.end()
        else:
            yield sentence[at], at
            at += 1


def _money(match: re.Match[str]) -> Iterator[_Part]:
    """ "$3.50" is 3 dollars and 50 cents, "£2m" 2 million pounds."""
    amount, scale = match["amount"], match["scale"]
    coin, change = _MONEY[match["sign"]]
    if scale:
        yield amount, match.start()
        yield f" {_SCALES.get(scale.lower(), scale)} {_counted('2', coin)[2:]}", match.start("scale")
        return
    whole, _, cents = amount.partition(".")
    if len(cents) != 2 or not change:
        whole, cents = amount, "0"
    said = [_counted(whole, coin)] if whole != "0" or not int(cents) else []
    said += [_counted(str(int(cents)), change)] if int(cents) else []
    yield " and ".join(said), match.start()


def _measure(match: re.Match[str]) -> Iterator[_Part]:
    """ "5 km" is 5 kilometres."""
    yield match["amount"], match.start()
    yield _counted(match["amount"], _UNITS[match["unit"]]).removeprefix(match["amount"]), match.start("unit")


def _range(match: re.Match[str]) -> Iterator[_Part]:
    """ "5–10" is 5 to 10."""
    yield f"{match['first']} to {match['last']}", match.start()


def _fraction(match: re.Match[str]) -> Iterator[_Part]:
    """ "2½ hours" are 2 and a half, "1/2 an hour" is half an hour."""
    said = _FRACTIONS[match["fraction"]]
    if match["whole"]:
        yield f"{match['whole']} and ", match.start()
    yield said if match["whole"] else said.replace("a half", "half"), match.start("fraction")


def _numbered(match: re.Match[str]) -> Iterator[_Part]:
    """ "No. 5" and "#5" are number 5."""
    yield "number ", match.start()


def _counted(number: str, name: str) -> str:
    if number == "1":
        return f"1 {name.replace('(s)', '')}"
    return f"{number} {_IRREGULAR.get(name, name.replace('(s)', 's'))}"


def _one_of(names: dict[str, str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_ALONE = r"(?<![\w.,/$€£¥–-])"  # not within a longer number, a word or a date
_AMOUNT = r"(?P<amount>\d+(?:,\d{3})*(?:\.\d+)?)"
_RULES: _Rules = {
    re.compile(rf"(?P<sign>[$€£¥]) ?{_AMOUNT}(?: ?(?P<scale>thousand|million|billion|trillion|k|K|m|M|bn)\b)?"): _money,
    re.compile(rf"{_ALONE}{_AMOUNT}[ \u00a0\u202f]?(?P<unit>{_one_of(_UNITS)})(?![\w/²°])"): _measure,
    re.compile(rf"{_ALONE}(?P<first>\d+)–(?P<last>\d+)(?![\w–-])"): _range,
    re.compile(rf"{_ALONE}(?:(?P<whole>\d+) ?)?(?P<fraction>{_one_of(_FRACTIONS)})(?![\w/])"): _fraction,
    re.compile(r"(?<!\w)(?:No\. ?|#)(?=\d)"): _numbered,
}
