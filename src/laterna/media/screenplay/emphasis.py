r"""Fountain's emphasis: ``*italic*``, ``**bold**``, ``***both***``, ``_underlined_``, and ``\*`` for a star itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r"\\(?P<escaped>[*_\\])|(?P<marks>\*+|_+)|(?P<end>\n)")
_MARKS = ("*", "**", "***", "_")


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False


def plain(text: str) -> str:
    """The text without its marks of emphasis."""
    return "".join(run.text for run in runs(text))


def runs(text: str) -> tuple[Run, ...]:
    """The text in stretches of one look. A mark without its partner on the same line is itself a character."""
    stretches: list[tuple[list[str], frozenset[str]]] = []
    looks: frozenset[str] = frozenset()
    for piece, is_mark in _pieces(text):
        if is_mark:
            looks ^= {piece}
        elif stretches and stretches[-1][1] == looks:
            stretches[-1][0].append(piece)
        elif piece:
            stretches.append(([piece], looks))
    return tuple(
        Run("".join(parts), bool(looks & {"**", "***"}), bool(looks & {"*", "***"}), "_" in looks)
        for parts, looks in stretches
    )


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Pieces of the text, each with whether it is a mark that opens or closes emphasis."""
    pieces: list[tuple[str, bool]] = []
    opened: dict[str, int] = {}  # mark: where in ``pieces``
    at = 0
    for match in _TOKEN.finditer(text):
        pieces.append((text[at : match.start()], False))
        at = match.end()
        if match["end"]:
            opened = {}
        for mark in _split(match["marks"] or "", opened):
            if mark in opened and not text[match.start() - 1].isspace():
                pieces[opened[mark]] = (mark, True)
                pieces.append((mark, True))
                opened = {other: where for other, where in opened.items() if where < opened[mark]}
                continue
            if mark in _MARKS and mark not in opened and text[at : at + 1].strip():
                opened[mark] = len(pieces)
            pieces.append((mark, False))
        if not match["marks"]:
            pieces.append((match["escaped"] or match["end"], False))
    return [*pieces, (text[at:], False)]


def _split(marks: str, opened: dict[str, int]) -> Iterator[str]:
    """Three stars end an italic and a bold stretch where both are open, the inner one first."""
    if marks == "***" and "***" not in opened and {"*", "**"} <= opened.keys():
        yield from sorted(("*", "**"), key=lambda mark: -opened[mark])
    elif marks:
        yield marks
