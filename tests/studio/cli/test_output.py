"""Results in JSON's own types, and as a person reads them."""

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from laterna.studio.cli.output import plain, readable


@dataclass
class Loudness:
    integrated: float
    start: Fraction
    parts: tuple[Path, ...]


def test_seconds_become_numbers_and_paths_text() -> None:
    assert plain(Loudness(-14.5, Fraction(1, 4), (Path("a b.wav"),))) == {
        "integrated": -14.5,
        "start": 0.25,
        "parts": ["a b.wav"],
    }


def test_what_json_has_no_number_for_is_null() -> None:
    assert json.loads(json.dumps(plain({"silence": float("-inf"), "none": float("nan")}), allow_nan=False)) == {
        "silence": None,
        "none": None,
    }


def test_rows_are_read_as_a_table() -> None:
    rows = [{"start": 0, "in": {"kind": "cut"}}, {"start": 12, "in": {"kind": "dissolve"}}]
    assert readable(rows) == "start  kind\n0      cut\n12     dissolve"


def test_a_record_is_read_line_by_line() -> None:
    assert readable({"path": "film.mp4", "loudness": -14.0}) == "path: film.mp4\nloudness: -14.000"


def test_a_long_list_is_counted_for_a_person() -> None:
    assert readable({"curve": [0.5] * 200}) == "curve: 200 (--json prints them)"


def test_a_result_with_words_of_its_own_speaks_for_itself() -> None:
    class Level:
        def __str__(self) -> str:
            return "loud"

        def to_json(self) -> dict[str, float]:
            return {"level": -3.0}

    assert readable(Level()) == "loud"
