"""What steps find in one another's results: each opens a version that another step made, or that lies there by hand."""

import contextlib
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio

from laterna import editing, voice
from laterna.editing.indexing.index import Index
from laterna.editing.match import Matches
from laterna.errors import BriefError, DataError
from laterna.media import timeline as timelines
from laterna.media.audio import Audio
from laterna.media.files import quoted
from laterna.media.plain import open_record
from laterna.media.timecode import to_seconds
from laterna.media.transcript import Transcript
from laterna.media.video import Video
from laterna.production.findings import ABOUT, read_about
from laterna.production.store import Version

SCORE, PLAYED = "score.mid", "score.wav"
INDEX = "index"
_SAMPLE_RATE = 48_000  # Hz, of a mix by hand once it is coded
_THUMBNAIL = 320  # pixels wide


def footage_of(analyse: Version, folder: Path) -> list[editing.Footage]:
    """The analyses, each of its file where that lies now."""
    rows = read_about(analyse.path).get("footage")
    if not isinstance(rows, list):
        raise BriefError(f"{quoted(analyse.path)} has no {ABOUT} with its footage: copy a version that the step made.")
    return [
        replace(editing.Footage.open(analyse.path / row["analysis"]), path=Path(os.path.normpath(folder / row["path"])))
        for row in rows
        if "analysis" in row
    ]


def spoken(narrate: Version, narration: str | None, language: str) -> tuple[Transcript, Path | None]:
    """What is said and its recording; a recording by hand that has no transcript is aligned with the narration."""
    folder = narrate.path if narrate.path.is_dir() else narrate.path.parent / ""
    speech = narrate.path if narrate.path.is_file() else folder / "speech.wav"
    recording = speech if speech.exists() else None
    if narrate.path.is_dir() and (folder / "transcript.json").exists():
        return Transcript.open(folder / "transcript.json"), recording
    if recording is None or narration is None:
        return Transcript((), language), recording
    return voice.align(narration, Audio(recording), language=language), recording


def index_of(index: Version) -> Index | None:
    """What the shots of the footage show, where that is known in words."""
    folder = index.path / INDEX
    return Index.open(folder) if folder.is_dir() else None


def matches(
    sentences: Transcript, index: Index | None, pins: Sequence[editing.Pin], bans: Sequence[editing.Ban]
) -> Matches | None:
    """Which shot each sentence speaks of; pins to no sentence are for the cut alone."""
    if not sentences.sentences or index is None:
        return None
    to_sentences = [one for one in pins if one.sentence is not None]
    return editing.match(sentences, index, order="free", pins=to_sentences, bans=bans)


def written(score: Version) -> Path | None:
    """The score's file, if there is one."""
    file = score.path / SCORE if score.path.is_dir() else score.path
    return file if file.exists() else None


def music_of(music: Version | None, play: Version) -> Path | None:
    """What is heard under the film: the score as it is played, else the music that the brief brings."""
    played = play.path / PLAYED if play.path.is_dir() else play.path
    return played if played.exists() else music.path if music is not None else None


def seconds_of(beats: Version) -> list[float]:
    found = open_record(beats.path).get("beats")
    if not isinstance(found, list) or not all(isinstance(one, int | float) for one in found):
        raise BriefError(f'{quoted(beats.path)} has no list of seconds: write {{"beats": [0.5, 1.0]}}.')
    return found


def timeline_of(cut: Version, folder: Path, rate: Fraction) -> tuple[otio.schema.Timeline, Path]:
    """A cut, and the folder that its media are named from: its own, or the production's for a copy of film.otio.

    ``rate`` is the brief's, for an EDL that states none.
    """
    own, timeline = cut.path.parent, timelines.load(cut.path, rate=rate)
    if _linked(timeline, own) or not _linked(timeline, folder):
        return timeline, own
    return timelines.load(cut.path, rate=rate, folder=folder), folder


def _linked(timeline: otio.schema.Timeline, folder: Path) -> bool:
    try:
        for clip in file_clips(timeline):
            timelines.resolve(clip.media_reference, folder)
    except DataError:
        return False
    return True


def file_clips(timeline: otio.schema.Timeline) -> Iterator[otio.schema.Clip]:
    clips = timeline.find_clips()
    return (clip for clip in clips if isinstance(clip.media_reference, otio.schema.ExternalReference))


def coded_mix(mix: Version) -> Path | None:
    """The mix as the film has it, None where it was made by hand and is yet to be coded."""
    about = read_about(mix.path)
    return mix.path / about["coded"] if "coded" in about else None


def mix_by_hand(mix: Version, segments: Sequence[Path], rate: Fraction) -> Iterator[np.ndarray]:
    """A mix that is yet to be coded, as long as the pictures."""
    seconds = sum(Video(segment).frame_count for segment in segments) / rate
    audio = Audio(mix.path / "mix.wav" if mix.path.is_dir() else mix.path)
    return audio.blocks(0, seconds, sample_rate=_SAMPLE_RATE, channels=2)


def used(timeline: otio.schema.Timeline, base: Path) -> Iterator[dict[str, Any]]:
    """The shots of the picture track in order, with their place in their file and in the film."""
    timecodes = cache(lambda path: Video(path).timecode)
    for clip in timelines.track(timeline, "Picture").find_clips():
        if not isinstance(clip.media_reference, otio.schema.ExternalReference):
            continue
        file, start = timelines.resolve(clip.media_reference, base), timelines.source_start(clip, base)
        first = timecodes(file)
        yield {
            "file": file,
            "name": clip.name,
            "start": str(start),
            "end": str(start + to_seconds(clip.trimmed_range().duration)),
            "at": str(to_seconds(clip.range_in_parent().start_time)),
            "timecode": str(first + int(start * first.rate)) if first else None,
            "reason": str(clip.metadata.get("laterna", {}).get("reason", "")),
        }


def refused(timeline: otio.schema.Timeline, base: Path) -> Iterator[tuple[Any, Path]]:
    """What the timeline's metadata say of each refused shot, and its file, where that is still there."""
    for shot in timeline.metadata.get("laterna", {}).get("refused", []):
        with contextlib.suppress(DataError):
            yield shot, timelines.resolve(otio.schema.ExternalReference(shot["footage"]), base)


def refused_row(shot: Mapping[str, Any], file: Path) -> dict[str, Any]:
    times = {name: str(Fraction(shot[name]).limit_denominator(1_000_000)) for name in ("start", "end")}
    return {"file": file, "name": file.stem, "reason": shot["reason"], **times}


def thumbnail(measured: editing.Footage | None, file: Path, start: Fraction, end: Fraction) -> bytes:
    """A JPEG of a shot: one that the analysis kept, or for what was not analysed one of its middle."""
    kept = None if measured is None else measured.thumbnail(start, end)
    if kept is not None:
        return kept[1]
    data = io.BytesIO()
    Video(file).thumbnail((start + end) / 2, _THUMBNAIL).save(data, "JPEG", quality=82)
    return data.getvalue()
