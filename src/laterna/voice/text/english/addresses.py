"""Addresses as they are read out: of the web, of mail, handles, versions, telephone numbers."""

import re
from collections.abc import Iterator

from laterna.voice.text.english.numbers import cardinal, digits, label
from laterna.voice.text.english.rules import ALONE, Part, Rule

_TOP = "com|org|net|edu|gov|io|dev|ai|co|uk|eu|de|fr|es|nl|ch|jp|cn|au|ca|nz|br|app|info|tv|fm|xyz"
_SPELT = ("edu", "io", "uk", "eu", "de", "fr", "es", "ch", "jp", "cn", "au", "ca", "nz", "br", "tv", "fm",
          "js", "ts", "md", "html", "css", "csv", "xml", "png", "svg", "srt", "vtt", "txt", "pdf", "usr")  # fmt: skip
_FILES = (
    "js|ts|py|md|txt|pdf|html|css|json|csv|xml|toml|yaml|mp3|mp4|wav|png|jpe?g|gif|svg|zip|exe|docx?|xlsx?|otio|srt|vtt"
)
_NAME = r"[A-Za-z0-9](?:[\w-]{0,62}[A-Za-z0-9])?"
_HOST = rf"(?:{_NAME}\.){{1,9}}(?:{_TOP})\b(?![.@]?\w)"
_SIGNS = {
    ".": "dot", "/": "slash", "-": "dash", "_": "underscore", "?": "question mark", "=": "equals", "&": "and",
    "#": "hash", "~": "tilde", "%": "percent", ":": "colon", "@": "at", "+": "plus",
    "\\": "backslash",
}  # fmt: skip
_PIECE = re.compile(r"[^\W\d_]+|\d+|.", re.DOTALL)


def _address(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "https://laterna.org/docs" is laterna dot org slash docs."""
    written = match["address"].rstrip(".,;:!?)]'\"’”»")
    start = match.start("address")
    yield from _pieces(written.rstrip("/"), start)
    tail = match["address"][len(written) :]
    yield from ((mark, start + len(written) + place) for place, mark in enumerate(tail))


def _pieces(written: str, start: int) -> Iterator[Part]:
    gap = ""
    for piece in _PIECE.finditer(written):
        yield gap + _said(piece[0]), start + piece.start()
        gap = " "


def _said(piece: str) -> str:
    if piece.isdecimal():
        return label(piece)
    if piece.lower() == "www":
        return "W W W"
    if piece.lower() in _SPELT:
        return piece.upper()
    return _SIGNS.get(piece, "".join(character for character in piece if character.isalpha()))


def _handle(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "@laterna" is at laterna, "#NoFilter" hashtag No Filter."""
    yield "at " if match["sign"] == "@" else "hashtag ", match.start()
    yield from _pieces(match["name"], match.start("name"))


def _version(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "v2.10.3" is version two point ten point three."""
    if match["v"]:
        yield "version ", match.start()
    gap, at = "", match.start("numbers")
    for number in match["numbers"].split("."):
        yield f"{gap}{cardinal(int(number)) if len(number) < 5 else digits(number)}", at
        gap, at = " point ", at + len(number) + 1


def _telephone(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "555-1234" is five five five, one two three four."""
    gap = ""
    for group in re.finditer(r"\+|\d+", match[0]):
        yield gap + ("plus" if group[0] == "+" else digits(group[0], "oh")), match.start() + group.start()
        gap = " " if group[0] == "+" else ", "


_BREAK = r"[ \u00a0.-]"
_REST = r"(?:[/?:][^\s<>\"]*)?"  # of an address, behind the host
_TELEPHONES = rf"""
    \+\d{{1,3}}{_BREAK}?(?:\(\d{{1,4}}\){_BREAK}?)?\d{{2,5}}(?:{_BREAK}?\d{{2,5}}){{1,4}}
    | \(\d{{3,5}}\){_BREAK}?\d{{3,4}}{_BREAK}?\d{{3,4}}
    | (?:1-)?\d{{3}}-\d{{3}}-\d{{4}}
    | \d{{3}}-\d{{4}}
    | \d{{3}}-\d{{2}}-\d{{4}}
    | \d{{4}}(?:[ -]\d{{4}}){{3}}
    | (?<=ISBN[ :])[\d-]{{9,17}}
    | 0\d{{2,4}}(?:{_BREAK}\d{{3,4}}){{2,3}}
"""
_NUMBERS = r"(?P<numbers>\d+(?:\.\d+)*)(?!\w|\.\d)"
RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<![\w@])(?P<address>(?:\w[\w.+-]{0,62})?\w@(?:\w[\w-]{0,62}\.)+[A-Za-z]{2,}\b)"), _address),
    (re.compile(r"(?<!\w)(?:https?|ftp)://(?P<address>[^\W_][^\s<>\"]*)", re.IGNORECASE), _address),
    (re.compile(rf"(?<![\w.@])(?P<address>(?:[Ww]{{3}}\.[\w.-]*\w|{_HOST}){_REST})"), _address),
    (re.compile(rf"(?<![\w.@/])(?P<address>{_NAME}\.(?:{_FILES}))\b(?![.@]?\w)"), _address),
    (re.compile(r"(?<![\w.@])(?P<address>localhost(?::\d+)?(?:/[^\s<>\"]*)?)"), _address),
    (re.compile(r"(?<![\w.~/])(?P<address>~?(?:/[\w.-]+){2,}/?|[A-Za-z]:\\[\w.\\-]+)"), _address),
    (re.compile(r"(?<![\w@#])(?P<sign>[@#])(?P<name>[A-Za-z]\w*)"), _handle),
    (re.compile(rf"{ALONE}(?:{_TELEPHONES})(?![\w-]|\.\d)", re.VERBOSE), _telephone),
    (re.compile(rf"(?<![\w.,])(?P<v>[vV]\.? ?){_NUMBERS}"), _version),
    (re.compile(rf"(?<=ersion )(?P<v>){_NUMBERS}"), _version),
    (re.compile(rf"(?<![\w.,])(?P<v>)(?=\d+\.\d+\.\d){_NUMBERS}"), _version),
)
