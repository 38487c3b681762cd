"""An edited film of many takes, with every transition known: for training and judging shot detectors."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from laterna.errors import DataError
from laterna.media.shots import Shot, ShotTable, Transition
from laterna.media.timecode import parse_rate
from laterna.theatre.canvas import Canvas
from laterna.theatre.record import Clip, Progress, parse_size, record
from laterna.theatre.scene import Scene, Setting, draw_scene, draw_setting
from laterna.theatre.sound import SAMPLE_RATE, location_sound
from laterna.theatre.splice import Splice, blend, draw_splice
from laterna.theatre.take import Notes, Picture, Take, heard
from laterna.theatre.truth import Truth

_SHORTEST, _LONGEST = 1.2, 6.0  # seconds of a shot
_CLEAR = 5  # frames between a disturbance and a transition


class Film:
    """A film, planned: scenes and the splices between them. Iterate ``frames()``, then ask for the ``truth()``.

    Args:
        seed: chooses everything.
        frames: its length.
        size: width and height in pixels, both even.
        rate: frames a second.
    """

    def __init__(self, seed: int, frames: int, size: tuple[int, int], rate: Fraction) -> None:
        self.seed, self.size, self.rate, self.length = seed, size, rate, frames
        self.splices = _splices(frames, rate, np.random.default_rng((seed, 10)))
        self.starts = [0, *(splice.first for splice in self.splices)]
        self.ends = [*(splice.first + splice.length for splice in self.splices), frames]
        self.scenes = [self._scene(number) for number in range(len(self.starts))]
        self._notes: list[Notes] = []

    def _scene(self, number: int) -> Scene:
        """One take; whatever disturbs it stays clear of its transitions."""
        frames = self.ends[number] - self.starts[number]
        scene = draw_scene(self._setting(number), (self.seed, 12, number), frames, self.rate, negatives=0.45)
        first = self.splices[number - 1].length + _CLEAR if number else 0
        last = frames - _CLEAR - (self.splices[number].length if number < len(self.splices) else 0)
        clear = tuple(span for span in scene.negatives if first <= span.first_frame and span.last_frame < last)
        return replace(scene, negatives=clear)

    def _setting(self, number: int) -> Setting:
        """A new place, or the same one as before seen anew: such cuts are the hard ones."""
        while number and np.random.default_rng((self.seed, 13, number)).random() < 0.4:
            number -= 1
        return draw_setting((self.seed, 11, number))

    def frames(self) -> Iterator[Canvas]:
        """Draw the film's frames in order; a canvas is good until the next one."""
        self._notes = []
        mixed = Canvas(*self.size)
        leaving: Iterator[Picture] = iter(())
        for number, scene in enumerate(self.scenes):
            take = Take(scene, self.size, masks=False)
            notes = Notes(take)
            self._notes.append(notes)
            coming = notes.taken(take.frames())
            if number and self.splices[number - 1].gradual:
                yield from _mixed(self.splices[number - 1], leaving, coming, mixed)
            until = self.splices[number].first if number < len(self.splices) else self.length
            for _ in range(until - self.starts[number] - len(notes)):
                yield next(coming).canvas
            leaving = coming

    def sound(self) -> Iterator[np.ndarray]:
        """The film's sound in blocks of (samples, 2) float32; shots fade into one another as their pictures do."""
        rest = np.zeros((0, 2), np.float32)
        for number, scene in enumerate(self.scenes):
            shot = location_sound(Take(scene, (64, 36), masks=False))
            shot[: len(rest)] = shot[: len(rest)] * _ramp(len(rest)) + rest
            following = self.starts[number + 1] if number + 1 < len(self.starts) else self.length
            cut = _samples(following, self.rate) - _samples(self.starts[number], self.rate)
            yield shot[:cut]
            rest = shot[cut:]
            rest = rest * (1 - _ramp(len(rest)))

    def truth(self) -> Truth:
        """What is known of the film, once all its frames have been drawn."""
        shots = list(zip(self._notes, self.starts, strict=True))
        return Truth(
            seed=self.seed,
            size=self.size,
            rate=self.rate,
            frames=self.length,
            cuts=_table(self.splices, self.length, self.rate),
            shots=[notes.shot(start) for notes, start in shots],
            negatives=[
                replace(span, first_frame=span.first_frame + start, last_frame=span.last_frame + start)
                for notes, start in shots
                for span in notes.take.scene.negatives
            ],
            sounds=[sound for notes, start in shots for sound in heard(notes.take, start / self.rate)],
        )


def film(
    out: Path,
    *,
    seconds: float = 60,
    seed: int = 0,
    size: str = "1280x720",
    rate: str = "30",
    progress: Progress | None = None,
) -> Clip:
    """Make one edited film of shadow-theatre shots, with all its transitions and hard negatives known.

    Cuts, dissolves, fades through black or white and wipes; flashes, strobes, lightning, whip pans, passers-by and
    lights that go on. ``FILM.json`` beside ``FILM.mp4`` is its truth. The same seed gives the same bytes.

    Args:
        out: The film to write, .mp4.
        seconds: Its length.
        seed: Chooses everything that is seen and heard.
        size: Width x height in pixels, both even.
        rate: Frames a second.
        progress: Called as frames are done.
    """
    out, frame_rate = Path(out), parse_rate(rate)
    if not 0 < seconds <= 36_000:
        raise DataError(f"A film of {seconds} seconds can't be made: ask for more than 0 and at most 36000.")
    made = Film(seed, max(1, round(seconds * frame_rate)), parse_size(size), frame_rate)
    told = (lambda frames: progress(frames, made.length)) if progress is not None else (lambda frames: None)
    record(out, made.frames(), made.sound(), frame_rate, made.size, told=told)
    made.truth().save(out.with_suffix(".json"))
    title = f"{len(made.scenes)} shots of a shadow theatre"
    return Clip(out, out.with_suffix(".json"), None, made.length, frame_rate, title)


def _mixed(splice: Splice, leaving: Iterator[Picture], coming: Iterator[Picture], mixed: Canvas) -> Iterator[Canvas]:
    for index in range(splice.length):
        blend(splice, (index + 1) / (splice.length + 1), next(leaving).canvas, next(coming).canvas, mixed)
        yield mixed


def _splices(frames: int, rate: Fraction, rng: np.random.Generator) -> list[Splice]:
    """Splices through the film; between two of them at least half of the shot is left alone."""
    shortest = round(_SHORTEST * rate)
    splices: list[Splice] = []
    at, free = 0, 0
    while True:
        length = round(float(_SHORTEST + (_LONGEST - _SHORTEST) * rng.beta(1.3, 2.2)) * rate)
        at += length
        if at + shortest > frames:
            return splices
        room = min(length, shortest) // 2
        splice = draw_splice(at, max(0, min(room, at - free)), rate, rng)
        splices.append(splice)
        free = splice.last + shortest // 2


def _table(splices: Sequence[Splice], frames: int, rate: Fraction) -> ShotTable:
    starts = [0, *(splice.middle for splice in splices)]
    ends = [*starts[1:], frames]
    comes_in = [Transition("start", 0, 0), *(Transition(s.kind, s.first, s.last) for s in splices)]
    return ShotTable(
        tuple(
            Shot(start, end, start / rate, end / rate, transition)
            for start, end, transition in zip(starts, ends, comes_in, strict=True)
        )
    )


def _samples(frame: int, rate: Fraction) -> int:
    return round(frame * SAMPLE_RATE / rate)


def _ramp(samples: int) -> np.ndarray:
    return np.linspace(0, 1, samples, dtype=np.float32)[:, None]
