"""Opening a book, whatever it is written in."""

import os
from collections.abc import Callable
from pathlib import Path

from laterna.errors import DataError
from laterna.media.books.book import Book
from laterna.media.books.epub import read_epub
from laterna.media.books.markdown import read_markdown
from laterna.media.books.text import read_text
from laterna.media.files import quoted

_READERS: dict[str, Callable[[Path], Book]] = {
    ".epub": read_epub,
    ".txt": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
}

SUFFIXES = tuple(_READERS)


def open_book(path: str | os.PathLike[str]) -> Book:
    """Read an EPUB, a plain text or Markdown, told apart by the suffix.

    Raises:
        DataError: it is another kind of file, names no order of reading, or has no words.
        MediaError: it can't be read, is broken, or is locked by DRM.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{quoted(path)} is no book that can be read: convert it to EPUB, plain text or Markdown.")
    return reader(path)
