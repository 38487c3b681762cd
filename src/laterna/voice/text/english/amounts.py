"""Amounts as they are read out: money, measures, percent, fractions, ranges, scores, ordinals and plain numbers."""

import re
import unicodedata
from collections.abc import Iterator

from laterna.voice.text.english import numbers
from laterna.voice.text.english.numbers import amount, cardinal, ordinal
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
_SCALE = rf"(?:{GAP}(?P<scale>thousand|million|billion|trillion|[kKmMbB]|mn|bn|tn)\b)?"
_UNITS = {
    "km": "kilometre(s)", "m": "metre(s)", "cm": "centimetre(s)", "mm": "millimetre(s)", "µm": "micrometre(s)",
    "nm": "nanometre(s)", "km²": "square kilometre(s)", "m²": "square metre(s)", "cm²": "square centimetre(s)",
    "km2": "square kilometre(s)", "m2": "square metre(s)", "m³": "cubic metre(s)", "cm³": "cubic centimetre(s)",
    "sq ft": "square foot", "sq. ft.": "square foot", "sq mi": "square mile(s)", "ft²": "square foot",
    "km/h": "kilometre(s) an hour", "kph": "kilometre(s) an hour", "m/s": "metre(s) a second",
    "m/s²": "metre(s) per second squared", "mph": "mile(s) an hour", "fps": "frame(s) a second",
    "rpm": "revolution(s) a minute", "bpm": "beat(s) a minute", "mpg": "mile(s) a gallon", "ft": "foot", "yd": "yard(s)",
    "yds": "yard(s)", "mi": "mile(s)", "kg": "kilogram(s)", "g": "gram(s)", "mg": "milligram(s)", "µg": "microgram(s)",
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
_PER = {"kg": "kilogram", "g": "gram", "lb": "pound", "oz": "ounce", "km": "kilometre", "mi": "mile", "m²": "square metre",
        "h": "hour", "hr": "hour", "hour": "hour", "min": "minute", "s": "second", "sec": "second", "day": "day", "d": "day",
        "week": "week", "wk": "week", "month": "month", "mo": "month", "year": "year", "yr": "year", "l": "litre",
        "L": "litre", "night": "night", "person": "person", "kWh": "kilowatt hour"}  # fmt: skip
_PARTS = {2: ("half", "halves"), 4: ("quarter", "quarters")}
_VULGAR = "".join(chr(code) for code in (0xBC, 0xBD, 0xBE, *range(0x2150, 0x215F), 0x2189))
_FAMOUS = {"9/11": "nine eleven", "24/7": "twenty-four seven", "50/50": "fifty-fifty", "20/20": "twenty-twenty"}
_LABELLED = re.compile(r"\b(?:room|flight|highway|route|bus|apartment|suite|gate|interstate|unit)\s+$", re.IGNORECASE)
_RANGE = rf"(?P<amount>{AMOUNT})(?:{DASH}(?P<to>{AMOUNT}))?"


def _of(name: str, many: bool) -> str:
    """A unit's name, of one or of many."""
    if name == "foot":
        return "feet" if many else name
    return name.replace("(s)", "s" * many)


def _amounts(match: re.Match[str], british: bool) -> Iterator[Part]:
    yield amount(match["amount"], british), match.start("amount")
    if match["to"]:
        yield f" to {amount(match['to'], british)}", match.start("to")


def _money(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "$3.50" is three dollars and fifty cents, "£2m" two million pounds, "a $5 note" a five dollar note."""
    one, many, cent, cents = _CURRENCIES[match["sign"]]
    written, scale, single = match["amount"], match["scale"], describes(match)
    whole, _, decimals = written.replace(",", "").partition(".")
    exact = len(decimals) == 2 and cent and not scale and not match["to"]
    start = match.start("amount") if match.start("amount") < match.start("sign") else match.start()
    if exact:
        said = (
            [_sum(whole or "0", one, one if single else many, british)]
            if int(whole or "0") or not int(decimals)
            else []
        )
        said += [_sum(decimals, cent, cent if single else cents, british)] if int(decimals) else []
        yield " and ".join(said), start
    else:
        yield amount(written, british), start
        end = start
        if match["to"]:
            end = match.start("to")
            yield f" to {amount(match['to'], british)}", end
        if scale:
            end = match.start("scale")
            yield f" {_SCALES.get(scale.lower(), scale)}", end
        alone = written == "1" and not match["to"] and not scale
        yield f" {one if single or alone else many}", end
    if match["per"]:
        yield f" per {_PER[match['per']]}", match.start("per")


def _sum(number: str, one: str, many: str, british: bool) -> str:
    return f"{cardinal(int(number), british)} {one if int(number) == 1 else many}"


def _measure(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "5 km" is five kilometres, "a 5 km run" a five kilometre run."""
    yield from _amounts(match, british)
    hyphened = match.string[match.start("unit") - 1] == "-"
    many = (match["amount"] != "1" or bool(match["to"])) and not hyphened and not describes(match)
    unit = match["unit"]
    yield f"{'-' if hyphened else ' '}{_of(_UNITS[unit], many)}", match.start("unit")
    if match["per"]:
        yield f" per {_PER[match['per']]}", match.start("per")


def _feet(match: re.Match[str], british: bool) -> Iterator[Part]:
    """5'10" is five foot ten."""
    yield f"{cardinal(int(match['feet']))} foot", match.start()
    yield f" {cardinal(int(match['inches']))}", match.start("inches")


def _marked(match: re.Match[str], british: bool) -> list[Part] | None:
    """5" is five inches, 6' six feet, where no quotation is open."""
    unit = "inch" if match["mark"] in '"″' else "foot"
    if before(match).count(match["mark"]) % 2:
        return None
    one = match["amount"] == "1" or describes(match)
    many = "inches" if unit == "inch" else "feet"
    return [(f"{amount(match['amount'], british)} {unit if one else many}", match.start())]


def _range(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "5–10" is five to ten."""
    yield from _amounts(match, british)


def _ratio(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "16:9" is sixteen to nine, "1920×1080" nineteen twenty by ten eighty."""
    by = match["mark"] != ":"
    for place, gap in (("first", ""), ("last", " by " if by else " to ")):
        number = match[place]
        said = numbers.label(number) if by and len(number) > 2 and number.isdecimal() else amount(number, british)
        yield gap + said, match.start(place)


def _fraction(match: re.Match[str], british: bool) -> list[Part] | None:
    """ "2½" is two and a half, "3/4" three quarters, "1/2 a mile" half a mile, "8/10" eight out of ten."""
    if match[0] in _FAMOUS:
        return [(_FAMOUS[match[0]], match.start())]
    over, under = _terms(match)
    if (
        under in (10, 100)
        and "/" in match["fraction"]
        or not 2 <= under <= 64
        or over >= under
        or 20 < under not in (32, 64)
    ):
        out_of = under in (10, 100) or (over >= under and under in (5, 20))
        middle = " out of " if out_of else " over "
        return [(cardinal(over), match.start("fraction")), (middle + cardinal(under), match.start("fraction"))]
    one, many = _PARTS.get(under, (ordinal(under), numbers.plural(ordinal(under))))
    whole = match["whole"]
    said = f"{cardinal(over)} {many}" if over > 1 else f"a {one}" if whole or under > 2 else one
    parts: list[Part] = [(f"{amount(whole, british)} and ", match.start())] if whole else []
    determined = (
        not whole and under == 2 and not re.match(r"\s+(?:an?|the|of|my|his|her|its|our|their)\b", after(match))
    )
    return [*parts, (f"a {said}" if determined and over == 1 else said, match.start("fraction"))]


def _terms(match: re.Match[str]) -> tuple[int, int]:
    """Of a fraction, above and below its line."""
    over, _, under = unicodedata.normalize("NFKC", match["fraction"]).replace("\u2044", "/").partition("/")
    return int(over), int(under or 0)


def _ordinal(match: re.Match[str], british: bool) -> Iterator[Part]:
    yield ordinal(int(match["number"].replace(",", "")), british), match.start()


def _signed(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "-5" is minus five, "~5" about five."""
    yield f"{_SIGNED[match[0].strip()]} ", match.start()


_SIGNED = {"-": "minus", "−": "minus", "+": "plus", "±": "plus or minus", "~": "about", "≈": "about", "<": "less than",
           ">": "more than", "≤": "at most", "≥": "at least", "×": "times", "x": "times"}  # fmt: skip


def _numbered(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "No. 5" and "#5" are number five, "pp. 5–6" pages five to six."""
    yield f"{_NUMBERED[match['what'].rstrip('. ').lower()]} ", match.start()


_NUMBERED = {"no": "number", "nos": "numbers", "nr": "number", "№": "number", "#": "number", "p": "page", "pp": "pages",
             "ch": "chapter", "vol": "volume", "fig": "figure", "figs": "figures", "eq": "equation", "§": "section",
             "§§": "sections", "sec": "section", "ext": "extension", "art": "article", "op": "opus"}  # fmt: skip


def _number(match: re.Match[str], british: bool) -> Iterator[Part]:
    """A plain number; that of a room or a flight by its digits."""
    labels = _LABELLED.search(before(match)) and match[0].isdecimal()
    yield numbers.label(match[0]) if labels else amount(match[0], british), match.start()


def _label(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "A380" is A three eighty, "MP3" MP three."""
    yield numbers.label(match[0]), match.start()


_UNIT = rf"[ \u00a0\u202f\u2009-]?(?P<unit>{one_of(_UNITS)})(?![\w²³°])"
_PER_UNIT = rf"(?:{GAP}(?:/|per ){GAP}(?P<per>{one_of(_PER)})(?!\w))?"
_CODE = one_of([*_CODES, *_CODES_ONLY])
RULES: tuple[Rule, ...] = (
    (
        re.compile(
            rf"(?<!\w)(?P<sign>{one_of(_CURRENCIES)}){GAP}(?P<amount>{AMOUNT})(?:{DASH}(?:{one_of(_MONEY)})?(?P<to>{AMOUNT}))?"
            rf"{_SCALE}(?![\w]){_PER_UNIT}"
        ),
        _money,
    ),
    (re.compile(rf"{ALONE}{_RANGE}{_SCALE}{GAP}(?P<sign>[€£¥₹₩₽$]|(?:{_CODE})\b)(?!\d){_PER_UNIT}"), _money),
    (re.compile(r"""(?<![\w.,'"])(?P<feet>\d{1,2})['′](?P<inches>1[01]|\d)["″]"""), _feet),
    (re.compile(rf"""{ALONE}(?P<amount>{AMOUNT})(?P<mark>["'″′])(?=\s+[a-z]|\s*[x×])"""), _marked),
    (re.compile(rf"{ALONE}{_RANGE}{_UNIT}{_PER_UNIT}"), _measure),
    (
        re.compile(
            rf"{ALONE}(?:(?P<whole>\d+)[ \u00a0-]?)?(?P<fraction>[{_VULGAR}]|(?<!\d)\d{{1,3}}[/⁄]\d{{1,3}})(?![\w/])"
        ),
        _fraction,
    ),
    (re.compile(r"(?<![\w.,])(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)\b"), _ordinal),
    (re.compile(rf"{ALONE}{_RANGE}(?<=\d)(?<!^)(?=[^\d]|$)(?(to)|(?!))(?![\w–-]|[.,/]\d)"), _range),
    (re.compile(rf"{ALONE}(?P<first>{AMOUNT})(?P<mark>:)(?P<last>{AMOUNT})(?![\w:]|[.,]\d)"), _ratio),
    (re.compile(rf"{ALONE}(?P<first>{AMOUNT}){GAP}(?P<mark>[×xX]){GAP}(?P<last>{AMOUNT})"), _ratio),
    (re.compile(r"(?<=\d)[×x](?!\w)"), lambda match, british: [(" times", match.start())]),
    (re.compile(r"(?<![^\s(\[=*/])[-−](?=[$€£¥]?\.?\d)"), _signed),
    (re.compile(rf"(?<!\w)[+±~≈<>≤≥]{GAP}(?=[$€£¥]?\.?\d)"), _signed),
    (
        re.compile(
            r"(?<!\w)(?P<what>(?:Nos?|Nr|[Pp]p?|[Cc]h|[Vv]ol|[Ff]igs?|[Ee]q|[Ss]ec|[Ee]xt|[Aa]rt|[Oo]p)\. ?|№ ?|§§? ?|#)(?=\d)"
        ),
        _numbered,
    ),
    (re.compile(r"(?<!\w)(?P<what>nos?\. )(?=\d)"), _numbered),
    (re.compile(r"(?<=[A-Za-z])\d+(?![,.]\d)|(?<![\w.,])\d+(?=[A-Za-z])"), _label),
    (re.compile(AMOUNT), _number),
)
