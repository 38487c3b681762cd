"""Writing film: one streaming encoder, and the joining of segments without encoding them again."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import av
import numpy as np

from laterna.errors import DataError
from laterna.media.files import quoted, written_whole
from laterna.media.timecode import Timecode
from laterna.media.video import opened

Codec = Literal["h264", "vp9"]

_REORDERED = {"h264": 2, "vp9": 0}  # frames by which decoding runs ahead of showing, at most


@dataclass(frozen=True, slots=True)
class Encoding:
    """How pictures are encoded. The bytes repeat for a fixed ``threads``, so it never follows the machine's cores.

    ``size`` is (width, height) in pixels, both even; ``rate`` in frames a second; ``gop`` the most frames
    between key frames; ``crf`` the constant rate factor (lower is better, 18 to 28 is usual).
    """

    size: tuple[int, int]
    rate: Fraction
    codec: Codec = "h264"
    preset: str = "veryfast"
    crf: int = 20
    gop: int = 250
    threads: int = 1

    def __post_init__(self) -> None:
        if self.size[0] % 2 or self.size[1] % 2 or min(self.size) < 2:
            raise DataError(f"A film of {self.size[0]}x{self.size[1]} can't be encoded: both sides must be even.")

    @property
    def suffix(self) -> str:
        return ".webm" if self.codec == "vp9" else ".mp4"


class VideoWriter:
    """Encodes pictures, and sound beside them, as they come; the file appears whole when the ``with`` block ends.

    H.264 and AAC in MP4, or VP9 and Opus in WebM. Pictures are BT.709, limited range.

    Args:
        path: where the film goes.
        encoding: how its pictures are encoded.
        sample_rate: of the sound, in Hz; None for a silent film. Opus takes 48000.
        channels: of the sound, 1 or 2.
        timecode: of the first picture, written as the file's source time code (MP4 only).
        reel: the reel's name, written beside it.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        encoding: Encoding,
        *,
        sample_rate: int | None = None,
        channels: int = 2,
        timecode: Timecode | None = None,
        reel: str | None = None,
    ) -> None:
        self.encoding = encoding
        self.frames_written = 0
        self._path = path
        self._sound_format = None if sample_rate is None else (sample_rate, channels)
        self._tags = {"timecode": str(timecode or ""), "reel_name": reel or ""}

    def __enter__(self) -> "VideoWriter":
        with ExitStack() as stack:
            temporary = stack.enter_context(written_whole(self._path))
            self._container = stack.enter_context(_new_container(temporary, self.encoding))
            self._stream = _add_picture_stream(self._container, self.encoding)
            for tagged in (self._stream, self._container):  # MP4 reads the time code from one, the reel from the other
                tagged.metadata.update({key: value for key, value in self._tags.items() if value})
            self._sound = (
                _Sound(self._container, self.encoding.codec, *self._sound_format) if self._sound_format else None
            )
            stack.push(self._flush)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def write(self, picture: av.VideoFrame | np.ndarray) -> None:
        """Encode the next picture: yuv420p, or an RGB array of (height, width, 3) uint8."""
        if isinstance(picture, np.ndarray):
            picture = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format="yuv420p", dst_colorspace="ITU709"
            )
        picture.pts = self.frames_written
        picture.time_base = 1 / self.encoding.rate
        picture.pict_type = av.video.frame.PictureType.NONE
        self.frames_written += 1
        self._container.mux(self._stream.encode(picture))

    def write_audio(self, block: np.ndarray) -> None:
        """Encode the next block of sound: (samples, channels) float32 in -1..1."""
        if self._sound is None:
            raise DataError("This film was opened without sound: give the writer a sample_rate.")
        self._sound.write(block)

    def _flush(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._container.mux(self._stream.encode(None))
            if self._sound is not None:
                self._sound.finish()


class _Sound:
    """The sound stream of a film: cuts blocks into the encoder's frames."""

    def __init__(self, container: Any, codec: Codec, sample_rate: int, channels: int) -> None:
        name = "libopus" if codec == "vp9" else "aac"
        self._container = container
        self._layout = "stereo" if channels == 2 else "mono"
        # At this bit rate AAC's fast coder is no further from the sound than the other one, in a third of the time.
        options = {} if codec == "vp9" else {"aac_coder": "fast"}
        self._stream = container.add_stream(name, rate=sample_rate, options=options, layout=self._layout)
        self._stream.bit_rate = 96_000 * channels
        self._rate = sample_rate
        self._resampler = av.AudioResampler(format=self._stream.format.name, layout=self._layout, rate=sample_rate)
        self._written = 0

    @property
    def seconds(self) -> Fraction:
        return Fraction(self._written, self._rate)

    def write(self, block: np.ndarray) -> None:
        samples = np.ascontiguousarray(block.T, dtype=np.float32)  # (channels, samples)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=self._layout)
        frame.sample_rate = self._rate
        frame.pts = self._written
        frame.time_base = Fraction(1, self._rate)
        self._written += samples.shape[1]
        for part in self._resampler.resample(frame):
            self._container.mux(self._stream.encode(part))

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))


def join(
    segments: Iterable[str | os.PathLike[str]],
    path: str | os.PathLike[str],
    encoding: Encoding,
    *,
    sound: Iterable[np.ndarray] | str | os.PathLike[str] | None = None,
    sample_rate: int = 48_000,
    channels: int = 2,
) -> None:
    """Join picture segments of one encoding into ``path`` without encoding their pictures again.

    ``segments``, at least one, are taken one after another: they may come as they are made. ``sound`` are blocks of
    (samples, channels) float32 that are encoded beside the pictures as they stream, or a file that
    :func:`encode_sound` made, whose packets are copied.

    Raises:
        DataError: the segments are in another codec than the film.
    """
    with written_whole(path) as temporary, _new_container(temporary, encoding) as container:
        coming = iter(segments)
        first = next(coming)
        _check_codec(first, encoding.codec)
        stream = _stream_like(container, first, "video")
        heard = _sounding(container, encoding.codec, sound, sample_rate, channels)
        frames, reached = 0, Fraction(0)
        for segment in chain([first], coming):
            frames += _append(container, stream, segment, frames, encoding)
            while reached < frames / encoding.rate:
                reached = next(heard, Fraction(frames))  # past the pictures once the sound has ended
        for _ in heard:
            pass


def encode_sound(
    blocks: Iterable[np.ndarray],
    path: str | os.PathLike[str],
    codec: Codec,
    *,
    sample_rate: int = 48_000,
    channels: int = 2,
) -> None:
    """Encode sound alone as a film has it, to .mp4 (AAC, beside H.264) or .webm (Opus, beside VP9); see :func:`join`.

    ``blocks`` are (samples, channels) float32 in -1..1.
    """
    with (
        written_whole(path) as temporary,
        _new_container(temporary, Encoding((2, 2), Fraction(25), codec)) as container,
    ):
        for _ in _encoded(_Sound(container, codec, sample_rate, channels), blocks):
            pass


def same_sound(one: str | os.PathLike[str], other: str | os.PathLike[str]) -> bool:
    """Whether two films sound the same, packet for packet, before decoding."""
    return _sound_sha256(one) == _sound_sha256(other)


def _sound_sha256(path: str | os.PathLike[str]) -> str:
    digest = hashlib.sha256()
    with opened(Path(path)) as source:
        for packet in source.demux(*source.streams.audio[:1]) if source.streams.audio else ():
            digest.update(f"{packet.size} ".encode() + bytes(packet))
    return digest.hexdigest()


def _sounding(
    container: Any,
    codec: Codec,
    sound: Iterable[np.ndarray] | str | os.PathLike[str] | None,
    sample_rate: int,
    channels: int,
) -> Iterator[Fraction]:
    """Put a sound stream beside the pictures, then write it bit by bit, giving the seconds that it has reached."""
    if sound is None:
        return iter(())
    if isinstance(sound, str | os.PathLike):
        return _copied(container, _stream_like(container, sound, "audio"), sound)
    return _encoded(_Sound(container, codec, sample_rate, channels), sound)


def _encoded(track: _Sound, blocks: Iterable[np.ndarray]) -> Iterator[Fraction]:
    for block in blocks:
        track.write(block)
        yield track.seconds
    track.finish()


def _copied(container: Any, stream: Any, path: str | os.PathLike[str]) -> Iterator[Fraction]:
    with _unprobed(path) as source:
        for packet in source.demux(source.streams.audio[0]):
            if packet.pts is not None and packet.dts is not None:  # not the demuxer's closing packet
                reached = packet.pts * packet.time_base
                packet.stream = stream
                container.mux(packet)
                yield reached


def _unprobed(path: str | os.PathLike[str]) -> Any:
    """A file opened for its packets: nothing is decoded to learn what its header says, which takes most of the time."""
    return av.open(os.fspath(path), options={"probesize": "32"})


def _stream_like(container: Any, path: str | os.PathLike[str], kind: Literal["video", "audio"]) -> Any:
    with _unprobed(path) as source:
        return container.add_stream_from_template(getattr(source.streams, kind)[0])


def _check_codec(path: str | os.PathLike[str], codec: Codec) -> None:
    with opened(Path(path)) as source:
        held = source.streams.video[0].codec_context.name if source.streams.video else "no pictures"
    if held != codec:
        raise DataError(f"{quoted(path)} holds {held}, and the film has its pictures as {codec}: convert it.")


def _append(container: Any, stream: Any, segment: str | os.PathLike[str], first_frame: int, encoding: Encoding) -> int:
    """Copy a segment's packets so that it starts at ``first_frame``; how many pictures it had."""
    with _unprobed(segment) as source:
        count = 0
        ticks = 1 / (encoding.rate * source.streams.video[0].time_base)  # in a frame
        for packet in source.demux(source.streams.video[0]):
            if packet.pts is None or packet.dts is None:  # the demuxer's closing packet
                continue
            packet.pts += round(first_frame * ticks)
            # A short segment reorders less than a long one; one delay for all keeps the decoding times rising.
            packet.dts = min(packet.pts, round((first_frame + count - _REORDERED[encoding.codec]) * ticks))
            packet.stream = stream
            container.mux(packet)
            count += 1
    return count


def draft(encoding: Encoding) -> Encoding:
    """The same at a quarter of the width and height, quickly."""
    width, height = (max(2, side // 8 * 2) for side in encoding.size)
    return replace(encoding, size=(width, height), preset="ultrafast", crf=26)


def _add_picture_stream(container: Any, encoding: Encoding) -> Any:
    if encoding.codec == "vp9":
        name, options = "libvpx-vp9", {"crf": str(encoding.crf + 12), "deadline": "realtime", "cpu-used": "6"}
    else:
        name, options = "libx264", {"crf": str(encoding.crf), "preset": encoding.preset}
        # x264's fast macroblock tree reads memory that it never set, and so gives other bytes now and then.
        options["x264-params"] = "cpu-independent=1"
    stream = container.add_stream(name, rate=encoding.rate, options=options)
    stream.width, stream.height = encoding.size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = 1 / encoding.rate
    context.gop_size = encoding.gop
    context.thread_count = encoding.threads
    if encoding.codec == "vp9":
        context.bit_rate = 0
    context.color_primaries = context.color_trc = context.colorspace = 1  # BT.709
    context.color_range = 1  # limited
    return stream


def _new_container(path: Path, encoding: Encoding) -> Any:
    options = {"fflags": "+bitexact"}
    if encoding.codec == "h264":
        # A time base of whole frames keeps every time stamp exact.
        options |= {"movflags": "+faststart+use_metadata_tags", "video_track_timescale": str(_timescale(encoding.rate))}
    return av.open(str(path), "w", format=encoding.suffix[1:], options=options)


def _timescale(rate: Fraction) -> int:
    return rate.numerator * max(1, 10_000 // rate.numerator)
