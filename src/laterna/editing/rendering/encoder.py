"""Segments encoded, several at once, and kept: pictures decoded, laid over one another and titled on the way."""

import contextlib
import json
import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from fractions import Fraction
from functools import cache, partial
from pathlib import Path

import av
import numpy as np

from laterna.editing.rendering.composite import Stencil, black, mixed, to_frame
from laterna.editing.rendering.segments import Layer, Segment
from laterna.editing.titles import drawn
from laterna.errors import DataError
from laterna.media.encode import Encoding, VideoWriter
from laterna.media.files import quoted
from laterna.media.pieces import Pieces
from laterna.media.video import Video

Progress = Callable[[int, int], None]

_MEMORY = 430_000_000  # bytes for all encoders: what the rest of a production leaves of 800 MB
_PER_PIXEL = 90  # bytes of one encoder with its decoders, measured at 1920x1080
_HELD = Fraction(1, 10)  # seconds that a file's last picture is held when a clip asks for more than it has


class SegmentEncoder:
    """Encodes those of ``parts`` that are not among ``pieces`` yet.

    Attributes:
        missing: these, each once.

    Args:
        parts: a film's segments.
        encoding: of all of them.
        pieces: where they are kept.
        fingerprint: gives a source file's SHA-256, from wherever it is known.
        progress: called with the frames that are done and all frames, from the threads that encode: what it raises
            ends them.

    Raises:
        DataError: a file lacks what is asked of it; this is known before anything is encoded.
    """

    def __init__(
        self,
        parts: Sequence[Segment],
        encoding: Encoding,
        pieces: Pieces,
        fingerprint: Callable[[Path], str],
        progress: Progress | None = None,
    ) -> None:
        self._encoding, self._pieces, self._progress = encoding, pieces, progress
        known = cache(fingerprint)
        self._keys = [_key(part, encoding, known) for part in parts]
        different = dict(zip(self._keys, parts, strict=True))
        self._missing = {key: part for key, part in different.items() if not pieces.find(key, suffix=encoding.suffix)}
        self._videos = cache(Video)
        for part in self.missing:
            for layer in part.layers:
                _check_range(layer, self._videos(layer.path), encoding.rate)
        self._total = sum(part.count for part in different.values())
        self._done = self._total - sum(part.count for part in self.missing)
        self._counting = threading.Lock()

    @property
    def missing(self) -> list[Segment]:
        return [*self._missing.values()]

    def files(self, cores: int | None = None) -> Generator[Path, None, None]:
        """The segments' files in order, each as soon as it is there; ``cores`` of them are encoded at once."""
        with ThreadPoolExecutor(cores or _at_once(self._encoding)) as pool:
            longest_first = sorted(self._missing.items(), key=lambda item: item[1].count, reverse=True)
            jobs = {key: pool.submit(self._file, key, part) for key, part in longest_first}  # so all cores end together
            try:
                for key in self._keys:
                    yield jobs[key].result() if key in jobs else self._pieces.path(key, suffix=self._encoding.suffix)
            finally:
                for job in jobs.values():
                    job.cancel()

    def _file(self, key: str, part: Segment) -> Path:
        return self._pieces.get(key, suffix=self._encoding.suffix, make=partial(self._encode, part))

    def _encode(self, part: Segment, path: Path) -> None:
        with VideoWriter(path, self._encoding) as writer:
            for picture in _pictures(part, self._encoding, self._videos):
                writer.write(picture)
                self._tell()

    def _tell(self) -> None:
        with self._counting:
            self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._total)


def _key(part: Segment, encoding: Encoding, fingerprint: Callable[[Path], str]) -> str:
    """All that decides a segment's bytes, but for the code."""
    content = {
        "encoding": asdict(encoding),
        "count": part.count,
        "layers": [asdict(layer) | {"path": fingerprint(layer.path)} for layer in part.layers],
        "titles": [asdict(title) for title in part.titles],
    }
    return json.dumps(content, sort_keys=True, default=str)


def _at_once(encoding: Encoding) -> int:
    fitting = _MEMORY // (_PER_PIXEL * encoding.size[0] * encoding.size[1])
    return max(1, min(fitting, os.cpu_count() or 1))


def _check_range(layer: Layer, video: Video, rate: Fraction) -> None:
    end = layer.start + layer.count / rate
    if layer.start < 0 or end > video.duration + max(_HELD, 2 / video.frame_rate):
        raise DataError(
            f"The timeline asks for {float(layer.start):.2f} s to {float(end):.2f} s of {quoted(video.path)}, which has"
            f" 0 s to {float(video.duration):.2f} s: trim the clip or shorten its transition."
        )


def _pictures(part: Segment, encoding: Encoding, videos: Callable[[Path], Video]) -> Iterator[av.VideoFrame]:
    rate, size = encoding.rate, encoding.size
    stencils = [(title, Stencil(o)) for title in part.titles if (o := drawn(title.text, title.style, size))]
    with contextlib.ExitStack() as stack:
        readers = []
        for layer in part.layers:
            video = videos(layer.path)
            reader = video.conformed(layer.start, layer.count, rate, size, zoom=layer.zoom, threads=1)
            readers.append((layer, stack.enter_context(contextlib.closing(reader))))  # type: ignore[type-var]
        for frame in range(part.count):
            picture = _picture(frame, readers, size)
            over = [(stencil, title.opacity(frame)) for title, stencil in stencils if frame in title]
            yield _titled(picture, over) if over else _frame(picture)


def _picture(
    frame: int, readers: list[tuple[Layer, Iterator[av.VideoFrame]]], size: tuple[int, int]
) -> av.VideoFrame | np.ndarray:
    """The layers at ``frame``, as the decoder gave them where one is alone."""
    picture: av.VideoFrame | np.ndarray | None = None
    for layer, reader in readers:
        if frame in layer:
            shown, opacity = next(reader), layer.opacity(frame)
            if opacity == 1:
                picture = shown
            else:
                under = black(size) if picture is None else _planes(picture)
                picture = mixed(under, _planes(shown), opacity)
    return black(size) if picture is None else picture


def _titled(picture: av.VideoFrame | np.ndarray, over: list[tuple[Stencil, float]]) -> av.VideoFrame:
    planes = _planes(picture)
    for stencil, opacity in over:
        stencil.lay(planes, opacity)
    return to_frame(planes)


def _planes(picture: av.VideoFrame | np.ndarray) -> np.ndarray:
    """A picture's planes, to write on: a decoder's own are not to be touched, since it predicts from them."""
    return picture if isinstance(picture, np.ndarray) else picture.to_ndarray()


def _frame(picture: av.VideoFrame | np.ndarray) -> av.VideoFrame:
    return to_frame(picture) if isinstance(picture, np.ndarray) else picture
