"""Chinese as it is read out: numbers, dates, times, money, percent, units and telephone numbers in characters."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

Part = tuple[str, int]  # characters, and the place of the character that they stand for
Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Iterable[Part] | None]]

_DIGITS = "零一二三四五六七八九"
_BY_PHONE = "零幺二三四五六七八九"  # 1 is yāo where digits are read one by one
_PLACES = ("", "十", "百", "千")
_MYRIADS = ("", "万", "亿", "万亿")
_LARGEST = 10**16
_MEASURES = """
    个 位 名 只 条 张 本 次 件 辆 台 家 年 天 周 小时 分钟 秒
    岁 块 元 斤 公斤 千克 克 吨 米 公里 千米 度 倍 层 座 部 集
    段 句 场 首 杯 瓶 碗 双 对 种 点 万 亿 套 份 根 颗 道 页
    字 人 组 支 头 匹 把 口 间 栋 艘 架 遍 趟 回 户 代 届 星期
    世纪 厘米 毫米 升 毫升 美元 欧元 英镑 日元 平方米 立方米 公顷 千
    百
"""
_MONEY = {
    "¥": "元",
    "￥": "元",
    "$": "美元",
    "US$": "美元",
    "€": "欧元",
    "£": "英镑",
    "HK$": "港元",
    "NT$": "新台币",
    "RMB": "元",
}
_UNITS = {
    "km": "公里", "m": "米", "cm": "厘米", "mm": "毫米", "kg": "公斤", "g": "克", "mg": "毫克", "t": "吨",
    "ml": "毫升", "mL": "毫升", "L": "升", "l": "升", "℃": "摄氏度", "°C": "摄氏度", "°F": "华氏度",
    "℉": "华氏度", "°": "度", "km/h": "公里每小时", "m/s": "米每秒", "m²": "平方米", "㎡": "平方米",
    "km²": "平方公里", "m³": "立方米", "h": "小时", "min": "分钟", "s": "秒", "ms": "毫秒", "Hz": "赫兹",
    "kHz": "千赫", "MHz": "兆赫", "GHz": "吉赫", "W": "瓦", "kW": "千瓦", "V": "伏", "fps": "帧每秒",
    "dB": "分贝", "mph": "英里每小时", "ft": "英尺", "lb": "磅", "kWh": "千瓦时", "ha": "公顷", "px": "像素",
}  # fmt: skip
_SIGNS = {
    "&": "和", "+": "加", "=": "等于", "@": "艾特", "×": "乘以", "÷": "除以", "≈": "约等于", "±": "正负",
    "°": "度", "%": "百分之", "‰": "千分之", "$": "美元", "€": "欧元", "£": "英镑", "¥": "元", "￥": "元",
    "#": "井号", "№": "号", "≥": "大于等于", "≤": "小于等于", "<": "小于", ">": "大于", "^": "的",
}  # fmt: skip
_ADDRESS_SIGNS = {
    ".": "点",
    "/": "斜杠",
    "-": "横杠",
    "_": "下划线",
    "?": "问号",
    "=": "等于",
    "&": "和",
    ":": "冒号",
    "#": "井号",
    "%": "百分号",
    "+": "加",
    "~": "波浪线",
    "@": "艾特",
}
_POWERS = {"²": "平方", "³": "立方"}


def parts(sentence: str) -> Iterator[Part]:
    """What is said for a sentence, piece by piece, each with its place, in order; no piece has an Arabic digit."""
    written = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in sentence)
    at = 0
    while at < len(written):
        for pattern, say in _RULES:
            match = pattern.match(written, at)
            said = say(match) if match else None
            if match and said is not None:
                yield from said
                at = match.end()
                break
        else:
            yield written[at], at
            at += 1


def number(written: str, *, measured: bool = False) -> str:
    """A number: "1,024" is 一千零二十四, "2" before a measure word 两, "3.14" 三点一四."""
    whole, _, decimals = written.replace(",", "").partition(".")
    if (len(whole) > 1 and whole.startswith("0")) or int(whole or 0) >= _LARGEST:
        said = digits(whole)
    else:
        said = _whole(int(whole or 0))
    if decimals:
        return f"{said}点{digits(decimals)}"
    return "两" if measured and said == "二" else said


def digits(written: str, *, by_phone: bool = False) -> str:
    """Each digit by itself: of a year, of decimals, or ``by_phone``."""
    return "".join((_BY_PHONE if by_phone else _DIGITS)[int(digit)] for digit in written)


def _whole(value: int) -> str:
    if value == 0:
        return _DIGITS[0]
    said, gap = "", False
    for power in reversed(range(len(_MYRIADS))):
        group = value // 10_000**power % 10_000
        if group:
            said += (
                (_DIGITS[0] if said and (gap or group < 1000) else "")
                + _below_myriad(group, bool(said), power)
                + (_MYRIADS[power] if power < 3 or not value // 10_000**2 % 10_000 else "万")
            )
        gap = bool(said) and not group
    return said


def _below_myriad(value: int, follows: bool, power: int) -> str:
    """Up to 9,999: 12 is 十二, or 一十二 within a longer number; 2,000 is 两千."""
    if value == 2 and power:
        return "两"
    said, gap = "", False
    for place in reversed(range(4)):
        digit = value // 10**place % 10
        if digit:
            said += (
                (_DIGITS[0] if gap else "") + ("两" if digit == 2 and place == 3 else _DIGITS[digit]) + _PLACES[place]
            )
        gap = bool(said) and not digit
    return said.removeprefix("一") if 10 <= value < 20 and not follows else said


def _date(match: re.Match[str]) -> Iterator[Part]:
    """ "2026-05-03" and "2026年5月3日" are 二零二六年五月三日."""
    yield f"{digits(match['year'])}年", match.start("year")
    yield f"{_whole(int(match['month']))}月", match.start("month")
    yield f"{_whole(int(match['day']))}日", match.start("day")


def _year(match: re.Match[str]) -> Iterator[Part]:
    """ "2026年" is 二零二六年, "90年代" 九十年代."""
    yield digits(match[0]), match.start()


def _each_digit(match: re.Match[str]) -> Iterator[Part]:
    """ "2030年前" is 二零三零年前, "90后" 九零后."""
    yield digits(match[0]), match.start()


def _years(match: re.Match[str]) -> Iterator[Part]:
    """ "2020-2021学年" is 二零二零到二零二一学年."""
    yield digits(match["from"]), match.start()
    yield f"到{digits(match['to'])}", match.start("to")


def _by_phone(match: re.Match[str]) -> Iterator[Part]:
    """ "110" of the police is 幺幺零."""
    yield digits(match[0], by_phone=True), match.start()


def _address(match: re.Match[str]) -> Iterator[Part] | None:
    """ "www.example.com/a" is W W W 点 example 点 com 斜杠 a; a number with a point is none."""
    return None if not re.search("[A-Za-z]{2}", match[0]) else _spelt_out(match)


def _spelt_out(match: re.Match[str]) -> Iterator[Part]:
    written = match[0].partition("://")[2] or match[0]
    start = match.end() - len(written)
    for piece in re.finditer(r"[A-Za-z]+|\d|[^A-Za-z\d]", written):
        said = _ADDRESS_SIGNS.get(piece[0], piece[0]) if not piece[0].isdigit() else digits(piece[0])
        yield f" {' '.join('WWW') if piece[0].lower() == 'www' else said} ", start + piece.start()


def _time(match: re.Match[str]) -> Iterator[Part]:
    """ "7:05" is 七点零五分, "7:30" 七点三十分, "7:00" 七点."""
    yield f"{number(str(int(match['hour'])), measured=True)}点", match.start()
    minute = int(match["minute"])
    if minute:
        yield f"{'零' * (minute < 10)}{_whole(minute)}分", match.start("minute")
    if match["second"]:
        yield f"{_whole(int(match['second']))}秒", match.start("second")


def _percent(match: re.Match[str]) -> Iterator[Part]:
    """ "20%" is 百分之二十, "10–20%" 百分之十到百分之二十."""
    of = "千分之" if match["sign"] == "‰" else "百分之"
    yield of + number(match["amount"]), match.start()
    if match["to"]:
        yield f"到{of}{number(match['to'])}", match.start("to")


def _money(match: re.Match[str]) -> Iterator[Part]:
    """ "¥3.50" is 三元五角, "$20" 二十美元, "¥2万" 两万元."""
    name, written, scale = _MONEY[match["sign"]], match["amount"], match["scale"] or ""
    whole, _, decimals = written.replace(",", "").partition(".")
    if name == "元" and len(decimals) == 2 and not scale and not match["to"]:
        tenths, hundredths = (int(digit) for digit in decimals)
        said = f"{number(whole, measured=True)}元" if int(whole or 0) or not int(decimals) else ""
        said += f"{number(str(tenths), measured=True)}角" if tenths else "零" if hundredths and said else ""
        yield said + (f"{number(str(hundredths), measured=True)}分" if hundredths else ""), match.start()
        return
    yield number(written, measured=True), match.start()
    if match["to"]:
        yield f"到{number(match['to'], measured=True)}", match.start("to")
    yield scale + name, match.end() - 1


def _measure(match: re.Match[str]) -> Iterator[Part]:
    """ "5km" is 五公里, "2个" 两个."""
    yield from _range(match, measured=True)
    unit = match["unit"]
    yield _UNITS.get(unit, unit), match.start("unit")


def _range(match: re.Match[str], *, measured: bool = False) -> Iterator[Part]:
    """ "5–10" is 五到十."""
    yield number(match["amount"], measured=measured), match.start("amount")
    if match["to"]:
        yield f"到{number(match['to'], measured=measured)}", match.start("to")


def _ratio(match: re.Match[str]) -> Iterator[Part]:
    """ "16:9" is 十六比九."""
    yield number(match["one"]), match.start()
    yield f"比{number(match['other'])}", match.start("other")


def _fraction(match: re.Match[str]) -> list[Part] | None:
    """ "3/4" is 四分之三."""
    if not int(match["under"]):
        return None
    return [(f"{_whole(int(match['under']))}分之{_whole(int(match['over']))}", match.start())]


def _telephone(match: re.Match[str]) -> Iterator[Part]:
    """ "138-0013-8000" is 幺三八零零幺三八零零零."""
    gap = ""
    for group in re.finditer(r"\+|\d+", match[0]):
        yield gap + ("加" if group[0] == "+" else digits(group[0], by_phone=True)), match.start() + group.start()
        gap = "，" if group[0] != "+" else ""


def _by_digits(match: re.Match[str]) -> Iterator[Part]:
    """ "B2" is B二, "MP3" MP三, "007" 零零七, and "第2" 第二."""
    yield digits(match[0]), match.start()


def _version(match: re.Match[str]) -> Iterator[Part]:
    gap, at = "", match.start()
    for piece in match[0].split("."):
        yield gap + number(piece), at
        gap, at = "点", at + len(piece) + 1


def _signed(match: re.Match[str]) -> Iterator[Part]:
    """ "-5" is 负五."""
    yield "负", match.start()


def _sign(match: re.Match[str]) -> Iterator[Part]:
    yield _SIGNS[match[0]], match.start()


def _other(match: re.Match[str]) -> list[Part] | None:
    """Circled, superscript and other numbers of one character."""
    character = match[0]
    if character in _POWERS:
        return [(_POWERS[character], match.start())]
    value = unicodedata.numeric(character, None)
    if value is None or not (character.isdigit() or unicodedata.category(character) in ("No", "Nl")):
        return None
    if value != int(value):
        over, _, under = unicodedata.normalize("NFKC", character).partition("\u2044")
        return [(f"{number(under)}分之{number(over)}" if over.isdecimal() and under.isdecimal() else "", match.start())]
    return [(number(str(int(abs(value)))), match.start())]


def _one_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_ALONE = r"(?<![\d.A-Za-z])(?<!\d[,–—~～-])"
_AMOUNT = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
_RANGE = rf"(?P<amount>{_AMOUNT})(?:\s?[-–—~～至]\s?(?P<to>{_AMOUNT}))?"
_TELEPHONES = r"""
    (?<![\d.])(?:\+\d{1,3}[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)
    | (?<!\d)0\d{2,3}-\d{7,8}(?!\d)
    | (?<!\d)(?:400|800)-\d{3,4}-\d{3,4}(?!\d)
"""
_RULES: tuple[Rule, ...] = (
    (
        re.compile(
            r"(?<!\d)(?P<year>\d{4})(?P<mark>[-/.])(?P<month>1[0-2]|0?[1-9])(?P=mark)(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)"
        ),
        _date,
    ),
    (re.compile(r"(?<!\d)(?:\d{4}|\d{2})(?=\s?年(?!级|以|内|后|前|多|来))"), lambda match: _year_or_years(match)),
    (
        re.compile(r"(?<!\d)(?:19|20)(?!00)\d\d(?=年[前后])|(?<!\d)\d0(?=后(?!\w{0,2}天))|(?<!\d)[6-9]5(?=后)"),
        _each_digit,
    ),
    (re.compile(r"(?<!\d)(?P<from>\d{4})[-–—~～](?P<to>\d{4})(?=学年|年度|赛季)"), _years),
    (
        re.compile(r"(?<!\d)(?:110|114|119|120|122|12306|12315|12345|10086|10010|10000)(?!\d)(?!\s?[元个名人年块米])"),
        _by_phone,
    ),
    (
        re.compile(r"(?<!\d)(?P<one>\d{1,3})-(?P<other>\d{1,3})(?=获胜|战胜|击败|逼平|领先|落后|险胜|大胜|取胜|不敌)"),
        _ratio,
    ),
    (re.compile(r"(?:https?://)?(?:www\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:/[^\s，。！？]*)?"), _address),
    (
        re.compile(
            r"(?<![\d:：])(?P<hour>2[0-4]|[01]?\d)[:：](?P<minute>[0-5]\d)(?:[:：](?P<second>[0-5]\d))?(?![\d:：])"
        ),
        _time,
    ),
    (re.compile(_TELEPHONES, re.VERBOSE), _telephone),
    (
        re.compile(rf"{_ALONE}(?P<amount>{_AMOUNT})[%％]?(?:\s?[-–—~～至]\s?(?P<to>{_AMOUNT}))?\s?(?P<sign>[%％‰])"),
        _percent,
    ),
    (re.compile(rf"(?P<sign>{_one_of(_MONEY)})\s?{_RANGE}\s?(?P<scale>[万亿])?"), _money),
    (re.compile(r"(?<![\d:：])(?P<one>\d+)[:：](?P<other>\d+)(?![\d:：])"), _ratio),
    (re.compile(r"(?<![\d/])(?P<over>\d+)/(?P<under>\d+)(?![\d/])"), _fraction),
    (re.compile(rf"{_ALONE}{_RANGE}\s?(?P<unit>{_one_of(_UNITS)})(?![A-Za-z²³])"), _measure),
    (re.compile(rf"(?<!第){_ALONE}{_RANGE}\s?(?P<unit>{_one_of(_MEASURES.split())})(?!月)"), _measure),
    (re.compile(r"\d+(?:\.\d+){2,}"), _version),
    (re.compile(r"(?<=[A-Za-z])\d+(?!\.\d)|(?<!\d)\d{7,}(?<!000)(?![\d.])"), _by_digits),
    (re.compile(rf"{_ALONE}{_RANGE}"), _range),
    (re.compile(r"(?<![A-Za-z0-9_)年月日号时点分秒岁元块楼层页章℃%])[-−–](?=\d)"), _signed),
    (re.compile(_AMOUNT), lambda match: [(number(match[0]), match.start())]),
    (re.compile("|".join(re.escape(sign) for sign in _SIGNS)), _sign),
    (re.compile(r"[^\x00-\x7f]"), _other),
)


def _year_or_years(match: re.Match[str]) -> list[Part] | None:
    """Four digits before 年 are a year; two are one unless they count: "90年代", "98年", but "20年"."""
    era = match.string[match.end() :].lstrip().startswith("年代")
    if len(match[0]) == 2:
        return (
            [(_whole(int(match[0])), match.start())] if era or match[0] < "50" else [(digits(match[0]), match.start())]
        )
    return [(digits(match[0]), match.start())]
