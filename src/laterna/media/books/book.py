"""A book: who wrote it, and its chapters in the order of reading."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LONGEST_TITLE = 120  # characters; what is longer is cut


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in one line, as plain text; ``heading`` where it is a heading."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: its title as the table of contents has it, and its text, headings included."""

    title: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A book.

    Attributes:
        title: never empty.
        author: empty where nobody is named; several are parted by commas.
        language: a BCP 47 tag; empty where the book doesn't say.
        chapters: at least one, each with words.
        cover: a JPEG or PNG file's bytes, if there is one.
        notes: what was left out, in words.
    """

    title: str
    author: str
    language: str
    chapters: tuple[Chapter, ...]
    cover: bytes | None = None
    notes: tuple[str, ...] = ()


def one_line(text: str) -> str:
    """The text with single spaces for its white space."""
    return " ".join(text.split())


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit to read."""
    return any(character.isalnum() for character in text)


def chapter(title: str, paragraphs: Iterable[Paragraph]) -> Chapter | None:
    """A chapter of what has words, its title read out first; None where nothing has."""
    said = tuple(paragraph for paragraph in paragraphs if has_words(paragraph.text))
    if not said:
        return None
    heading = next((paragraph.text for paragraph in said if paragraph.heading), "")
    title = one_line(title) or one_line(heading)
    if title and not said[0].heading and words(title) != words(said[0].text):
        said = (Paragraph(title, heading=True), *said)
    return Chapter(_cut(title), said)


def words(text: str) -> tuple[str, ...]:
    """The words of a text, without case and marks: what two writings of a title share."""
    return tuple(re.findall(r"\w+", text.casefold()))


def _cut(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"
