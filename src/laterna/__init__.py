"""Laterna, an entertainment studio in one Python package.

Every department is a subpackage that loads when it is first used: ``laterna.editing.shots(video)``.
"""

from importlib import import_module
from typing import Any

from laterna.errors import BriefError, DataError, LaternaError, MediaError, ModelError, StorageError

__version__ = "0.1.0"
__all__ = ["BriefError", "DataError", "LaternaError", "MediaError", "ModelError", "StorageError"]

_LEARNING = ("evaluate", "load", "train")  # laterna.load("music/vae")
_SUBPACKAGES = (
    "audience",
    "editing",
    "learning",
    "media",
    "music",
    "production",
    "sound",
    "studio",
    "theatre",
    "voice",
)


def __getattr__(name: str) -> Any:
    if name in _SUBPACKAGES:
        return import_module(f"laterna.{name}")
    if name in _LEARNING:
        return getattr(import_module("laterna.learning"), name)
    raise AttributeError(f"module 'laterna' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_LEARNING, *_SUBPACKAGES])
