"""``laterna editing review``: what it says, and what it ends with."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from laterna.media.encode import Encoding, VideoWriter


def film(path: Path, *, gap: bool) -> Path:
    """A second of noise that drifts, with two black frames in its midst where it has a ``gap``."""
    wide = np.random.default_rng(1).integers(60, 200, (12, 60, 3), np.uint8).repeat(15, 0).repeat(15, 1)
    with VideoWriter(path, Encoding((320, 180), Fraction(25))) as writer:
        for index in range(25):
            picture = wide[:, 2 * index : 2 * index + 320]
            writer.write(np.ascontiguousarray(picture * 0 if gap and index in (12, 13) else picture))
    return path


def test_errors_are_a_table_and_3(run: Any, tmp_path: Path) -> None:
    ended = run("editing", "review", film(tmp_path / "bad.mp4", gap=True))
    assert ended.code == 3
    assert ended.out.splitlines()[0].startswith("00:00:00:12  error  black  2 frames are black")
    assert ended.out.splitlines()[-1] == "1 error, 0 warnings; no sound"


def test_errors_as_json_end_with_3_too(run: Any, tmp_path: Path) -> None:
    ended = run("editing", "review", film(tmp_path / "bad.mp4", gap=True), "--json")
    data = json.loads(ended.out)
    assert (ended.code, data["errors"], data["loudness"]) == (3, 1, None)
    assert data["findings"][0]["exact"] == ["12/25", "14/25"]


def test_nothing_found_is_0(run: Any, tmp_path: Path) -> None:
    ended = run("editing", "review", film(tmp_path / "good.mp4", gap=False))
    assert (ended.code, ended.out) == (0, "nothing found; no sound\n")


@pytest.mark.parametrize("name", ["sound.wav", "empty.mp4", "noise.mp4", "none.mp4"])
def test_what_is_no_film_is_one_sentence_and_2(
    run: Any, tmp_path: Path, make_sound: Callable[..., Path], name: str
) -> None:
    make_sound(tmp_path / "sound.wav")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 40)
    ended = run("editing", "review", tmp_path / name)
    assert ended.code == 2
    assert (ended.err.count("\n"), name in ended.err, ended.out) == (1, True, "")
