"""Plain text and Markdown: chapters are found where a reader would see them."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.errors import DataError, LaternaError, MediaError
from laterna.media.books import Book, open_book


def read(folder: Path, text: str | bytes, name: str = "the_lamps.txt") -> Book:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return open_book(folder / name)


def told(book: Book) -> dict[str, list[str]]:
    """Paragraphs by chapter, headings marked."""
    return {
        one.title: [("# " if paragraph.heading else "") + paragraph.text for paragraph in one.paragraphs]
        for one in book.chapters
    }


def test_a_text_is_divided_at_its_headings(tmp_path: Path) -> None:
    text = "By A.\n\nChapter 1\n\nIt was\nnight.\n\nIt rained.\n\nCHAPTER II.\nThe Boat\n\nIt was day.\n"
    assert told(read(tmp_path, text)) == {
        "the lamps": ["# the lamps", "By A."],
        "Chapter 1": ["# Chapter 1", "It was night.", "It rained."],
        "CHAPTER II: The Boat": ["# CHAPTER II: The Boat", "It was day."],
    }


def test_a_text_without_headings_is_one_chapter(tmp_path: Path) -> None:
    assert told(read(tmp_path, "One.\n \nTwo.")) == {"the lamps": ["# the lamps", "One.", "Two."]}


@pytest.mark.parametrize(
    "heading",
    ["Chapter 12 The Storm", "chapter one", "PART THE FIRST", "Part Two: Home", "Prologue", "IV.", "XII", "STAVE ONE",
     "Chapter Twenty-One", "Kapitel 3", "第十二章 风", "序章", "Act II. The Garden", "Глава 2"],
)  # fmt: skip
def test_what_reads_like_a_heading(tmp_path: Path, heading: str) -> None:
    assert list(told(read(tmp_path, f"{heading}\n\nIt was night.\n"))) == [heading]


@pytest.mark.parametrize(
    "line",
    ["Part time.", "Book him, Danno.", "Part of it.", "Act natural.", "MIX", "I am.", "Letter writing, she said.",
     "Chapter 1 " + "of many " * 20, "Book 5 seats."],
)  # fmt: skip
def test_what_is_prose(tmp_path: Path, line: str) -> None:
    assert list(told(read(tmp_path, f"{line}\n\nIt was night.\n"))) == ["the lamps"]


@pytest.mark.parametrize("join", ["\n", "\n\n"])
def test_a_table_of_contents_is_left_out(tmp_path: Path, join: str) -> None:
    contents = join.join(["Chapter I: Night", "Chapter II"])
    text = f"Contents\n\n{contents}\n\nCHAPTER I.\nNight\n\nDark.\n\nCHAPTER II\n\nLight.\n"
    assert list(told(read(tmp_path, text))) == ["the lamps", "CHAPTER I: Night", "CHAPTER II"]


def test_a_part_with_chapters_is_read_out(tmp_path: Path) -> None:
    text = "PART ONE\n\nChapter 1\n\nDark.\n\nPART TWO\n\nChapter 2\n\nLight."
    assert list(told(read(tmp_path, text))) == ["PART ONE", "Chapter 1", "PART TWO", "Chapter 2"]


def test_project_gutenbergs_licence_is_left_out(tmp_path: Path) -> None:
    text = (
        "The Project Gutenberg eBook of Lamps\n\nTitle: Lamps\n\nAuthor: Ada Fisher\n\n"
        "*** START OF THE PROJECT GUTENBERG EBOOK LAMPS ***\n\nChapter 1\n\nDark.\n\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK LAMPS ***\n\nChapter 2\n\nTerms.\n"
    )
    book = read(tmp_path, text)
    assert (book.title, book.author, told(book)) == ("Lamps", "Ada Fisher", {"Chapter 1": ["# Chapter 1", "Dark."]})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_matter(tmp_path: Path, encoding: str, end: str) -> None:
    text = "Chapter 1\n\nDark — café.\n".replace("\n", end)
    assert told(read(tmp_path, text.encode(encoding))) == {"Chapter 1": ["# Chapter 1", "Dark — café."]}


MARKDOWN = """\
---
title: "The Lamps"
author: Ada Fisher
language: en-GB
---
# The Lamps

By *Ada*.

## One ##

It was **night**, [they](http://x) said: `so`.\\
Or ![not](x.png)day.

- A
- B

> Quoted.

### A part of one

<div>html</div>

    code

Two
---

More.
"""


def test_markdown_is_divided_at_its_headings(tmp_path: Path) -> None:
    book = read(tmp_path, MARKDOWN, "a.md")
    assert (book.title, book.author, book.language) == ("The Lamps", "Ada Fisher", "en-GB")
    assert told(book) == {
        "The Lamps": ["# The Lamps", "By Ada."],
        "One": ["# One", "It was night, they said: so. Or day.", "A", "B", "Quoted.", "# A part of one"],
        "Two": ["# Two", "More."],
    }


def test_markdowns_title_is_its_single_first_heading(tmp_path: Path) -> None:
    assert read(tmp_path, "# Lamps\n\n## One\n\nx\n\n## Two\n\ny\n", "a.markdown").title == "Lamps"
    assert read(tmp_path, "# One\n\nx\n\n# Two\n\ny\n", "my_lamps.md").title == "my lamps"


def test_markdowns_marks_are_not_read(tmp_path: Path) -> None:
    text = "# One\n\nA note[^1], ~~struck~~.\n\n| a | b |\n|---|---|\n| c | d |\n\n[^1]: The note.\n\nEnd.\n"
    lines = [one.text for one in read(tmp_path, text, "a.md").chapters[0].paragraphs]
    assert lines == ["One", "A note, struck.", "a", "b", "c", "d", "End."]


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.parametrize("text", ["...\n\n* * *\n", "\n\n \n", b"caf\xe9", b""])
def test_a_text_without_words_is_said(tmp_path: Path, name: str, text: str | bytes) -> None:
    with pytest.raises((DataError, MediaError)) as caught:
        read(tmp_path, text, name)
    assert repr(str(tmp_path / name)) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@given(text=st.text(alphabet="Chapter 1IV.#-*\n第章: x", max_size=80))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, name: str, text: str) -> None:
    folder = tmp_path_factory.mktemp("text")
    if not any(character.isalnum() for character in text):
        with pytest.raises(LaternaError):
            read(folder, text, name)
        return
    with contextlib.suppress(DataError):  # of Markdown, no words may be left
        assert all(chapter.title and chapter.paragraphs for chapter in read(folder, text, name).chapters)


@pytest.mark.timeout(60)
def test_a_long_text_of_headings_takes_no_time(tmp_path: Path) -> None:
    assert len(read(tmp_path, "I.\n\n" * 20_000 + "Night.").chapters) == 1
