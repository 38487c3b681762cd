"""Shooting rushes: takes with their truth beside them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from laterna.errors import DataError
from laterna.media.timecode import Timecode, parse_rate
from laterna.theatre.record import Clip, Progress, parse_size, record
from laterna.theatre.scene import Scene, draw_scene, draw_setting
from laterna.theatre.sound import location_sound
from laterna.theatre.take import Notes, Take
from laterna.theatre.words import Scale

_SHORTEST, _LONGEST = 4, 12  # seconds of a take


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
    out, frame_size, frame_rate = Path(out), parse_size(size), parse_rate(rate)
    lengths = _lengths(seconds, frame_rate, np.random.default_rng((seed, 0)))
    done, clips = 0, []
    for number, scene in enumerate(_scenes(seed, lengths, frame_rate), start=1):
        told = _told(progress, done, sum(lengths))
        slate = _timecode(number, done, frame_rate), f"L{seed % 1000:03}"
        clips.append(_record(Take(scene, frame_size, masks=masks), out / f"take_{number:03}.mp4", seed, slate, told))
        done += scene.frames
    return Rushes(out, tuple(clips))


def _record(take: Take, path: Path, seed: int, slate: tuple[Timecode, str], told: Callable[[int], None]) -> Clip:
    scene, notes = take.scene, Notes(take)
    mask_path = path.with_suffix(".mask.mkv") if take.masked else None
    canvases = (picture.canvas for picture in notes.taken(take.frames()))
    timecode, reel = slate
    record(
        path,
        canvases,
        [location_sound(take)],
        scene.rate,
        take.size,
        mask_path=mask_path,
        timecode=timecode,
        reel=reel,
        told=told,
    )
    truth_path = path.with_suffix(".json")
    notes.truth(seed).save(truth_path)
    return Clip(path, truth_path, mask_path, scene.frames, scene.rate, scene.caption)


def _lengths(seconds: float, rate: Fraction, rng: np.random.Generator) -> list[int]:
    """Frames of each take, of 4 to 12 seconds, ``seconds`` in all."""
    if not 0 < seconds <= 36_000:
        raise DataError(f"Rushes of {seconds} seconds can't be shot: ask for more than 0 and at most 36000.")
    low, high = round(_SHORTEST * rate), round(_LONGEST * rate)
    left = max(1, round(seconds * rate))
    lengths: list[int] = []
    while left > high:
        length = int(np.clip(rng.integers(low, high + 1), low, max(low, left - low)))
        lengths.append(length)
        left -= length
    return [*lengths, left]


def _scenes(seed: int, lengths: list[int], rate: Fraction) -> Iterator[Scene]:
    """A scene for each length; one to three in a row share a setting, each with another scale."""
    rng = np.random.default_rng((seed, 1))
    setting, scales = draw_setting((seed, 2, 0)), list[Scale]()
    for number, frames in enumerate(lengths, start=1):
        if not scales:
            setting = draw_setting((seed, 2, number))
            close: list[Scale] = ["medium", "close-up"] if rng.random() < 0.5 else ["close-up", "medium"]
            scales = ["wide", *close][: int(rng.integers(1, 4))]
        yield draw_scene(setting, (seed, 3, number), frames, rate, scale=scales.pop(0))


def _timecode(number: int, frames: int, rate: Fraction) -> Timecode:
    """As a camera writes it: from one o'clock on, with a pause between takes."""
    return Timecode((3600 + 15 * number) * round(rate) + frames, rate)


def _told(progress: Progress | None, done: int, total: int) -> Callable[[int], None]:
    return (lambda frames: None) if progress is None else (lambda frames: progress(done + frames, total))
