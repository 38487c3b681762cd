"""A timeline made into a film: segments encoded side by side, kept, and joined without encoding them again."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import opentimelineio as otio

from laterna.editing.rendering.composite import Stencil, black, mixed, to_frame
from laterna.editing.rendering.pieces import Shelf
from laterna.editing.rendering.segments import Layer, Segment, segments
from laterna.editing.titles import drawn
from laterna.errors import DataError
from laterna.media import encode
from laterna.media.audio import Audio
from laterna.media.captions import Captions
from laterna.media.encode import Encoding, VideoWriter
from laterna.media.files import quoted, sha256
from laterna.media.timeline import frame_rate
from laterna.media.video import Video

Progress = Callable[[int, int], None]

_SAMPLE_RATE = 48_000
_MEMORY, _PER_PIXEL = 600_000_000, 90  # bytes for all encoders, and measured for one with its decoders
_HELD = Fraction(1, 10)  # seconds that a file's last picture is held when a clip asks for more than it has


@dataclass(frozen=True, slots=True)
class Rendered:
    """A film, how many of its pictures were encoded for it (the rest were kept), in how many segments."""

    path: Path
    frames: int
    frames_encoded: int
    segments: int
    segments_encoded: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"path": str(self.path)}


def render(
    timeline: otio.schema.Timeline,
    out: Path,
    *,
    folder: Path | None = None,
    captions: Captions | None = None,
    sound: Audio | None = None,
    coded_sound: Path | None = None,
    encoding: Encoding | None = None,
    pieces: Path | None = None,
    fingerprint: Callable[[Path], str] = sha256,
    draft: bool = False,
    cores: int | None = None,
    progress: Progress | None = None,
) -> Rendered:
    """Render a timeline's pictures, titles and transitions to a film.

    Segments are encoded on their own, as many at once as there are cores, and joined as they come; the film's bytes
    do not depend on the cores.

    Args:
        timeline: clips, gaps, dissolves and fades on video tracks; titles as generators.
        out: the film, .mp4 (H.264 and AAC) or .webm (VP9 and Opus).
        folder: where the timeline's relative media lie; the film's folder unless given.
        captions: burnt into the pictures.
        sound: laid under them from its start; without it the film is silent.
        coded_sound: in place of ``sound``, what :func:`laterna.media.encode.encode_sound` made: it is copied.
        encoding: size, rate and quality; the timeline's own size and rate unless given.
        pieces: a folder where encoded segments are kept for the next time.
        fingerprint: gives the SHA-256 of a source file, for who knows it already.
        draft: render at a quarter of the size, quickly.
        cores: how many segments are encoded at once; as many as the machine has, within 800 MB, unless given.
        progress: called with the frames that are done and all frames.

    Raises:
        DataError: the timeline asks for what can't be drawn, or for more than a file has.
        MediaError: a file can't be read, or the film can't be written.
    """
    out, folder = Path(out), Path(folder or Path(out).parent)
    encoding = encoding or own_encoding(timeline, folder, out)
    encoding = encode.draft(encoding) if draft else encoding
    if out.suffix != encoding.suffix:
        raise DataError(f"{quoted(out)} can't hold {encoding.codec}: name it {out.stem + encoding.suffix!r}.")
    parts = segments(timeline, folder, encoding.rate, captions)
    frames = sum(part.count for part in parts)
    heard: Iterable[np.ndarray] | Path | None = coded_sound
    if heard is None and sound is not None:
        heard = sound.blocks(0, frames / encoding.rate, sample_rate=_SAMPLE_RATE, channels=2)
    with _shelf(pieces, fingerprint, out, encoding) as shelf, ThreadPoolExecutor(cores or _at_once(encoding)) as pool:
        paths = [shelf.path(part) for part in parts]
        missing = {path: part for path, part in zip(paths, parts, strict=True) if not shelf.has(path)}
        videos = _checked_videos(missing.values(), encoding.rate)
        jobs = {path: pool.submit(_make, part, path, shelf, encoding, videos) for path, part in missing.items()}
        try:
            pieces_in_order = _as_they_come(paths, parts, jobs, progress)
            encode.join(pieces_in_order, out, encoding, sound=heard, sample_rate=_SAMPLE_RATE)
        finally:
            for job in jobs.values():
                job.cancel()
    return Rendered(out, frames, sum(part.count for part in missing.values()), len(parts), len(missing))


def own_encoding(timeline: otio.schema.Timeline, folder: Path, out: Path) -> Encoding:
    """The rate and the size of a timeline (its first clip's where it states no size); the codec by ``out``'s suffix."""
    codec: encode.Codec = "vp9" if out.suffix == ".webm" else "h264"
    rate = frame_rate(timeline)
    size = timeline.metadata.get("laterna", {}).get("size")
    if not size:
        first = next(layer for part in segments(timeline, folder, rate, None) for layer in part.layers)
        size = Video(first.path).size
    width, height = (int(side) // 2 * 2 for side in size)
    return Encoding((width, height), rate, codec)


def _at_once(encoding: Encoding) -> int:
    fitting = _MEMORY // (_PER_PIXEL * encoding.size[0] * encoding.size[1])
    return max(1, min(fitting, os.cpu_count() or 1))


@contextlib.contextmanager
def _shelf(folder: Path | None, fingerprint: Callable[[Path], str], out: Path, encoding: Encoding) -> Iterator[Shelf]:
    if folder is not None:
        yield Shelf(folder, encoding, fingerprint)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".pieces-") as temporary:
        yield Shelf(Path(temporary), encoding, str)  # nothing outlives the run: a path is name enough


def _as_they_come(
    paths: list[Path], parts: list[Segment], jobs: dict[Path, Future[None]], progress: Progress | None
) -> Iterator[Path]:
    total = sum(part.count for part in parts)
    for path, part in zip(paths, parts, strict=True):
        if path in jobs:
            jobs[path].result()
        yield path
        if progress is not None:
            progress(part.first + part.count, total)


def _checked_videos(parts: Iterable[Segment], rate: Fraction) -> Callable[[Path], Video]:
    """Opens each file once, and makes sure before anything is encoded that the files have what is asked of them."""
    videos = lru_cache(maxsize=None)(Video)
    for part in parts:
        for layer in part.layers:
            _check_range(layer, videos(layer.path), rate)
    return videos


def _check_range(layer: Layer, video: Video, rate: Fraction) -> None:
    end = layer.start + layer.count / rate
    if layer.start < 0 or end > video.duration + max(_HELD, 2 / video.frame_rate):
        raise DataError(
            f"The timeline asks for {float(layer.start):.2f} s to {float(end):.2f} s of {quoted(video.path)}, which has"
            f" 0 s to {float(video.duration):.2f} s: trim the clip or shorten its transition."
        )


def _make(part: Segment, path: Path, shelf: Shelf, encoding: Encoding, videos: Callable[[Path], Video]) -> None:
    with VideoWriter(path, encoding) as writer:
        for picture in _pictures(part, encoding, videos):
            writer.write(picture)
    shelf.seal(path)


def _pictures(part: Segment, encoding: Encoding, videos: Callable[[Path], Video]) -> Iterator[av.VideoFrame]:
    rate, size = encoding.rate, encoding.size
    stencils = [(title, Stencil(o)) for title in part.titles if (o := drawn(title.text, title.style, size))]
    with contextlib.ExitStack() as stack:
        readers = []
        for layer in part.layers:
            reader = videos(layer.path).conformed(layer.start, layer.count, rate, size, threads=1)
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
