"""Markdown (CommonMark): chapters begin at headings."""

import os
import re
from collections import Counter
from pathlib import Path

from markdown_it import MarkdownIt

from laterna.errors import DataError
from laterna.media.books.book import Book, Paragraph, chapter, one_line
from laterna.media.books.text import decoded
from laterna.media.files import quoted

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)\n", re.DOTALL)
_FOOTNOTES = re.compile(r"^\[\^[^\]]+\]:.*\n?(?:[ \t]+.*\n?)*|\[\^[^\]]+\]", re.MULTILINE)  # notes and their marks
_SPOKEN = ("text", "code_inline")


def read_markdown(path: str | os.PathLike[str]) -> Book:
    """Read Markdown. Chapters begin at the highest level of heading that occurs twice; a single one above is the title.

    ``title``, ``author`` and ``language`` may stand in front matter. Blocks of code, pictures, footnotes and HTML are
    left out.

    Raises:
        MediaError: it can't be read, or is not Unicode text.
        DataError: it has no words.
    """
    text = decoded(path)
    front = _FRONT_MATTER.match(text)
    stated = dict(re.findall(r"^(\w+):[ \t]*[\"']?(.*?)[\"']?[ \t]*$", front[1], re.MULTILINE)) if front else {}
    lines = _lines(text[front.end() :] if front else text)
    levels = Counter(level for level, _ in lines if level)
    top = min((level for level, count in levels.items() if count > 1), default=min(levels, default=0))
    above = next((line for level, line in lines if 0 < level < top), "")
    title = stated.get("title") or above or one_line(Path(path).stem.replace("_", " "))
    parts: list[tuple[str, list[Paragraph]]] = [(title, [])]
    for level, line in lines:
        if level and level == top:
            parts.append((line, []))
        parts[-1][1].append(Paragraph(line, heading=level > 0))
    chapters = tuple(made for heading, paragraphs in parts if (made := chapter(heading, paragraphs)))
    if not chapters:
        raise DataError(f"{quoted(path)} has no words to read: write some.")
    return Book(title, stated.get("author", ""), stated.get("language", ""), chapters)


def _lines(text: str) -> list[tuple[int, str]]:
    """Paragraphs in one line each, with the level of those that are headings, else 0."""
    found, level = [], 0
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(_FOOTNOTES.sub("", text)):
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "inline":
            pieces = (
                child.content if child.type in _SPOKEN else " " * child.type.endswith("break")
                for child in token.children or ()
            )
            line = one_line("".join(pieces))
            if line:
                found.append((level, line))
    return found
