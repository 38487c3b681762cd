"""Shooting to disk: rushes with their truth beside them."""

from collections.abc import Callable, Iterator
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
from laterna.media.timecode import Timecode, parse_rate
from laterna.theatre.scene import Scene, Setting, draw_scene, draw_setting
from laterna.theatre.sound import SAMPLE_RATE, location_sound
from laterna.theatre.take import Notes, Take

Progress = Callable[[int, int], None]
"""Called with the frames done and the frames in all."""

_SHORTEST, _LONGEST = 4.0, 12.0  # seconds of a take
_AHEAD = 4  # frames drawn before the encoder has taken them


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


@dataclass(frozen=True)
class Rushes:
    """The takes of one shoot, in the order in which they were shot."""

    folder: Path
    takes: tuple[Clip, ...]

    def to_json(self) -> dict[str, Any]:
        return {"folder": str(self.folder), "takes": [take.to_json() for take in self.takes]}


def shoot(
    out: Path,
    *,
    seconds: float = 90,
    seed: int = 0,
    size: str = "1280x720",
    rate: str = "30",
    masks: bool = True,
    progress: Progress | None = None,
) -> Rushes:
    """Shoot rushes of a shadow theatre, with the truth of every frame beside them.

    Takes of 4 to 12 seconds, a few in each setting: ``take_001.mp4``, ``take_001.json`` (see
    :class:`~laterna.theatre.truth.Truth`) and ``take_001.mask.mkv`` (lossless; each pixel is the label of the actor
    seen there, or 0). The same seed gives the same bytes.

    Args:
        out: The folder for the takes.
        seconds: How much to shoot in all.
        seed: Chooses everything that is seen and heard.
        size: Width x height in pixels, both even.
        rate: Frames a second.
        masks: Whether to write subject masks.
        progress: Called as frames are done.
    """
    frame_size, frame_rate = parse_size(size), parse_rate(rate)
    lengths = _lengths(seconds, frame_rate, np.random.default_rng((seed, 0)))
    total, done = sum(lengths), 0
    takes = []
    for number, scene in enumerate(_scenes(seed, lengths, frame_rate), start=1):
        path = Path(out) / f"take_{number:03}.mp4"
        reel, start = f"R{seed % 1000:03}", _timecode(number, done, frame_rate)
        told = _told(progress, done, total)
        takes.append(_record(Take(scene, frame_size, masks=masks), path, seed, (start, reel), told))
        done += scene.frames
    return Rushes(Path(out), tuple(takes))


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


def _lengths(seconds: float, rate: Fraction, rng: np.random.Generator) -> list[int]:
    """Frames of each take, of 4 to 12 seconds, ``seconds`` in all."""
    if not 0 < seconds <= 36_000:
        raise DataError(f"Rushes of {seconds} seconds can't be shot: ask for more than 0 and at most 36000.")
    total = max(1, round(seconds * rate))
    low, high = round(_SHORTEST * rate), round(_LONGEST * rate)
    lengths: list[int] = []
    left = total
    while left > high:
        length = int(np.clip(rng.integers(low, high + 1), low, max(low, left - low)))
        lengths.append(length)
        left -= length
    return [*lengths, left]


def _scenes(seed: int, lengths: list[int], rate: Fraction) -> Iterator[Scene]:
    """A scene for each length; one to three in a row share a setting, each with another scale."""
    rng = np.random.default_rng((seed, 1))
    setting: Setting | None = None
    left = 0
    scales: list[Any] = []
    for number, frames in enumerate(lengths, start=1):
        if left == 0 or setting is None:
            setting, left = draw_setting((seed, 2, number)), int(rng.integers(1, 4))
            scales = list(rng.permutation(["medium", "close-up"]))
            scales = ["wide", *scales] if rng.random() < 0.8 else [scales[0], "wide", scales[1]]
        yield draw_scene(setting, (seed, 3, number), frames, rate, scale=scales.pop(0))
        left -= 1


def _timecode(number: int, frames: int, rate: Fraction) -> Timecode:
    """As a camera writes it: from one o'clock on, with a pause between takes."""
    return Timecode(round((3600 + 15 * number) * round(rate)) + frames, rate)


def _told(progress: Progress | None, done: int, total: int) -> Callable[[int], None]:
    return (lambda frames: None) if progress is None else (lambda frames: progress(done + frames, total))


def _record(take: Take, path: Path, seed: int, slate: tuple[Timecode, str], told: Callable[[int], None]) -> Clip:
    """Draw a take and write it; drawing and encoding overlap."""
    scene, notes = take.scene, Notes(take)
    encoding = Encoding(take.size, scene.rate, preset="ultrafast", crf=19)
    mask_path = path.with_suffix(".mask.mkv") if take.masked else None
    with ExitStack() as stack:
        film = stack.enter_context(
            VideoWriter(path, encoding, sample_rate=SAMPLE_RATE, timecode=slate[0], reel=slate[1])
        )
        masks = None if mask_path is None else stack.enter_context(_mask_writer(mask_path, take.size, scene.rate))
        queue = stack.enter_context(_queue())
        sound = location_sound(take)
        for picture in take.frames():
            notes.add(picture)
            queue(film.write, picture.canvas.picture())
            if masks is not None and picture.mask is not None:
                queue(masks, picture.mask.copy())
            queue(film.write_audio, _during(sound, picture.index, scene.rate))
            told(picture.index + 1)
    truth_path = path.with_suffix(".json")
    notes.truth(seed).save(truth_path)
    return Clip(path, truth_path, mask_path, scene.frames, scene.rate, scene.caption)


def _during(sound: np.ndarray, index: int, rate: Fraction) -> np.ndarray:
    """The samples that belong to a frame."""
    first, last = (round(frame * SAMPLE_RATE / rate) for frame in (index, index + 1))
    return sound[first:last]


@contextmanager
def _queue() -> Iterator[Callable[..., None]]:
    """One worker that does what it is given in order, a few jobs behind; its errors are raised here."""
    waiting: list[Future[None]] = []
    with ThreadPoolExecutor(1) as worker:

        def submit(job: Callable[..., None], *arguments: Any) -> None:
            waiting.append(worker.submit(job, *arguments))
            while len(waiting) > 3 * _AHEAD:
                waiting.pop(0).result()

        yield submit
        for job in waiting:
            job.result()


@contextmanager
def _mask_writer(path: Path, size: tuple[int, int], rate: Fraction) -> Iterator[Callable[[np.ndarray], None]]:
    """Writes masks without loss: FFV1, gray."""
    with written_whole(path) as temporary, av.open(str(temporary), "w", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("ffv1", rate=rate, options={"flags": "+bitexact"})
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
