"""Scores: music as notes, in MIDI, MusicXML and ABC. Their type is symusic's ``ScoreTick``, whose times are ticks."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from symusic.core import ScoreTick

from laterna.errors import DataError, MediaError
from laterna.media import musicxml
from laterna.media.files import quoted, regular_file, write_bytes

_LONGEST = 4 * 3600  # seconds of one score
_LARGEST = 20_000_000  # bytes
_WRITERS: dict[str, Callable[[ScoreTick], bytes]] = {
    ".mid": ScoreTick.dumps_midi,
    ".midi": ScoreTick.dumps_midi,
    ".musicxml": musicxml.written,
    ".mxl": lambda score: musicxml.pack(musicxml.written(score)),
}


def open_score(path: Path) -> ScoreTick:
    """Read a score from a MIDI, a MusicXML (``.musicxml``, ``.xml``, ``.mxl``) or an ABC file.

    Of MusicXML see :func:`laterna.media.musicxml.read` for what is left out.

    Raises:
        MediaError: it is missing, broken, too large, or would do harm.
        DataError: it holds no note, lasts over four hours, has a tempo of nothing, or says something that can't be.
    """
    if regular_file(path).stat().st_size > _LARGEST:
        raise MediaError(f"{quoted(path)} is larger than {_LARGEST // 10**6} MB: cut it into pieces.")
    try:
        score = _read(path)
    except (RuntimeError, ValueError, OSError) as error:
        raise MediaError(f"{quoted(path)} is no score that can be read, or is broken: export it again.") from error
    _check(score, quoted(path))
    return score


def save_score(score: ScoreTick, path: Path) -> None:
    """Write a score as a MIDI or a MusicXML file, whole or not at all.

    Of MusicXML see :func:`laterna.media.musicxml.written` for what is left out.

    Raises:
        DataError: ``path`` has another suffix, or the score can't be written as MusicXML.
    """
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise DataError(f"A score can't be written as {quoted(path)}: name a .mid, a .musicxml or an .mxl file.")
    write_bytes(path, writer(score))


def seconds_of(score: ScoreTick) -> float:
    """Seconds from the start to the end of the last note, by the score's tempos."""
    timed: Any = score.to("second")
    return float(timed.end())


def _read(path: Path) -> ScoreTick:
    match path.suffix.lower():
        case ".abc":
            return _read_abc(path)
        case ".musicxml" | ".xml":
            return musicxml.read(path.read_bytes(), quoted(path))
        case ".mxl":
            return musicxml.read(*musicxml.unpack(path))
    return ScoreTick.from_file(path, format="midi")


def _read_abc(path: Path) -> ScoreTick:
    """The notes of a tune; its chord symbols are not played."""
    text = path.read_text("utf-8", "replace")
    return ScoreTick.from_abc(re.sub(r"^(K:.*)$", r"\1\n%%MIDI gchordoff", text, count=1, flags=re.MULTILINE))


def _check(score: ScoreTick, name: str) -> None:
    if score.ticks_per_quarter < 1 or any(one.denominator < 1 or one.numerator < 1 for one in score.time_signatures):
        raise DataError(f"{name} counts time in nothing: export it again.")
    if not any(track.notes for track in score.tracks):
        raise DataError(f"{name} holds no note: choose another score.")
    if any(tempo.mspq <= 0 or not math.isfinite(tempo.qpm) for tempo in score.tempos):
        raise DataError(f"{name} has a tempo that is nothing: set it in a notation program.")
    if seconds_of(score) > _LONGEST:
        raise DataError(f"{name} lasts over {_LONGEST // 3600} hours: cut it into pieces.")
    if score.end() > musicxml.MOST_QUARTERS * score.ticks_per_quarter:
        raise DataError(f"{name} has over {musicxml.MOST_QUARTERS} quarter notes: cut it into pieces.")
