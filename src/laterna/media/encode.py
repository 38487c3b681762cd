"""Writing film: one streaming encoder, and the joining of segments without encoding them again."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import av
import numpy as np

from laterna.errors import DataError
from laterna.media.files import written_whole

Codec = Literal["h264", "vp9"]


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
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        encoding: Encoding,
        *,
        sample_rate: int | None = None,
        channels: int = 2,
    ) -> None:
        self.encoding = encoding
        self.frames_written = 0
        self._whole = written_whole(path)
        self._sample_rate = sample_rate
        self._channels = channels

    def __enter__(self) -> "VideoWriter":
        self._temporary = self._whole.__enter__()
        self._container = av.open(
            str(self._temporary), "w", format=self.encoding.suffix[1:], options=_container_options(self.encoding)
        )
        self._stream = _add_picture_stream(self._container, self.encoding)
        self._sound = (
            None
            if self._sample_rate is None
            else _Sound(self._container, self.encoding, self._sample_rate, self._channels)
        )
        return self

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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._container.mux(self._stream.encode(None))
                if self._sound is not None:
                    self._sound.finish()
            self._container.close()
        except BaseException as late:
            self._whole.__exit__(type(late), late, late.__traceback__)
            raise
        self._whole.__exit__(kind, error, trace)


class _Sound:
    """The sound stream of a film: cuts blocks into the encoder's frames."""

    def __init__(self, container: Any, encoding: Encoding, sample_rate: int, channels: int) -> None:
        name = "libopus" if encoding.codec == "vp9" else "aac"
        self._container = container
        self._layout = "stereo" if channels == 2 else "mono"
        self._stream = container.add_stream(name, rate=sample_rate, layout=self._layout)
        self._stream.bit_rate = 96_000 * channels
        self._rate = sample_rate
        self._resampler = av.AudioResampler(format=self._stream.format.name, layout=self._layout, rate=sample_rate)
        self._written = 0

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
    segments: Sequence[str | os.PathLike[str]],
    path: str | os.PathLike[str],
    encoding: Encoding,
    *,
    sound: Iterable[np.ndarray] | None = None,
    sample_rate: int = 48_000,
    channels: int = 2,
) -> None:
    """Join picture segments of one encoding into ``path`` without encoding their pictures again.

    ``sound`` are blocks of (samples, channels) float32 that are encoded beside the pictures as they stream.
    """
    with written_whole(path) as temporary:
        container = av.open(str(temporary), "w", format=encoding.suffix[1:], options=_container_options(encoding))
        with container:
            stream: Any = None
            track = None
            blocks = iter(sound) if sound is not None else None
            heard = Fraction(0)
            first_frame = 0
            for segment in segments:
                with av.open(os.fspath(segment)) as source:
                    taken = source.streams.video[0]
                    if stream is None:
                        stream = container.add_stream_from_template(taken)
                        track = _Sound(container, encoding, sample_rate, channels) if blocks is not None else None
                    count = 0
                    for packet in source.demux(taken):
                        if packet.dts is None:
                            continue
                        count += 1
                        packet.stream = stream
                        _shift(packet, first_frame / encoding.rate)
                        container.mux(packet)
                    first_frame += count
                while blocks is not None and track is not None and heard < first_frame / encoding.rate:
                    block = next(blocks, None)
                    if block is None:
                        blocks = None
                        break
                    track.write(block)
                    heard += Fraction(len(block), sample_rate)
            if track is not None:
                for block in blocks or ():
                    track.write(block)
                track.finish()


def draft(encoding: Encoding) -> Encoding:
    """The same at a quarter of the width and height, quickly."""
    width, height = (max(2, side // 8 * 2) for side in encoding.size)
    return replace(encoding, size=(width, height), preset="ultrafast", crf=26)


def _add_picture_stream(container: Any, encoding: Encoding) -> Any:
    if encoding.codec == "vp9":
        name, options = "libvpx-vp9", {"crf": str(encoding.crf + 12), "deadline": "realtime", "cpu-used": "6"}
    else:
        name, options = "libx264", {"crf": str(encoding.crf), "preset": encoding.preset}
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


def _container_options(encoding: Encoding) -> dict[str, str]:
    options = {"fflags": "+bitexact"}
    if encoding.codec == "h264":
        # A time base of whole frames keeps every time stamp exact.
        options |= {"movflags": "+faststart", "video_track_timescale": str(_timescale(encoding.rate))}
    return options


def _timescale(rate: Fraction) -> int:
    return rate.numerator * max(1, 10_000 // rate.numerator)


def _shift(packet: Any, seconds: Fraction) -> None:
    ticks = round(seconds / packet.time_base)
    packet.pts += ticks
    packet.dts += ticks
