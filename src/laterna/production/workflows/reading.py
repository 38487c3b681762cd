"""Who reads what: a book or a screenplay as lines to be spoken, chapter by chapter."""

import os
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from laterna.errors import DataError
from laterna.media.books import SUFFIXES, Chapter, has_words, open_book
from laterna.media.files import quoted
from laterna.media.screenplay import (
    Action,
    Centered,
    Dialogue,
    Element,
    Lyrics,
    SceneHeading,
    Screenplay,
    Section,
    plain,
)

_FOUNTAIN = ".fountain"
_PLACES = {
    "INT/EXT": "Interior and exterior",
    "EXT/INT": "Exterior and interior",
    "I/E": "Interior and exterior",
    "INT": "Interior",
    "EXT": "Exterior",
    "EST": "Establishing",
}
_PLACE = re.compile(r"(INT\.?/EXT|EXT\.?/INT|INT|EXT|EST|I/E)(?:[.\s]+|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """Something to say, and the character that says it; the narrator where none is named."""

    text: str
    character: str = ""
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter as it is read out."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be read out, and what is known of it; see :class:`laterna.media.books.Book`."""

    title: str
    author: str
    language: str
    parts: tuple[Part, ...]
    characters: tuple[str, ...] = ()
    cover: bytes | None = None
    notes: tuple[str, ...] = ()


def open_reading(path: str | os.PathLike[str]) -> Reading:
    """What an EPUB, a plain text, Markdown or a Fountain screenplay gives to read.

    Of a screenplay the narrator reads headings, action, centred text and lyrics, not transitions, parentheticals,
    notes and synopses. Its chapters are its sections, where it has any, else its scenes.

    Raises:
        DataError: it is another kind of file, or has no words.
        MediaError: it can't be read, is broken or locked.
    """
    path = Path(path)
    if path.suffix.lower() == _FOUNTAIN:
        return _of_screenplay(Screenplay.open(path), path)
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(f"{quoted(path)} can't be read out: name an .epub, .txt, .md or .fountain file.")
    book = open_book(path)
    parts = tuple(Part(chapter.title, tuple(_of_chapter(chapter))) for chapter in book.chapters)
    return Reading(book.title, book.author, book.language, parts, cover=book.cover, notes=book.notes)


def _of_chapter(chapter: Chapter) -> Iterator[Line]:
    return (Line(paragraph.text, heading=paragraph.heading) for paragraph in chapter.paragraphs)


def _of_screenplay(play: Screenplay, path: Path) -> Reading:
    title = play.title or " ".join(path.stem.replace("_", " ").split())
    begins = _begins(play)
    parts: list[tuple[str, list[Line]]] = [(title, [Line(title, heading=True)])]
    for element in play.elements:
        if isinstance(element, begins):
            parts.append((plain(element.text), []))
        parts[-1][1].extend(line for line in _lines(element) if has_words(line.text))
    if sum(len(lines) for _, lines in parts) < 2:
        raise DataError(f"{quoted(path)} has no words to read: write some.")
    return Reading(
        title, play.author, "", tuple(Part(name, tuple(lines)) for name, lines in parts if lines), play.characters
    )


def _begins(play: Screenplay) -> type[Section | SceneHeading]:
    """The elements that begin a chapter."""
    return Section if any(isinstance(element, Section) for element in play.elements) else SceneHeading


def _lines(element: Element) -> Iterator[Line]:
    match element:
        case SceneHeading():
            yield Line(_said_heading(plain(element.text)), heading=True)
        case Section():
            yield Line(plain(element.text), heading=True)
        case Action() | Centered() | Lyrics():
            yield Line(plain(element.text))
        case Dialogue():
            yield Line(plain(element.text), element.character)


def _said_heading(text: str) -> str:
    """ "INT. HOUSE - DAY" is read "Interior. House, Day"."""
    place = _PLACE.match(text)
    where = text[place.end() :] if place else text
    where = string.capwords(where) if place or where.isupper() else where
    spelt = f"{_PLACES[place[1].upper().replace('.', '')]}. " if place else ""
    return spelt + where.replace(" - ", ", ")
