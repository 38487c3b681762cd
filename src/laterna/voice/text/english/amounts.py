"""Amounts as they are read out: money, measures and percent, from one to another."""

import re
from collections.abc import Iterator

from laterna.voice.text.english.numbers import amount, cardinal
from laterna.voice.text.english.rules import ALONE, AMOUNT, DASH, GAP, Part, Rule, after, before, describes, one_of

# Names of one and of many, and of the hundredth part.
_MONEY = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "US$": ("US dollar", "US dollars", "cent", "cents"),
    "A$": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "C$": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "", ""),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "", ""),
    "₽": ("rouble", "roubles", "kopeck", "kopecks"),
}
_CODES = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
_CODES_ONLY = {"CNY": ("yuan", "yuan", "", ""), "RMB": ("yuan", "yuan", "", ""), "CHF": ("franc", "francs", "", "")}
_CURRENCIES = _MONEY | {code: _MONEY[sign] for code, sign in _CODES.items()} | _CODES_ONLY
_SCALES = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion", "tn": "trillion"}
_SCALED = "thousand|million|billion|trillion|[kKmMbB]|mn|bn|tn"
_SCALE = rf"(?:{GAP}(?P<scale>{_SCALED})\b)?"
_UNITS = {
    "km": "kilometre(s)", "m": "metre(s)", "cm": "centimetre(s)", "mm": "millimetre(s)", "µm": "micrometre(s)",
    "nm": "nanometre(s)", "km²": "square kilometre(s)", "m²": "square metre(s)", "cm²": "square centimetre(s)",
    "km2": "square kilometre(s)", "m2": "square metre(s)", "m³": "cubic metre(s)", "cm³": "cubic centimetre(s)",
    "sq ft": "square foot", "sq. ft.": "square foot", "sq mi": "square mile(s)", "ft²": "square foot",
    "km/h": "kilometre(s) an hour", "kph": "kilometre(s) an hour", "m/s": "metre(s) a second",
    "m/s²": "metre(s) per second squared", "mph": "mile(s) an hour", "fps": "frame(s) a second",
    "wk": "week(s)", "wks": "week(s)", "mo": "month(s)", "mos": "month(s)", "rpm": "revolution(s) a minute",
    "bpm": "beat(s) a minute", "mpg": "mile(s) a gallon",
    "ft": "foot", "yd": "yard(s)", "yds": "yard(s)", "mi": "mile(s)", "kg": "kilogram(s)", "g": "gram(s)",
    "mg": "milligram(s)", "µg": "microgram(s)",
    "lb": "pound(s)", "lbs": "pound(s)", "oz": "ounce(s)", "L": "litre(s)", "l": "litre(s)", "ml": "millilitre(s)",
    "mL": "millilitre(s)", "cl": "centilitre(s)", "dl": "decilitre(s)", "gal": "gallon(s)", "tsp": "teaspoon(s)",
    "tbsp": "tablespoon(s)", "ha": "hectare(s)", "°": "degree(s)", "°C": "degree(s) Celsius", "℃": "degree(s) Celsius",
    "°F": "degree(s) Fahrenheit", "℉": "degree(s) Fahrenheit", "h": "hour(s)", "hr": "hour(s)", "hrs": "hour(s)",
    "min": "minute(s)", "mins": "minute(s)", "s": "second(s)", "sec": "second(s)", "secs": "second(s)",
    "ms": "millisecond(s)", "µs": "microsecond(s)", "ns": "nanosecond(s)", "yr": "year(s)", "yrs": "year(s)",
    "Hz": "hertz", "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz", "dB": "decibel(s)", "V": "volt(s)",
    "W": "watt(s)", "kW": "kilowatt(s)", "MW": "megawatt(s)", "kWh": "kilowatt hour(s)", "Wh": "watt hour(s)",
    "mA": "milliamp(s)", "mAh": "milliamp hour(s)", "J": "joule(s)", "kJ": "kilojoule(s)", "kcal": "kilocalorie(s)",
    "cal": "calorie(s)", "hp": "horsepower", "Pa": "pascal(s)", "hPa": "hectopascal(s)", "kPa": "kilopascal(s)",
    "psi": "pound(s) per square inch", "KB": "kilobyte(s)", "kB": "kilobyte(s)", "MB": "megabyte(s)",
    "GB": "gigabyte(s)", "TB": "terabyte(s)", "kbps": "kilobit(s) a second", "kbit/s": "kilobit(s) a second",
    "Mbps": "megabit(s) a second", "Mbit/s": "megabit(s) a second", "Gbps": "gigabit(s) a second",
    "MB/s": "megabyte(s) a second", "GB/s": "gigabyte(s) a second", "px": "pixel(s)", "dpi": "dots an inch",
    "pt": "point(s)", "%": "percent", "‰": "per mille", "¢": "cent(s)",
}  # fmt: skip
_PER = {
    "kg": "kilogram", "g": "gram", "lb": "pound", "oz": "ounce", "km": "kilometre", "mi": "mile", "m²": "square metre",
    "h": "hour", "hr": "hour", "hour": "hour", "min": "minute", "s": "second", "sec": "second", "day": "day",
    "d": "day", "week": "week", "wk": "week", "month": "month", "mo": "month", "year": "year", "yr": "year",
    "l": "litre", "L": "litre", "night": "night", "person": "person", "kWh": "kilowatt hour",
}  # fmt: skip
_HYPHENED = re.compile(r"-an?-|-[a-z]")  # "a $20-an-hour job"
_RANGE = rf"(?P<amount>{AMOUNT})(?:{DASH}(?P<to>{AMOUNT}))?"


def _of(name: str, many: bool) -> str:
    """A unit's name, of one or of many."""
    return name.replace("foot", "feet").replace("(s)", "s") if many else name.replace("(s)", "")


def _amounts(match: re.Match[str], british: bool) -> Iterator[Part]:
    yield amount(match["amount"], british), match.start("amount")
    if match["to"]:
        yield f" to {amount(match['to'], british)}", match.start("to")


def _money(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "$3.50" is three dollars and fifty cents, "£2m" two million pounds, "a $5 note" a five dollar note."""
    written, scale = match["amount"], match["scale"]
    if match.groupdict().get("minus"):
        yield "minus ", match.start()
    one, many, cent, _ = _CURRENCIES[match["sign"]]
    if re.search(r"\.\d\d$", written) and cent and not scale and not match["to"]:
        yield _exact(match, british), match.start()
    else:
        (first, _), *to = _amounts(match, british)
        yield first, match.start()
        yield from to
        end = match.start("scale") if scale else to[0][1] if to else match.start()
        scaled = f" {_SCALES.get(scale.lower(), scale)}" if scale else ""
        single = describes(match) or _HYPHENED.match(after(match)) or (written == "1" and not scale and not to)
        yield f"{scaled} {one if single else many}", end
    if match["per"]:
        yield f" per {_PER[match['per']]}", match.start("per")


def _exact(match: re.Match[str], british: bool) -> str:
    """A sum to its hundredth part; what is nought is left out."""
    whole, _, parts = match["amount"].replace(",", "").partition(".")
    one, many, cent, cents = _CURRENCIES[match["sign"]]
    sums = [(int(whole or 0), one, many), (int(parts), cent, cents)]
    said = [
        f"{cardinal(count, british)} {name if count == 1 or describes(match) else names}"
        for count, name, names in sums
        if count
    ]
    return " and ".join(said) or f"zero {many}"


def _measure(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "5 km" is five kilometres, "a 5 km run" a five kilometre run."""
    yield from _amounts(match, british)
    hyphened = match.string[match.start("unit") - 1] == "-"
    many = (match["amount"] != "1" or bool(match["to"])) and not hyphened and not describes(match)
    unit = match["unit"]
    yield f"{'-' if hyphened else ' '}{_of(_UNITS[unit], many)}", match.start("unit")
    if match["per"]:
        yield f" per {_PER[match['per']]}", match.start("per")


def _duration(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "2h30" is two hours thirty minutes."""
    for name in ("hours", "minutes"):
        count = int(match[name])
        gap = " " if name == "minutes" else ""
        yield f"{gap}{cardinal(count)} {name if count != 1 else name[:-1]}", match.start(name)


def _feet(match: re.Match[str], british: bool) -> Iterator[Part]:
    """5'10" is five foot ten."""
    yield f"{cardinal(int(match['feet']))} foot", match.start()
    yield f" {cardinal(int(match['inches']))}", match.start("inches")


def _marked(match: re.Match[str], british: bool) -> list[Part] | None:
    """5" is five inches, 6' six feet, where no quotation is open."""
    unit = "inch" if match["mark"] in '"″' else "foot"
    if len(re.findall(rf"(?<!\d){match['mark']}", before(match))) % 2:
        return None
    one = match["amount"] == "1" or describes(match)
    many = "inches" if unit == "inch" else "feet"
    return [(f"{amount(match['amount'], british)} {unit if one else many}", match.start())]


_UNIT = rf"[ \u00a0\u202f\u2009-]?(?P<unit>{one_of(_UNITS)})(?![\w²³°])(?:\.(?=[,;]| [a-z\d]))?"
_PER_UNIT = rf"(?:{GAP}(?:/|per ){GAP}(?P<per>{one_of(_PER)})(?!\w)(?:\.(?=[,;]| [a-z\d]))?)?"
_CODE = one_of([*_CODES, *_CODES_ONLY])
RULES: tuple[Rule, ...] = (
    (
        re.compile(
            rf"(?<!\w)(?P<sign>{one_of(_CURRENCIES)})(?P<minus>[-−–])?{GAP}(?P<amount>{AMOUNT})"
            rf"(?:(?:{GAP}(?:{_SCALED})\b)?{DASH}(?:{one_of(_MONEY)})?(?P<to>{AMOUNT}))?{_SCALE}(?!\w){_PER_UNIT}"
        ),
        _money,
    ),
    (re.compile(rf"{ALONE}{_RANGE}{_SCALE}{GAP}(?P<sign>[€£¥₹₩₽$]|(?:{_CODE})\b)(?!\d){_PER_UNIT}"), _money),
    (
        re.compile(
            r"""(?<![\w.,'"])(?P<feet>\d{1,2})(?:['′]| ?ft\.? )(?P<inches>1[01]|\d)(?:["″]| ?in\b"""
            r"""(?:\.(?=[,;]| [a-z\d]))?)"""
        ),
        _feet,
    ),
    (re.compile(rf"""{ALONE}(?P<amount>{AMOUNT})(?P<mark>["'″′])(?=\s+[a-z]|\s*[x×])"""), _marked),
    (re.compile(rf"{ALONE}(?P<hours>\d+)h ?(?P<minutes>[0-5]?\d)(?:m|min)?(?!\w)"), _duration),
    (re.compile(rf"{ALONE}{_RANGE}{_UNIT}{_PER_UNIT}"), _measure),
)
