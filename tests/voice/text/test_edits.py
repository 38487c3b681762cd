"""How far two sequences are from one another."""

import pytest

from laterna.voice.text.edits import edits


@pytest.mark.parametrize(
    ("said", "wanted", "count"),
    [("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)],
)
def test_the_fewest_edits(said: str, wanted: str, count: int) -> None:
    assert edits(said, wanted) == count
