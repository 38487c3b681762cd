"""A voice's training data: a table of recordings and what is said in them.

``manifest.csv`` has the columns audio and text, and may have speaker, phones and ends (see :class:`Row`).
"""

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from laterna.errors import DataError
from laterna.media.files import quoted
from laterna.voice.spectrum import SAMPLE_RATE
from laterna.voice.text.phones import SYMBOLS

_SILENT = 1e-3  # of full scale: a recording that stays below it holds no speech
_SHORTEST, _LONGEST = 0.1, 60  # seconds of one recording


@dataclass(frozen=True, slots=True)
class Row:
    """One recording.

    Attributes:
        audio: a sound file of any rate.
        text: what is said in it.
        speaker: who says it; "" where the table names none.
        phones: symbols of ``laterna.voice.text.phones``; empty where the table has none.
        ends: the second at which each symbol ends; empty where they were not measured.
    """

    audio: Path
    text: str
    speaker: str = ""
    phones: tuple[str, ...] = ()
    ends: tuple[float, ...] = ()


def read_manifest(path: str | os.PathLike[str]) -> list[Row]:
    """The rows of a ``manifest.csv``, or of the one in a folder.

    Raises:
        DataError: the table is missing, garbled or empty, or a row's text, sound file or phones are wrong; the
            message names the row.
    """
    path = Path(path)
    path = path / "manifest.csv" if path.is_dir() else path
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            given, columns = list(table), table.fieldnames or ()
    except FileNotFoundError as error:
        raise DataError(f"{quoted(path)} does not exist: write a table with the columns audio,text.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{quoted(path)} is no table of comma-separated values in UTF-8: save it as one.") from error
    for column in ("audio", "text"):
        if column not in columns:
            raise DataError(f"{quoted(path)} has no column {column}: its first line must name audio,text[,speaker].")
    if not given:
        raise DataError(f"{quoted(path)} names no recording: add rows of audio,text.")
    return [_row(values, path, number) for number, values in enumerate(given, 2)]


def check_speech(row: Row) -> None:
    """Look at a recording's head: what :func:`read_speech` would refuse, but for silence.

    Raises:
        DataError: the file can't be read, is shorter than a tenth of a second, or lasts longer than a minute.
    """
    with _opened(row):
        pass


def read_speech(row: Row) -> np.ndarray:
    """The samples of a recording: mono float32 at 16 kHz.

    Raises:
        DataError: the file can't be read, is silent, shorter than a tenth of a second, or lasts longer than a minute.
    """
    with _opened(row) as file:
        rate = file.samplerate
        samples = file.read(dtype="float32", always_2d=True).mean(1)
    if not np.abs(samples).max() >= _SILENT:
        raise DataError(f"{quoted(row.audio)} is silent: record it again, or take its row out of the manifest.")
    return samples if rate == SAMPLE_RATE else soxr.resample(samples, rate, SAMPLE_RATE)


@contextmanager
def _opened(row: Row) -> Iterator[soundfile.SoundFile]:
    """The recording's file, once its length is known to do."""
    try:
        with soundfile.SoundFile(row.audio) as file:
            if len(file) > _LONGEST * file.samplerate:
                raise DataError(f"{quoted(row.audio)} lasts over {_LONGEST} s: cut it into single sentences.")
            if len(file) < _SHORTEST * file.samplerate:
                raise DataError(f"{quoted(row.audio)} lasts under {_SHORTEST} s: take its row out of the manifest.")
            yield file
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise DataError(f"{quoted(row.audio)} can't be read as sound: save it as WAV or FLAC.") from error


def _row(values: dict[str, str | None], path: Path, number: int) -> Row:
    where = f"Row {number} of {quoted(path)}"
    audio, text = (values.get("audio") or "").strip(), (values.get("text") or "").strip()
    if not audio or not text:
        raise DataError(f"{where} lacks its {'text' if audio else 'audio'}: fill it in, or take the row out.")
    file = path.parent / audio
    if not file.is_file():
        raise DataError(f"{where} names {quoted(audio)}, which does not exist beside it: check the path.")
    phones, ends = tuple((values.get("phones") or "").split()), _times(values.get("ends") or "", where)
    if unknown := next((phone for phone in phones if phone not in SYMBOLS), None):
        raise DataError(f"{where} has the phone {unknown!r}: use flite's, such as {' '.join(SYMBOLS[:6])}.")
    if ends and len(ends) != len(phones):
        raise DataError(f"{where} has {len(phones)} phones and {len(ends)} ends: give one end a phone, or none.")
    return Row(file, text, (values.get("speaker") or "").strip(), phones, ends)


def _times(text: str, where: str) -> tuple[float, ...]:
    try:
        ends = tuple(float(end) for end in text.split())
    except ValueError as error:
        raise DataError(f"{where} has ends that are no numbers: write seconds, separated by spaces.") from error
    if any(not a <= b for a, b in zip((0.0, *ends), ends, strict=False)):
        raise DataError(f"{where} has ends that do not rise: write the second at which each phone ends.")
    return ends
