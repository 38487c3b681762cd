"""``laterna rate`` and ``laterna prefer``, as typed."""

import json
from pathlib import Path
from typing import Any

import pytest

from laterna.learning.feedback import Feedback
from laterna.production.store import Chosen, Store


@pytest.fixture(autouse=True)
def production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A production with two versions of a note, the second of them chosen."""
    store = Store(tmp_path / "film")
    with store.locked():
        for words in ("one", "two"):
            record = store.make(
                "note", "text", ".txt", {"words": words}, lambda out, words=words: out.write_text(words) and None
            )
        store.choose({"note": Chosen(record.key)})
    monkeypatch.setenv("LATERNA_FEEDBACK", str(tmp_path / "feedback.sqlite"))
    monkeypatch.chdir(tmp_path / "film")
    return tmp_path / "film"


def keys(production: Path) -> list[str]:
    return [path.stem for path in sorted((production / "versions" / "note").glob("*.txt"))]


def test_help_shows_both(run: Any) -> None:
    shown = run("--help").out
    assert "rate" in shown
    assert "prefer" in shown


def test_a_rating_is_kept_and_told(run: Any) -> None:
    ended = run("rate", "note", 4, "--who", "ann")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.startswith("Kept: note:")
    assert ended.err.endswith(" is rated 4.\n")
    assert Feedback().tasks() == ("note",)


def test_a_preference_is_told_for_machines(run: Any, production: Path) -> None:
    one, other = keys(production)
    ended = run("prefer", f"note:{one}", f"note:{other[:5]}", "--json")
    assert ended.code == 0
    told = json.loads(ended.out)
    assert told["better"]["step"] == "note"
    assert told["worse"]["path"].endswith(f"{other}.txt")
    assert len(told["better"]["sha256"]) == 64


def test_store_is_a_file_or_an_address(run: Any, tmp_path: Path) -> None:
    assert run("rate", "note", 4, "--store", tmp_path / "other.sqlite").code == 0
    assert Feedback(tmp_path / "other.sqlite").tasks() == ("note",)
    ended = run("rate", "note", 4, "--store", "postgresql://ann:hunter2@127.0.0.1:1/films")
    assert ended.code == 2
    assert "hunter2" not in ended.err


@pytest.mark.parametrize(
    "words",
    [
        ("rate", "note", 0),
        ("rate", "note", 6),
        ("rate", "note", "good"),
        ("rate", "nothing", 3),
        ("rate", "note"),
        ("prefer", "note", "note"),
        ("prefer", "note"),
        ("rate", "note", 3, "--store", "/dev/null"),
    ],
)
def test_what_can_not_be_kept_is_one_sentence_and_2(run: Any, words: tuple[object, ...]) -> None:
    ended = run(*words)
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert ended.out == ""
