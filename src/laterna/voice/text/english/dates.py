"""Dates, years, decades and times as they are read out."""

import re
from collections.abc import Iterator

from laterna.voice.text.english import numbers
from laterna.voice.text.english.numbers import cardinal, ordinal
from laterna.voice.text.english.rules import DASH, GAP, Part, Rule, after, before, stop, words

_MONTHS = words("""
    January February March April May June July August September October November December
""")
_SHORT = {name[:3]: name for name in _MONTHS} | {"Sept": "September"}
_MONTH = rf"(?:{'|'.join(_MONTHS)}|(?:{'|'.join(_SHORT)})\b\.?)"
_WEEKDAYS = {"Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday"}
_WEEKDAYS |= {"Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday"}
_WEEKDAY = "|".join(_WEEKDAYS)
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_YEAR = r"(?:1\d{3}|20\d\d)"
_CLOCK = r"(?P<hour>2[0-3]|[01]?\d):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
_HALF = rf"(?:{GAP}(?P<half>[ap])(?:m\b|\.m\.(?!\w)|\.{GAP}m\.(?!\w)))"
_YEARLY = re.compile(
    r"(?:\b(?:in|since|from|until|till|by|of|before|after|during|circa|year|spring|summer|autumn|fall|winter|early|late"
    r"|mid|the|a|an|his|her|its|their|our|my|this|that)[\s-]+|[©(]\s?|^)$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\s+(?:(?!(?:was|is|has|does|as|its|his|this|thus|versus|always|yes|us)\b)[a-z]+s|people|men|women|children|feet"
    r"|percent|hundred|thousand|million|of)\b"
)
_MEASURED = re.compile(
    r"\b(?:than|over|nearly|almost|exactly|only|least|most|all|some|another|number|room|flight)\s+$", re.I
)


def _month(written: str) -> str:
    return _SHORT.get(written.rstrip("."), written)


def _month_day(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "May 3, 2026" is May third, twenty twenty-six."""
    yield f"{_month(match['month'])} ", match.start()
    yield ordinal(int(match["day"]), british), match.start("day")
    if match["to"]:
        yield f" to {ordinal(int(match['to']), british)}", match.start("to")
    if match["year"]:
        yield f", {numbers.year(int(match['year']), british)}", match.start("year")


def _day_month(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "3 May 2026" is the third of May twenty twenty-six."""
    led = re.search(r"\bthe\s+$", before(match), re.IGNORECASE)
    yield f"{'' if led else 'the '}{ordinal(int(match['day']), british)}", match.start()
    if match["to"]:
        yield f" to the {ordinal(int(match['to']), british)}", match.start("to")
    yield f" of {_month(match['month'])}", match.start("month")
    if match["year"]:
        yield f" {numbers.year(int(match['year']), british)}", match.start("year")
    yield from () if match["year"] else stop(match)


def _month_year(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "Sept. 2026" is September twenty twenty-six."""
    yield f"{_month(match['month'])} ", match.start()
    yield numbers.year(int(match["year"]), british), match.start("year")


def _numeric(match: re.Match[str], british: bool) -> list[Part] | None:
    """ "2026-05-03" is May third, twenty twenty-six; "3/5/2026" March fifth, or in British English the third of May."""
    one, two, year = (int(match[name]) for name in ("one", "two", "year"))
    day_first = british if match["mark"] == "/" else match["mark"] == "."
    month, day = (two, one) if day_first or one > 12 else (one, two)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    if len(match["year"]) == 2:
        year += 2000 if year < 50 else 1900
    spoken = numbers.year(year, british)
    if british:
        return [(f"the {ordinal(day, british)} of {_MONTHS[month - 1]} {spoken}", match.start())]
    return [(f"{_MONTHS[month - 1]} {ordinal(day)}, {spoken}", match.start())]


def _decade(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "1990s" are nineteen nineties, "'80s" eighties."""
    century, ten = match["century"] or "", int(match["ten"])
    if century and not ten:
        said = numbers.plural(numbers.year(int(century) * 100, british))
    else:
        led = f"{cardinal(int(century))} " if century else ""
        said = led + (numbers.plural(cardinal(ten)) if ten else "hundreds")
    yield said, match.start()


def _years(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "1914–18" is nineteen fourteen to eighteen."""
    yield numbers.year(int(match["first"]), british), match.start()
    written = match["last"] or match["next"]
    said = numbers.year(int(written), british) if len(written) == 4 else numbers.pair(int(written))
    yield f" to {said}", match.end() - len(written)


def _year(match: re.Match[str], british: bool) -> list[Part] | None:
    """ "in 1984", unless a count is likelier: "1984 pages"."""
    noun = _COUNTED.match(after(match)) and not _YEARLY.search(before(match))
    return None if noun or _MEASURED.search(before(match)) else [(numbers.year(int(match[0]), british), match.start())]


def _time(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "7:30 pm" is seven thirty PM, "19:05" nineteen oh five, "7:00" seven o'clock."""
    hour, minute, half = int(match["hour"]), int(match["minute"]), match["half"]
    yield cardinal(hour), match.start()
    if minute:
        yield f" {numbers.pair(minute)}", match.start("minute")
    elif not half:
        yield " o'clock" if 0 < hour <= 12 else " hundred", match.start("minute")
    if match["second"] and int(match["second"]):
        yield f" and {_counted(int(match['second']), 'second')}", match.start("second")
    if half:
        yield f" {half.upper()}M", match.start("half")
        yield from stop(match)


def _lap(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "52:08.5" is fifty-two oh eight point five."""
    yield cardinal(int(match["minute"])), match.start()
    second = int(match["second"])
    yield f" {numbers.pair(second) if second else 'flat'}", match.start("second")
    if match["part"]:
        yield f" point {numbers.digits(match['part'])}", match.start("part")


def _until(match: re.Match[str], british: bool) -> list[Part] | None:
    """ "9am–5pm" is nine AM to five PM."""
    return [(" to ", match.start())]


def _weekdays(match: re.Match[str], british: bool) -> list[Part] | None:
    """ "Mon–Fri" is Monday to Friday."""
    return [(f"{_WEEKDAYS[match['first']]} to ", match.start()), (_WEEKDAYS[match["last"]], match.start("last"))]


def _counted(number: int, name: str) -> str:
    return f"{cardinal(number)} {name}{'s' * (number != 1)}"


def _half_day(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "7pm" is seven PM, "7–9 a.m." seven to nine AM."""
    yield cardinal(int(match["hour"])), match.start()
    if match["minute"] and int(match["minute"]):
        yield f" {numbers.pair(int(match['minute']))}", match.start("minute")
    if match["to"]:
        yield f" to {cardinal(int(match['to']))}", match.start("to")
    yield f" {match['half'].upper()}M", match.start("half")
    yield from stop(match)


def _hundred(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "0900 hours" is oh nine hundred hours."""
    hour, minute = match[0][:2], int(match[0][2:4])
    yield f"{'oh ' if hour[0] == '0' else ''}{cardinal(int(hour))}", match.start()
    yield f" {numbers.pair(minute) if minute else 'hundred'}", match.start() + 2


def _written_out(match: re.Match[str], british: bool) -> list[Part] | None:
    """ "Jan." is January, "Tues." Tuesday."""
    name = match["name"]
    return [(_SHORT.get(name) or _WEEKDAYS[name], match.start()), *stop(match)]


_TAIL = rf"(?:st|nd|rd|th)?(?:{DASH}(?P<to>{_DAY})(?:st|nd|rd|th)?)?"
RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<![\w.,:])(?:[01]\d|2[0-3])[0-5]\d(?= hours\b)"), _hundred),
    (
        re.compile(
            rf"\b(?P<month>{_MONTH}) (?:the )?(?P<day>{_DAY}){_TAIL}(?!\w|[.:,]\d|/)"
            rf"(?:,? (?P<year>{_YEAR})(?![\w,]|\.\d))?"
        ),
        _month_day,
    ),
    (
        re.compile(
            rf"(?<![\w.,/:–-])(?P<day>{_DAY}){_TAIL} (?:of )?(?P<month>{_MONTH})(?!\w)(?:,? (?P<year>{_YEAR})(?!\w))?"
        ),
        _day_month,
    ),
    (re.compile(rf"\b(?P<month>{_MONTH}),? (?P<year>{_YEAR})(?![\w,]|\.\d)"), _month_year),
    (re.compile(r"(?<![\w./-])(?P<year>\d{4})(?P<mark>[-/])(?P<one>\d\d?)(?P=mark)(?P<two>\d\d?)(?![\w/-])"), _numeric),
    (re.compile(r"(?<![\w./-])(?P<year>\d{4})(?P<mark>-)(?P<one>\d\d)-(?P<two>\d\d)(?=T\d)"), _numeric),
    (re.compile(r"(?<=\d)T(?=\d\d:\d)"), lambda match, british: [(" at ", match.start())]),
    (
        re.compile(
            r"(?<![\w./-])(?P<one>\d\d?)(?P<mark>[/.-])(?P<two>\d\d?)(?P=mark)(?P<year>\d{4}|(?<=/)\d\d)(?![\w/-]|\.\d)"
        ),
        _numeric,
    ),
    (re.compile(r"(?<![\w.,])['’]?(?P<century>1\d|20)?(?P<ten>\d0)['’]?s\b"), _decade),
    (
        re.compile(
            rf"(?<![\w.,/–-])(?P<first>{_YEAR})(?:[–-](?P<last>{_YEAR}|\d\d)|/(?P<next>\d\d))(?![\w–/-]|[.,]\d)"
        ),
        _years,
    ),
    (re.compile(rf"(?<![\w.,/:$€£¥–-])(?P<year>{_YEAR})(?![\w%°/:–-]|[.,]\d| ?(?:%|°))"), _year),
    (re.compile(rf"(?:(?<![\w.:,])|(?<=\dT)){_CLOCK}(?![\d:]){_HALF}?(?!\w)"), _time),
    (
        re.compile(
            rf"(?<![\w.:,])(?P<hour>1[0-2]|[1-9])(?:\.(?P<minute>[0-5]\d)|{DASH}(?P<to>1[0-2]|[1-9]))?{_HALF}(?!\w)",
            re.IGNORECASE,
        ),
        _half_day,
    ),
    (re.compile(r"(?<![\w.:,])(?P<minute>\d{2,3}):(?P<second>[0-5]\d)(?:\.(?P<part>\d+))?(?![\w:])"), _lap),
    (re.compile(rf"(?:(?<=\d[ap]m)|(?<=:\d\d)|(?<=\d [ap]m)){DASH}(?=\d)", re.IGNORECASE), _until),
    (re.compile(rf"\b(?P<first>{_WEEKDAY}){DASH}(?P<last>{_WEEKDAY})\b"), _weekdays),
    (re.compile(rf"\b(?P<name>{'|'.join([*_SHORT, *_WEEKDAYS])})\.(?!\w)"), _written_out),
)
