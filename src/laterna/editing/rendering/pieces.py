"""Segments that are already encoded, kept in a folder under a hash of all that decides their pictures."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path

from laterna import editing, media
from laterna.editing.rendering.segments import Segment
from laterna.media.encode import Encoding
from laterna.media.files import sha256, write_text

_EDITING = Path(editing.__path__[0])
_CODE = [
    *sorted(Path(__file__).parent.glob("*.py")),
    *(_EDITING / f"{name}.py" for name in ("render", "titles", "typography")),
    *sorted(Path(media.__path__[0]).glob("*.py")),
]
_LIBRARIES = ("av", "numpy", "opencv-python-headless", "pillow")


class Shelf:
    """A folder of encoded segments: ``KEY.mp4``, with its SHA-256 beside it in ``KEY.sha256``.

    ``fingerprint`` gives a source file's SHA-256, from wherever it is known.
    """

    def __init__(self, folder: Path, encoding: Encoding, fingerprint: Callable[[Path], str] = sha256) -> None:
        self._folder = folder
        self._encoding = encoding
        self._fingerprint = cache(fingerprint)

    def path(self, segment: Segment) -> Path:
        """Where the segment's piece lies or should lie."""
        content = {
            "code": _code(),
            "encoding": asdict(self._encoding),
            "count": segment.count,
            "layers": [asdict(layer) | {"path": self._fingerprint(layer.path)} for layer in segment.layers],
            "titles": [asdict(title) for title in segment.titles],
        }
        key = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
        return self._folder / f"{key[:32]}{self._encoding.suffix}"

    def has(self, path: Path) -> bool:
        """Whether the piece is there and whole; one that is not is made again."""
        seal = path.with_suffix(".sha256")
        return path.is_file() and seal.is_file() and seal.read_text() == sha256(path)

    def seal(self, path: Path) -> None:
        """Declare a piece whole."""
        write_text(path.with_suffix(".sha256"), sha256(path))


@cache
def _code() -> str:
    """A hash of the code, the fonts and the libraries that decide a segment's pictures."""
    known = [sha256(path) for path in _CODE] + [sha256(_EDITING / "fonts")] + [version(name) for name in _LIBRARIES]
    return hashlib.sha256("\n".join(known).encode()).hexdigest()
