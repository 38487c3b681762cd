"""Numbers in English words."""

import re

from laterna.voice.text.english.rules import words

_ONES = words("""
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
""")
_TENS = words("? ? twenty thirty forty fifty sixty seventy eighty ninety")
_SCALES = ("", " thousand", " million", " billion", " trillion", " quadrillion")
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_ORDINALS |= {"twelve": "twelfth"}
_LARGEST = 10**18
_MANY = 15  # digits of a number that are read one by one beyond
_LAST_WORD = re.compile(r"[a-z]+$")
_ROMAN = re.compile(r"(M{0,3})(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def cardinal(number: int, british: bool = False) -> str:
    """105 is "one hundred five", and in British English "one hundred and five"."""
    if number >= _LARGEST:
        return digits(str(number))
    if number < 1000:
        return _below_thousand(number, british)
    groups = [number // 1000**power % 1000 for power in range(len(_SCALES))]
    said = [
        _below_thousand(group, british) + _SCALES[power]
        for power, group in reversed(list(enumerate(groups)))
        if group and (power or group >= 100 or not british)
    ]
    small = [f"and {_below_thousand(groups[0], british)}"] if british and 0 < groups[0] < 100 else []
    return " ".join([*said, *small])


def ordinal(number: int, british: bool = False) -> str:
    """21 is "twenty-first"."""
    said = cardinal(number, british)
    last = _LAST_WORD.search(said)
    word = last[0] if last else ""
    changed = _ORDINALS.get(word) or (f"{word[:-1]}ieth" if word.endswith("y") else f"{word}th")
    return said.removesuffix(word) + changed


def amount(written: str, british: bool = False) -> str:
    """A number as written, with separators of thousands and decimals: "1,200.50", ".5", "007"."""
    whole, _, decimals = re.sub(r"[,\s]", "", written).partition(".")
    if (len(whole) > 1 and whole.startswith("0")) or len(whole) > _MANY:
        said = digits(whole)
    else:
        said = cardinal(int(whole), british) if whole else ""
    return " ".join(filter(None, [said, decimals and f"point {digits(decimals)}"]))


def digits(written: str, zero: str = "zero") -> str:
    """Each digit by itself."""
    return " ".join(_ONES[int(digit)] if digit != "0" else zero for digit in written)


def year(number: int, british: bool = False) -> str:
    """1905 is "nineteen oh five", 2005 "two thousand five", 2026 "twenty twenty-six"."""
    century, rest = divmod(number, 100)
    if number < 1000 or number >= 10_000 or (century % 10 == 0 and rest < 10):
        return cardinal(number, british)
    return f"{cardinal(century)} {pair(rest)}"


def pair(number: int) -> str:
    """The last two digits of a year or a model: 0 is "hundred", 5 "oh five"."""
    if number == 0:
        return "hundred"
    return f"oh {_ONES[number]}" if number < 10 else cardinal(number)


def label(written: str) -> str:
    """The digits of a name, such as a room's or an aircraft's: 747 is "seven forty-seven", 1080 "ten eighty"."""
    number = int(written)
    if written.startswith("0") or len(written) > 4:
        return digits(written, "oh" if len(written) > 1 else "zero")
    if number < 100 or number % 100 == 0 or number % 1000 < 10:
        return cardinal(number)
    return f"{cardinal(number // 100)} {pair(number % 100)}"


def plural(number: str) -> str:
    """ "nineties" of ninety, "hundreds" of hundred."""
    return f"{number[:-1]}ies" if number.endswith("y") else f"{number}es" if number.endswith("x") else f"{number}s"


def roman(numeral: str) -> int:
    """The value of a Roman numeral in capitals; 0 if it is none."""
    if not numeral or not _ROMAN.fullmatch(numeral):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in numeral]
    return sum(-one if one < next_one else one for one, next_one in zip(values, [*values[1:], 0], strict=True))


def _below_thousand(number: int, british: bool) -> str:
    hundreds, rest = divmod(number, 100)
    ten, one = divmod(rest, 10)
    small = _ONES[rest] if rest < 20 else _TENS[ten] + (f"-{_ONES[one]}" if one else "")
    if not hundreds:
        return small
    return f"{_ONES[hundreds]} hundred" + (f"{' and' * british} {small}" if rest else "")
