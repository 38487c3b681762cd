"""Files appear whole or not at all, whatever happens while they are written."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.errors import MediaError, StorageError
from laterna.media.files import (
    folder_beside,
    made_folder,
    quoted,
    regular_file,
    sha256,
    write_bytes,
    write_text,
    written_whole,
)

NAMES = ["plain.txt", "with space.txt", "日本語.txt", "two\nlines.txt", "quote'\".txt", ".hidden", "no suffix"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_takes_its_name_when_it_is_done(tmp_path: Path, name: str) -> None:
    path = tmp_path / "new" / "folder" / name
    with written_whole(path) as temporary:
        temporary.write_text("whole")
        assert temporary.parent == path.parent
        assert temporary.suffix == path.suffix
        assert not path.exists()
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_text_keeps_its_line_ends_and_letters(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "日本\r\nline\n")
    assert (tmp_path / "a.txt").read_bytes() == "日本\r\nline\n".encode()


class Crash(BaseException):
    """Stands for anything that stops the writer."""


def crashing(path: Path, error: BaseException) -> None:
    with written_whole(path) as temporary:
        temporary.write_text("half")
        raise error


@pytest.mark.parametrize("error", [Crash(), ValueError("x"), PermissionError(errno.EACCES, "x")])
def test_a_crash_half_way_changes_nothing(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(type(error)):
        crashing(path, error)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str) -> None:
    def full(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    path = tmp_path / "a.txt"
    path.write_text("old")
    owner, name = {"write": (Path, "write_bytes"), "fsync": (os, "fsync"), "replace": (Path, "replace")}[call]
    monkeypatch.setattr(owner, name, full)
    with pytest.raises(MediaError, match="disk is full") as caught:
        write_bytes(path, b"new")
    monkeypatch.undo()
    assert quoted(path) in str(caught.value)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


_WRITE_TOO_MUCH = """
import resource, sys
from laterna.errors import MediaError
from laterna.media.files import write_bytes
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    write_bytes(sys.argv[1], bytes(50_000))
except MediaError as error:
    print(error)
"""


def test_a_disk_that_takes_no_more_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    done = subprocess.run([sys.executable, "-c", _WRITE_TOO_MUCH, path], capture_output=True, text=True, check=True)
    assert "disk is full" in done.stdout
    assert not list(tmp_path.iterdir())


_WRITE_SLOWLY = """
import sys, time
from laterna.media.files import written_whole
with written_whole(sys.argv[1]) as temporary:
    temporary.write_text("half")
    print("half", flush=True)
    time.sleep(60)
"""


def test_a_killed_writer_leaves_nothing_under_the_name(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with subprocess.Popen([sys.executable, "-c", _WRITE_SLOWLY, path], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"half\n"
        writer.send_signal(signal.SIGKILL)
    assert path.read_text() == "old"
    assert all(left.name.startswith(".partial-") for left in tmp_path.iterdir() if left != path)


def test_many_threads_write_one_name_and_one_of_them_wins(tmp_path: Path) -> None:
    texts = [str(number) * 10_000 for number in range(8)]
    threads = [threading.Thread(target=write_text, args=(tmp_path / "a.txt", text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "a.txt").read_text() in texts
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_file_has_the_permissions_that_the_user_wants(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        write_text(tmp_path / "a.txt", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == mode


@pytest.mark.parametrize("folder", ["file.txt", "file.txt/below"])
def test_a_folder_that_is_none_is_said(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(MediaError, match="choose another folder") as caught:
        write_text(tmp_path / folder / "a.txt", "x")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("folder", ["file.txt", "file.txt/below"])
def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(StorageError, match="choose another folder"):
        made_folder(tmp_path / folder)
    with pytest.raises(StorageError, match="choose another folder"), folder_beside(tmp_path / folder / "film.mp4"):
        pass


def test_a_folder_beside_a_file_is_hidden_and_goes_with_its_block(tmp_path: Path) -> None:
    with folder_beside(tmp_path / "new" / "film.mp4") as folder:
        (folder / "piece").write_text("x")
        assert (folder.parent, folder.name[0]) == (tmp_path / "new", ".")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_regular_file_is_given_back(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "link").symlink_to("a")
    assert regular_file(tmp_path / "a") == tmp_path / "a"
    assert regular_file(str(tmp_path / "link")) == tmp_path / "link"


def irregular(folder: Path, kind: str) -> Path:
    path = folder / "x\ny.mp4"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "looping link":
            path.symlink_to(path)
        case "dead link":
            path.symlink_to("nowhere")
        case "empty":
            path.touch()
        case "long name":
            return folder / ("x" * 300)
        case "null byte":
            return folder / "a\0b"
        case "in a file":
            path.write_text("x")
            return path / "y"
    return path


KINDS = ["missing", "folder", "pipe", "looping link", "dead link", "empty", "long name", "null byte", "in a file"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_regular_file_is_said_in_one_sentence(tmp_path: Path, kind: str) -> None:
    path = irregular(tmp_path, kind)
    with pytest.raises(MediaError) as caught:
        regular_file(path)
    assert quoted(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=200))
def test_a_files_hash_is_that_of_its_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("hash")
    (folder / "a").write_bytes(data)
    (folder / "b").write_bytes(data + b"x")
    (folder / "c").write_bytes(data)
    assert sha256(folder / "a") == sha256(folder / "c") != sha256(folder / "b")


def test_the_hash_is_the_standard_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")  # FIPS 180-2, appendix B.1
    assert sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_a_folders_hash_follows_names_and_bytes_alone(tmp_path: Path) -> None:
    files = {"a": "1", "sub/b": "2", "sub/deep/c": "3"}
    one = sha256(tree(tmp_path / "one", files))
    assert one == sha256(tree(tmp_path / "two", dict(reversed(files.items()))))
    assert one == sha256(tree(tmp_path / "hidden", files | {".cache/x": "9", "sub/.partial-1": "9"}))
    assert one != sha256(tree(tmp_path / "text", files | {"a": "2"}))
    assert one != sha256(tree(tmp_path / "name", {"A": "1", "sub/b": "2", "sub/deep/c": "3"}))
    assert one != sha256(tree(tmp_path / "more", files | {"d": ""}))
