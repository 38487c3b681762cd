"""Captions: SubRip (``.srt``) and WebVTT (``.vtt``), read with patience and written strictly.

WebVTT follows the W3C's recommendation. SubRip has no standard: a cue is its time line and the lines up to an empty
one. Times are kept to the millisecond, the formats' own grain. Markup (italics, colours, speakers, positions) is
stripped; the words stay.
"""

import codecs
import html
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from laterna.errors import DataError, MediaError
from laterna.media.files import quoted, regular_file, write_text

_LINE_END = re.compile(r"\r\n|\r|\n")
_CLOCK = r"(?:([0-9]+):)?([0-5]?[0-9]):([0-5]?[0-9])(?:[,.]([0-9]{1,3}))?"
_TIME_LINE = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?")
_SRT_MARKUP = re.compile(r"</?(?:i|b|u|s|font|c|v|ruby|rt)(?:[ .][^<>]*)?>|\{\\[^{}]*\}", re.IGNORECASE)
_VTT_MARKUP = re.compile(r"<[^<>]*>")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:[ \t]+([^<>]*))?>|</v>")
_VTT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_NOT_CUES = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True, slots=True)
class Caption:
    """Lines of text shown from ``start`` to ``end`` seconds.

    Raises:
        DataError: it ends before it starts, starts before 0, or a line is blank or holds a line break.
    """

    start: Fraction
    end: Fraction
    lines: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise DataError(f"The caption {self.text!r} can't last from {float(self.start)} to {float(self.end)} s.")
        if any(not line.strip() or _LINE_END.search(line) for line in self.lines):
            raise DataError(f"The caption {self.text!r} has a blank line, or a line break in a line: split its lines.")

    @property
    def text(self) -> str:
        """The lines as one."""
        return " ".join(self.lines)


@dataclass(frozen=True)
class Captions(Sequence[Caption]):
    """The captions of one film in order; as a file, ``.srt`` or ``.vtt``."""

    captions: tuple[Caption, ...]

    def __len__(self) -> int:
        return len(self.captions)

    def __iter__(self) -> Iterator[Caption]:
        return iter(self.captions)

    def __getitem__(self, index: Any) -> Any:
        return self.captions[index]

    def to_json(self) -> list[dict[str, Any]]:
        """A list of captions, seconds as numbers."""
        return [{"start": float(c.start), "end": float(c.end), "lines": list(c.lines)} for c in self.captions]

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "Captions":
        """Read a caption file; see :func:`read_captions`."""
        return cls(tuple(read_captions(path)))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a caption file; see :func:`write_captions`."""
        write_captions(path, self.captions)


def read_captions(path: str | os.PathLike[str]) -> list[Caption]:
    """Read SubRip or WebVTT, told apart by what the file says rather than by its suffix.

    Byte order marks, any line ends, missing or wrong numbers, cue settings and absent hours are taken in stride.

    Raises:
        MediaError: the file can't be read, or is not Unicode.
        DataError: a line is not what its format has there.
    """
    return [_caption(path, number, cue, plain) for number, cue, plain in _read(path)]


def read_voices(path: str | os.PathLike[str]) -> list[tuple[Caption, list[tuple[str, str]]]]:
    """Read captions as :func:`read_captions` does, each with what is said in it as (name, text) pairs.

    The names are those of WebVTT's voice spans, ``<v Anna>``; outside these a name is empty. Lines stay lines.
    """
    return [(_caption(path, number, cue, plain), _voices(cue[1:], plain)) for number, cue, plain in _read(path)]


def write_captions(path: str | os.PathLike[str], captions: Iterable[Caption]) -> None:
    """Write ``.srt`` or ``.vtt``, by the suffix; times are rounded to the millisecond.

    Raises:
        DataError: another suffix, or text that SubRip, which has no escapes, would take for markup.
    """
    match Path(path).suffix.lower():
        case ".srt":
            text = "\n".join(_srt_cue(path, index, caption) for index, caption in enumerate(captions, 1))
            write_text(path, text or "\n")  # an empty file would be taken for a broken copy
        case ".vtt":
            write_text(path, "\n".join(["WEBVTT\n", *map(_vtt_cue, captions)]))
        case _:
            raise DataError(f"{quoted(path)} names no caption format: use .srt or .vtt.")


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MediaError(f"{quoted(path)} is not Unicode text on line {line}: save it as UTF-8.") from error


def _read(path: str | os.PathLike[str]) -> Iterator[tuple[int, list[str], Callable[[str], str]]]:
    """Each cue with its number, as :func:`_cues` gives them, and what strips its format's markup."""
    lines = _LINE_END.split(_decoded(regular_file(path)))
    is_vtt = re.match(r"WEBVTT(\s|$)", lines[0]) is not None
    if not is_vtt and Path(path).suffix.lower() == ".vtt":
        raise DataError(f"{quoted(path)} does not start with WEBVTT on line 1: export it as WebVTT anew.")
    for number, cue in _cues(path, lines, is_vtt):
        yield number, cue, _plain_vtt if is_vtt else _plain_srt


def _cues(path: str | os.PathLike[str], lines: list[str], is_vtt: bool) -> Iterator[tuple[int, list[str]]]:
    """Each cue as its time line and its lines of text, with the time line's number in the file."""
    for first, block in _blocks(lines):
        starts = [i for i, line in enumerate(block) if _TIME_LINE.fullmatch(line)]
        if not starts and is_vtt and (first == 1 or block[0].startswith(_NOT_CUES)):
            continue
        if not starts or starts[0] > 1:  # a number or a name may stand above the times, nothing else
            number = first + next((i for i, line in enumerate(block) if "-->" in line), 0)
            example = "00:01.000 --> 00:02.500" if is_vtt else "00:00:01,000 --> 00:00:02,500"
            raise DataError(f"{quoted(path)} has no times as they should be on line {number}: write {example}.")
        for start, following in pairwise([*starts, len(block)]):
            cue = block[start:following]
            if following < len(block) and cue[-1].strip().isdecimal():
                cue.pop()  # the next cue's number: the empty line above it is missing
            yield first + start, cue


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines that are not blank, each with the number of its first line."""
    numbered = enumerate(lines, 1)
    for is_text, run in groupby(numbered, key=lambda pair: bool(pair[1].strip())):
        if is_text:
            block = list(run)
            yield block[0][0], [line for _, line in block]


def _caption(path: str | os.PathLike[str], number: int, cue: list[str], plain: Callable[[str], str]) -> Caption:
    start, end = (_seconds(clock) for clock in re.findall(_CLOCK, cue[0])[:2])
    lines = (plain(line) for line in cue[1:])
    try:
        return Caption(start, end, tuple(line for line in lines if line.strip()))
    except DataError as error:
        raise DataError(
            f"{quoted(path)} has a cue on line {number} that ends before it starts: mend its times."
        ) from error


def _voices(lines: Sequence[str], plain: Callable[[str], str]) -> list[tuple[str, str]]:
    text, at, name = "\n".join(lines), 0, ""
    said = []
    for match in _VOICE.finditer(text):
        said.append((name, plain(text[at : match.start()])))
        at, name = match.end(), html.unescape(match[1] or "").strip()
    said.append((name, plain(text[at:])))
    return [(name, words) for name, words in said if words.strip()]


def _seconds(clock: Sequence[str]) -> Fraction:
    hours, minutes, seconds, thousandths = (part or "0" for part in clock)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + Fraction(int(thousandths.ljust(3, "0")), 1000)


def _plain_srt(line: str) -> str:
    return _SRT_MARKUP.sub("", line)


def _plain_vtt(line: str) -> str:
    return html.unescape(_VTT_MARKUP.sub("", line))


def _srt_cue(path: str | os.PathLike[str], index: int, caption: Caption) -> str:
    for line in caption.lines:
        if _plain_srt(line) != line or _TIME_LINE.fullmatch(line):
            raise DataError(f"{quoted(path)} can't hold {line!r}, which SubRip takes for markup: write .vtt.")
    return "\n".join([str(index), _times(caption, ","), *caption.lines, ""])


def _vtt_cue(caption: Caption) -> str:
    return "\n".join([_times(caption, "."), *(line.translate(_VTT_ESCAPES) for line in caption.lines), ""])


def _times(caption: Caption, point: str) -> str:
    return " --> ".join(_clock(time, point) for time in (caption.start, caption.end))


def _clock(time: Fraction, point: str) -> str:
    seconds, thousandths = divmod(round(time * 1000), 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{thousandths:03}"
