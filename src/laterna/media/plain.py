"""Opening and saving the kinds whose types are the field's own: images, tables, text, records, pages, folders."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
from PIL import Image, ImageOps, UnidentifiedImageError

from laterna.errors import DataError, MediaError
from laterna.media.audio import Audio, write_audio
from laterna.media.files import quoted, regular_file, write_bytes, write_text, written_whole
from laterna.media.video import Video


class Page(str):
    """An HTML page that needs no network."""

    __slots__ = ()


def save_copy(medium: Video | Audio, path: Path) -> None:
    """Copy a media file whole.

    Raises:
        DataError: ``path`` has another suffix, which would ask for a conversion.
    """
    if path.suffix.lower() != medium.path.suffix.lower():
        raise DataError(f"{quoted(medium.path)} is not converted by saving it: name a {medium.path.suffix} file.")
    _copy(medium.path, path)


def save_sound(sound: Audio, path: Path) -> None:
    """Copy a sound file, or write its sound anew where the suffix differs."""
    if path.suffix.lower() == sound.path.suffix.lower():
        _copy(sound.path, path)
    else:
        write_audio(path, sound.blocks(), sample_rate=sound.sample_rate)


def open_image(path: Path) -> Image.Image:
    """Read an image whole, upright as its EXIF tag says.

    Raises:
        MediaError: it is no image, or broken.
    """
    try:
        with Image.open(regular_file(path)) as image:
            return ImageOps.exif_transpose(image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise MediaError(f"{quoted(path)} is not an image, or is broken: copy it again from its source.") from error


def save_image(image: Image.Image, path: Path) -> None:
    """Write an image in the format that the suffix names."""
    with written_whole(path) as temporary:
        try:
            image.save(temporary)
        except (ValueError, KeyError) as error:
            raise DataError(f"{quoted(path)} names no image format: use .png, .jpg or .webp.") from error


def open_table(path: Path) -> pl.DataFrame:
    """Read a Parquet file."""
    try:
        return pl.read_parquet(regular_file(path), glob=False)
    except pl.exceptions.PolarsError as error:
        raise MediaError(f"{quoted(path)} is not a Parquet table, or is broken: make it anew.") from error


def save_table(table: pl.DataFrame, path: Path) -> None:
    """Write a Parquet file."""
    data = io.BytesIO()  # polars would raise an error of its own for a full disk
    table.write_parquet(data)
    write_bytes(path, data.getvalue())


def open_text(path: Path) -> str:
    """Read UTF-8 text.

    Raises:
        MediaError: it is not UTF-8.
    """
    if path.is_file() and path.stat().st_size == 0:
        return ""
    try:
        return regular_file(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise MediaError(f"{quoted(path)} is not Unicode text: save it as UTF-8.") from error


def open_page(path: Path) -> Page:
    """Read an HTML page."""
    return Page(open_text(path))


def save_text(text: str, path: Path) -> None:
    """Write text as UTF-8."""
    write_text(path, text)


def open_record(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        DataError: it is not JSON, or not an object.
    """
    try:
        record = json.loads(open_text(path))
    except ValueError as error:
        raise DataError(f"{quoted(path)} is not JSON ({error}): mend it.") from error
    if not isinstance(record, dict):
        raise DataError(f"{quoted(path)} holds no JSON object: write names and values in braces.")
    return record


def save_record(record: dict[str, Any], path: Path) -> None:
    """Write a JSON object."""
    write_text(path, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def open_folder(path: Path) -> Path:
    """A folder that is there."""
    if not path.is_dir():
        raise MediaError(f"{quoted(path)} is not a folder: check the path.")
    return path


def save_folder(folder: Path, path: Path) -> None:
    """Copy a folder's files, each whole."""
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        _copy(file, path / file.relative_to(folder))


def _copy(source: Path, path: Path) -> None:
    if not (path.exists() and path.samefile(source)):
        with written_whole(path) as temporary:
            shutil.copyfile(source, temporary)
