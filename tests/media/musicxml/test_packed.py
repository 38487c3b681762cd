"""Compressed MusicXML is a ZIP file that names its score; one that would do harm is refused in one sentence."""

import zipfile
from pathlib import Path

import pytest

from laterna.errors import MediaError
from laterna.media import archive
from laterna.media.musicxml import pack, unpack

CONTAINER = '<container><rootfiles><rootfile full-path="{}"/><rootfile full-path="b.pdf"/></rootfiles></container>'


def packed(path: Path, names: str = "a/song.xml", **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("META-INF/container.xml", CONTAINER.format(names))
        for name, content in ({"a/song.xml": b"<score/>"} | files).items():
            made.writestr(name, content)
    return path


def test_the_first_document_that_is_named_is_the_score(tmp_path: Path) -> None:
    document, shown = unpack(packed(tmp_path / "song.mxl"))
    assert document == b"<score/>"
    assert "'a/song.xml' in" in shown


def test_what_is_packed_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "song.mxl").write_bytes(pack(b"<score/>"))
    assert unpack(tmp_path / "song.mxl")[0] == b"<score/>"
    assert pack(b"<score/>") == pack(b"<score/>")


def test_the_first_member_tells_the_type_in_plain_bytes(tmp_path: Path) -> None:
    assert pack(b"<score/>")[30:].startswith(b"mimetypeapplication/vnd.recordare.musicxml")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..%2f..%2fetc/passwd", "file:///etc/passwd"])
def test_paths_out_of_the_file_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="out of the score"):
        unpack(packed(tmp_path / "song.mxl", name))


@pytest.mark.parametrize(
    ("name", "says"),
    [("", "names no score in META-INF/container.xml"), ("none.xml", "lacks its file 'none.xml'")],
)
def test_a_score_that_is_not_there_is_told(name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=says):
        unpack(packed(tmp_path / "song.mxl", name))


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_LARGEST_FILE", 1 << 20)
    path = packed(tmp_path / "song.mxl", "bomb.xml", **{"bomb.xml": b" " * (2 << 20)})
    with pytest.raises(MediaError, match="unpacks to more than a score holds"):
        unpack(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"<score-partwise/>"])
def test_what_is_no_zip_file_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "song.mxl").write_bytes(content)
    with pytest.raises(MediaError, match=r"song\.mxl") as caught:
        unpack(tmp_path / "song.mxl")
    assert "\n" not in str(caught.value)
