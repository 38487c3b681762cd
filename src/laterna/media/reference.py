"""The media that a timeline's clips point to: files, found again, and what of them a clip shows.

Others name these functions by :mod:`laterna.media.timeline`, which hands them on.
"""

import contextlib
import os
import re
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import opentimelineio as otio

from laterna.errors import DataError, MediaError
from laterna.media.audio import Audio
from laterna.media.files import quoted
from laterna.media.timecode import has_timecode, snap_rate, time_range, to_seconds
from laterna.media.video import Video


def clip_reference(medium: Video | Audio, folder: Path, rate: Fraction) -> otio.schema.ExternalReference:
    """A reference to a file, relative to the ``folder`` where the timeline will be saved.

    Its available range is in whole frames: of the source, from its time code on, if it has one, else of the film, at
    ``rate``.
    """
    timecode = medium.timecode if isinstance(medium, Video) else None
    if timecode and has_timecode(timecode.rate):
        rate = timecode.rate  # at others, such as a variable rate's mean, other programs know no time code
    frames = max(1, int(medium.duration * rate))  # a last frame that is not whole is none
    available = time_range(timecode.seconds if timecode else 0, frames / rate, rate)
    reference = otio.schema.ExternalReference(url(medium.path, folder), available)
    reference.name = os.fsencode(medium.path.name).decode(errors="replace")
    reel = medium.reel if isinstance(medium, Video) else None
    known = {"reel": reel, "timecode": str(timecode) if timecode else None}
    reference.metadata["laterna"] = {key: value for key, value in known.items() if value}
    return reference


def source_range(reference: Any, first: int, frames: int, rate: Fraction) -> otio.opentime.TimeRange:
    """The range of a clip of ``frames`` frames at ``rate``, the film's, from the ``first``-th of its file on."""
    available = reference.available_range
    start = first + (to_seconds(available.start_time) * rate if available else 0)
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(float(start), float(rate)), otio.opentime.RationalTime(frames, float(rate))
    )


def source_start(clip: otio.schema.Clip, folder: Path) -> Fraction:
    """Seconds from its file's start to a clip's, for a timeline that lies in ``folder``.

    It is the clip's source time less the file's time code: as the reference states it, else as the file does.
    """
    start, reference = to_seconds(clip.trimmed_range().start_time), clip.media_reference
    if reference.available_range is not None:
        return start - to_seconds(reference.available_range.start_time)
    with contextlib.suppress(DataError, MediaError):  # a missing file or one of sound has no time code
        timecode = Video(resolve(reference, folder)).timecode
        return start - timecode.seconds if timecode else start
    return start


def url(path: Path, folder: Path) -> str:
    """What a timeline in ``folder`` calls a file: its path from there, percent-encoded."""
    relative = os.path.relpath(path.absolute(), folder.absolute())
    return quote(os.fsencode(Path(relative).as_posix()))


def resolve(reference: Any, folder: Path) -> Path:
    """The file of a clip's media reference, for a timeline that lies in ``folder``.

    It is looked for where the reference says, then by its name in ``folder``: so a project may be moved as a whole,
    or its media laid beside it.

    Raises:
        DataError: the reference names no file, or the file is in neither place.
    """
    if not isinstance(reference, otio.schema.ExternalReference):
        raise DataError(f"A clip without a file can't be opened ({type(reference).__name__}): link it to its file.")
    stated = folder / path_in(reference.target_url)
    places = [stated, folder / stated.name]
    for place in places:
        if place.is_file():
            plain = Path(os.path.normpath(place))  # one file, one path, unless a link is on the way
            return plain if plain.exists() and plain.samefile(place) else place
    looked = " and ".join(dict.fromkeys(quoted(place) for place in places))
    raise DataError(f"A file of the timeline is missing: it was looked for at {looked}; put it there.")


def counting(reference: Any, rate: Fraction) -> tuple[Fraction, bool]:
    """The rate of a source's time code, and whether it drops labels; the film's ``rate`` where none is stated."""
    available = getattr(reference, "available_range", None)
    if available is not None:
        rate = snap_rate(available.start_time.rate)
    return rate, drops(reference) and rate in (Fraction(30_000, 1001), Fraction(60_000, 1001))


def drops(reference: Any) -> bool:
    """Whether the time code that a reference starts at is stated to be drop-frame."""
    if reference is None:
        return False
    foreign = reference.metadata.get("fcp_xml", {}).get("timecode") or {}
    return ";" in reference.metadata.get("laterna", {}).get("timecode", "") or foreign.get("displayformat") == "DF"


def path_in(url: str) -> Path:
    """The path in a file URL, whole or relative, percent-encoded."""
    local = re.sub(r"^file:(//(localhost)?(?=/))?", "", url)
    return Path(os.fsdecode(unquote_to_bytes(local)))
