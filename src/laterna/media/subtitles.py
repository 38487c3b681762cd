"""Captions that a film carries: an embedded track of text, or a file beside the film."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av

from laterna.errors import MediaError
from laterna.media.captions import Caption, Captions
from laterna.media.files import quoted
from laterna.media.video import Video, opened

_SUFFIXES = (".srt", ".vtt")
_TEXT = ("mov_text", "subrip", "srt", "webvtt", "ass", "ssa", "text")
_OVERRIDES = re.compile(r"\{[^{}]*\}")


def captions_of(video: Video) -> Captions | None:
    """A film's captions: its first embedded track of text, else ``NAME.srt`` or ``NAME.vtt`` beside it; None without.

    Raises:
        MediaError: the track, or the file beside the film, can't be read.
        DataError: the file beside the film is not in its format.
    """
    embedded = embedded_captions(video)
    if embedded is not None:
        return embedded
    beside = (video.path.with_suffix(suffix) for suffix in _SUFFIXES)
    return next((Captions.open(path) for path in beside if path.is_file()), None)


def embedded_captions(video: Video) -> Captions | None:
    """The captions of a film's first embedded track of text, in its pictures' time; None without one.

    Raises:
        MediaError: the track can't be read.
    """
    with opened(video.path) as container:
        tracks = [stream for stream in container.streams.subtitles if stream.codec_context.name in _TEXT]
        if not tracks:
            return None
        try:
            return Captions(tuple(_shown(container, tracks[0], video.start_time)))
        except av.error.FFmpegError as error:
            raise MediaError(f"{quoted(video.path)} has captions that can't be read: export them as .srt.") from error


def _shown(container: Any, track: Any, origin: Fraction) -> Iterator[Caption]:
    for packet in container.demux(track):
        if packet.pts is None or not packet.size:
            continue
        start = packet.pts * packet.time_base - origin
        end = start + (packet.duration or 0) * packet.time_base
        lines = tuple(line for part in track.decode(packet) for line in _lines(part))
        if lines and end > 0:
            yield Caption(max(Fraction(0), start), end, lines)


def _lines(part: Any) -> list[str]:
    """The lines of one caption, which FFmpeg gives as an event of ASS."""
    text = _OVERRIDES.sub("", part.dialogue.decode(errors="replace"))
    return [line.strip() for line in text.splitlines() if line.strip()]
