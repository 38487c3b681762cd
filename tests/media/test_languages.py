"""Languages as players of films know them."""

import pytest

from laterna.media.languages import bcp47, iso639_2, quicktime


@pytest.mark.parametrize(
    ("tag", "letters", "numbered"),
    [
        ("en", "eng", "eng"),
        ("de-AT", "deu", "ger"),
        ("zh_Hans", "zho", "chi"),
        ("PT-br", "por", "por"),
        ("hr", "hrv", "hr "),
        ("yue", "yue", "yue"),
        ("x1", "und", "und"),
        ("", "und", "und"),
    ],
)
def test_a_tag_becomes_three_letters(tag: str, letters: str, numbered: str) -> None:
    assert (iso639_2(tag), quicktime(tag)) == (letters, numbered)


@pytest.mark.parametrize(("tag", "short"), [("eng", "en"), ("eng-GB", "en-GB"), ("en_US", "en-US"), ("cmn", "cmn")])
def test_a_tag_has_the_shortest_code(tag: str, short: str) -> None:
    assert bcp47(tag) == short
