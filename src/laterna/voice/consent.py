"""A speaker's consent to a voice like theirs: ``consent.toml`` beside a manifest, without which none is trained.

One table for each speaker of the manifest, ``[ann]`` (``[speaker]`` where the manifest names none)::

    [ann]
    name = "Ann Byron"
    date = 2026-05-03
    statement = "A voice may be trained on my recordings, and speak in this studio's films."
"""

import datetime
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from laterna.errors import DataError
from laterna.media.files import quoted
from laterna.voice.manifest import Row, check_speech, read_manifest

CONSENT = "consent.toml"
UNNAMED = "speaker"  # the table of one whom the manifest does not name


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agreed, when, and to what."""

    name: str
    date: datetime.date
    statement: str

    def __str__(self) -> str:
        return f"{self.name}, by consent of {self.date.isoformat()}"


def read_agreed(data: Path) -> tuple[list[Row], dict[str, Consent]]:
    """The rows of a manifest, or of the one in a folder, and the consent of each of its speakers.

    A row that names no speaker is of one called "speaker".

    Raises:
        DataError: the manifest is wrong, or a consent is missing or incomplete.
    """
    rows = [replace(row, speaker=row.speaker or UNNAMED) for row in read_manifest(data)]
    for row in rows:
        check_speech(row)  # a bad one shows before hours of training
    return rows, read_consent(data if data.is_dir() else data.parent, sorted({row.speaker for row in rows}))


def read_consent(folder: Path, speakers: Iterable[str]) -> dict[str, Consent]:
    """The consent of each speaker of a manifest, from ``consent.toml`` in its folder.

    Raises:
        DataError: the file is missing or garbled, or a speaker's consent is missing or incomplete.
    """
    path = folder / CONSENT
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise DataError(
            f"A voice is trained only with its speaker's consent, and {quoted(path)} does not exist: write"
            f" [{next(iter(speakers)) or UNNAMED}] with name, date and statement into it."
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{quoted(path)} is not TOML ({error}): mend it.") from error
    return {speaker: _consent(tables.get(speaker or UNNAMED), speaker or UNNAMED, path) for speaker in speakers}


def _consent(table: Any, speaker: str, path: Path) -> Consent:
    if not isinstance(table, dict):
        raise DataError(f"{quoted(path)} has no consent of {speaker}: write [{speaker}] with name, date and statement.")
    name, date, statement = (table.get(key) for key in ("name", "date", "statement"))
    for key, value in (("name", name), ("statement", statement)):
        if not isinstance(value, str) or not value.strip():
            raise DataError(f"{quoted(path)} lacks the {key} of {speaker}'s consent: write it in quotes.")
    if not isinstance(date, datetime.date):
        raise DataError(f"{quoted(path)} lacks the date of {speaker}'s consent: write it as 2026-05-03.")
    return Consent(str(name).strip(), date, str(statement).strip())
