"""Parts of work that are kept between runs: analyses of files, encoded segments, spoken sentences."""

import hashlib
import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from laterna import __version__
from laterna.media.files import PARTIAL, disk_full_named, remove, rename_whole, sha256, write_text


@dataclass(frozen=True, slots=True)
class Pieces:
    """Parts of work, kept in ``folder`` under a key that names all that their content depends on.

    A piece is a file or a folder. Its seal, ``NAME.sha256`` beside it, holds the SHA-256 that it was made with, and
    tells by its time when the piece was last used.

    Attributes:
        folder: is made when the first piece is.
        parts: what every key depends on. Who hands pieces on adds to them the code that makes these, where it may
            change while Laterna's version does not.
    """

    folder: Path
    parts: tuple[str, ...] = (f"laterna {__version__}",)

    def of(self, *parts: str) -> "Pieces":
        """The same pieces, with more that every key depends on."""
        return replace(self, parts=self.parts + parts)

    def path(self, *parts: str, suffix: str = "") -> Path:
        """Where the piece that ``parts`` name lies, or would."""
        key = hashlib.sha256(json.dumps(self.parts + parts).encode()).hexdigest()[:32]
        return self.folder / f"{key}{suffix}"

    def find(self, *parts: str, suffix: str = "") -> Path | None:
        """The piece that ``parts`` name, if it is there and as it was made; it counts as used now."""
        piece = self.path(*parts, suffix=suffix)
        seal = _seal(piece)
        if not (piece.exists() and seal.is_file() and seal.read_text() == sha256(piece)):
            return None
        os.utime(seal)
        return piece

    def get(self, *parts: str, suffix: str = "", make: Callable[[Path], object]) -> Path:
        """The piece that ``parts`` name: the one kept, or one that ``make`` writes to the path it is given.

        A kept one whose bytes are no more those that were made is made again. Threads may ask for the same piece at
        once: it is made by one of them.

        Raises:
            StorageError: the disk is full.
        """
        final = self.path(*parts, suffix=suffix)
        with _guard:
            lock = _being_made.setdefault(final, threading.Lock())
        with lock:
            if self.find(*parts, suffix=suffix) is None:
                self._make(final, make)
        return final

    def forget(self, used_before: float | None = None) -> None:
        """Remove the pieces that were last used before that time, in seconds since the epoch; all of them without one.

        What is removed is made again when it is asked for.
        """
        if used_before is None:
            remove(self.folder)
            return
        for seal in self.folder.glob("*.sha256"):
            if seal.stat().st_mtime < used_before:
                seal.unlink()  # first: a piece without its seal counts for nothing
                remove(seal.with_suffix(""))

    def _make(self, final: Path, make: Callable[[Path], object]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / f"{PARTIAL}{final.name}"
        try:
            with disk_full_named(self.folder):
                make(partial)
                rename_whole(partial, final)
            write_text(_seal(final), sha256(final))
        finally:
            remove(partial)


def kept_beside(file: Path, verb: str) -> Pieces:
    """The pieces of what a verb makes of its own, in ``NAME.VERB.pieces`` beside the file that they are for."""
    return Pieces(file.with_name(f"{file.stem}.{verb}.pieces"))


_guard = threading.Lock()
_being_made: WeakValueDictionary[Path, Any] = WeakValueDictionary()  # locks, which go when nobody waits for them


def _seal(piece: Path) -> Path:
    return piece.with_name(f"{piece.name}.sha256")
