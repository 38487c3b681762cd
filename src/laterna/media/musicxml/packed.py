"""Compressed MusicXML (``.mxl``): a ZIP file that names the score in it."""

import io
import zipfile
from pathlib import Path

from laterna.errors import MediaError
from laterna.media.archive import Archive
from laterna.media.files import quoted

_CONTAINER = "META-INF/container.xml"
_TYPE = "application/vnd.recordare.musicxml"
_SCORE = "score.musicxml"
_MEMBERS: dict[str, str | bytes] = {
    "mimetype": _TYPE,
    _CONTAINER: f'<?xml version="1.0" encoding="UTF-8"?>\n<container><rootfiles><rootfile full-path="{_SCORE}" '
    f'media-type="{_TYPE}+xml"/></rootfiles></container>\n',
}
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a ZIP file can say: the same score gives the same bytes


def unpack(path: Path) -> tuple[bytes, str]:
    """The document that a compressed file names first, and what errors call it.

    Raises:
        MediaError: the file is broken, names no document in it, or would do harm.
    """
    with Archive(path, "score") as archive:
        rootfile = archive.xml(_CONTAINER).find(".//rootfile")
        reference = "" if rootfile is None else rootfile.get("full-path", "")
        if not reference:
            raise MediaError(f"{quoted(path)} names no score in {_CONTAINER}: export it again.")
        name, _ = archive.resolve("", reference)
        return archive.read(name), archive.shown(name)


def pack(document: bytes) -> bytes:
    """A document as the bytes of a compressed file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in {**_MEMBERS, _SCORE: document}.items():
            packing = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), member, packing)
    return file.getvalue()
