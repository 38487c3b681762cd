"""Sound files, and the sound of films, read in blocks and written whole.

Source policy, one place for all of Laterna:

- time 0 of a film's sound is the film's first picture, that of a sound file its first sample;
- samples lie where the decoder's time stamps put them: silence fills gaps, and the time before a late start;
- surround sound is mixed down by ITU-R BS.775-4; an undecided mono is the middle of left and right.
"""

import contextlib
import math
import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain, repeat
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
import soundfile
import soxr

from laterna.errors import DataError, MediaError
from laterna.media.files import quoted, regular_file, written_whole
from laterna.media.video import Video, opened, tagged_end

_BLOCK = 65_536  # samples; libsndfile crashes on long Ogg writes in one call
_WARM_UP = Fraction(1, 2)  # seconds that decoders and the resampler need before their output is true
_TOLERANCE = Fraction(1, 100)  # seconds that a time stamp may be off its sample count before it means a gap
_LONGEST_GAP = 60  # seconds; more between two frames means broken time stamps
_LATEST_START = 3600  # seconds between the first picture and the first sound

_UNKNOWN_RIFF = 0x7FFF_F000  # bytes; who writes a WAV into a pipe states a size beyond this

_SUBTYPES = {".wav": ("WAV", "PCM_24"), ".flac": ("FLAC", "PCM_24"), ".ogg": ("OGG", "VORBIS")}

_HALF_POWER = math.sqrt(0.5)
_DOWNMIX = {  # channel: gains to left and right
    "FL": (1.0, 0.0),
    "FR": (0.0, 1.0),
    "FC": (_HALF_POWER, _HALF_POWER),
    "LFE": (0.0, 0.0),
    "BL": (_HALF_POWER, 0.0),
    "BR": (0.0, _HALF_POWER),
    "SL": (_HALF_POWER, 0.0),
    "SR": (0.0, _HALF_POWER),
    "BC": (0.5, 0.5),
}


class Audio:
    """A sound file, or a film's sound: probed when opened, decoded only as blocks are asked for.

    Attributes:
        sample_rate: in Hz.
        channels: how many the file has.
        duration: seconds from time 0 to the end of the sound, as the file states it.

    Raises:
        MediaError: the file can't be opened, has no sound, or its sound can't be decoded.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = regular_file(path)
        _check_riff(self.path)
        with opened(self.path) as container:
            stream = _sound_stream(container, self.path)
            heads = _heads(container, stream, self.path)
            self.sample_rate: int = heads[0].sample_rate
            self.channels: int = heads[0].layout.nb_channels
            self._mixes = [channel.name for channel in heads[0].layout.channels]
            self._time_base = Fraction(stream.time_base)
            self._frame_grid = heads[0].samples, heads[-1].samples
            start = (heads[0].pts or 0) * self._time_base
            self._origin = Video(self.path).start_time if _is_film(container) else start
            self._stated_end = _stated_end(stream)
            end = self._stated_end or _container_end(container)
        self._clock = self._integer_clock()
        self._late = start - self._origin
        if abs(self._late) > _LATEST_START:
            raise MediaError(
                f"{quoted(self.path)} starts its sound {float(self._late):.0f} s from its picture: convert it anew."
            )
        self.duration: Fraction = self._counted() if end is None else max(Fraction(0), end - self._origin)

    def __repr__(self) -> str:
        return f"Audio({str(self.path)!r}, {self.sample_rate} Hz, {self.channels} channels)"

    def blocks(
        self,
        start: Fraction | int = 0,
        end: Fraction | int | None = None,
        *,
        sample_rate: int | None = None,
        channels: int | None = None,
        size: int = _BLOCK,
    ) -> Iterator[np.ndarray]:
        """Decode the sound between two times in seconds, exactly, wherever the file's packets lie.

        Gives blocks of (``size``, channels) float32, the last one shorter. With an ``end`` they hold
        round((end - start) * rate) samples, silent where the file has none; without one they last until the sound
        ends. Samples lie in -1..1, but a downmix of surround sound may go beyond.

        Args:
            start: first second, from time 0.
            end: last second (exclusive), None for the sound's own end.
            sample_rate: to resample to, in Hz; None for the file's own.
            channels: 1 or 2 to mix to, None for the file's own.
            size: samples in a block.

        Raises:
            DataError: the times run backwards, or the rate or the channels make no sense.
            MediaError: while reading, when the data are broken or cut short.
        """
        if start < 0 or (end is not None and end < start):
            raise DataError(f"There is no sound from {start} to {end} s in {quoted(self.path)}: name later times.")
        if channels not in (None, 1, 2, self.channels):
            raise DataError(f"{quoted(self.path)} can't be mixed to {channels} channels: ask for 1 or 2.")
        rate = sample_rate or self.sample_rate
        if rate < 1 or size < 1:
            raise DataError(f"{quoted(self.path)} can't be read at {rate} Hz in blocks of {size}: ask for more.")
        sound = self._at_rate(round(start * rate), rate, channels or self.channels)
        count = None if end is None else round((end - start) * rate)
        return _regrouped(sound, size, channels or self.channels, count)

    def _at_rate(self, first: int, rate: int, channels: int) -> Iterator[np.ndarray]:
        """The sound from sample ``first`` at ``rate``, to its end."""
        if rate == self.sample_rate:
            return self._mixed(first, channels)
        # A start that is a whole sample at both rates keeps the phase of the resampled sound, wherever it is cut.
        common = math.gcd(self.sample_rate, rate)
        step, step_out = self.sample_rate // common, rate // common
        steps = max(0, first // step_out - math.ceil(_WARM_UP * common))
        sound = _resampled(self._mixed(steps * step, channels), self.sample_rate, rate, channels)
        return _skipped(sound, first - steps * step_out)

    def _mixed(self, first: int, channels: int) -> Iterator[np.ndarray]:
        sound = self._sound(first)
        if channels == self.channels:
            return sound
        gains = _gains(self._mixes, channels)
        return (samples @ gains for samples in sound)

    def _sound(self, first: int) -> Iterator[np.ndarray]:
        """(samples, channels) from sample ``first`` at the file's rate, without a gap, to the end of the sound."""
        reached = first
        for position, samples in self._placed(first):
            yield from _silence(position - reached, self.channels)
            fresh = samples[max(0, reached - position) :]
            if len(fresh):
                yield fresh
            reached = max(reached, position + len(samples))

    def _placed(self, first: int, *, seek: bool = True) -> Iterator[tuple[int, np.ndarray]]:
        """Decoded samples, each with the position of its first one, from one at or before ``first``."""
        target = Fraction(first, self.sample_rate) - _WARM_UP
        seek = seek and target > max(Fraction(0), self._late)
        with opened(self.path) as container:
            stream = _sound_stream(container, self.path)
            if seek:
                with contextlib.suppress(av.error.FFmpegError):  # no index: it is read from where it stands
                    container.seek(int((target + self._origin) / self._time_base), stream=stream, backward=True)
            due: int | None = None
            for frame, is_last in _marked_last(_decoded(container, stream, self.path)):
                position = self._position(frame, due, seek)
                if seek and due is None and position > first:  # the index led past it
                    break
                due = position + frame.samples
                yield position, self._samples(frame)[: self._padded(position, is_last)]
            else:
                if due is not None or not seek:
                    self._check_end(due or 0)
                    return
        yield from self._placed(first, seek=False)

    def _position(self, frame: av.AudioFrame, due: int | None, sought: bool) -> int:
        """Where a frame's first sample lies; ``due`` is where the last frame ended."""
        if frame.pts is None:
            return due or 0
        if due is not None:
            step, origin, unit, tolerance = self._clock
            if abs(frame.pts * step - origin - due * unit) <= tolerance:
                return due
        stated = (frame.pts * self._time_base - self._origin) * self.sample_rate
        if due is None:
            return self._snapped(stated, frame.samples) if sought else round(stated)
        gap = abs(stated - due) / self.sample_rate
        if gap > _LONGEST_GAP:
            raise MediaError(
                f"{quoted(self.path)} has sound whose time stamps jump by {float(gap):.0f} s: convert it anew."
            )
        return round(stated)

    def _integer_clock(self) -> tuple[int, int, int, int]:
        """A tick of a time stamp, time 0, a sample and the tolerance, in a unit that makes all of them integers.

        Fractions would take longer than the decoding: a minute of AAC has 3,000 frames.
        """
        tick, origin = self._time_base * self.sample_rate, self._origin * self.sample_rate
        unit = math.lcm(tick.denominator, origin.denominator)
        tolerance = max(_TOLERANCE, self._time_base) * self.sample_rate * unit
        return int(tick * unit), int(origin * unit), unit, int(tolerance)

    def _snapped(self, stated: Fraction, samples: int) -> int:
        """Matroska rounds time stamps to a millisecond: the frames' equal lengths tell the sample.

        Their ends are compared, since a decoder may shorten its first frame.
        """
        tick = self._time_base * self.sample_rate
        if tick <= 1:
            return round(stated)
        first, size = self._frame_grid
        base = round(self._late * self.sample_rate) + first - samples
        nearest = base + round((stated - base) / size) * size
        return nearest if abs(nearest - stated) <= tick else round(stated)

    def _samples(self, frame: av.AudioFrame) -> np.ndarray:
        if (frame.sample_rate, frame.layout.nb_channels) != (self.sample_rate, self.channels):
            raise MediaError(f"{quoted(self.path)} changes its sound's format on the way: convert it anew.")
        return _as_float(frame)

    def _padded(self, position: int, is_last: bool) -> int | None:
        """How many samples of a frame are sound: an encoder fills up its last frame."""
        if not is_last or self._stated_end is None:
            return None
        left = round((self._stated_end - self._origin) * self.sample_rate) - position
        return left if left > 0 else None

    def _check_end(self, reached: int) -> None:
        if self._stated_end is None:
            return
        due = self._stated_end - self._origin
        seconds = Fraction(reached, self.sample_rate)
        if due - seconds > max(Fraction(1), due / 20):
            raise MediaError(
                f"{quoted(self.path)} breaks off at {float(seconds):.2f} s of {float(due):.2f} s of sound:"
                " copy it again from its source."
            )

    def _counted(self) -> Fraction:
        return Fraction(sum(len(samples) for samples in self._sound(0)), self.sample_rate)


class AudioWriter:
    """Writes sound as it comes; the file appears whole when the ``with`` block ends.

    The suffix names the format: ``.wav`` and ``.flac`` (24-bit PCM), ``.ogg`` (Vorbis). The same samples give the
    same bytes. Samples beyond -1..1 are clipped.

    Raises:
        DataError: another suffix, or a block of another shape.
        MediaError: the file can't be written.
    """

    def __init__(self, path: str | os.PathLike[str], *, sample_rate: int = 48_000, channels: int = 2) -> None:
        self._path = Path(path)
        if self._path.suffix.lower() not in _SUBTYPES:
            raise DataError(f"{quoted(path)} names no sound format that can be written: use .wav, .flac or .ogg.")
        self._format, self._subtype = _SUBTYPES[self._path.suffix.lower()]
        self.sample_rate = sample_rate
        self.channels = channels

    def __enter__(self) -> "AudioWriter":
        with contextlib.ExitStack() as stack:
            self._temporary = stack.enter_context(written_whole(self._path))
            with self._named_errors():
                self._file = soundfile.SoundFile(
                    self._temporary, "w", self.sample_rate, self.channels, self._subtype, format=self._format
                )
            stack.push(self._finish)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def write(self, block: np.ndarray) -> None:
        """Write the next block: (samples, channels) float32 in -1..1."""
        if block.ndim != 2 or block.shape[1] != self.channels:
            raise DataError(f"A block of shape {block.shape} is not (samples, {self.channels}): reshape it.")
        if not np.isfinite(block).all():
            raise DataError(f"A block for {quoted(self._path)} holds samples that are not numbers: mend its maker.")
        with self._named_errors():
            for first in range(0, len(block), _BLOCK):
                self._file.write(block[first : first + _BLOCK])

    def _finish(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._named_errors() if kind is None else contextlib.suppress(soundfile.SoundFileError):
            self._file.close()
        if kind is None and self._format == "OGG":
            _make_reproducible(self._temporary)

    @contextlib.contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except soundfile.SoundFileError as error:
            reason = str(error).rstrip(".")
            raise MediaError(
                f"{quoted(self._path)} can't be written ({reason}): make room on the disk, and check"
                f" that its format takes {self.channels} channels at {self.sample_rate} Hz."
            ) from error


def write_audio(path: str | os.PathLike[str], blocks: Iterable[np.ndarray], *, sample_rate: int) -> None:
    """Write blocks of (samples, channels) float32 to a sound file, as they come; see :class:`AudioWriter`.

    Raises:
        DataError: there is no block, or the suffix names no format that can be written.
    """
    coming = iter(blocks)
    first = next(coming, None)
    if first is None:
        raise DataError(f"There is no sound to write to {quoted(path)}.")
    with AudioWriter(path, sample_rate=sample_rate, channels=first.shape[-1]) as writer:
        for block in chain([first], coming):
            writer.write(block)


def _check_riff(path: Path) -> None:
    """Compare a WAV with the size that its header states: libavformat takes a cut one for a shorter one."""
    with path.open("rb") as file:
        name, stated = file.read(4), int.from_bytes(file.read(4), "little") + 8
    size = path.stat().st_size
    if name == b"RIFF" and size < stated * 19 // 20 and stated < _UNKNOWN_RIFF:
        raise MediaError(f"{quoted(path)} breaks off at {size} of {stated} bytes: copy it again from its source.")


def _sound_stream(container: Any, path: Path) -> Any:
    if not container.streams.audio:
        raise MediaError(f"{quoted(path)} has no sound: name a file that has, or leave the sound out.")
    stream: Any = container.streams.audio[0]
    stream.thread_type = "NONE"
    return stream


def _is_film(container: Any) -> bool:
    return any(not s.disposition & av.stream.Disposition.attached_pic for s in container.streams.video)


def _decoded(container: Any, stream: Any, path: Path) -> Iterator[av.AudioFrame]:
    try:
        yield from (frame for frame in container.decode(stream) if frame.samples)
    except (av.error.FFmpegError, ValueError) as error:
        raise MediaError(f"{quoted(path)} has broken sound: copy it again from its source.") from error


def _marked_last(frames: Iterator[av.AudioFrame]) -> Iterator[tuple[av.AudioFrame, bool]]:
    coming = next(frames, None)
    while coming is not None:
        frame, coming = coming, next(frames, None)
        yield frame, coming is None


def _heads(container: Any, stream: Any, path: Path) -> list[av.AudioFrame]:
    """The first frame or two."""
    heads = [frame for frame, _ in zip(_decoded(container, stream, path), range(2), strict=False)]
    if not heads:
        raise MediaError(f"{quoted(path)} has no sound that can be decoded: copy it again from its source.")
    return heads


def _stated_end(stream: Any) -> Fraction | None:
    """Where the sound ends on the container's clock, as the stream itself states it."""
    if stream.duration:
        return Fraction((stream.start_time or 0) + stream.duration) * stream.time_base
    return tagged_end(stream)


def _container_end(container: Any) -> Fraction | None:
    if not container.duration:
        return None
    return Fraction((container.start_time or 0) + container.duration, av.time_base)


def _as_float(frame: av.AudioFrame) -> np.ndarray:
    """(samples, channels) float32."""
    samples = frame.to_ndarray()  # planar: (channels, samples); packed: (1, samples * channels)
    samples = samples.T if frame.format.is_planar else samples.reshape(frame.samples, -1)
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - 128) / 128
    if np.issubdtype(samples.dtype, np.integer):
        return samples.astype(np.float32) / np.float32(2 ** (8 * samples.dtype.itemsize - 1))
    return np.ascontiguousarray(samples, dtype=np.float32)


def _gains(names: list[str], channels: int) -> np.ndarray:
    """The mix of named channels to mono or stereo, as a matrix (channels in, channels out)."""
    if len(names) == 1:
        return np.ones((1, channels), np.float32)
    stereo = np.array([_DOWNMIX.get(name, (0.5, 0.5)) for name in names], np.float32)
    return stereo if channels == 2 else stereo.mean(axis=1, keepdims=True)


def _resampled(sound: Iterable[np.ndarray], rate: int, rate_out: int, channels: int) -> Iterator[np.ndarray]:
    resampler = soxr.ResampleStream(rate, rate_out, channels, dtype="float32", quality="HQ")
    for samples in sound:
        yield resampler.resample_chunk(np.ascontiguousarray(samples))
    yield resampler.resample_chunk(np.zeros((0, channels), np.float32), last=True)


def _skipped(sound: Iterable[np.ndarray], count: int) -> Iterator[np.ndarray]:
    for samples in sound:
        yield samples[count:]
        count = max(0, count - len(samples))


def _silence(count: int, channels: int) -> Iterator[np.ndarray]:
    while count > 0:
        yield np.zeros((min(count, _BLOCK), channels), np.float32)
        count -= _BLOCK


def _regrouped(sound: Iterable[np.ndarray], size: int, channels: int, count: int | None) -> Iterator[np.ndarray]:
    """Blocks of ``size``; ``count`` samples in all, silence once the sound has ended."""
    if count is not None:
        sound = chain(sound, repeat(np.zeros((_BLOCK, channels), np.float32)))
    left = math.inf if count is None else count
    block, filled = np.empty((size, channels), np.float32), 0
    for samples in sound:
        while len(samples) and left:
            part = samples[: int(min(size - filled, left, len(samples)))]
            block[filled : filled + len(part)] = part
            samples, filled, left = samples[len(part) :], filled + len(part), left - len(part)
            if filled == size:
                yield block
                block, filled = np.empty((size, channels), np.float32), 0
        if not left:
            break
    if filled:
        yield block[:filled]


def _make_reproducible(path: Path) -> None:
    """Copy an Ogg file's packets into a new one: libsndfile numbers its streams at random."""
    options = {"fflags": "+bitexact"}
    with (
        written_whole(path) as temporary,
        opened(path) as source,
        av.open(str(temporary), "w", options=options) as copy,
    ):
        stream = copy.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.size:
                packet.stream = stream
                copy.mux(packet)
