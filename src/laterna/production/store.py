"""A production's folder: the versions that its steps made, pieces of work worth keeping, and whose turn it is.

``versions/<step>/<key><suffix>`` is one version, with its record ``<key>.record.json`` beside it;
``versions/<step>/hand.*`` is a version made by hand; ``versions/chosen.json`` names each step's chosen version.
``cache/<step>/`` holds pieces (analyses of files, encoded segments). Of each step the last versions are kept, and the
pieces that they are made of. Any of them may be deleted while no run is at work: what is missing is made again.
"""

import contextlib
import fcntl
import functools
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import pydantic

from laterna.errors import BriefError, MediaError
from laterna.media.files import PARTIAL, disk_full_named, flush, quoted, remove, rename_whole, sha256, write_text
from laterna.media.pieces import Pieces

T = TypeVar("T")

_KEPT = 8  # versions of each step, the chosen one apart: so many changes can be undone at no cost
_SLACK = 600.0  # seconds: a step may have used its pieces so much earlier than its record lets one think
_SETTLED = 2.0  # seconds; a younger file can still change without a new time stamp, so its hash isn't remembered


@dataclass(frozen=True, slots=True)
class Version:
    """One result of a step, or a file of the user's. ``path`` is a file or a folder; ``kind`` one of media.kinds."""

    path: Path
    sha256: str
    kind: str


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a stored version.

    ``name`` is its file's, beside the record; ``parts`` are what its key hashes, by name, in words; ``seconds`` is
    how long it took to make.
    """

    key: str
    name: str
    kind: str
    sha256: str
    seconds: float
    parts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A step's chosen version: the key of its record ("" when it was made by hand), and why it is stale, if it is."""

    key: str
    stale: str | None = None


class Store:
    """The versions and pieces in the production's ``folder``, which is made."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(os.path.realpath(folder))  # paths that start from it may then lose their ".."
        self._versions = self.folder / "versions"
        self._cache = self.folder / "cache"
        self._known: dict[str, list[Any]] = {}
        self._asked_for: dict[str, list[Any]] = {}  # in this run; the rest is forgotten

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this run alone; remembered hashes are read first and written at the end.

        Raises:
            BriefError: another run holds it.
            MediaError: the folder can't be written.
        """
        with contextlib.ExitStack() as stack:
            try:
                self._versions.mkdir(parents=True, exist_ok=True)
                lock = stack.enter_context((self.folder / ".lock").open("w"))
            except OSError as error:
                raise MediaError(f"{quoted(self.folder)} can't be written ({error.strerror}): use --out.") from error
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BriefError(
                    f"Another run is at work in {quoted(self.folder)}: wait until it ends, or use --out."
                ) from error
            self._sweep()
            self._known = _read_json(self._cache / "sha256.json")
            try:
                yield
            finally:
                write_text(self._cache / "sha256.json", json.dumps(self._asked_for, indent=0))

    def fingerprint(self, path: Path, *, settled: bool = False) -> str:
        """SHA-256 as :func:`laterna.media.files.sha256` has it, remembered by each file's inode, size and time.

        A young file's is not, unless it is ``settled``: nobody will write to it.
        """
        if path.is_dir():
            return sha256(path, of_file=functools.partial(self.fingerprint, settled=settled))
        status = path.stat()
        inode, stamp = f"{status.st_dev}:{status.st_ino}", [status.st_size, status.st_mtime_ns]
        known = self._known.get(inode, [])
        digest = str(known[2]) if known[:2] == stamp else sha256(path)
        if known[:2] == stamp or settled or time.time() - status.st_mtime > _SETTLED:
            self._known[inode] = self._asked_for[inode] = [*stamp, digest]
        return digest

    def hand(self, step: str) -> Path | None:
        """The version of ``step`` that was made by hand, or None.

        Raises:
            BriefError: there is more than one.
        """
        found = sorted(
            path
            for path in (self._versions / step).glob("hand*")
            if path.stem == "hand" and not path.suffix.endswith("~")
        )
        if len(found) > 1:
            raise BriefError(f"{quoted(found[0])} and {quoted(found[1])} are both made by hand: keep one of them.")
        return found[0] if found else None

    def find(self, step: str, key: str) -> Record | None:
        """The record of a stored version, once its bytes are known to be those that were made; else None."""
        record = self.record(step, key)
        if record is None:
            return None
        path = self.path(step, record)
        return record if path.exists() and self.fingerprint(path) == record.sha256 else None

    def record(self, step: str, key: str) -> Record | None:
        """What is known of a version that was once made, whether or not it is still there."""
        return _read_as(Record, _read_json(self._versions / step / f"{key}.record.json"))

    def path(self, step: str, record: Record) -> Path:
        """Where a record's version lies."""
        return self._versions / step / record.name

    def make(self, step: str, kind: str, suffix: str, parts: Mapping[str, str], work: Callable[[Path], Any]) -> Record:
        """Let ``work`` write a version to the path it is given, keep it under its key, and write its record.

        The path lies in the folder where the version will be. ``work`` may write beside it under another suffix
        and return that path.

        Raises:
            MediaError: the disk is full.
            BriefError: ``work`` wrote nothing.
        """
        key, folder = key_of(parts), self._versions / step
        folder.mkdir(exist_ok=True)
        partial = folder / f"{PARTIAL}{key}{suffix}"
        started = time.perf_counter()
        try:
            with disk_full_named(folder):
                written = work(partial) or partial
            if not written.exists():
                raise BriefError(f"The step {step!r} wrote nothing to its out: let it write that file or folder.")
            final = folder / f"{key}{written.suffix}"
            with disk_full_named(folder):
                rename_whole(written, final)
        finally:
            for left in folder.glob(f"{PARTIAL}{key}*"):
                remove(left)
        seconds = round(time.perf_counter() - started, 3)
        record = Record(key, final.name, kind, self.fingerprint(final, settled=True), seconds, dict(parts))
        write_text(folder / f"{key}.record.json", json.dumps(asdict(record), indent=1, ensure_ascii=False) + "\n")
        return record

    def chosen(self) -> dict[str, Chosen]:
        """Each step's chosen version, as the last run left it."""
        read = {step: _read_as(Chosen, entry) for step, entry in _read_json(self._versions / "chosen.json").items()}
        return {step: chosen for step, chosen in read.items() if chosen is not None}

    def choose(self, chosen: Mapping[str, Chosen]) -> None:
        """Remember each step's chosen version."""
        data = {step: asdict(entry) for step, entry in sorted(chosen.items())}
        write_text(self._versions / "chosen.json", json.dumps(data, indent=1) + "\n")

    def published(self) -> dict[str, list[str]]:
        """The SHA-256 of the files that runs laid in the folder, by their path from there; see Published."""
        return _read_as(dict[str, list[str]], _read_json(self._versions / "published.json")) or {}

    def publish(self, known: Mapping[str, list[str]]) -> None:
        """Remember what :meth:`published` gives."""
        write_text(self._versions / "published.json", json.dumps(known, indent=1) + "\n")

    def pieces(self, name: str) -> Pieces:
        """The pieces of one step, in ``cache/<name>/``."""
        return Pieces(self._cache / name)

    def tidy(self, steps: Iterable[str]) -> None:
        """Remove what is long replaced: versions of these steps, and the pieces that none of those left was made of."""
        chosen = self.chosen()
        for step in steps:
            kept_key = chosen.get(step, Chosen("")).key
            made = {file: file.stat().st_mtime for file in (self._versions / step).glob("*.record.json")}
            newest = sorted(made, key=lambda file: (made[file], file.name), reverse=True)
            kept = [file for index, file in enumerate(newest) if index < _KEPT or _key_in(file) == kept_key]
            for file in made.keys() - {*kept}:
                self._discard(file)
            if kept:
                records = {file: self.record(step, _key_in(file)) for file in kept}
                begun = (made[file] - record.seconds for file, record in records.items() if record is not None)
                self.pieces(step).forget(used_before=min(begun, default=0) - _SLACK)

    def _discard(self, record_file: Path) -> None:
        """Remove a version; its record last, so that one that was half removed is removed the next time."""
        for version in record_file.parent.glob(f"{_key_in(record_file)}*"):
            if version != record_file:
                remove(version)
        record_file.unlink()

    def _sweep(self) -> None:
        """Remove what a killed run left half-written."""
        for folder in (self._versions, self._cache):
            for left in [*folder.glob(f"**/{PARTIAL}*")]:
                remove(left)
        for folder in {(self.folder / name).parent for name in ("film", *self.published())}:
            for left in [*folder.glob(f"{PARTIAL}*")]:
                remove(left)


def _key_in(record_file: Path) -> str:
    return record_file.name.partition(".")[0]


def key_of(parts: Mapping[str, str]) -> str:
    """16 hexadecimal digits that stand for ``parts``."""
    return hashlib.sha256(json.dumps(sorted(parts.items())).encode()).hexdigest()[:16]


def place(source: Path, target: Path, *, link: bool) -> None:
    """Put a file or folder at ``target`` under its own name, each file whole, as a hard link where that works."""
    if source.is_dir():
        for file in (p for p in source.rglob("*") if p.is_file()):
            place(file, target / file.relative_to(source), link=link)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{PARTIAL}{target.name}")
    partial.unlink(missing_ok=True)
    with disk_full_named(target.parent):
        try:
            if not link:
                raise OSError
            partial.hardlink_to(source)
        except OSError:  # another file system, or one without links
            shutil.copyfile(source, partial)
            flush(partial)
        partial.replace(target)


def _read_as(kind: type[T], data: Any) -> T | None:
    """Data from a file as the type that was written; None where another Laterna, or someone, wrote others."""
    try:
        return pydantic.TypeAdapter(kind).validate_python(data)
    except pydantic.ValidationError:
        return None


def _read_json(path: Path) -> dict[str, Any]:
    """A JSON object; an empty one where there is none, or where someone garbled it (then things are made again)."""
    try:
        data = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
