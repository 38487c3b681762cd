"""Faults put into a theatre film at known places: for the tests of the review, and its benchmark."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np

from laterna.media.encode import Encoding, VideoWriter
from laterna.theatre.film import Film
from laterna.theatre.truth import Truth

RATE = 30
SAMPLE_RATE = 48_000
_CLEAR = 12  # frames between a fault and whatever else happens
_ROOM = 45  # frames that a fault may take
PICTURE = ("black", "frozen", "flash frame", "jump cut", "flashing", "red flashing")
SOUND = ("clipping", "silence", "click")

Planes = np.ndarray  # (3 * height / 2, width) uint8, yuv420p


@dataclass(frozen=True)
class Fault:
    """One fault: its kind, and from when to when it is in the film, in seconds."""

    kind: str
    start: Fraction
    end: Fraction


@dataclass
class Clean:
    """A theatre film in memory: its pictures, its sound, its truth."""

    pictures: list[Planes]
    sound: np.ndarray
    truth: Truth

    @classmethod
    def drawn(cls, seed: int, seconds: int, size: tuple[int, int]) -> "Clean":
        film = Film(seed, seconds * RATE, size, Fraction(RATE))
        pictures = [canvas.i420.copy() for canvas in film.frames()]
        return cls(pictures, np.concatenate(list(film.sound())), film.truth())

    def places(self, frames: int = _ROOM) -> list[int]:
        """Frames at which that many follow within a shot, clear of transitions and of what disturbs the picture."""
        busy = np.zeros(len(self.pictures) + 1, bool)
        spans = chain(
            ((shot.transition_in.first_frame, shot.transition_in.last_frame) for shot in self.truth.cuts),
            ((span.first_frame, span.last_frame) for span in self.truth.negatives),
            [(0, 0), (len(self.pictures), len(self.pictures))],
        )
        for first, last in spans:
            busy[max(0, first - _CLEAR) : last + _CLEAR + 1] = True
        free = np.convolve(~busy, np.ones(frames), "valid") == frames
        return list(_spaced(np.flatnonzero(free), frames + _CLEAR))


@dataclass
class Spoiled:
    """A film with faults, and which these are."""

    pictures: list[Planes]
    sound: np.ndarray
    faults: list[Fault] = field(default_factory=list)

    def write(self, path: Path, size: tuple[int, int], preset: str = "veryfast") -> Path:
        with VideoWriter(path, Encoding(size, Fraction(RATE), preset=preset), sample_rate=SAMPLE_RATE) as writer:
            for planes in self.pictures:
                writer.write(av.VideoFrame.from_ndarray(planes, format="yuv420p"))
            writer.write_audio(np.clip(self.sound, -1, 1).astype(np.float32))
        return path


def spoiled(clean: Clean, kinds: tuple[str, ...], seed: int) -> Spoiled:
    """The film with one fault of each kind, as far as it has room: pictures first, since jumps make it shorter."""
    rng = np.random.default_rng(seed)
    made = Spoiled(list(clean.pictures), clean.sound.copy())
    places = clean.places()
    rng.shuffle(places)
    chosen = sorted(zip(places, [kind for kind in kinds if kind in PICTURE], strict=False), reverse=True)
    for at, kind in chosen:  # from the end, so that a jump moves no place that is yet to come
        _MAKERS[kind](made, at, rng)
    for kind in kinds:
        if kind in SOUND:
            _MAKERS[kind](made, _loud_place(made.sound, rng), rng)
    return made


def _spaced(frames: np.ndarray, apart: int) -> Iterator[int]:
    last = -apart
    for frame in frames.tolist():
        if frame - last >= apart:
            last = frame
            yield frame


def _told(made: Spoiled, kind: str, first: int, count: int) -> None:
    made.faults.append(Fault(kind, Fraction(first, RATE), Fraction(first + count, RATE)))


def _black(made: Spoiled, at: int, rng: np.random.Generator) -> None:
    count = int(rng.integers(1, 8))
    height = made.pictures[at].shape[0] * 2 // 3
    for frame in range(at, at + count):
        made.pictures[frame] = made.pictures[frame].copy()
        made.pictures[frame][:height], made.pictures[frame][height:] = 16, 128
    _told(made, "black", at, count)


def _frozen(made: Spoiled, at: int, rng: np.random.Generator) -> None:
    count = int(rng.integers(20, 40))
    made.pictures[at : at + count] = [made.pictures[at]] * count
    _told(made, "frozen", at, count)


def _flash_frame(made: Spoiled, at: int, rng: np.random.Generator) -> None:
    count = int(rng.integers(1, 3))
    other = (at + len(made.pictures) // 2) % (len(made.pictures) - count)
    made.pictures[at : at + count] = made.pictures[other : other + count]
    _told(made, "flash frame", at, count)


def _jump_cut(made: Spoiled, at: int, rng: np.random.Generator) -> None:
    count = int(rng.integers(20, 40))
    del made.pictures[at : at + count]
    samples = SAMPLE_RATE // RATE
    made.sound = np.delete(made.sound, slice(at * samples, (at + count) * samples), axis=0)
    made.faults = [Fault(f.kind, f.start - Fraction(count, RATE), f.end - Fraction(count, RATE)) for f in made.faults]
    _told(made, "jump cut", at, 1)


def _flashing(made: Spoiled, at: int, rng: np.random.Generator) -> None:
    """A part of the picture, a third or more, turned bright six times a second."""
    count, every = 36, 5
    height, width = made.pictures[at].shape[0] * 2 // 3, made.pictures[at].shape[1]
    columns = slice(0, round(width * rng.uniform(0.35, 1)))
    for frame in range(at, at + count):
        if (frame - at) % every < 2:
            picture = made.pictures[frame] = made.pictures[frame].copy()
            picture[:height, columns] = 220
    _told(made, "flashing", at, count)


def _red_flashing(made: Spoiled, at: int, rng: np.random.Generator) -> None:
    count, every = 36, 6
    height, width = made.pictures[at].shape[0] * 2 // 3, made.pictures[at].shape[1]
    for frame in range(at, at + count):
        if (frame - at) % every < 3:
            picture = made.pictures[frame] = np.full_like(made.pictures[frame], 102)
            picture[:height] = 63
            picture[height + height // 4 :] = 240
            assert picture.shape == (height * 3 // 2, width)
    _told(made, "red flashing", at, count)


def _loud_place(sound: np.ndarray, rng: np.random.Generator) -> int:
    """A second of the sound that is no silence, and in which nothing was spoiled yet."""
    seconds = len(sound) // SAMPLE_RATE
    for second in rng.permutation(np.arange(1, seconds - 2)).tolist():
        part = sound[(second - 1) * SAMPLE_RATE : (second + 2) * SAMPLE_RATE]
        if 0.01 < float(np.abs(part).max()) < 0.9 and float(np.abs(part[::480]).max()) > 0 and _whole(part):
            return int(second * SAMPLE_RATE + rng.integers(SAMPLE_RATE // 4))
    raise ValueError("the film has no place for a fault of its sound")


def _whole(part: np.ndarray) -> bool:
    loud = np.abs(part).max(axis=1).reshape(-1, 480).max(axis=1)
    return bool(loud.min() > 0 and np.median(loud) > 0.012)


def _clipping(made: Spoiled, at: int, rng: np.random.Generator) -> None:
    """Half a second so loud that one to three in a hundred samples are beyond full scale."""
    samples = SAMPLE_RATE // 2
    part = made.sound[at : at + samples]
    loud = float(np.quantile(np.abs(part), rng.uniform(0.97, 0.99)))
    made.sound[at : at + samples] = np.clip(part / loud, -1, 1)
    made.faults.append(Fault("clipping", Fraction(at, SAMPLE_RATE), Fraction(at + samples, SAMPLE_RATE)))


def _silence(made: Spoiled, at: int, rng: np.random.Generator) -> None:
    samples = round(SAMPLE_RATE * rng.uniform(0.1, 0.8))
    made.sound[at : at + samples] = 0
    made.faults.append(Fault("silence", Fraction(at, SAMPLE_RATE), Fraction(at + samples, SAMPLE_RATE)))


def _click(made: Spoiled, at: int, rng: np.random.Generator) -> None:
    made.sound[at : at + 2] += float(rng.uniform(0.2, 0.5))
    made.faults.append(Fault("click", Fraction(at, SAMPLE_RATE), Fraction(at + 1, SAMPLE_RATE)))


_MAKERS: dict[str, Callable[[Spoiled, int, np.random.Generator], Any]] = {
    "black": _black,
    "frozen": _frozen,
    "flash frame": _flash_frame,
    "jump cut": _jump_cut,
    "flashing": _flashing,
    "red flashing": _red_flashing,
    "clipping": _clipping,
    "silence": _silence,
    "click": _click,
}
