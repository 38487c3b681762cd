"""What flows between departments: files with meaning, and the types that read and write them.

The types load when they are first used: ``laterna.media.Video("take.mp4")``.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "audio": ("Audio", "AudioWriter", "write_audio"),
    "books": ("Book", "Chapter", "open_book"),
    "captions": ("Caption", "Captions", "read_captions", "write_captions"),
    "encode": ("Encoding", "VideoWriter"),
    "kinds": ("Kind", "kind_for", "kind_named", "kind_of"),
    "screenplay": ("Screenplay",),
    "shots": ("Shot", "ShotTable", "Transition"),
    "timecode": ("Timecode",),
    "transcript": ("Sentence", "Transcript", "Word"),
    "video": ("Frame", "Video"),
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'laterna.media' has no attribute {name!r}")
    return getattr(import_module(f"laterna.media.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
