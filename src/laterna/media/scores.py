"""Scores: music as notes, in MIDI and ABC files. Their type is symusic's ``ScoreTick``, whose times are ticks."""

import math
import re
from pathlib import Path
from typing import Any

from symusic.core import ScoreTick

from laterna.errors import DataError, MediaError
from laterna.media.files import quoted, regular_file, write_bytes

_LONGEST = 4 * 3600  # seconds of one score
_MOST_QUARTERS = 100_000
_LARGEST = 20_000_000  # bytes


def open_score(path: Path) -> ScoreTick:
    """Read a score from a MIDI or an ABC file.

    Raises:
        MediaError: it is missing, broken or too large.
        DataError: it holds no note, lasts over four hours, or has a tempo of nothing.
    """
    if regular_file(path).stat().st_size > _LARGEST:
        raise MediaError(f"{quoted(path)} is larger than {_LARGEST // 10**6} MB: cut it into pieces.")
    try:
        score = _read_abc(path) if path.suffix.lower() == ".abc" else ScoreTick.from_file(path, format="midi")
    except (RuntimeError, ValueError, OSError) as error:
        raise MediaError(f"{quoted(path)} is no score that can be read, or is broken: export it again.") from error
    _check(score, quoted(path))
    return score


def save_score(score: ScoreTick, path: Path) -> None:
    """Write a score as a MIDI file, whole or not at all.

    Raises:
        DataError: ``path`` has another suffix.
    """
    if path.suffix.lower() not in (".mid", ".midi"):
        raise DataError(f"A score can't be written as {quoted(path)}: name a .mid file.")
    write_bytes(path, score.dumps_midi())


def seconds_of(score: ScoreTick) -> float:
    """Seconds from the start to the end of the last note, by the score's tempos."""
    timed: Any = score.to("second")
    return float(timed.end())


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
    if score.end() > _MOST_QUARTERS * score.ticks_per_quarter:
        raise DataError(f"{name} has over {_MOST_QUARTERS} quarter notes: cut it into pieces.")
