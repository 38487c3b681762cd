"""ZIP files from strangers, as EPUBs and scores are: read with bounds, never unpacked to the disk."""

import posixpath
import re
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from laterna.errors import MediaError
from laterna.media import markup
from laterna.media.files import quoted, regular_file

_MOST_FILES = 20_000
_LARGEST_FILE = 20_000_000  # bytes, unpacked
_LARGEST_SUM = 128 << 20  # bytes, of all that is read
_BLOCK = 1 << 20


class Archive:
    """A ZIP file's members, by name. Whatever it claims, no more than 128 MiB are unpacked, in memory.

    Args:
        path: of the file.
        noun: what it should be, as errors call it.

    Raises:
        MediaError: it is no ZIP file, a broken one, or holds too many files.
    """

    def __init__(self, path: Path, noun: str) -> None:
        self.path, self._noun = regular_file(path), noun
        try:
            self._zip = zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise MediaError(f"{quoted(path)} is no {noun}, or a broken one: copy it again from its source.") from error
        self.names = frozenset(self._zip.namelist())
        self._read = 0
        if len(self.names) > _MOST_FILES:
            self._zip.close()
            raise MediaError(f"{quoted(path)} holds {len(self.names)} files, too many for a {noun}: it is not opened.")

    def __enter__(self) -> "Archive":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def shown(self, name: str) -> str:
        """What an error calls a member."""
        return f"{name!r} in {quoted(self.path)}"

    def read(self, name: str) -> bytes:
        """A member's bytes.

        Raises:
            MediaError: it is missing, locked, broken, or unpacks to more than 20 MB.
        """
        if name not in self.names:
            raise MediaError(f"{quoted(self.path)} lacks its file {name!r}: copy it again from its source.")
        try:
            info = self._zip.getinfo(name)
            if info.flag_bits & 1:
                raise MediaError(f"{self.shown(name)} is locked with a password: unpack it, and pack it without.")
            return self._bounded(name)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
            raise MediaError(f"{self.shown(name)} is broken: copy the {self._noun} again from its source.") from error

    def xml(self, name: str) -> Element:
        """A member that is an XML document."""
        return markup.parse(self.read(name), self.shown(name))

    def resolve(self, base: str, reference: str) -> tuple[str, str]:
        """The member that a document called ``base`` refers to, and the fragment of it.

        Raises:
            MediaError: the reference leads out of the file.
        """
        path, _, fragment = reference.partition("#")
        path = unquote(path.partition("?")[0])
        name = posixpath.normpath(posixpath.join(posixpath.dirname(base), path)) if path else base
        if re.match(r"[a-z][a-z0-9+.-]*:", path, re.IGNORECASE) or name.startswith(("../", "/")) or name == "..":
            raise MediaError(f"{self.shown(base)} refers to {reference!r}, out of the {self._noun}: it is not opened.")
        return name, unquote(fragment)

    def _bounded(self, name: str) -> bytes:
        """Read in blocks: what a ZIP file says of its sizes may be a lie."""
        blocks, size = [], 0
        with self._zip.open(name) as file:
            while block := file.read(_BLOCK):
                size += len(block)
                self._read += len(block)
                if size > _LARGEST_FILE or self._read > _LARGEST_SUM:
                    raise MediaError(f"{self.shown(name)} unpacks to more than a {self._noun} holds: it is not opened.")
                blocks.append(block)
        return b"".join(blocks)
