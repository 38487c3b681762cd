"""Plain text: chapters begin at lines that read like a chapter's heading."""

import codecs
import os
import re
from collections.abc import Iterator
from pathlib import Path

from laterna.errors import DataError, MediaError
from laterna.media.books.book import Book, Chapter, Paragraph, chapter, has_words, one_line, words
from laterna.media.files import quoted, regular_file

_SAID = """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred first second third fourth fifth sixth seventh
    eighth ninth tenth eleventh twelfth last
"""
_ROMAN = "(?=[ivxlc])c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_WORD = f"(?:{'|'.join(_SAID.split())})"
_NUMBER = rf"(?:\d{{1,4}}|{_ROMAN}|(?:the[ ])?{_WORD}(?:[ -]{_WORD})*)\b"
_HEADING = re.compile(
    rf"""(?:chapter|kapitel|chapitre|cap[ií]tulo|capitolo|hoofdstuk|глава)\s+{_NUMBER}.*
       | (?:part|book|volume|canto|act|letter|stave|teil|buch|partie|livre|parte|libro|часть)\s+{_NUMBER}
            \s*(?:[.:—–-].*)?
       | (?:prologue|epilogue|introduction|preface|foreword|afterword|interlude|prolog|epilog|vorwort|nachwort)[.:]?
       | (?-i:{_ROMAN.upper()})\.?
       | 第[\d零〇一二三四五六七八九十百千两]{{1,9}}[章回节卷部篇].*
       | (?:序|序章|楔子|引子|尾声|后记|前言)""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_HEADING = 100  # characters
_TITLE_LINES = 3  # that a heading may have: its number, and its title beneath
_GUTENBERG = re.compile(r"^\*\*\* ?(START|END) OF (?:THE|THIS) PROJECT GUTENBERG EBOOK.*$", re.MULTILINE)


def read_text(path: str | os.PathLike[str]) -> Book:
    """Read a plain text. Without headings it is one chapter.

    Project Gutenberg's licence around a text is left out, its title and author are used.

    Raises:
        MediaError: it can't be read, or is not Unicode text.
        DataError: it has no words.
    """
    text, header = _body(decoded(path))
    title = header.get("title") or one_line(Path(path).stem.replace("_", " "))
    chapters = tuple(_chapters(re.split(r"\n[^\S\n]*\n", text), title))
    if not chapters:
        raise DataError(f"{quoted(path)} has no words to read: write some.")
    return Book(title, header.get("author", ""), "", chapters)


def decoded(path: str | os.PathLike[str]) -> str:
    r"""A text file's text in UTF-8, or in UTF-16 with its mark, with ``\n`` line ends.

    Raises:
        MediaError: it can't be read, or is neither.
    """
    data = regular_file(path).read_bytes()
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise MediaError(f"{quoted(path)} is not Unicode text: save it as UTF-8.") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _body(text: str) -> tuple[str, dict[str, str]]:
    """The text without Project Gutenberg's licence, and what its header states."""
    marks = {match[1]: match.span() for match in _GUTENBERG.finditer(text)}
    if "START" not in marks:
        return text, {}
    first, start = marks["START"]
    stated = re.findall(r"^(Title|Author): *(.+)$", text[:first], re.MULTILINE)
    end = marks.get("END", (len(text), 0))[0]
    return text[start:end], {key.lower(): one_line(value) for key, value in stated}


def _chapters(written: list[str], title: str) -> Iterator[Chapter]:
    parts: list[tuple[str, list[Paragraph]]] = [(title, [])]
    for paragraph in written:
        headings = _headings([line.strip() for line in paragraph.splitlines() if line.strip()])
        for heading in headings:
            parts.append((heading, [Paragraph(heading, heading=True)]))
        if not headings and has_words(paragraph):
            parts[-1][1].append(Paragraph(one_line(paragraph)))
    last = {words(heading): index for index, (heading, _) in enumerate(parts)}
    for index, (heading, paragraphs) in enumerate(parts):
        if len(paragraphs) == 1 and paragraphs[0].heading and last[words(heading)] > index:
            continue  # an entry of the table of contents
        made = chapter(heading, paragraphs)
        if made is not None:
            yield made


def _headings(lines: list[str]) -> list[str]:
    """The headings that a paragraph's lines are: several in a table of contents; none in prose."""
    if not lines or any(len(line) > _LONGEST_HEADING for line in lines) or not _HEADING.fullmatch(lines[0]):
        return []
    if len(lines) > 1 and all(_HEADING.fullmatch(line) for line in lines):
        return lines
    if len(lines) > _TITLE_LINES:
        return []
    number, *rest = lines
    return [number if not rest else f"{number.rstrip('.:')}: {' '.join(rest)}"]
