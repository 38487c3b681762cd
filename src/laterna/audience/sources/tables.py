"""Tables as files: CSV and Parquet, on the disk or behind any fsspec URL, and databases."""

import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from laterna.audience.sources import databases
from laterna.audience.sources.columns import LIST_MARK, role_of
from laterna.errors import DataError, MediaError
from laterna.media.files import disk_full_named, quoted, regular_file, written_whole

_SEPARATORS = {".csv": ",", ".tsv": "\t", ".inter": "\t", ".item": "\t"}  # the last two are RecBole's
_PACKED = (".gz", ".zst")
_URL = re.compile(r"([a-z][a-z0-9+.-]+):(/+)(.*)", re.IGNORECASE | re.DOTALL)  # one letter is a drive of Windows
_AHEAD = 10_000  # rows that are looked at to tell what a further column of a CSV file holds

Synonyms = Mapping[str, Sequence[str]]


def read(path: str | os.PathLike[str], synonyms: Synonyms, table: str | None = None) -> tuple[pl.DataFrame, str]:
    """A table as it was found, and what messages call it.

    Columns that ``synonyms`` knows are text where they come from a CSV file: an id 007 stays so.

    Raises:
        DataError: it is no table, is empty, or ``table`` is missing of a database.
        MediaError: it can't be read.
    """
    url = _url(path)
    if url is None:
        if table is not None:
            raise DataError(f"{quoted(path)} is no database, so it has no table {table!r}: leave the table out.")
        return _parsed(regular_file(path), os.fspath(path), synonyms), quoted(path)
    if databases.is_database(url):
        return databases.read(url, table)
    with _remote(url, "rb") as file:
        return _parsed(io.BytesIO(file.read()), url, synonyms), repr(url)


def inside(folder: Path, name: str) -> Path | None:
    """A folder's table of that name, whatever its suffix; None if it has none."""
    files = (folder / f"{name}{suffix}" for suffix in (".parquet", *_SEPARATORS))
    return next((file for file in files if file.is_file()), None)


def write(frame: pl.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a .parquet, .csv or .tsv file whole or not at all; lists in a CSV are words with ``|`` between them.

    Raises:
        DataError: the suffix is none of these, or a column can't be in a CSV file.
        StorageError: it can't be written.
    """
    url = _url(path)
    name = url or os.fspath(path)
    if url is not None:
        data = io.BytesIO()
        _formatted(frame, data, name)
        with _remote(url, "wb") as file:
            file.write(data.getvalue())
        return
    _kind(name)
    with written_whole(path) as temporary, disk_full_named(path):
        _formatted(frame, temporary, name)


def _kind(name: str) -> str:
    """.parquet, or a suffix of _SEPARATORS."""
    path = Path(name.lower())
    suffix = Path(path.stem).suffix if path.suffix in _PACKED else path.suffix
    if suffix != ".parquet" and suffix not in _SEPARATORS:
        raise DataError(f"{name!r} is no table that can be read or written: name a .parquet or a .csv file.")
    return suffix


def _parsed(source: Path | io.BytesIO, name: str, synonyms: Synonyms) -> pl.DataFrame:
    kind = _kind(name)
    try:
        if kind == ".parquet":
            return pl.read_parquet(source, glob=False)
        return _csv(source, _SEPARATORS[kind], synonyms)
    except pl.exceptions.NoDataError as error:
        raise DataError(f"{name!r} is empty: copy it again from its source.") from error
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split(".")[0].split())
        raise MediaError(f"{name!r} is not a table, or is broken ({reason:.120}): make it anew.") from error


def _csv(source: Path | io.BytesIO, separator: str, synonyms: Synonyms) -> pl.DataFrame:
    def csv(**options: Any) -> pl.DataFrame:
        if isinstance(source, io.BytesIO):
            source.seek(0)
        return pl.read_csv(source, separator=separator, glob=False, **options)

    text = {name: pl.String for name in csv(n_rows=0).columns if role_of(name, synonyms)}
    try:
        return csv(schema_overrides=text, infer_schema_length=_AHEAD)
    except pl.exceptions.ComputeError:  # a further column turned out to hold something else later on
        return csv(infer_schema=False)


def _formatted(frame: pl.DataFrame, target: Path | io.BytesIO, name: str) -> None:
    kind = _kind(name)
    if kind == ".parquet":
        frame.write_parquet(target)
        return
    words = [column for column, type_ in frame.schema.items() if type_ == pl.List(pl.String)]
    flat = frame.with_columns(pl.col(column).list.join(LIST_MARK) for column in words)
    if nested := [column for column, type_ in flat.schema.items() if type_.is_nested() or type_ == pl.Object]:
        raise DataError(f"A CSV file can't hold the column {nested[0]!r}: save it as .parquet.")
    flat.write_csv(target, separator=_SEPARATORS[kind], datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")


def _url(path: str | os.PathLike[str]) -> str | None:
    """A URL, also one that had been made a path, which turns s3://bucket into s3:/bucket."""
    name = os.fspath(path)
    found = _URL.fullmatch(name) if isinstance(name, str) else None
    if found is None:
        return None
    scheme, slashes, rest = found.groups()
    if len(slashes) == 1 and scheme.lower().startswith("sqlite"):  # its third slash, and a fourth of an absolute path
        absolute = Path(f"/{rest.partition('#')[0]}").exists()
        return f"{scheme}:///{'/' if absolute else ''}{rest}"
    return name if len(slashes) > 1 else f"{scheme}://{rest}"


@contextmanager
def _remote(url: str, mode: str) -> Iterator[Any]:
    """A file behind a URL. A store's own errors are of many kinds, so whatever it raises is told as it is."""
    try:
        import fsspec
    except ModuleNotFoundError as error:
        raise DataError(f"{url!r} needs fsspec: run `pip install fsspec`, or name a file on this disk.") from error
    try:
        with fsspec.open(url, mode) as file:
            yield file
    except (DataError, MediaError):
        raise
    except ImportError as error:
        raise DataError(f"{url!r} can't be reached ({error}): install what its kind of address needs.") from error
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise MediaError(f"{url!r} can't be read or written ({reason:.160}): check the address.") from error
