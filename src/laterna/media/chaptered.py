"""Long sound with chapter marks, as players of audiobooks take it: M4B (AAC in MP4) and MP3 (ID3v2 CHAP frames)."""

import io
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np

from laterna.errors import DataError, MediaError
from laterna.media.files import quoted, written_whole
from laterna.media.video import opened

_MILLISECOND = Fraction(1, 1000)
_LONGEST_TITLE = 255  # bytes, in MP4's list of chapters


@dataclass(frozen=True, slots=True)
class Mark:
    """A chapter from ``start`` to ``end`` seconds; files keep them to the millisecond."""

    title: str
    start: Fraction
    end: Fraction


@dataclass(frozen=True, slots=True)
class _Format:
    """How a suffix is written: libav's names of container and codec, bits a second, what they are told besides."""

    container: str
    codec: str
    bit_rate: int
    options: Mapping[str, str]  # of the container
    codec_options: Mapping[str, str]
    tags: Mapping[str, str]


_FORMATS = {
    ".m4b": _Format(
        "mp4",
        "aac",
        64_000,
        {"movflags": "+faststart", "brand": "M4B "},
        {"aac_coder": "fast"},
        {"media_type": "2"},  # an audiobook, to Apple's players
    ),
    ".m4a": _Format("mp4", "aac", 64_000, {"movflags": "+faststart", "brand": "M4A "}, {"aac_coder": "fast"}, {}),
    ".mp3": _Format("mp3", "libmp3lame", 96_000, {"id3v2_version": "3"}, {}, {}),
}
_RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)  # Hz that both codecs take
SUFFIXES = (".m4b", ".mp3")  # of audiobooks


class ChapteredWriter:
    """Encodes mono sound as it comes; the file appears whole when the ``with`` block ends.

    An M4B takes 64 kb/s of AAC, an MP3 96 kb/s. Memory is flat, but for MP4's table of packets: 12 MB an hour.

    Args:
        path: a ``.m4b``, ``.m4a`` or ``.mp3`` file.
        marks: the chapters, which have to be known beforehand: an MP3 begins with them.
        tags: by libav's names: title, artist, album, genre, comment, language...
        cover: a JPEG or PNG file's bytes.
        sample_rate: in Hz; one that the codecs lack is coded at the next that they have.

    Raises:
        DataError: the suffix names neither format.
        MediaError: the cover is no picture.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        marks: Sequence[Mark],
        *,
        tags: Mapping[str, str],
        cover: bytes | None = None,
        sample_rate: int = 44_100,
    ) -> None:
        self._path = Path(path)
        if self._path.suffix.lower() not in _FORMATS:
            raise DataError(f"{quoted(path)} names no format that takes chapters: use .m4b or .mp3.")
        self._format = _FORMATS[self._path.suffix.lower()]
        self._marks, self._tags, self._cover = marks, tags, cover
        self._rate = sample_rate
        self._coded_rate = next((rate for rate in _RATES if rate >= sample_rate), _RATES[-1])
        self._written = 0

    def __enter__(self) -> "ChapteredWriter":
        with ExitStack() as stack:
            temporary = stack.enter_context(written_whole(self._path))
            options = {"fflags": "+bitexact", **self._format.options}
            self._container: Any = stack.enter_context(
                av.open(str(temporary), "w", format=self._format.container, options=options)
            )
            tags = {key: _printable(value) for key, value in self._tags.items() if value}
            self._container.metadata.update(tags | dict(self._format.tags))
            self._container.set_chapters([_entry(index, mark) for index, mark in enumerate(self._marks, 1)])
            self._add_sound()
            if self._cover is not None:
                self._add_cover(self._cover)
            stack.push(self._flush)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def write(self, block: np.ndarray) -> None:
        """Encode the next block: (samples,) float32 in -1..1."""
        if not len(block):
            return
        samples = np.ascontiguousarray(block, np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = self._rate, Fraction(1, self._rate), self._written
        self._written += samples.shape[1]
        for part in self._resampler.resample(frame):
            self._container.mux(self._stream.encode(part))

    def _add_sound(self) -> None:
        self._stream = self._container.add_stream(
            self._format.codec, rate=self._coded_rate, options=dict(self._format.codec_options), layout="mono"
        )
        self._stream.bit_rate = self._format.bit_rate
        self._resampler = av.AudioResampler(format=self._stream.format.name, layout="mono", rate=self._coded_rate)

    def _add_cover(self, cover: bytes) -> None:
        """The picture as the one packet of a stream of its own, as MP4 and ID3 have it."""
        try:
            source: Any
            with av.open(io.BytesIO(cover)) as source:
                packet = next(packet for packet in source.demux(video=0) if packet.size)
                stream = self._container.add_stream_from_template(source.streams.video[0])
                stream.disposition = av.stream.Disposition.attached_pic
                self._container.start_encoding()
                packet.stream, packet.pts, packet.dts = stream, 0, 0
                self._container.mux(packet)
        except (av.error.FFmpegError, StopIteration, ValueError) as error:
            raise MediaError(f"The cover of {quoted(self._path)} is no JPEG or PNG: give another.") from error

    def _flush(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._container.mux(self._stream.encode(None))


def read_marks(path: str | os.PathLike[str]) -> list[Mark]:
    """The chapters that a file of sound or film states."""
    with opened(Path(path)) as container:
        return [
            Mark(
                entry["metadata"].get("title", ""),
                entry["start"] * entry["time_base"],
                entry["end"] * entry["time_base"],
            )
            for entry in container.chapters()
        ]


def _entry(index: int, mark: Mark) -> Any:
    title = _printable(mark.title).encode()[:_LONGEST_TITLE].decode(errors="ignore")
    start, end = (round(time / _MILLISECOND) for time in (mark.start, mark.end))
    return {"id": index, "start": start, "end": end, "time_base": _MILLISECOND, "metadata": {"title": title}}


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
