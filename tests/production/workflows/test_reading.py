"""Who reads what of a book or a screenplay."""

from pathlib import Path

import pytest

from laterna.errors import DataError
from laterna.production.workflows.reading import Line, open_reading

SCRIPT = """\
Title: Night *Market*
Author: Ada Fisher

FADE IN:

INT. KITCHEN - DAY #1#

ANNA stands at the *stove*. [[too slow?]]

ANNA (V.O.)
(softly)
It begins at *seven*.

= They leave.

CUT TO:

EXT. Dr. Brown's market

> THE END <
"""


def written(folder: Path, text: str, name: str = "night_market.fountain") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_a_screenplay_is_read_scene_by_scene(tmp_path: Path) -> None:
    reading = open_reading(written(tmp_path, SCRIPT))
    assert (reading.title, reading.author, reading.characters) == ("Night Market", "Ada Fisher", ("ANNA",))
    assert [(part.title, part.lines) for part in reading.parts] == [
        ("Night Market", (Line("Night Market", heading=True), Line("FADE IN:"))),
        (
            "INT. KITCHEN - DAY",
            (
                Line("Interior. Kitchen, Day", heading=True),
                Line("ANNA stands at the stove."),
                Line("It begins at seven.", "ANNA"),
            ),
        ),
        (
            "EXT. Dr. Brown's market",
            (Line("Exterior. Dr. Brown's Market", heading=True), Line("THE END")),
        ),
    ]


def test_a_screenplays_sections_are_its_chapters(tmp_path: Path) -> None:
    text = "# Act one\n\nINT. A - DAY\n\nOne.\n\nINT./EXT. B\n\n# Act two\n\n.THE MOON\n\nTwo.\n"
    reading = open_reading(written(tmp_path, text))
    assert [part.title for part in reading.parts] == ["night market", "Act one", "Act two"]
    assert [line.text for line in reading.parts[1].lines] == [
        "Act one", "Interior. A, Day", "One.", "Interior and exterior. B",
    ]  # fmt: skip
    assert [line.text for line in reading.parts[2].lines] == ["Act two", "The Moon", "Two."]


def test_a_book_is_read_by_the_narrator(tmp_path: Path) -> None:
    reading = open_reading(written(tmp_path, "Chapter 1\n\nAnna said: “Go.”\n", "a.txt"))
    assert reading.parts[0].lines == (Line("Chapter 1", heading=True), Line("Anna said: “Go.”"))
    assert reading.characters == ()


@pytest.mark.parametrize("text", ["===\n", "Title: Night\n\n[[note]]\n", "ANNA\n(silent)\n"])
def test_a_screenplay_without_words_is_said(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="no words to read"):
        open_reading(written(tmp_path, text))


def test_other_files_are_not_read_out(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"name an \.epub, \.txt, \.md or \.fountain"):
        open_reading(written(tmp_path, "x", "a.pdf"))
