"""Who says what, and when: the lines of captions and transcripts, with the names before them."""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from laterna.media.captions import read_voices
from laterna.media.transcript import Transcript

_NAMED = re.compile(r"(?P<name>[^:：]{1,40}?)\s*(?::(?:\s+|$)|：\s*)(?P<text>.*)")
_LEAD = re.compile(r"^[-‐-―−]+\s*(?=\S)")  # before each line of a cue that two speakers share
_SOUNDS = re.compile(r"\[[^\[\]]*\]|[♩-♯]+")


@dataclass(frozen=True, slots=True)
class Line:
    """What is said from ``start`` to ``end`` seconds, and who says it; empty where nobody is named.

    ``number`` is its caption's, or sentence's, place in the file, from 1.
    """

    number: int
    start: Fraction
    end: Fraction
    text: str
    speaker: str = ""


def read_lines(path: str | os.PathLike[str], names: Collection[str] = ()) -> list[Line]:
    """Read the lines of SubRip or WebVTT captions, or of a transcript (.json), in order of time.

    A speaker is named by WebVTT's ``<v Anna>``, or by ``ANNA:`` before a line: in capitals, or in any case where it is
    one of ``names``. Names that differ by case alone are one's. Speakers who share a caption share its time, by the
    lengths of their texts. What stands in [square brackets] is not said. A line may be left with no text.

    Raises:
        MediaError: the file can't be read, or is not Unicode.
        DataError: it is not what its format asks for.
    """
    known = {name.casefold(): name for name in names}
    lines = [
        Line(number, *span, text, known.setdefault(speaker.casefold(), speaker))
        for number, start, end, said in _cues(Path(path))
        for span, speaker, text in _shared(start, end, [one for pair in said for one in _named(*pair, known)])
    ]
    return sorted(lines, key=lambda line: line.start)


def _cues(path: Path) -> Iterator[tuple[int, Fraction, Fraction, list[tuple[str, str]]]]:
    if path.suffix.lower() == ".json":
        for number, sentence in enumerate(Transcript.open(path).sentences, 1):
            yield number, sentence.start, sentence.end, [("", sentence.text)]
    else:
        for number, (caption, said) in enumerate(read_voices(path), 1):
            yield number, caption.start, caption.end, said


def _named(speaker: str, text: str, known: Collection[str]) -> Iterator[tuple[str, str]]:
    """(speaker, text) of a caption's part, divided where a line names another speaker."""
    said: list[str] = []
    for written in _SOUNDS.sub("", text).split("\n"):
        line = _LEAD.sub("", written.strip())
        match = _NAMED.fullmatch(line)
        if match and _is_name(match["name"], known):
            yield speaker, " ".join(said)
            speaker, said, line = match["name"], [], match["text"]
        said.append(line)
    yield speaker, " ".join(said)


def _is_name(text: str, known: Collection[str]) -> bool:
    return text.casefold() in known or (text.isupper() and text[0].isalpha())


def _shared(
    start: Fraction, end: Fraction, said: Sequence[tuple[str, str]]
) -> Iterator[tuple[tuple[Fraction, Fraction], str, str]]:
    """A caption's time shared out among those who speak in it; a caption without words stays one empty line."""
    parts = [(speaker, " ".join(text.split())) for speaker, text in said if text.strip()] or [("", "")]
    total, at = max(1, sum(len(text) for _, text in parts)), start
    for speaker, text in parts:
        until = at + (end - start) * Fraction(len(text), total) if len(parts) > 1 else end
        yield (at, until), speaker, text
        at = until
