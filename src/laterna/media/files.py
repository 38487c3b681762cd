"""Files that are written whole or not at all, and what a file's bytes hash to."""

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from laterna.errors import MediaError, StorageError

PARTIAL = ".partial-"  # begins the name of what is being written; after a crash, whatever is called so may go
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextlib.contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside ``path`` that takes its name only when the block ends well.

    The temporary file has ``path``'s suffix, is flushed to disk and renamed over ``path``; when the block
    raises, nothing is left behind. Parent folders are made.

    Raises:
        StorageError: the disk is full, or the folder can't be written.
    """
    final = Path(path)
    with _named_errors(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary = final.parent / f"{PARTIAL}{secrets.token_hex(8)}{final.suffix}"
        temporary.touch(exist_ok=False)
    try:
        with _named_errors(final, only=_NO_ROOM):
            yield temporary
        with _named_errors(final):
            _publish(temporary, final)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write ``data`` whole to ``path`` or leave ``path`` as it was."""
    with written_whole(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write ``text`` whole to ``path`` as UTF-8 with ``\\n`` line ends, or leave ``path`` as it was."""
    write_bytes(path, text.encode())


def made_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder, and those that it lies in, where they are missing.

    Raises:
        StorageError: a file is in the way, or the folder above can't be written.
    """
    folder = Path(path)
    with _named_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def folder_beside(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a hidden folder beside ``path``, for what is needed while it is written; nothing of it is left.

    Raises:
        StorageError: the folder can't be written.
    """
    final = Path(path)
    with contextlib.ExitStack() as stack:
        with _named_errors(final):
            final.parent.mkdir(parents=True, exist_ok=True)
            made = stack.enter_context(tempfile.TemporaryDirectory(dir=final.parent, prefix=".partial-"))
        yield Path(made)


@contextlib.contextmanager
def disk_full_named(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn the system's word that the disk is full into a StorageError that names ``path``, being written."""
    with _named_errors(Path(path), only=_NO_ROOM):
        yield


def rename_whole(path: Path, final: Path) -> None:
    """Flush a file, or a folder's files, to the disk and give it its name; a killed run leaves no half."""
    for file in [path, *path.rglob("*")] if path.is_dir() else [path]:
        flush(file)
    if final.is_dir():
        remove(final)
    path.replace(final)
    flush(final.parent)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all that is in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def flush(path: str | os.PathLike[str]) -> None:
    """Have a file's bytes, or the names in a folder, written to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def regular_file(path: str | os.PathLike[str]) -> Path:
    """Return ``path`` once it is known to be a readable, regular, non-empty file.

    Raises:
        MediaError: it is missing, a folder, a pipe, a device, empty, or a link that loops.
    """
    file = Path(path)
    try:
        status = file.stat()
    except FileNotFoundError as error:
        raise MediaError(f"{quoted(file)} does not exist: check the path.") from error
    except OSError as error:
        reason = (
            "is a link that leads back to itself" if error.errno == errno.ELOOP else f"can't be read ({error.strerror})"
        )
        raise MediaError(f"{quoted(file)} {reason}: name another file.") from error
    except ValueError as error:  # a null byte
        raise MediaError(f"{quoted(file)} is no path that a file can have: check it.") from error
    if stat.S_ISDIR(status.st_mode):
        raise MediaError(f"{quoted(file)} is a folder, not a media file: name the files in it.")
    if not stat.S_ISREG(status.st_mode):
        raise MediaError(f"{quoted(file)} is a pipe or a device, not a file: save it to a file first.")
    if status.st_size == 0:
        raise MediaError(f"{quoted(file)} is empty: copy it again from its source.")
    if not os.access(file, os.R_OK):
        raise MediaError(f"{quoted(file)} may not be read: change its permissions.")
    return file


def quoted(path: str | os.PathLike[str]) -> str:
    """``path`` as one line for a message, whatever characters its name has."""
    return repr(os.fspath(path))


def sha256(path: str | os.PathLike[str], *, of_file: Callable[[Path], str] | None = None) -> str:
    """SHA-256 of a file's bytes; of a folder, that of its sorted pairs of relative path and SHA-256.

    Hidden files and folders (their name starts with a dot) are not counted. Returns 64 hexadecimal digits.
    ``of_file`` gives the SHA-256 of a folder's files, for who remembers them.
    """
    path = Path(path)
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p.relative_to(path)))
        pairs = [f"{p.relative_to(path).as_posix()}\0{(of_file or sha256)(p)}\n" for p in files]
        return hashlib.sha256("".join(pairs).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hidden(relative: Path) -> bool:
    return any(part.startswith(".") for part in relative.parts)


def _publish(temporary: Path, final: Path) -> None:
    flush(temporary)
    temporary.replace(final)
    flush(final.parent)


@contextlib.contextmanager
def _named_errors(final: Path, only: tuple[int, ...] = ()) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageError(f"The disk is full while writing {quoted(final)}: make room, then run again.") from error
        if only:
            raise
        reason = error.strerror or error
        raise StorageError(f"{quoted(final)} can't be written ({reason}): choose another folder.") from error
