"""Segments that are already encoded, kept in a folder under a hash of all that decides their pictures."""

import hashlib
import json
import os
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from laterna import media
from laterna.editing.segments import Segment
from laterna.media.encode import Encoding
from laterna.media.files import sha256, write_text

_HERE = Path(__file__).parent
_CODE = [
    *(_HERE / name for name in ("composite.py", "pieces.py", "render.py", "segments.py", "titles.py", "typography.py")),
    *(Path(media.__file__).parent / name for name in ("encode.py", "timecode.py", "video.py")),
]
_LIBRARIES = ("av", "numpy", "opencv-python-headless", "pillow")


class Pieces:
    """A folder of encoded segments.

    A piece is ``KEY.mp4`` with its SHA-256 beside it in ``KEY.sha256``; one that does not match is made again. The
    sources' own hashes are remembered in ``sources.json`` by size, time of change and inode.
    """

    def __init__(self, folder: Path, encoding: Encoding) -> None:
        self._folder = folder
        self._encoding = encoding
        self._memory = folder / "sources.json"
        self._hashes = _read_memory(self._memory)
        self._used: dict[str, list[Any]] = {}

    def path(self, segment: Segment) -> Path:
        """Where the segment's piece lies or should lie."""
        return self._folder / f"{self._key(segment)}{self._encoding.suffix}"

    def has(self, path: Path) -> bool:
        """Whether the piece is there and whole."""
        seal = path.with_suffix(".sha256")
        return path.is_file() and seal.is_file() and seal.read_text() == sha256(path)

    def seal(self, path: Path) -> None:
        """Declare a piece whole."""
        write_text(path.with_suffix(".sha256"), sha256(path))

    def remember(self) -> None:
        """Write down the hashes of the sources."""
        write_text(self._memory, json.dumps(self._hashes | self._used, indent=1))

    def _key(self, segment: Segment) -> str:
        content = {
            "code": _code(),
            "encoding": asdict(self._encoding),
            "count": segment.count,
            "layers": [asdict(layer) | {"path": self._hash(layer.path)} for layer in segment.layers],
            "titles": [asdict(title) for title in segment.titles],
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()

    def _hash(self, path: Path) -> str:
        name = os.fspath(path.absolute())
        status = path.stat()
        identity = [status.st_size, status.st_mtime_ns, status.st_ino]
        known = self._used.get(name) or self._hashes.get(name)
        if known is None or known[:3] != identity:
            known = [*identity, sha256(path)]
        self._used[name] = known
        return str(known[3])


def _read_memory(path: Path) -> dict[str, list[Any]]:
    try:
        known = json.loads(path.read_text())
    except (OSError, ValueError):  # not there yet, or broken: the sources are hashed again
        return {}
    return {name: row for name, row in known.items() if len(row) == 4} if isinstance(known, dict) else {}


@cache
def _code() -> str:
    """A hash of the code, the fonts and the libraries that decide a segment's pictures."""
    known = [sha256(path) for path in _CODE] + [sha256(_HERE / "fonts")] + [version(name) for name in _LIBRARIES]
    return hashlib.sha256("\n".join(known).encode()).hexdigest()
