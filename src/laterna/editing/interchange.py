"""A timeline for other editing programs: written, read back, and compared."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import Any

import opentimelineio as otio

from laterna.errors import DataError
from laterna.media.reference import path_in, resolve, url
from laterna.media.timecode import to_seconds
from laterna.media.timeline import frame_rate, load, one_track, save


@dataclass(frozen=True, slots=True)
class Exported:
    """The files that were written, and in words what each does not hold."""

    files: tuple[Path, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"files": [str(path) for path in self.files], "notes": list(self.notes)}


def export(
    timeline: otio.schema.Timeline, out: Path, *, folder: Path | None = None, home: Path | None = None
) -> Exported:
    """Write a timeline as OTIO, Final Cut Pro 7 XML and EDL, read each back, and say what differs.

    An EDL holds one track: it is compared with that track's cuts and dissolves, and what else the film has is noted.

    Args:
        timeline: what to write.
        out: the files' common path; .otio, .xml and .edl are added to it.
        folder: from where the timeline's media are named; from ``home`` unless given.
        home: the folder where the files will lie, from where they name the media; that of ``out`` unless given.

    Raises:
        MediaError: a file can't be written.
    """
    home = home or out.parent
    timeline = _moved(timeline, folder or home, home)
    files, notes = [], []
    for suffix in (".otio", ".xml", ".edl"):
        path = out.with_name(out.name + suffix)
        try:
            save(timeline, path)
        except DataError as error:  # the format can't: an EDL has no time code at 10 frames a second
            notes.append(str(error))
            continue
        files.append(path)
        notes += [f"{path.name}: {difference}" for difference in _differences(timeline, path, home)]
    return Exported(tuple(files), tuple(notes))


def compare(a: otio.schema.Timeline, b: otio.schema.Timeline, *, media: bool = True) -> list[str]:
    """What differs between two timelines, in words: what lies where on which track, and, with ``media``, whose files.

    Gaps count only for where they put what follows them, and empty tracks not at all.
    """
    return _compared(a, b, media, Fraction(0))


@dataclass(frozen=True, slots=True)
class _Entry:
    """A clip or a transition: what it is, when it is seen, and where in its source it begins (None of a transition)."""

    what: str
    start: Fraction
    end: Fraction
    source: Fraction | None = None

    def __str__(self) -> str:
        place = f"{self.what} at {_span(self.start, self.end)}"
        if self.source is None:
            return place
        return f"{place}, from {_span(self.source, self.source + self.end - self.start)} of its source"

    def is_near(self, other: "_Entry | None", tolerance: Fraction) -> bool:
        """Whether all is the same but for where in the source it begins, by less than ``tolerance`` seconds."""
        if other is None or self.source is None or other.source is None:
            return False
        return abs(self.source - other.source) < tolerance and replace(self, source=other.source) == other


def _moved(timeline: otio.schema.Timeline, folder: Path, home: Path) -> otio.schema.Timeline:
    """The timeline with its media, named from ``folder``, named from ``home``."""
    moved: otio.schema.Timeline = timeline.clone()
    for clip in moved.find_clips():
        reference = clip.media_reference
        if isinstance(reference, otio.schema.ExternalReference):
            reference.target_url = url(_file(reference, folder), home)
    return moved


def _file(reference: otio.schema.ExternalReference, folder: Path) -> Path:
    """Where a file is found, or is said to be where it is not."""
    try:
        return resolve(reference, folder)
    except DataError:
        return folder / path_in(reference.target_url)


def _differences(timeline: otio.schema.Timeline, path: Path, home: Path) -> list[str]:
    """What the file at ``path``, made of ``timeline`` for the folder ``home``, does not hold."""
    read = load(path, folder=home)
    if path.suffix != ".edl":
        return compare(timeline, read)
    return _compared(one_track(timeline), read, False, 1 / frame_rate(timeline))


def _compared(a: otio.schema.Timeline, b: otio.schema.Timeline, media: bool, tolerance: Fraction) -> list[str]:
    """As :func:`compare`; clips whose source begins less than ``tolerance`` seconds beside are counted in one line."""
    found, beside = [], 0
    if frame_rate(a) != frame_rate(b):
        found.append(f"{frame_rate(a)} frames a second became {frame_rate(b)}")
    tracks = [[track for track in timeline.tracks if track.find_clips()] for timeline in (a, b)]
    if len(tracks[0]) != len(tracks[1]):
        found.append(f"{len(tracks[0])} tracks became {len(tracks[1])}")
    for one, other in zip(*tracks, strict=False):
        if one.kind != other.kind:
            found.append(f"the {one.kind} track {one.name!r} became one of {other.kind}")
        for entry, its in zip_longest(_entries(one, media), _entries(other, media)):
            if entry == its:
                continue
            if entry is not None and entry.is_near(its, tolerance):
                beside += 1
            else:
                found.append(f"on track {one.name!r}, {entry or 'nothing'} became {its or 'nothing'}")
    if beside:
        found.append(
            f"clips that begin up to a frame beside their place in the source, whose rate is another: {beside}"
        )
    return found


def _entries(track: otio.schema.Track, media: bool) -> Iterator[_Entry]:
    """Each clip and each transition of a track."""
    now = Fraction(0)
    for item in track:
        if isinstance(item, otio.schema.Transition):
            first, last = now - to_seconds(item.in_offset), now + to_seconds(item.out_offset)
            yield _Entry(f"a {item.transition_type}", first, last)
            continue
        start, now = now, now + to_seconds(item.duration())
        if isinstance(item, otio.schema.Clip):
            medium = _medium(item.media_reference) if media else ""
            yield _Entry(f"{item.name!r}{medium}", start, now, to_seconds(item.trimmed_range().start_time))


def _medium(reference: Any) -> str:
    if isinstance(reference, otio.schema.ExternalReference):
        return f" ({reference.target_url})"
    if isinstance(reference, otio.schema.GeneratorReference):
        return f" ({dict(reference.parameters)})"
    return ""


def _span(start: Fraction, end: Fraction) -> str:
    return f"{_seconds(start)}-{_seconds(end)} s"


def _seconds(time: Fraction) -> str:
    return f"{float(time):.6f}".rstrip("0").rstrip(".")
