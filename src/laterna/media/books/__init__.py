"""Books: EPUB, plain text and Markdown, read into chapters."""

from laterna.media.books.book import Book, Chapter, Paragraph, has_words
from laterna.media.books.shelf import SUFFIXES, open_book

__all__ = ["SUFFIXES", "Book", "Chapter", "Paragraph", "has_words", "open_book"]
