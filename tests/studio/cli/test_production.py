"""`laterna produce`, `laterna new`, `laterna credits`: what they print, for a person and for a machine."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def footage(tmp_path: Path, make_film: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one film, where the command line stands."""
    monkeypatch.chdir(tmp_path)
    make_film(tmp_path / "rushes" / "one.mp4", seconds=4)
    return tmp_path / "rushes"


def test_from_a_folder_to_a_film_in_two_lines(run: Any, footage: Path) -> None:
    made = run("new", "rushes")
    assert (made.code, made.out) == (0, "")
    assert made.err == "Wrote rushes/brief.toml: change what you like, then run `laterna produce rushes/brief.toml`\n"
    produced = run("produce", "rushes/brief.toml", "--draft", "--why")
    film, report, measured = produced.out.splitlines()
    assert (produced.code, film, report) == (0, "rushes/brief/film.mp4", "rushes/brief/report.html")
    assert measured.startswith("2.00 s, -14.")
    assert "narrate: not made before" in produced.err
    assert Path(film).is_file()


def test_the_result_is_printed_for_machines(run: Any, footage: Path) -> None:
    path = json.loads(run("new", "rushes", "--json").out)["path"]
    (footage / "bad.mp4").write_text("no film")
    Path(path).write_text(Path(path).read_text() + 'on_bad_footage = "skip"\n')
    made = json.loads(run("produce", path, "--json").out)
    assert set(made) == {"folder", "files", "steps", "loudness", "length", "skipped", "notes"}
    assert all(Path(file).is_file() for file in made["files"].values())
    assert {"name", "kept", "seconds", "why"} == set(made["steps"][0])
    assert made["length"] == 2.0
    assert set(made["loudness"]) >= {"integrated", "true_peak"}
    assert [Path(one["path"]).name for one in made["skipped"]] == ["bad.mp4"]


def test_a_film_without_a_sound_is_called_silent(run: Any, footage: Path, make_film: Callable[..., Path]) -> None:
    make_film(footage / "one.mp4", seconds=4, sound=False)
    (footage / "brief.toml").write_text('footage = ["*.mp4"]\nlength = 2\nsize = "160x90"\nmusic = "none"\n')
    produced = run("produce", "rushes/brief.toml")
    assert (produced.code, produced.out.splitlines()[2]) == (0, "2.00 s, silent")


def test_what_was_skipped_is_said_once_and_in_one_line(run: Any, footage: Path) -> None:
    (footage / "bad\none.mp4").write_text("no film")
    (footage / "brief.toml").write_text('footage = ["*.mp4"]\nlength = 2\nsize = "160x90"\non_bad_footage = "skip"\n')
    skipped = run("produce", "rushes/brief.toml").out.splitlines()[3:]
    assert len(skipped) == 1
    assert skipped[0].startswith("Skipped: ")
    assert skipped[0].count("one.mp4") == 1


def test_what_the_user_can_mend_is_one_sentence_and_prints_no_result(run: Any, footage: Path) -> None:
    (footage / "brief.toml").write_text('footage = ["*.mp4"]\nlenght = 2\n')
    failed = run("produce", "rushes/brief.toml", "--json")
    assert (failed.code, failed.out) == (2, "")
    assert failed.err == "'rushes/brief.toml' has an unknown key 'lenght': did you mean 'length'.\n"


def test_credits_name_works_and_licences(run: Any) -> None:
    assert "SIL Open Font License" in run("credits").out
    assert all(isinstance(line, str) for line in json.loads(run("credits", "--json").out))
