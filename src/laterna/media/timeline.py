"""Timelines: OpenTimelineIO's own type, its files, and the media that its clips point to.

A film has five tracks, named in :data:`TRACKS`. Pictures and their dissolves lie on "Picture", titles on "Titles"
(clips whose generator is :data:`TITLE`, with the parameters "text" and "style"), the sound of the footage on
"Location", then "Narration" and "Music". What Laterna knows beside that stands in ``metadata["laterna"]``: for a
timeline its "rate" ("30000/1001") and "size" ([width, height]), for a clip the "reason" why it is there, for a
reference its "reel" and "timecode".

A clip's source range is at the film's rate; where its file has a time code, the reference's available range is at the
file's own rate and starts at that time code, in whole frames of it. Their difference is the exact place in the file.

``.otio`` keeps everything. Final Cut Pro 7 XML (``.xml``) keeps tracks, clips, dissolves, titles and reasons. An EDL
(``.edl``) holds one track: see :func:`one_track`.
"""

import contextlib
import json
import math
import os
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import ParseError

import opentimelineio as otio

from laterna.errors import DataError, MediaError
from laterna.media.files import quoted, regular_file, write_text
from laterna.media.reference import clip_reference as clip_reference
from laterna.media.reference import counting, drops, path_in
from laterna.media.reference import resolve as resolve
from laterna.media.reference import source_range as source_range
from laterna.media.reference import source_start as source_start
from laterna.media.reference import url as url
from laterna.media.timecode import (
    Timecode,
    clock,
    has_timecode,
    parse_rate,
    rational_time,
    snap_rate,
    time_of_clock,
    time_range,
    to_seconds,
)
from laterna.media.video import Video

TRACKS = {"Picture": "Video", "Titles": "Video", "Location": "Audio", "Narration": "Audio", "Music": "Audio"}
TITLE = "laterna.title"

_ADAPTERS = {".otio": "otio_json", ".xml": "fcp_xml", ".edl": "cmx_3600"}
# The adapters check little: a broken file surfaces in them as any of these.
_ADAPTER_ERRORS = (
    otio.exceptions.OTIOError,
    ParseError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
_GENERATOR = {"effectcategory": "Text", "effecttype": "generator", "mediatype": "video"}
_NOT_IN_XML = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EDL_RATE = re.compile(r"^\* FRAME RATE: (\S+)\n?", re.MULTILINE)
_EDL_TIMES = re.compile(r"^( *\d+ .*?)(\d\d:\d\d:\d\d[:;]\d\d) +(\d\d:\d\d:\d\d[:;]\d\d)(?= +\d\d:)", re.MULTILINE)
_EDL_RESERVED = ("AX", "BL", "BLACK", "BARS")


def new(name: str, rate: Fraction, size: tuple[int, int]) -> otio.schema.Timeline:
    """An empty timeline with Laterna's tracks, for a film of ``size`` (width, height) at ``rate``."""
    timeline = otio.schema.Timeline(name, global_start_time=rational_time(0, rate))
    timeline.metadata["laterna"] = {"rate": str(rate), "size": list(size)}
    timeline.tracks.extend([otio.schema.Track(name, kind=kind) for name, kind in TRACKS.items()])
    return timeline


def load(
    path: str | os.PathLike[str], *, rate: Fraction | None = None, folder: Path | None = None
) -> otio.schema.Timeline:
    """Read a timeline: ``.otio``, Final Cut Pro 7 ``.xml`` or ``.edl``.

    An EDL's time codes mean something only by those of its files, which are looked for from ``folder``, its own unless
    given. ``rate`` is for an EDL that does not state its own, as those from elsewhere.

    Raises:
        MediaError: the file can't be read.
        DataError: it is no timeline, or holds several.
    """
    file = regular_file(path)
    adapter = _adapter(file)
    try:
        text = file.read_text(encoding="utf-8-sig")
        if adapter == "cmx_3600":
            timeline = _from_edl(text, folder or file.parent, rate)
        else:
            if adapter == "otio_json":
                json.loads(text)  # OpenTimelineIO's own parser crashes the process on some malformed JSON
            timeline = otio.adapters.read_from_string(text, adapter)
        if not isinstance(timeline, otio.schema.Timeline):
            raise DataError(f"it holds a {type(timeline).__name__}, not one timeline")
        _check(timeline)
        if adapter == "fcp_xml":
            _restore(timeline)
    except (DataError, *_ADAPTER_ERRORS) as error:
        raise DataError(f"{quoted(path)} can't be read as a timeline ({_reason(error)}): export it anew.") from error
    return timeline


def save(timeline: otio.schema.Timeline, path: str | os.PathLike[str]) -> None:
    """Write a timeline whole or not at all: ``.otio``, Final Cut Pro 7 ``.xml`` or ``.edl``.

    Raises:
        DataError: another suffix, or the format can't hold the timeline (an EDL has no time code at 10 frames/s).
    """
    adapter = _adapter(Path(path))
    try:
        if adapter == "fcp_xml":
            timeline = _for_xml(timeline)
        elif adapter == "cmx_3600":
            rate, timeline = frame_rate(timeline), _for_edl(timeline)
        text = otio.adapters.write_to_string(timeline, adapter)
    except _ADAPTER_ERRORS as error:
        raise DataError(f"{quoted(path)} can't hold this timeline ({_reason(error)}): save it as .otio.") from error
    if adapter == "cmx_3600":
        text += f"* FRAME RATE: {rate}\n"
    write_text(path, text)


def track(timeline: otio.schema.Timeline, name: str) -> otio.schema.Track:
    """The track of that name.

    Raises:
        DataError: there is none.
    """
    for candidate in timeline.tracks:
        if candidate.name == name:
            return candidate
    raise DataError(f"The timeline {timeline.name!r} has no track {name!r}: name one of its tracks so.")


def frame_rate(timeline: otio.schema.Timeline) -> Fraction:
    """Frames per second, exact, of the film that the timeline makes.

    Raises:
        DataError: neither the timeline nor a clip states it.
    """
    stated = timeline.metadata.get("laterna", {}).get("rate")
    if stated:
        return parse_rate(str(stated))
    clips = (clip.source_range for clip in timeline.find_clips())
    times = (timeline.global_start_time, *(span.start_time for span in clips if span))
    rate = next((time.rate for time in times if time is not None), None)
    if rate is None:
        raise DataError(f"The timeline {timeline.name!r} states no frame rate: set its global start time.")
    return snap_rate(rate)


def picture_length(timeline: otio.schema.Timeline) -> Fraction:
    """Seconds that a film's pictures last: those of its longest video track, 0 without one.

    Raises:
        DataError: something on a video track has no length.
    """
    try:
        return max((to_seconds(part.duration()) for part in timeline.video_tracks()), default=Fraction(0))
    except otio.exceptions.OTIOError as error:
        raise DataError(
            f"The timeline {timeline.name!r} has a clip without a length: give it a source range."
        ) from error


def one_track(timeline: otio.schema.Timeline) -> otio.schema.Timeline:
    """What an EDL holds of a timeline: the cuts and dissolves of its Picture track (or only picture track).

    A dissolve starts where both shots are first seen, as in CMX 3600, rather than at a cut in its midst. Fades,
    titles and sound are left out; names are put on one line; every file gets a reel name of at most 8 characters.
    """
    pictures = [t for t in timeline.tracks if t.kind == otio.schema.TrackKind.Video]
    named = [t for t in pictures if t.name == "Picture"] or pictures
    if not named:
        raise DataError(f"The timeline {timeline.name!r} has no picture track, which an EDL needs.")
    result = otio.schema.Timeline(_one_line(timeline.name), global_start_time=rational_time(0, frame_rate(timeline)))
    result.metadata["laterna"] = {"rate": str(frame_rate(timeline))}
    copy = otio.schema.Track("V", kind=otio.schema.TrackKind.Video)
    copy.extend([item.clone() for item in _without_fades(named[0])])
    _start_dissolves_early(copy)
    reels: dict[str, str] = {}
    for clip in copy.find_clips():
        clip.name = _one_line(clip.name)
        clip.metadata["cmx_3600"] = {"reel": _reel(clip.media_reference, reels)}
    result.tracks.append(copy)
    return result


def _adapter(path: Path) -> str:
    try:
        return _ADAPTERS[path.suffix.lower()]
    except KeyError:
        raise DataError(f"{quoted(path)} names no timeline format: use .otio, .xml or .edl.") from None


def _check(timeline: otio.schema.Timeline) -> None:
    """Refuse what no other part of the house, nor OpenTimelineIO itself, could work on."""
    if timeline.tracks is None:
        raise DataError("it has no tracks")
    for item in timeline.find_children():
        if isinstance(item, otio.schema.Transition):
            times = (item.in_offset, item.out_offset)
        else:
            span = item.trimmed_range()
            times = (span.start_time, span.duration)
        if not all(math.isfinite(time.value) and 1 <= time.rate <= 1000 for time in times) or times[1].value < 0:
            raise DataError(f"{item.name!r} has no sensible time range")


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__


def _one_line(name: str) -> str:
    return " ".join(name.split())


def _without_fades(pictures: otio.schema.Track) -> Iterator[Any]:
    items = list(pictures)
    for before, item, after in zip([None, *items], items, [*items[1:], None], strict=False):
        between_clips = isinstance(before, otio.schema.Clip) and isinstance(after, otio.schema.Clip)
        if not isinstance(item, otio.schema.Transition) or between_clips:
            yield item


def _start_dissolves_early(pictures: otio.schema.Track) -> None:
    for index, item in enumerate(pictures):
        if isinstance(item, otio.schema.Transition):
            lead, before, after = item.in_offset, pictures[index - 1], pictures[index + 1]
            before.source_range = before.trimmed_range().duration_extended_by(-lead)
            shown = after.trimmed_range()
            after.source_range = otio.opentime.TimeRange(shown.start_time - lead, shown.duration + lead)
            item.in_offset, item.out_offset = lead - lead, item.out_offset + lead


def _reel(reference: Any, reels: dict[str, str]) -> str:
    """A reel name for a file: its own, or its file's; letters and digits, at most 8, no two files alike."""
    url = getattr(reference, "target_url", "")
    if url not in reels:
        own = reference.metadata.get("laterna", {}).get("reel") or PurePosixPath(path_in(url)).stem
        name = re.sub(r"[^A-Za-z0-9_]", "", own)[:8]
        if not name or name.upper() in _EDL_RESERVED or name in reels.values():
            name = f"{name[:4]}_{len(reels):03}"
        reels[url] = name
    return reels[url]


def _for_xml(timeline: otio.schema.Timeline) -> otio.schema.Timeline:
    """A copy whose "fcp_xml" metadata say what the adapter would leave out."""
    copy = timeline.clone()
    rate = frame_rate(timeline)
    copy.name = _in_xml(copy.name)
    copy.global_start_time = copy.global_start_time or rational_time(0, rate)
    size = copy.metadata.get("laterna", {}).get("size")
    if size:
        shape = {"width": str(size[0]), "height": str(size[1]), "pixelaspectratio": "square", "anamorphic": "FALSE"}
        _foreign(copy)["media"] = {"video": {"format": {"samplecharacteristics": shape}}}
    for index, clip in enumerate(copy.find_clips()):
        # The adapter writes a clip equal to an earlier one as a mere pointer to it, with the earlier one's place.
        clip.metadata["laterna_index"] = index
        clip.name = _in_xml(clip.name)
        if clip.media_reference is not None:
            clip.media_reference.name = _in_xml(clip.media_reference.name)
        reason = clip.metadata.get("laterna", {}).get("reason")
        if reason:
            _foreign(clip)["comments"] = {"mastercomment1": _in_xml(reason)}
        _foreign(clip)["enabled"] = str(clip.enabled).upper()
        filters = [_filter(effect) for effect in clip.effects if "fcp_xml" in effect.metadata]
        if filters:  # the adapter reads effects, and writes none
            _foreign(clip)["filter"] = filters
        if drops(clip.media_reference):
            _foreign(clip.media_reference)["timecode"] = {"displayformat": "DF"}
        if _is_generator(clip, TITLE):
            clip.media_reference = _text_generator(clip.media_reference)
        elif isinstance(clip.media_reference, otio.schema.GeneratorReference):
            _foreign(clip.media_reference).update(_GENERATOR | dict(_foreign(clip.media_reference)))
    for part in copy.tracks:
        _foreign(part)["name"] = part.name
    return copy


def _filter(effect: otio.schema.Effect) -> dict[str, Any]:
    return {"effect": {"name": effect.name, **dict(effect.metadata["fcp_xml"])}}


def _foreign(item: Any) -> Any:
    """What the adapter keeps of an item beyond its OTIO fields, and writes back."""
    if "fcp_xml" not in item.metadata:
        item.metadata["fcp_xml"] = {}
    return item.metadata["fcp_xml"]


def _in_xml(name: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", name)


def _is_generator(clip: otio.schema.Clip, kind: str) -> bool:
    reference = clip.media_reference
    return isinstance(reference, otio.schema.GeneratorReference) and reference.generator_kind == kind


def _text_generator(title: otio.schema.GeneratorReference) -> otio.schema.GeneratorReference:
    """A title as Final Cut's own text generator, which editing programs know."""
    values = {"str": ("Text", title.parameters.get("text", "")), "style": ("Style", title.parameters.get("style", ""))}
    parameters = [
        {"parameterid": key, "name": name, "value": _in_xml(str(value))} for key, (name, value) in values.items()
    ]
    effect = {"fcp_xml": _GENERATOR | {"parameter": parameters}}
    return otio.schema.GeneratorReference("Text", "Text", title.available_range, metadata=effect)


def _restore(timeline: otio.schema.Timeline) -> None:
    """Put back into Laterna's own places what came through another program's format."""
    for kind in ("Video", "Audio"):
        names = (name for name, its_kind in TRACKS.items() if its_kind == kind)
        for part, name in zip((t for t in timeline.tracks if t.kind == kind), names, strict=False):
            part.name = part.name if part.name in TRACKS else name
    for clip in timeline.find_clips():
        foreign = clip.metadata.get("fcp_xml", {})
        clip.enabled = foreign.get("enabled") != "FALSE"
        reason = (foreign.get("comments") or {}).get("mastercomment1")
        if reason:
            clip.metadata["laterna"] = {"reason": reason}
        if _is_generator(clip, "Text"):
            clip.media_reference = _title(clip.media_reference)
    timeline.metadata["laterna"] = {"rate": str(frame_rate(timeline))} | _stated_size(timeline)


def _for_edl(timeline: otio.schema.Timeline) -> otio.schema.Timeline:
    """One track at the nominal rate, where 1 frame is 1 label; clips start at their source's own labels.

    Those keep hh:mm:ss; their frames are scaled where the source's rate is another.
    """
    rate, made = frame_rate(timeline), one_track(timeline)
    nominal = Fraction(round(rate)) if has_timecode(rate) else rate
    for item in made.tracks[0]:
        if isinstance(item, otio.schema.Transition):
            item.in_offset, item.out_offset = (
                rational_time(to_seconds(time) * rate / nominal, nominal) for time in (item.in_offset, item.out_offset)
            )
            continue
        span = item.trimmed_range()
        start = to_seconds(span.start_time) * rate / nominal
        if isinstance(item, otio.schema.Clip):
            start = clock(to_seconds(span.start_time), *counting(item.media_reference, rate))
        item.source_range = time_range(start, to_seconds(span.duration) * rate / nominal, nominal)
    return made


def _non_drop_source(text: str, rate: Fraction) -> str:
    """An EDL whose sources' labels all count as non-drop-frame, and last as long as they did."""

    def counted(match: re.Match[str]) -> str:
        first, last = (Timecode.parse(match[index], rate) for index in (2, 3))
        start = Timecode(first.label, rate)
        return f"{match[1]}{start} {start + (last.frames - first.frames)}"

    return _EDL_TIMES.sub(counted, text)


def _from_edl(text: str, folder: Path, rate: Fraction | None) -> otio.schema.Timeline:
    stated = _EDL_RATE.search(text)
    rate = parse_rate(stated[1]) if stated else rate
    if rate is None:
        raise DataError("it does not state its frame rate, so give it")
    drop = any(";" in match[2] for match in _EDL_TIMES.finditer(text))
    text = _non_drop_source(_EDL_RATE.sub("", text), rate)
    timeline = otio.adapters.read_from_string(text, "cmx_3600", rate=float(rate))
    timeline.global_start_time = rational_time(0, rate)
    timeline.metadata["laterna"] = {"rate": str(rate)}
    if timeline.tracks:
        timeline.tracks[0].name = "Picture"
    for clip in timeline.find_clips():
        _relink(clip, folder, rate, drop)
    return timeline


def _relink(clip: otio.schema.Clip, folder: Path, rate: Fraction, drop: bool) -> None:
    """Give a dissolve's second clip its own file (the adapter gives it the first one's), and a file its range.

    The clip's label is read by the file's time code, to the nearest frame of the film; where the file has none, as
    frames of the film, some labels of which ``drop`` out.
    """
    reference = clip.media_reference
    for comment in clip.metadata.get("cmx_3600", {}).get("comments", []):
        if comment.startswith("TO CLIP: "):
            reference.target_url = comment.removeprefix("TO CLIP: ")
    if isinstance(reference, otio.schema.ExternalReference):
        with contextlib.suppress(DataError, MediaError):  # a timeline can be read without its media
            clip.media_reference = clip_reference(Video(resolve(reference, folder)), folder, rate)
    available, span = getattr(clip.media_reference, "available_range", None), clip.source_range
    has_own = "timecode" in clip.media_reference.metadata.get("laterna", {})
    known = counting(clip.media_reference, rate) if has_own else (rate, drop)
    label = to_seconds(span.start_time) * rate / round(rate)
    start = time_of_clock(label, *known) - (to_seconds(available.start_time) if available else 0)
    clip.source_range = source_range(clip.media_reference, round(start * rate), round(span.duration.value), rate)


def _title(text: otio.schema.GeneratorReference) -> otio.schema.GeneratorReference:
    rows = text.metadata["fcp_xml"].get("parameter", [])
    values = {row["parameterid"]: row.get("value") or "" for row in ([rows] if hasattr(rows, "items") else rows)}
    parameters = {"text": values.get("str", ""), "style": values.get("style", "")}
    return otio.schema.GeneratorReference("title", TITLE, text.available_range, parameters)


def _stated_size(timeline: otio.schema.Timeline) -> dict[str, list[int]]:
    shape: Any = timeline.metadata.get("fcp_xml", {})
    for key in ("media", "video", "format", "samplecharacteristics"):
        shape = (shape or {}).get(key) or {}
    return {"size": [int(shape["width"]), int(shape["height"])]} if {"width", "height"} <= set(shape) else {}
