"""Video files, decoded lazily in frames that carry exact times.

Source policy, one place for all of Laterna:

- time 0 is a file's first picture; frames keep the decoder's rational time stamps, at any, even variable, rate;
- pictures are shown upright and with square pixels, as the rotation and sample aspect tags say;
- of an interlaced picture one field is shown;
- the black columns beside the 704 of a standard-definition picture are cut off where the first picture has them;
- colour is converted by its tags; untagged SD is BT.601 and untagged HD (720 lines or more) BT.709, limited range;
- wide gamuts (BT.2020, P3) are brought to BT.709, and HDR (PQ and HLG) is rolled off to it.
"""

import contextlib
import itertools
import os
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from laterna.errors import DataError, MediaError
from laterna.media.conform import WHOLE, Conformer, Fit, is_full_range, is_hdr, matrix, wide_gamut
from laterna.media.files import quoted, regular_file
from laterna.media.timecode import Timecode, snap_rate

_LARGEST_SIDE = 16384
_SEARCH_LEADS = (0, 1, 5, 20)  # seconds before what is searched, tried in turn; then the file's beginning
_LONGEST_GAP = 60  # seconds; more between two pictures means broken time stamps
_REC601_RASTERS = ((720, 480), (720, 486), (720, 576))
_BLANKING = 8  # columns on either side of a Rec. 601 raster's 704 active ones


class Frame:
    """One decoded picture. ``time`` is in seconds since the file's first picture."""

    __slots__ = ("_convert", "picture", "time")

    def __init__(self, picture: av.VideoFrame, time: Fraction, convert: Conformer) -> None:
        self.picture = picture
        self.time = time
        self._convert = convert

    @property
    def bit_depth(self) -> int:
        """Bits of one sample: 8, 10 or 12."""
        return self.picture.format.components[0].bits

    @property
    def planes(self) -> list[np.ndarray]:
        """Views of the coded planes, as coded: (rows, columns), uint8 or uint16 little-endian."""
        return [_plane(self.picture, index) for index in range(len(self.picture.planes))]

    def luma(self, step: int = 1) -> np.ndarray:
        """Brightness as coded (unrotated), every ``step``-th sample of every ``step``-th row, uint8.

        Shape (ceil(rows / step), ceil(columns / step)); about as fast as decoding alone when ``step`` > 1.
        """
        name = self.picture.format.name
        if not name.startswith(("yuv", "gray", "nv")):
            return _plane(self.picture.reformat(format="gray"), 0)[::step, ::step]
        samples = _plane(self.picture, 0)[::step, ::step]
        return samples if samples.dtype == np.uint8 else (samples >> (self.bit_depth - 8)).astype(np.uint8)

    def chroma(self, step: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """The two colour-difference planes (Cb, Cr) as coded and thinned like :meth:`luma`, uint8; 128 is grey."""
        name = self.picture.format.name
        if name.startswith("gray"):
            grey = np.full_like(self.luma(2 * step), 128)
            return grey, grey
        planar = name.startswith("yuv") and len(self.picture.planes) >= 3
        picture = self.picture if planar else self.picture.reformat(format="yuv420p")
        blue, red = (_plane(picture, index)[::step, ::step] for index in (1, 2))
        if blue.dtype == np.uint8:
            return blue, red
        shift = self.bit_depth - 8
        return (blue >> shift).astype(np.uint8), (red >> shift).astype(np.uint8)

    def rgb(self, size: tuple[int, int] | None = None) -> np.ndarray:
        """Upright, square-pixel, BT.709 colour: (height, width, 3) uint8, at ``size`` (width, height) if given."""
        return self._convert(self.picture, size, "rgb24", "stretch").to_ndarray()

    def conformed(self, size: tuple[int, int], fit: Fit = "crop", zoom: Fraction = WHOLE) -> av.VideoFrame:
        """The picture as yuv420p in BT.709 limited range, upright, at ``size`` (width, height; both even).

        ``fit`` says what to do when the shapes differ: crop the longer side, pad with black, or stretch. Of the picture
        its middle is shown, ``zoom`` times enlarged, 1 or more.
        """
        return self._convert(self.picture, size, "yuv420p", fit, zoom)


class Video:
    """A film file: probed when opened, decoded only as frames are asked for.

    Attributes:
        width, height: as shown: upright, with square pixels, without blanking.
        blanking: black columns on the left and the right that are no part of the picture.
        frame_rate: nominal, frames per second. A variable-rate file has its average here.
        duration: seconds of picture.
        rotation: degrees, counter-clockwise, that the tags ask a player to turn the coded picture.
        matrix, wide_gamut: of its colours, as FFmpeg names them; the gamut is None where it is BT.709's or smaller.
        full_range: its samples use all of 0..255 (of 8 bits), not 16..235.
        hdr: the transfer is PQ or HLG; ``transfer`` is its number in ITU-T H.273.
        timecode, reel: the source's own, or None.
        has_audio: whether a sound stream lies beside the picture.

    Raises:
        MediaError: the file can't be opened, has no picture, or declares an impossible size.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = regular_file(path)
        with opened(self.path) as container:
            stream = _picture_stream(container, self.path)
            first = _first_picture(container, stream, self.path)
            self._start = _stamp(first, stream)
            self.time_base = Fraction(stream.time_base)
            self.coded_size = (first.width, first.height)
            self.blanking = _blanking(first)
            self.rotation = round(first.rotation) % 360
            self.sample_aspect = Fraction(stream.sample_aspect_ratio or 1)
            self.pixel_format = first.format.name
            self.bit_depth = first.format.components[0].bits
            self.transfer = int(first.color_trc)
            self.hdr = is_hdr(first)
            self.matrix, self.wide_gamut = matrix(first), wide_gamut(first)
            self.full_range = is_full_range(first)
            self.frame_rate = snap_rate(stream.average_rate or stream.guessed_rate or Fraction(25))
            self.has_audio = bool(container.streams.audio)
            self.duration = _duration(container, stream, self._start, self.frame_rate)
            self.timecode, self.reel = _source_timecode(container, self.frame_rate)
        self.width, self.height = self._shown_size()

    def __repr__(self) -> str:
        return f"Video({str(self.path)!r}, {self.width}x{self.height}, {float(self.frame_rate):.3f} fps)"

    @property
    def start_time(self) -> Fraction:
        """Where time 0, the first picture, lies on the file's own clock, in seconds."""
        return self._start * self.time_base

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) as shown."""
        return self.width, self.height

    @cached_property
    def frame_count(self) -> int:
        """Pictures in the file, counted in its packets without decoding."""
        with opened(self.path) as container:
            stream = _picture_stream(container, self.path)
            return sum(1 for packet in container.demux(stream) if packet.size)

    def frames(self, start: Fraction | int = 0, end: Fraction | None = None, *, threads: int = 0) -> Iterator[Frame]:
        """Decode the frames whose time is in [``start``, ``end``), exactly, wherever the key frames are.

        ``threads`` are the decoder's, 0 for as many as it likes. A frame may be kept; it owns its memory.

        Raises:
            MediaError: the data are broken or cut short, or the time stamps run backwards or jump.
        """
        start = Fraction(start)
        with opened(self.path) as container:
            stream = _picture_stream(container, self.path)
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = threads
            convert = Conformer(self)
            last: Fraction | None = None
            for time, picture in self._pictures(container, stream, start):
                self._check_stamp(time, last)
                last = time
                if end is not None and time >= end:
                    return
                if time >= start:
                    yield Frame(picture, time, convert)
            self._check_end(last, end)

    def _pictures(self, container: Any, stream: Any, start: Fraction) -> Iterator[tuple[Fraction, av.VideoFrame]]:
        """Pictures with their times from the one on screen at ``start`` on, or from an earlier one.

        A file without an index, such as an MPEG transport stream, may lead a search past what is searched. A program
        stream, which stamps only some pictures, is read from its beginning: after a search it stamps others.
        """
        searched = start > 0 and container.format.name != "mpeg"
        for lead in _SEARCH_LEADS if searched else ():
            if lead >= start:
                break
            container.seek(self._start + int((start - lead) / self.time_base), stream=stream, backward=True)
            pictures = self._timed(container, stream)
            with contextlib.suppress(MediaError):  # in the midst of a group of pictures, data may not be decodable
                first = next(pictures, None)
                if first is not None and first[0] <= start:
                    return itertools.chain([first], pictures)
        if searched:
            container.seek(min(0, self._start), stream=stream)
        return self._timed(container, stream)

    def _timed(self, container: Any, stream: Any) -> Iterator[tuple[Fraction, av.VideoFrame]]:
        for picture in _decoded(container, stream, self.path):
            yield (_stamp(picture, stream) - self._start) * self.time_base, picture

    def frame_at(self, time: Fraction | int) -> Frame:
        """The frame that is on screen at ``time`` seconds.

        Raises:
            DataError: ``time`` is outside the file.
        """
        time = Fraction(time)
        if not 0 <= time < self.duration + 1 / self.frame_rate:
            raise DataError(
                f"{quoted(self.path)} lasts {float(self.duration):.2f} s: there is no frame at {float(time):.2f} s."
            )
        shown: Frame | None = None
        for frame in self.frames(max(Fraction(0), time - 2 / self.frame_rate), threads=1):
            if frame.time > time and shown is not None:
                break
            shown = frame
            if frame.time >= time:
                break
        if shown is not None and shown.time <= time:
            return shown
        for frame in self.frames(0, time + self.time_base, threads=1):  # a long-held frame of a variable-rate file
            shown = frame
        if shown is None:
            raise MediaError(f"{quoted(self.path)} has no picture at {float(time):.2f} s: convert it anew.")
        return shown

    def thumbnail(self, time: Fraction | int, width: int = 320) -> Image.Image:
        """The picture at ``time`` seconds, ``width`` pixels wide, its shape kept."""
        height = max(1, round(width * self.height / self.width))
        return Image.fromarray(self.frame_at(time).rgb((width, height)))

    def conformed(
        self,
        start: Fraction,
        count: int,
        rate: Fraction,
        size: tuple[int, int],
        fit: Fit = "crop",
        *,
        zoom: Fraction = WHOLE,
        threads: int = 0,
    ) -> Iterator[av.VideoFrame]:
        """Exactly ``count`` yuv420p pictures at a constant ``rate`` from ``start``: each the one on screen then.

        Frames are repeated or left out where the rates differ, and the last is held if the file ends sooner.
        See :meth:`Frame.conformed` for ``size``, ``fit`` and ``zoom``. The pictures' time stamps are not set.
        """
        lead = 1 / self.frame_rate
        source = self.frames(max(Fraction(0), start - lead), start + count / rate + lead, threads=threads)
        with contextlib.closing(source) as frames:  # type: ignore[type-var]
            coming = next(frames, None)
            late = coming is not None and coming.time > start  # a variable-rate file holds an earlier frame
            shown = self.frame_at(start) if late else None
            picture = None
            tolerance = min(lead / 4, self.time_base)  # a time base of 1/1000 rounds a frame's time up or down
            for index in range(count):
                now = start + index / rate + tolerance
                while coming is not None and (coming.time <= now or shown is None):
                    shown, picture, coming = coming, None, next(frames, None)
                if shown is None:
                    raise MediaError(f"{quoted(self.path)} has no picture at {float(start):.2f} s: cut from elsewhere.")
                if picture is None:
                    picture = shown.conformed(size, fit, zoom)
                yield picture

    def _shown_size(self) -> tuple[int, int]:
        width, height = self.coded_size
        width = max(1, round((width - 2 * self.blanking) * self.sample_aspect))
        return (height, width) if self.rotation in (90, 270) else (width, height)

    def _check_stamp(self, time: Fraction, last: Fraction | None) -> None:
        if last is None:
            return
        if time <= last:
            raise MediaError(
                f"{quoted(self.path)} has time stamps that run backwards at {float(last):.2f} s: convert it anew."
            )
        if time - last > _LONGEST_GAP:
            raise MediaError(
                f"{quoted(self.path)} has time stamps that jump from {float(last):.2f} s to {float(time):.2f} s:"
                " convert it anew."
            )

    def _check_end(self, last: Fraction | None, end: Fraction | None) -> None:
        reached = Fraction(0) if last is None else last + 1 / self.frame_rate
        due = self.duration if end is None else min(end, self.duration)
        if due - reached > max(Fraction(1), self.duration / 20):
            raise MediaError(
                f"{quoted(self.path)} breaks off at {float(reached):.2f} s of {float(self.duration):.2f} s:"
                " copy it again from its source."
            )


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a media file for reading from the local disk alone; a broken one raises a MediaError that names it."""
    try:
        container = av.open(f"file:{path}", options={"protocol_whitelist": "file"}, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise MediaError(
            f"{quoted(path)} is not a film or sound file, or is broken: copy it again from its source."
        ) from error
    with container:
        yield container


def _picture_stream(container: Any, path: Path) -> Any:
    streams = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
    if not streams:
        raise MediaError(f"{quoted(path)} has no picture: name a film file, or use it as music.")
    if streams[0].codec_context is None:
        raise MediaError(f"{quoted(path)} is in a format that can't be decoded: convert it to H.264.")
    width, height = streams[0].codec_context.width, streams[0].codec_context.height
    if max(width, height) > _LARGEST_SIDE:
        raise MediaError(
            f"{quoted(path)} declares {width}x{height} pixels, more than {_LARGEST_SIDE} a side: it is broken."
        )
    return streams[0]


def _first_picture(container: Any, stream: Any, path: Path) -> av.VideoFrame:
    for picture in _decoded(container, stream, path):
        return picture
    raise MediaError(f"{quoted(path)} has no picture that can be decoded: copy it again from its source.")


def _decoded(container: Any, stream: Any, path: Path) -> Iterator[av.VideoFrame]:
    try:
        yield from container.decode(stream)
    except (av.error.FFmpegError, ValueError) as error:
        raise MediaError(f"{quoted(path)} has broken pictures: copy it again from its source.") from error


def _stamp(picture: av.VideoFrame, stream: Any) -> int:
    stamp = picture.pts if picture.pts is not None else picture.dts
    if stamp is None:
        raise MediaError(f"{quoted(stream.container.name)} has pictures without time stamps: convert it anew.")
    return int(stamp)


def tagged_end(stream: Any) -> Fraction | None:
    """Where a stream ends on its file's clock, as Matroska's tag says, in seconds; None without a readable tag."""
    tag = stream.metadata.get("DURATION") or stream.metadata.get("DURATION-eng") or ""
    match = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", tag, re.ASCII)
    if match is None:
        return None
    return int(match[1]) * 3600 + int(match[2]) * 60 + Fraction(match[3]).limit_denominator(1_000_000)


def _duration(container: Any, stream: Any, start: int, rate: Fraction) -> Fraction:
    if stream.duration:
        return Fraction(stream.duration * stream.time_base)
    ends = tagged_end(stream)
    if ends is not None:
        return max(ends - start * Fraction(stream.time_base), 1 / rate)
    if container.duration:
        return Fraction(container.duration, av.time_base)
    return 1 / rate


def _blanking(first: av.VideoFrame) -> int:
    if (first.width, first.height) not in _REC601_RASTERS or not first.format.name.startswith("yuv"):
        return 0
    luma = _plane(first, 0) >> (first.format.components[0].bits - 8)
    sides = luma, luma[:, ::-1]
    cut = all(side[:, :_BLANKING].max() <= 20 and np.median(side[:, _BLANKING + 2]) >= 40 for side in sides)
    return _BLANKING if cut else 0


def _source_timecode(container: Any, rate: Fraction) -> tuple[Timecode | None, str | None]:
    tags: dict[str, str] = {}
    for metadata in (container.metadata, *(s.metadata for s in container.streams)):
        tags = {key.lower(): value for key, value in metadata.items()} | tags
    timecode = None
    if "timecode" in tags:
        with contextlib.suppress(DataError):  # a garbled tag is no reason to refuse the picture
            timecode = Timecode.parse(tags["timecode"], rate)
    return timecode, tags.get("reel_name") or tags.get("reel")


def _plane(picture: av.VideoFrame, index: int) -> np.ndarray:
    plane = picture.planes[index]
    deep = picture.format.components[0].bits > 8
    samples: np.ndarray = np.frombuffer(memoryview(plane), np.uint16 if deep else np.uint8)
    rows = samples.reshape(plane.height, -1)
    return rows[:, : plane.width]
