"""Signs as they are read out: & and + between words, Greek letters, superscripts, whatever else stands for a word."""

import re
import unicodedata

from laterna.voice.text.english.numbers import amount, cardinal
from laterna.voice.text.english.rules import Part, Rule, after, before

_SAID = {
    "&": "and", "+": "plus", "=": "equals", "@": "at", "%": "percent", "#": "number", "§": "section", "°": "degrees",
    "×": "times", "÷": "divided by", "±": "plus or minus", "≈": "is about", "≠": "is not", "≤": "is at most",
    "≥": "is at least", "→": "to", "⇒": "so", "∞": "infinity", "√": "the root of", "©": "copyright", "$": "dollar",
    "€": "euro", "£": "pound", "¥": "yen", "¢": "cent", "₹": "rupee", "‰": "per mille", "µ": "micro", "№": "number",
    "∑": "sum", "∂": "partial", "∫": "integral", "°C": "degrees Celsius", "°F": "degrees Fahrenheit",
}  # fmt: skip
_SILENT = "*^_~`|\\®™†‡•·¶{}<>"
_ELSEWHERE = {"*": "times", "^": "to the power of", "<": "is less than", ">": "is more than"}
_POWERS = {"2": "squared", "3": "cubed"}
_GREEK = re.compile(r"GREEK (?:SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)")


def _sign(match: re.Match[str], british: bool) -> list[Part] | None:
    """A sign as a word of its own."""
    return [(_apart(match, _SAID.get(match[0]) or _ELSEWHERE[match[0]]), match.start())]


def _apart(match: re.Match[str], word: str) -> str:
    """The word with a space where none is written."""
    led = before(match)[-1:] not in ("", " ")
    return " " * led + word + " " * (after(match)[:1].isalnum() or after(match)[:1] in "-−(")


def _silent(match: re.Match[str], british: bool) -> list[Part] | None:
    return [(" ", match.start())]


def _power(match: re.Match[str], british: bool) -> list[Part] | None:
    """ "x²" is x squared, "10⁻⁶" ten to the power of minus six."""
    power = unicodedata.normalize("NFKC", match[0]).replace("\u2212", "-")
    number = f"{'minus ' * power.startswith('-')}{amount(power.lstrip('-'))}"
    return [(f" {_POWERS.get(power) or f'to the power of {number}'}", match.start())]


def _sharp(match: re.Match[str], british: bool) -> list[Part] | None:
    return [(" sharp", match.start())]


def _other(match: re.Match[str], british: bool) -> list[Part] | None:
    """Greek letters, superscripts, circled and Roman numbers of one character."""
    character = match[0]
    greek = _GREEK.match(unicodedata.name(character, ""))
    if greek and not _within_greek(match):
        return [(greek[1].lower().replace("lamda", "lambda"), match.start())]
    value = unicodedata.numeric(character, None)
    if value is None or not (character.isdigit() or unicodedata.category(character) in ("No", "Nl")):
        return None
    said = cardinal(int(value)) if value == int(value) and value >= 0 else amount(f"{abs(value):.3f}".rstrip("0"))
    return [(said, match.start())]


def _within_greek(match: re.Match[str]) -> bool:
    """Whether a letter is of a Greek word, and not a sign by itself."""
    around = match.string[max(0, match.start() - 1) : match.start()] + match.string[match.end() : match.end() + 1]
    return any(unicodedata.name(character, "").startswith("GREEK") for character in around)


RULES: tuple[Rule, ...] = (
    (re.compile("(?<=[^\\W_])⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+"), _power),
    (re.compile(r"(?<=\b[A-G])#"), _sharp),
    (re.compile(r"(?<=\b\w)[<>](?=\w\b)"), _sign),
    (re.compile(r"(?:(?<=[\d)])|(?<=[\d)] ))[*^](?= ?[-−]?[\d(])"), _sign),
    (re.compile("|".join(re.escape(sign) for sign in sorted(_SAID, key=len, reverse=True))), _sign),
    (re.compile(f"[{re.escape(_SILENT)}]"), _silent),
    (re.compile(r"[^\x00-\x7f]"), _other),
)
