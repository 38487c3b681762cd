"""A timeline made into a film: segments encoded side by side, kept, and joined without encoding them again."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import opentimelineio as otio

from laterna.editing.rendering.encoder import Progress, SegmentEncoder
from laterna.editing.rendering.segments import segments
from laterna.errors import DataError
from laterna.media import encode
from laterna.media.audio import Audio
from laterna.media.captions import Captions
from laterna.media.encode import Encoding
from laterna.media.files import folder_beside, quoted, sha256
from laterna.media.pieces import Pieces
from laterna.media.timeline import frame_rate
from laterna.media.video import Video

_SAMPLE_RATE = 48_000


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
    encoding: Encoding | None = None,
    pieces: Pieces | None = None,
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
        encoding: size, rate and quality; the timeline's own size and rate unless given.
        pieces: where encoded segments are kept for the next time.
        fingerprint: gives the SHA-256 of a source file, for who knows it already.
        draft: render at a quarter of the size, quickly.
        cores: how many segments are encoded at once; as many as the machine has, within 800 MB, unless given.
        progress: called with the frames that are done and all frames, from the threads that encode: what it raises
            ends them.

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
    heard = None
    if sound is not None:
        heard = sound.blocks(0, frames / encoding.rate, sample_rate=_SAMPLE_RATE, channels=2)
    with _shelf(pieces, fingerprint, out) as (shelf, known):
        encoder = SegmentEncoder(parts, encoding, shelf, known, progress)
        with contextlib.closing(encoder.files(cores)) as files:
            encode.join(files, out, encoding, sound=heard, sample_rate=_SAMPLE_RATE)
    return Rendered(out, frames, sum(part.count for part in encoder.missing), len(parts), len(encoder.missing))


def pictures(
    timeline: otio.schema.Timeline,
    *,
    folder: Path,
    encoding: Encoding,
    pieces: Pieces,
    captions: Captions | None = None,
    fingerprint: Callable[[Path], str] = sha256,
    cores: int | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Encode a timeline's pictures alone: the files of its segments in order, which lie among ``pieces``.

    :func:`laterna.media.encode.join` makes a film of them. Arguments and errors are those of :func:`render`.
    """
    parts = segments(timeline, folder, encoding.rate, captions)
    with contextlib.closing(SegmentEncoder(parts, encoding, pieces, fingerprint, progress).files(cores)) as files:
        return [*files]


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


@contextlib.contextmanager
def _shelf(
    pieces: Pieces | None, fingerprint: Callable[[Path], str], out: Path
) -> Iterator[tuple[Pieces, Callable[[Path], str]]]:
    if pieces is not None:
        yield pieces, fingerprint
        return
    with folder_beside(out) as temporary:
        yield Pieces(temporary), str  # nothing outlives the run: a path is name enough
