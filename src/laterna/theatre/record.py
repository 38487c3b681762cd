"""Recording to disk: pictures, sound and masks as they are drawn, while the encoder works beside."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from laterna.errors import DataError
from laterna.media.encode import Encoding, VideoWriter
from laterna.media.files import written_whole
from laterna.media.timecode import Timecode
from laterna.theatre.canvas import Canvas
from laterna.theatre.sound import SAMPLE_RATE

Progress = Callable[[int, int], None]
"""Called with the frames done and the frames in all."""

_AHEAD = 12  # jobs that may wait for the encoder: a few frames


@dataclass(frozen=True)
class Clip:
    """One film of the theatre: its picture and sound, its truth, and its masks (None without)."""

    video: Path
    truth: Path
    mask: Path | None
    frames: int
    rate: Fraction
    caption: str

    def to_json(self) -> dict[str, Any]:
        return {
            "video": str(self.video),
            "truth": str(self.truth),
            "mask": None if self.mask is None else str(self.mask),
            "frames": self.frames,
            "seconds": float(self.frames / self.rate),
            "caption": self.caption,
        }


def parse_size(size: str) -> tuple[int, int]:
    """``1280x720`` as (width, height).

    Raises:
        DataError: not two even numbers from 16 to 8192.
    """
    try:
        width, height = (int(side) for side in size.lower().split("x"))
    except ValueError as error:
        raise DataError(f"{size!r} is not a picture size: write width x height, as in 1280x720.") from error
    if width % 2 or height % 2 or not (16 <= width <= 8192 and 16 <= height <= 8192):
        raise DataError(f"A picture of {size} can't be shot: both sides must be even, and 16 to 8192 pixels.")
    return width, height


def record(
    path: Path,
    canvases: Iterable[Canvas],
    sound: Iterable[np.ndarray],
    rate: Fraction,
    size: tuple[int, int],
    *,
    mask_path: Path | None = None,
    timecode: Timecode | None = None,
    reel: str | None = None,
    told: Callable[[int], None] = lambda frames: None,
) -> None:
    """Write a film of ``canvases`` and ``sound`` ((samples, 2) blocks of any length) to ``path``.

    Pictures are drawn in this thread while another encodes. With ``mask_path`` the canvases' masks go there, without
    loss. ``told`` is called with the frames done.
    """
    encoding = Encoding(size, rate, preset="ultrafast", crf=20)
    with ExitStack() as stack:
        film = stack.enter_context(VideoWriter(path, encoding, sample_rate=SAMPLE_RATE, timecode=timecode, reel=reel))
        masks = None if mask_path is None else stack.enter_context(_mask_writer(mask_path, size, rate))
        do = stack.enter_context(_beside())
        for done, (canvas, samples) in enumerate(zip(canvases, _by_frame(sound, rate), strict=False), start=1):
            do(film.write, canvas.picture())
            if masks is not None and canvas.mask is not None:
                do(masks, canvas.mask.copy())
            do(film.write_audio, samples)
            told(done)


def _by_frame(sound: Iterable[np.ndarray], rate: Fraction) -> Iterator[np.ndarray]:
    """The samples that belong to each frame in turn."""
    blocks, held = iter(sound), np.zeros((0, 2), np.float32)
    first = 0
    while True:
        last = round((first + 1) * SAMPLE_RATE / rate) - round(first * SAMPLE_RATE / rate)
        while len(held) < last:
            block = next(blocks, None)
            if block is None:
                break
            held = np.concatenate([held, block])
        yield held[:last]
        held = held[last:]
        first += 1


@contextmanager
def _beside() -> Iterator[Callable[..., None]]:
    """One worker that does what it is given in order, a few jobs behind; its errors are raised here."""
    waiting: list[Future[None]] = []
    with ThreadPoolExecutor(1) as worker:

        def do(job: Callable[..., None], *arguments: Any) -> None:
            waiting.append(worker.submit(job, *arguments))
            while len(waiting) > _AHEAD:
                waiting.pop(0).result()

        yield do
        for job in waiting:
            job.result()


@contextmanager
def _mask_writer(path: Path, size: tuple[int, int], rate: Fraction) -> Iterator[Callable[[np.ndarray], None]]:
    """Writes masks without loss: FFV1, gray."""
    with written_whole(path) as temporary, av.open(str(temporary), "w", options={"fflags": "+bitexact"}) as container:
        stream: Any = container.add_stream("ffv1", rate=rate, options={"flags": "+bitexact"})
        stream.width, stream.height = size
        stream.pix_fmt = "gray"
        stream.codec_context.thread_count = 1
        written = 0

        def write(mask: np.ndarray) -> None:
            nonlocal written
            picture = av.VideoFrame.from_ndarray(mask, format="gray")
            picture.pts, picture.time_base = written, 1 / rate
            written += 1
            container.mux(stream.encode(picture))

        yield write
        container.mux(stream.encode(None))
