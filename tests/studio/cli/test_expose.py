"""One signature gives the command: its words, its help, its reading and its writing."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import opentimelineio as otio
import pytest

from laterna.errors import DataError
from laterna.media.shots import Shot, ShotTable, Transition
from laterna.media.video import Video
from laterna.studio.cli.expose import expose, parameter_help, summary

ONE_SHOT = ShotTable((Shot(0, 12, Fraction(0), Fraction(1, 2), Transition("start", 0, 0)),))


@pytest.fixture
def film(tmp_path: Path, make_film: Callable[..., Path]) -> Path:
    return make_film(tmp_path / "ein Film.mp4", seconds=0.5)


def test_a_kind_is_opened_from_its_path(play: Any, film: Path) -> None:
    def look(video: Video) -> dict[str, object]:
        """Look at a film."""
        return {"size": list(video.size), "seconds": video.duration}

    ended = play(look, film, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == {"size": [160, 90], "seconds": pytest.approx(0.5, abs=0.03)}


def test_a_list_of_a_kind_takes_several_paths(play: Any, film: Path) -> None:
    def count(videos: Sequence[Video], *, but: list[Video] | None = None) -> dict[str, int]:
        """Count films."""
        return {"videos": len(videos), "but": len(but or [])}

    ended = play(count, film, film, "--but", film, "--json")
    assert json.loads(ended.out) == {"videos": 2, "but": 1}


def test_plain_words_arrive_with_their_type(play: Any) -> None:
    got: dict[str, Any] = {}

    def take(
        text: str,
        count: int = 1,
        *,
        rate: Fraction | str = Fraction(25),
        size: tuple[int, int] = (1280, 720),
        mood: Literal["calm", "tense"] = "calm",
        share: float = 0.5,
        quick: bool = False,
        whole: bool = True,
        folder: Path | None = None,
    ) -> None:
        """Take words."""
        got.update(locals())

    ended = play(
        take, "hello", 3, "--rate", "30000/1001", "--size", "64x36", "--mood", "tense", "--share", 0.25, "--quick",
        "--no-whole", "--folder", "a b",
    )  # fmt: skip
    assert ended.code == 0
    values = {
        name: got[name] for name in ("text", "count", "rate", "size", "mood", "share", "quick", "whole", "folder")
    }
    assert values == {
        "text": "hello", "count": 3, "rate": Fraction(30000, 1001), "size": (64, 36), "mood": "tense", "share": 0.25,
        "quick": True, "whole": False, "folder": Path("a b"),
    }  # fmt: skip


def test_what_is_not_said_is_the_functions_own_default(play: Any) -> None:
    got: dict[str, Any] = {}

    def take(*, rate: Fraction = Fraction(30000, 1001), size: tuple[int, int] = (1280, 720), seed: int = 7) -> None:
        """Take words."""
        got.update(locals())

    assert play(take).code == 0
    assert (got["rate"], got["size"], got["seed"]) == (Fraction(30000, 1001), (1280, 720), 7)


def test_a_list_has_its_default_too(play: Any) -> None:
    got: dict[str, Any] = {}

    def take(*, names: Sequence[str] = ("ann", "bob"), more: Sequence[str] = ()) -> None:
        """Take names."""
        got.update(locals())

    assert play(take).code == 0
    assert (list(got["names"]), list(got["more"])) == (["ann", "bob"], [])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--rate", "fast"], "Invalid value for rate: 'fast' is not a number"),
        (["--seed", "-1"], "Invalid value for '--seed': Input should be greater than or equal to 0"),
        (["--size", "720p"], "Invalid value for size: '720p' is not a size: write 1280x720"),
        (["--mood", "angry"], "Invalid value for '--mood': 'angry' is not one of 'calm', 'tense'"),
        (["--moood", "calm"], "--mood"),
        (["word"], "unexpected extra argument"),
    ],
)
def test_a_wrong_word_is_named(play: Any, words: list[str], sentence: str) -> None:
    def take(
        *,
        rate: Fraction = Fraction(25),
        size: tuple[int, int] = (2, 2),
        mood: Literal["calm", "tense"] = "calm",
        seed: int = 0,
    ) -> None:
        """Take words."""

    ended = play(take, *words)
    assert ended.code == 2
    assert sentence in ended.err
    assert ended.err.endswith("see `laterna toys take --help`.\n")
    assert ended.err.count("\n") == 1


def test_a_returned_kind_is_saved_and_printed(play: Any, tmp_path: Path) -> None:
    def shots(*, seed: int = 0) -> ShotTable:
        """Make a shot table."""
        return ONE_SHOT

    out = tmp_path / "one.shots.json"
    saved = play(shots, "-o", out)
    assert (saved.code, saved.out, saved.err) == (0, "", f"Wrote {out}\n")
    assert ShotTable.open(out) == ONE_SHOT
    assert json.loads(play(shots, "--json").out) == ONE_SHOT.to_json()
    table = play(shots).out.splitlines()
    assert table[0].split()[:2] == ["start_frame", "end_frame"]
    assert table[1].split()[:2] == ["0", "12"]


def test_out_is_where_a_function_writes_itself(play: Any, tmp_path: Path) -> None:
    @dataclass
    class Written:
        path: Path
        frames: int

    def write(text: str, out: Path) -> Written:
        """Write a text."""
        out.write_text(text)
        return Written(out, 3)

    out = tmp_path / "a.txt"
    ended = play(write, "words", "--out", out, "--json")
    assert out.read_text() == "words"
    assert json.loads(ended.out) == {"path": str(out), "frames": 3}
    assert "Missing option '--out'" in play(write, "words").err


def test_a_folder_is_that_of_the_timeline_or_of_the_result(play: Any, tmp_path: Path) -> None:
    def where(timeline: otio.schema.Timeline, *, folder: Path) -> dict[str, str]:
        """Say where."""
        return {"folder": folder.name}

    def made(*, folder: Path) -> otio.schema.Timeline:
        """Make a timeline."""
        return otio.schema.Timeline(folder.name)

    (tmp_path / "there").mkdir()
    cut = tmp_path / "there" / "cut.otio"
    assert play(made, "-o", cut).code == 0
    assert otio.adapters.read_from_file(str(cut)).name == "there"
    assert json.loads(play(where, cut, "--json").out) == {"folder": "there"}
    assert json.loads(play(where, cut, "--folder", "here", "--json").out) == {"folder": "here"}
    assert "Missing option '--out'" in play(made).err  # a timeline can't be printed


def test_progress_is_shown_apart_from_the_result(play: Any) -> None:
    def work(*, progress: Callable[[int, int], None] | None = None) -> dict[str, bool]:
        """Work."""
        assert progress is not None
        progress(1, 2)
        return {"done": True}

    assert json.loads(play(work, "--json").out) == {"done": True}
    assert "--progress" not in play(work, "--help").out


def test_help_comes_from_the_docstring(play: Any) -> None:
    def find(video: Video, *, method: Literal["a", "b"] = "a", tell: Callable[[], None] | None = None) -> ShotTable:
        """Find ``[start, end)`` ranges of a film.

        More of it, as :class:`~laterna.media.shots.ShotTable`.

        Args:
            video: the film
                to look at.
            method: how to look.

        Raises:
            MediaError: never.
        """
        return ONE_SHOT

    assert parameter_help(find) == {"video": "the film to look at.", "method": "how to look."}
    page = " ".join(play(find, "--help").out.split())
    assert r"Find [start, end) ranges of a film." in page
    assert "laterna.media.shots.ShotTable" in page
    assert "the film to look at. [required]" in page
    assert "<a|b>" in page
    assert "how to look. [default: a]" in page
    assert "MediaError" not in page
    assert "tell" not in page  # no word can say it


def test_a_summary_ends_where_the_first_section_begins() -> None:
    def look() -> None:
        """Look.

        Raises:
            MediaError: never.
        """

    assert summary(look) == "Look."


def test_a_parameter_that_words_cannot_say_needs_a_default() -> None:
    def take(tell: Callable[[], None]) -> None:
        """Take."""

    with pytest.raises(TypeError, match="can't be said in words"):
        expose(take)


def test_an_error_of_the_function_comes_through(play: Any, film: Path) -> None:
    def fail(video: Video) -> None:
        """Fail."""
        raise DataError("It is too short: take a longer one.")

    ended = play(fail, film)
    assert (ended.code, ended.out, ended.err) == (2, "", "It is too short: take a longer one.\n")
