"""The one table of kinds: what flows between departments, as files.

For each kind it says which Python type it is, which files hold it, how they are opened and saved, and how the report
and the web show them. The command line, the web forms and the production's steps all read it. Importing it loads
none of the libraries behind the kinds.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal

from laterna.errors import DataError

Show = Literal["video", "audio", "image", "table", "text", "page", "download"]


@dataclass(frozen=True)
class Kind:
    """One kind of thing that is a Python object in memory, and a file or a folder on disk.

    Attributes:
        name: what users call it.
        type: the Python type, as ``module:name``.
        suffixes: of its files, lower case; the first is the usual one. None for a folder.
        show: how the report and the web show it.
        opener: ``module:name`` of what opens a path; the type's own ``open`` unless given.
        saver: ``module:name`` of what saves a value to a path; the type's own ``save`` unless given.
        inside: a file by whose name a folder of this kind is known.
    """

    name: str
    type: str
    suffixes: tuple[str, ...]
    show: Show
    opener: str = ""
    saver: str = ""
    inside: str = ""

    def open(self, path: str | os.PathLike[str]) -> Any:
        """The value that ``path`` holds; raises a LaternaError that says what is wrong with it."""
        return self._open(Path(path))

    def save(self, value: Any, path: str | os.PathLike[str]) -> None:
        """Write ``value`` to ``path``, whole or not at all. What is a file already is copied."""
        self._save(value, Path(path))

    @property
    def loaded_type(self) -> Any:
        """The Python type if its module has been imported, else None: a value of it can't be there either."""
        module, _, name = self.type.partition(":")
        return getattr(sys.modules.get(module), name, None)

    @cached_property
    def _open(self) -> Callable[[Path], Any]:
        return _resolved(self.opener or f"{self.type}.open")

    @cached_property
    def _save(self) -> Callable[[Any, Path], None]:
        return _resolved(self.saver or f"{self.type}.save")


_VIDEO = (
    ".mp4",
    ".mov",
    ".mkv",
    ".webm",
    ".avi",
    ".m4v",
    ".mpg",
    ".mpeg",
    ".ts",
    ".mts",
    ".m2ts",
    ".mxf",
    ".ogv",
    ".wmv",
)
_AUDIO = (".wav", ".flac", ".ogg", ".mp3", ".m4a", ".m4b", ".aac", ".opus", ".oga", ".aif", ".aiff", ".wma")
_IMAGE = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
_PLAIN = "laterna.media.plain"

KINDS = (
    Kind("video", "laterna.media.video:Video", _VIDEO, "video", "laterna.media.video:Video", f"{_PLAIN}:save_copy"),
    Kind("audio", "laterna.media.audio:Audio", _AUDIO, "audio", "laterna.media.audio:Audio", f"{_PLAIN}:save_sound"),
    Kind("image", "PIL.Image:Image", _IMAGE, "image", f"{_PLAIN}:open_image", f"{_PLAIN}:save_image"),
    Kind(
        "timeline",
        "opentimelineio.schema:Timeline",
        (".otio", ".xml", ".edl"),
        "download",
        "laterna.media.timeline:load",
        "laterna.media.timeline:save",
    ),
    Kind("captions", "laterna.media.captions:Captions", (".srt", ".vtt"), "text"),
    Kind("transcript", "laterna.media.transcript:Transcript", (".transcript.json",), "text"),
    Kind("screenplay", "laterna.media.screenplay:Screenplay", (".fountain",), "text"),
    Kind(
        "score",
        "symusic.core:ScoreTick",
        (".mid", ".midi", ".musicxml", ".mxl", ".abc"),
        "download",
        "laterna.media.scores:open_score",
        "laterna.media.scores:save_score",
    ),
    Kind("shots", "laterna.media.shots:ShotTable", (".shots.json",), "table"),
    Kind("speech", "laterna.voice.speech:Speech", (), "audio", inside="transcript.json"),
    Kind("footage", "laterna.editing.analyse:Footage", (), "table", inside="shots.json"),
    Kind("index", "laterna.editing.indexing.index:Index", (), "table", inside="index.sqlite"),
    Kind("events", "laterna.audience.events:Events", (".events.parquet", ".events.csv"), "table"),
    Kind("catalogue", "laterna.audience.catalogue:Catalogue", (".catalogue.parquet", ".catalogue.csv"), "table"),
    Kind("table", "polars:DataFrame", (".parquet",), "table", f"{_PLAIN}:open_table", f"{_PLAIN}:save_table"),
    Kind("page", f"{_PLAIN}:Page", (".html",), "page", f"{_PLAIN}:open_page", f"{_PLAIN}:save_text"),
    Kind("text", "builtins:str", (".txt", ".md"), "text", f"{_PLAIN}:open_text", f"{_PLAIN}:save_text"),
    Kind("record", "builtins:dict", (".json",), "text", f"{_PLAIN}:open_record", f"{_PLAIN}:save_record"),
    Kind("folder", "pathlib:Path", (), "download", f"{_PLAIN}:open_folder", f"{_PLAIN}:save_folder"),
)


def kind_named(name: str) -> Kind:
    """The kind of that name.

    Raises:
        DataError: there is none.
    """
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise DataError(f"There is no kind {name!r}: use one of {', '.join(kind.name for kind in KINDS)}.")


def kind_of(path: str | os.PathLike[str]) -> Kind:
    """The kind of a file, by its longest suffix that is known, or of a folder, by what is in it.

    Raises:
        DataError: no kind has such files.
    """
    path = Path(path)
    if path.is_dir():
        marked = (kind for kind in KINDS if kind.inside and (path / kind.inside).exists())
        return next(marked, kind_named("folder"))
    name = f".{path.name.lower()}"
    matches = [(len(suffix), kind) for kind in KINDS for suffix in kind.suffixes if name.endswith(suffix)]
    if not matches:
        raise DataError(f"{os.fspath(path)!r} is no kind of file that Laterna knows: convert it, or mend its suffix.")
    return max(matches, key=lambda match: match[0])[1]


def kind_for(annotation: Any) -> Kind | None:
    """The kind of a Python type, or None."""
    if not isinstance(annotation, type):
        return None
    known = ((kind, kind.loaded_type) for kind in KINDS)
    return next((kind for kind, its_type in known if its_type and issubclass(annotation, its_type)), None)


def _resolved(reference: str) -> Any:
    module, _, name = reference.partition(":")
    return attrgetter(name)(import_module(module))
