"""Emphasis: every mark of Fountain, what is no mark, and nothing lost but marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.media.screenplay import Run, plain, runs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*so*", [Run("so", italic=True)]),
        ("**so**", [Run("so", bold=True)]),
        ("***so***", [Run("so", bold=True, italic=True)]),
        ("_so_", [Run("so", underline=True)]),
        ("a _b *c* d_ e", [
            Run("a "), Run("b ", underline=True), Run("c", italic=True, underline=True), Run(" d", underline=True),
            Run(" e"),
        ]),
        ("**a *b***", [Run("a ", bold=True), Run("b", bold=True, italic=True)]),
        ("*a **b***", [Run("a ", italic=True), Run("b", bold=True, italic=True)]),
    ],
)  # fmt: skip
def test_marks_change_the_look(text: str, expected: list[Run]) -> None:
    assert list(runs(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "5 * 3 * 2",
        "*alone",
        "alone*",
        "a ** b",
        "____",
        "** so **",
        "*across\nlines*",
        "",
        "* * *",
        "*****",
        "_a*",
        "**",
    ],
)
def test_what_has_no_partner_is_a_character(text: str) -> None:
    assert plain(text) == text
    assert not any(run.bold or run.italic or run.underline for run in runs(text))


def test_a_backslash_makes_a_mark_a_character() -> None:
    assert plain(r"\*so\* \_and\_ \\ \n") == r"*so* _and_ \ \n"
    assert plain(r"*Mark \* so*") == "Mark * so"


@given(st.text(alphabet="ab *_\\\n", max_size=60))
def test_only_marks_and_backslashes_are_ever_lost(text: str) -> None:
    def letters(of: str) -> str:
        return "".join(character for character in of if character in "ab \n")

    assert letters(plain(text)) == letters(text)
    assert all(run.text for run in runs(text))
