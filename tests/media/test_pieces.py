"""Pieces: made once, whole or made again, and gone once nobody has used them for long."""

import gc
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from laterna.errors import StorageError
from laterna.media.pieces import Pieces, _being_made, kept_beside


@pytest.fixture
def pieces(tmp_path: Path) -> Pieces:
    return Pieces(tmp_path / "pieces")


@pytest.fixture
def made() -> list[str]:
    """The words of the pieces that were made, in order."""
    return []


def word(pieces: Pieces, made: list[str], text: str) -> Path:
    return pieces.get(text, suffix=".txt", make=lambda path: (made.append(text), path.write_text(text)))


def test_a_piece_is_made_once(pieces, made):
    assert word(pieces, made, "lamp").read_text() == "lamp"
    assert word(pieces, made, "lamp") == word(pieces, made, "lamp") == pieces.path("lamp", suffix=".txt")
    assert made == ["lamp"]


def test_what_is_not_made_is_not_found(pieces, made):
    assert pieces.find("lamp", suffix=".txt") is None
    assert word(pieces, made, "lamp") == pieces.find("lamp", suffix=".txt")


def test_a_key_holds_all_its_parts(pieces):
    keys = [pieces.path("ab"), pieces.path("a", "b"), pieces.of("a").path("b"), pieces.of("a").of("b").path()]
    assert len({*keys}) == 2
    assert pieces.of("other code").path("ab") not in keys


def test_a_folder_can_be_a_piece(pieces):
    def make(path: Path) -> None:
        (path / "inner").mkdir(parents=True)
        (path / "inner" / "a.txt").write_text("a")

    piece = pieces.get("folder", make=make)
    (piece / "inner" / "a.txt").write_text("changed")
    assert (pieces.get("folder", make=make) / "inner" / "a.txt").read_text() == "a"


@pytest.mark.parametrize(
    "harm",
    [
        Path.unlink,
        lambda piece: piece.write_text("lam"),
        lambda piece: piece.with_name(f"{piece.name}.sha256").unlink(),
        lambda piece: piece.with_name(f"{piece.name}.sha256").write_text("0"),
    ],
    ids=["missing", "changed", "without its seal", "with another seal"],
)
def test_a_damaged_piece_is_made_again(pieces, made, harm):
    harm(word(pieces, made, "lamp"))
    assert pieces.find("lamp", suffix=".txt") is None
    assert word(pieces, made, "lamp").read_text() == "lamp"
    assert made == ["lamp", "lamp"]


def test_a_piece_that_cannot_be_finished_leaves_nothing(pieces):
    def half(path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageError, match="The disk is full"):
        pieces.get("lamp", make=half)
    assert not list(pieces.folder.iterdir())


def test_a_piece_that_two_threads_ask_for_is_made_once(pieces, made):
    both = threading.Barrier(2, timeout=5)

    def slowly(path: Path) -> None:
        made.append("piece")
        time.sleep(0.05)
        path.write_text("piece")

    def ask(_: int) -> str:
        both.wait()
        return pieces.get("one", make=slowly).read_text()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ask, range(2))) == ["piece", "piece"]
    assert made == ["piece"]


def test_what_was_not_used_since_is_forgotten(pieces, made):
    for text in ("old", "used", "new"):
        word(pieces, made, text)
    for text in ("old", "used"):
        os.utime(pieces.path(text, suffix=".txt.sha256"), (1000, 1000))
    word(pieces, made, "used")
    pieces.forget(used_before=2000)
    assert not pieces.path("old", suffix=".txt").exists()
    assert len(list(pieces.folder.iterdir())) == 4
    for text in ("old", "used", "new"):
        word(pieces, made, text)
    assert made == ["old", "used", "new", "old"]


def test_all_can_be_forgotten(pieces, made):
    word(pieces, made, "lamp")
    pieces.forget()
    pieces.forget()
    word(pieces, made, "lamp")
    assert made == ["lamp", "lamp"]


def test_no_lock_outlives_its_piece(pieces, made):
    word(pieces, made, "lamp")
    gc.collect()
    assert not _being_made


def test_what_two_verbs_keep_beside_one_file_is_apart(tmp_path):
    folders = {kept_beside(tmp_path / "show.mp4", verb).folder for verb in ("dub", "audiobook")}
    assert folders == {tmp_path / "show.dub.pieces", tmp_path / "show.audiobook.pieces"}
