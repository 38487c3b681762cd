"""What the footage offers a cut: every usable run of every shot, how good it is, and what is still free.

All ranges are half-open, in film frames (frames at the film's rate) counted from their file's first picture.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
import polars as pl

from laterna.editing.analyse import Footage

DUPLICATE = 8  # of 64 bits: pictures whose fingerprints differ in no more are near-duplicates
SIMILAR = 16  # of 64 bits: two ranges of one shot that differ in no more would jump if they met

_BLURRED = 0.45  # of the file's own sharp pictures
_OWN_SHARP = 90  # percentile: which those are
_LEAST_SHARP = 0.25  # a file's sharp pictures that are not even so sharp count as soft
_BLACK, _WHITE = 0.02, 0.98  # mean brightness
_CLIPPED = 0.97  # of the picture
_SHAKEN, _WHIP = 0.2, 0.7  # speed of the camera, picture widths a second
_FROZEN = 5e-5  # motion, picture widths a second
_MOVING = 0.05
_LIVELY = 0.25  # motion that is as lively as can be
_FAULTS = ("", "black", "blown out", "blurred", "a whip pan", "frozen")
_UNUSABLE = ("black", "blown out")
_RUN = 3  # samples that a fault has to last, half a second
_USED_BEFORE = 0.3  # what each earlier use of its shot costs a piece, against a quality of 0..1
_SOURCE_USED, _MOST_USES = 0.1, 3  # what each earlier use of its file costs it, up to so many
_FAULTY = 0.5
_WHIM = 0.05  # how far a seed may prefer one shot to another

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of one shot without a fault, or with one throughout: ``fault`` says which, "" is none."""

    source: int
    shot: int
    start: int
    end: int
    fault: str = ""

    @property
    def length(self) -> int:
        return self.end - self.start

    def before(self, other: "Piece") -> bool:
        """Whether it ends before ``other`` starts, in the footage's own order."""
        return (self.source, self.end) <= (other.source, other.start)

    def part(self, start: int, end: int) -> "Piece":
        """The part of it within [start, end)."""
        return Piece(self.source, self.shot, max(start, self.start), min(end, self.end), self.fault)


class Source:
    """One file's measurements, laid on the film's frames.

    ``lively`` says what motion is worth beside quality, ``worth`` what each measured frame is worth for other reasons.
    """

    def __init__(
        self,
        index: int,
        footage: Footage,
        rate: Fraction,
        bans: Sequence[Range] = (),
        *,
        withheld: Sequence[Range] = (),
        lively: float = 0.0,
        worth: np.ndarray | float = 0.0,
    ) -> None:
        self.index = index
        self.footage = footage
        self.bans = [*bans, *withheld]
        self.withheld = withheld
        self.length = max(1, int(footage.duration * rate))
        self.shots = [_clean(footage, shot, rate, self.length) for shot in range(len(footage.shots))]
        frames = footage.frames
        times = np.array([float(Fraction(time) * rate) for time in frames["time"]])
        self._times = times
        self._prints = [int(value) for value in frames["fingerprint"]]
        values = {name: frames[name].to_numpy() for name in ("sharpness", "motion")}
        own = max(_LEAST_SHARP, float(np.percentile(values["sharpness"], _OWN_SHARP)))
        values["sharp"] = np.minimum(1.0, values["sharpness"] / own)
        lively_part = lively * np.minimum(1, values["motion"] / _LIVELY)
        values["quality"] = _quality(frames, values["sharp"]) + lively_part + worth
        self._sums = {name: _running_sum(times, values[name], self.length) for name in ("quality", "sharp", "motion")}
        self.loudness = _loudness(footage, rate, self.length)
        self.pieces = list(self._runs(_at_frames(times, _faults(frames, values["sharp"]), self.length)))

    def mean(self, name: str, start: int, end: int) -> float:
        """Mean "quality", "sharp" or "motion" over [start, end)."""
        sums = self._sums[name]
        return float(sums[end] - sums[start]) / max(1, end - start)

    def best_start(self, piece: Piece, length: int, handle: int) -> int:
        """Where in ``piece`` the best ``length`` frames begin, ``handle`` frames from its ends if there is room."""
        first, last = piece.start, piece.end - length
        if last - first >= 2 * handle:
            first, last = first + handle, last - handle
        sums = self._sums["quality"]
        means = sums[first + length : last + length + 1] - sums[first : last + 1]
        return first + int(np.argmax(np.round(means / length, 6)))

    def prints(self, start: int, end: int) -> tuple[int, int, int]:
        """Fingerprints at the first, the middle and the last frame of [start, end)."""
        places = np.searchsorted(self._times, ((start, (start + end) / 2, end - 1)))
        first, middle, last = (self._prints[min(place, len(self._prints) - 1)] for place in places)
        return first, middle, last

    def shot_at(self, frame: int) -> int:
        """The shot that ``frame`` lies in."""
        starts = [start for start, _ in self.shots]
        return max(0, int(np.searchsorted(starts, frame, side="right")) - 1)

    def _runs(self, faults: np.ndarray) -> Iterator[Piece]:
        for shot, clean in enumerate(self.shots):
            for start, end in without([clean], self.bans):
                if start == end:
                    continue
                edges = start + 1 + np.flatnonzero(np.diff(faults[start:end]))
                for a, b in pairwise([start, *edges.tolist(), end]):
                    yield Piece(self.index, shot, a, b, _FAULTS[faults[a]])


@dataclass(frozen=True, slots=True)
class Offer:
    """The free pieces of some footage, and of each: frames, worth (0..1, more or less), motion, and place in 0..1."""

    pieces: list[Piece]
    length: np.ndarray
    worth: np.ndarray
    motion: np.ndarray
    rank: np.ndarray


class Material:
    """All sources, and which of their ranges are taken. The seed tips the scales between shots of like worth."""

    def __init__(self, sources: Sequence[Source], seed: int = 0) -> None:
        self.sources = sources
        self._taken: list[list[Range]] = [[] for _ in sources]
        self._offers: list[Offer | None] = [None] * len(sources)
        self._offsets = np.concatenate([[0], np.cumsum([source.length**0.5 for source in sources])])
        self._whims = [
            np.random.default_rng([seed, source.index]).uniform(-_WHIM, _WHIM, len(source.shots)) for source in sources
        ]

    def offer(self) -> Offer:
        """Everything not taken, in the order of the footage."""
        offers = [self._offer(index) for index in range(len(self.sources))]
        columns = (np.concatenate([getattr(o, name) for o in offers]) for name in ("length", "worth", "motion", "rank"))
        return Offer([piece for o in offers for piece in o.pieces], *columns)

    def free_in(self, source: int) -> list[Piece]:
        """What is not taken of one file."""
        return self._offer(source).pieces

    def total(self) -> int:
        """Frames not taken."""
        return sum(piece.length for index in range(len(self.sources)) for piece in self._offer(index).pieces)

    def shots(self, shortest: int) -> int:
        """How many shots have so many frames free and without a fault, 1 at least."""
        pieces = self.offer().pieces
        return max(1, len({(p.source, p.shot) for p in pieces if p.length >= shortest and not p.fault}))

    def is_free(self, piece: Piece) -> bool:
        """Whether a range may be taken: not taken yet, and not banned."""
        span = [(piece.start, piece.end)]
        return without(span, [*self._taken[piece.source], *self.sources[piece.source].bans]) == span

    def take(self, piece: Piece) -> None:
        """Mark a range as used."""
        self._taken[piece.source].append((piece.start, piece.end))
        self._offers[piece.source] = None

    def give_back(self, piece: Piece) -> None:
        """Let a range be used again."""
        self._taken[piece.source] = without(self._taken[piece.source], [(piece.start, piece.end)])
        self._offers[piece.source] = None

    def clear(self) -> None:
        """Give everything back."""
        self._taken = [[] for _ in self.sources]
        self._offers = [None] * len(self.sources)

    def room(self, piece: Piece, *, faults: bool = False) -> Range:
        """How many free frames of the same shot lie right before and right after a taken range."""
        near = [p for p in self._offer(piece.source).pieces if p.shot == piece.shot and (faults or not p.fault)]
        before, after = piece.start, piece.end
        for other in reversed(near):
            before = other.start if other.end == before else before
        for other in near:
            after = other.end if other.start == after else after
        return piece.start - before, after - piece.end

    def _offer(self, index: int) -> Offer:
        offer = self._offers[index]
        if offer is None:
            offer = self._offers[index] = self._count(index)
        return offer

    def _count(self, index: int) -> Offer:
        source, taken = self.sources[index], self._taken[index]
        used = Counter(source.shot_at(start) for start, _ in taken)
        source_used = _SOURCE_USED * min(len(taken), _MOST_USES)
        pieces = [
            piece.part(*left)
            for piece in source.pieces
            if piece.fault not in _UNUSABLE
            for left in without([(piece.start, piece.end)], taken)
        ]
        rows = [
            (
                piece.length,
                source.mean("quality", piece.start, piece.end)
                + self._whims[index][piece.shot]
                - _USED_BEFORE * used[piece.shot]
                - source_used
                - _FAULTY * bool(piece.fault),
                source.mean("motion", piece.start, piece.end),
                self.rank(piece),
            )
            for piece in pieces
        ]
        return Offer(pieces, *np.array(rows, float).reshape(-1, 4).T)

    def rank(self, piece: Piece) -> float:
        """Where in all the footage a piece lies, in 0..1; long files count by the square root of their length."""
        share = (piece.start + piece.end) / 2 / self.sources[piece.source].length
        low, high = self._offsets[piece.source : piece.source + 2]
        return float((low + share * (high - low)) / self._offsets[-1])


def without(ranges: Sequence[Range], holes: Sequence[Range]) -> list[Range]:
    """``ranges`` less ``holes``."""
    left = list(ranges)
    for low, high in holes:
        left = [
            part
            for start, end in left
            for part in ((start, min(end, low)), (max(start, high), end))
            if part[1] > part[0]
        ]
    return left


def distance(a: Sequence[int], b: Sequence[int]) -> int:
    """The fewest bits (of 64) in which a fingerprint of ``a`` differs from one of ``b``."""
    return min((x ^ y).bit_count() for x in a for y in b)


def _clean(footage: Footage, index: int, rate: Fraction, length: int) -> Range:
    """A shot without its shared frames, on film frames that surely lie within it."""
    shot = footage.shots[index]
    first, end = footage.shots.clean_frames(index)
    start_time = shot.start + (first - shot.start_frame) / footage.frame_rate
    end_time = shot.end - (shot.end_frame - end) / footage.frame_rate
    start = min(length, -int(-start_time * rate // 1))
    return start, max(start, min(length, int(end_time * rate)))


def _quality(frames: pl.DataFrame, sharp: np.ndarray) -> np.ndarray:
    """How good each sample is, 0..1: sharp, well lit, moving, and held steadily."""
    exposure, white, motion, camera = (frames[name].to_numpy() for name in ("exposure", "white", "motion", "camera"))
    lit = 1 - np.abs(2 * exposure - 1) ** 3 - white / 2
    steady = 1 - np.clip((camera - _SHAKEN) / (_WHIP - _SHAKEN), 0, 1)
    return 0.5 * sharp + 0.2 * lit + 0.15 * np.minimum(1, motion / _MOVING) + 0.15 * steady


def _faults(frames: pl.DataFrame, sharp: np.ndarray) -> np.ndarray:
    """The fault of each sample, an index into ``_FAULTS``; one that is over at once is let pass, but for a whip pan."""
    exposure, black, white, motion, camera = (
        frames[name].to_numpy() for name in ("exposure", "black", "white", "motion", "camera")
    )
    conditions = (
        (exposure < _BLACK) | (black > _CLIPPED),
        (exposure > _WHITE) | (white > _CLIPPED),
        _lasting(sharp < _BLURRED),
        camera > _WHIP,
        _lasting(motion < _FROZEN),
    )
    return np.select(conditions, range(1, len(_FAULTS)), 0)


def _lasting(bad: np.ndarray) -> np.ndarray:
    """Where ``bad`` holds for ``_RUN`` samples or more."""
    edges = np.flatnonzero(np.diff(bad, prepend=False, append=False))
    kept = np.zeros(len(bad), bool)
    for start, end in edges.reshape(-1, 2):
        kept[start:end] = end - start >= _RUN
    return kept


def _at_frames(times: np.ndarray, values: np.ndarray, length: int) -> np.ndarray:
    """Each film frame's value: that of the sample nearest in time."""
    middles = (times[1:] + times[:-1]) / 2
    return values[np.searchsorted(middles, np.arange(length))]


def _running_sum(times: np.ndarray, values: np.ndarray, length: int) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(np.interp(np.arange(length), times, values))])


def _loudness(footage: Footage, rate: Fraction, length: int) -> np.ndarray | None:
    """dB at each film frame; None where there is no sound."""
    sound = footage.sound
    if sound.is_empty():
        return None
    starts = np.array([float(Fraction(start) * rate) for start in sound["start"]])
    places = np.searchsorted(starts, np.arange(length), side="right") - 1
    return np.maximum(sound["loudness"].to_numpy(), -70.0)[np.clip(places, 0, None)]
