"""The sound tracks of a timeline as streams of blocks: clips read, placed, faded and crossfaded."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio

from laterna.errors import DataError
from laterna.media.audio import Audio
from laterna.media.timecode import to_seconds
from laterna.media.timeline import picture_length, resolve, source_start

RATE = 48_000  # Hz
BLOCK = RATE  # samples; a whole number of the limiter's and the ducker's frames

_FADE = Fraction(1, 100)  # seconds at every edge of a clip, so that none clicks
_OUTER_FADE = {"Music": Fraction(2)}  # seconds at the end of the last clip: music isn't cut off


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file's sound on the timeline.

    Attributes:
        audio: where the sound comes from.
        source: seconds in the file at which the stretch starts.
        start, end: its samples on the timeline, handles for crossfades included.
        fade_in, fade_out: samples.
        smooth_in, smooth_out: the fade keeps the power, for a crossfade of different sounds; else it is straight.
    """

    audio: Audio
    source: Fraction
    start: int
    end: int
    fade_in: int
    fade_out: int
    smooth_in: bool = False
    smooth_out: bool = False

    def gain(self, first: int, end: int) -> np.ndarray:
        """The fades' gain for samples ``first`` to ``end`` of the timeline, (samples, 1) float32."""
        position = np.arange(first, end) + 0.5
        rising = _ramp((position - self.start) / max(1, self.fade_in), self.smooth_in)
        falling = _ramp((self.end - position) / max(1, self.fade_out), self.smooth_out)
        return (rising * falling).astype(np.float32)[:, np.newaxis]


@dataclass(slots=True)
class _Slot:
    """A child of a track, where it lies in seconds, and the transitions at its edges."""

    child: otio.core.Item
    start: Fraction
    end: Fraction
    before: otio.schema.Transition | None = None
    after: otio.schema.Transition | None = None
    follows: bool = False  # a clip ends where this one starts
    leads: bool = False  # a clip starts where this one ends


def length(timeline: otio.schema.Timeline) -> int:
    """Samples at 48 kHz that the sound lasts: as long as the pictures or, without any, as its longest track."""
    ends = (slots[-1].end for slots in map(_slots, timeline.tracks) if slots)
    return round((picture_length(timeline) or max(ends, default=Fraction(0))) * RATE)


def pieces(track: otio.schema.Track, folder: Path, total: int) -> list[Piece]:
    """What sounds on a track, in order; at most ``total`` samples long.

    Clips that touch are crossfaded in 10 ms around the cut, or as long as a Transition between them says.

    Args:
        folder: where the timeline lies, from which its media are found.

    Raises:
        DataError: the track holds what can't be played, or a file is missing.
    """
    if not track.enabled:
        return []
    outer = _OUTER_FADE.get(track.name, _FADE)
    opened: dict[Path, Audio] = {}
    found = []
    for slot in _slots(track):
        if _sounds(slot.child):
            file = resolve(_plain(slot.child).media_reference, folder)
            opened[file] = opened.get(file) or Audio(file)
            found.append(_piece(slot, opened[file], _start(slot.child, folder), total, outer))
    return [piece for piece in found if piece.start < piece.end]


def stream(placed: Sequence[Piece], total: int) -> Iterator[np.ndarray]:
    """Blocks of (samples, 2) float32 at 48 kHz, ``total`` samples in all: the pieces mixed, silence between them."""
    readers = [_Reader(piece) for piece in placed]
    for first in range(0, total, BLOCK):
        end = min(first + BLOCK, total)
        block = np.zeros((end - first, 2), np.float32)
        for reader in readers:
            reader.mix_into(block, first)
        readers = [reader for reader in readers if reader.piece.end > end]
        yield block


class _Reader:
    """Reads a piece from its start to its end, as blocks of the timeline come by."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self._blocks: Iterator[np.ndarray] | None = None
        self._left = np.zeros((0, 2), np.float32)

    def mix_into(self, block: np.ndarray, first: int) -> None:
        """Add the samples that fall in ``block``, which starts at sample ``first`` of the timeline."""
        start, end = max(self.piece.start, first), min(self.piece.end, first + len(block))
        if start < end:
            block[start - first : end - first] += self._take(end - start) * self.piece.gain(start, end)

    def _take(self, count: int) -> np.ndarray:
        if self._blocks is None:
            end = self.piece.source + Fraction(self.piece.end - self.piece.start, RATE)
            self._blocks = self.piece.audio.blocks(self.piece.source, end, sample_rate=RATE, channels=2, size=BLOCK)
        parts, missing = [self._left], count - len(self._left)
        while missing > 0:
            parts.append(next(self._blocks))
            missing -= len(parts[-1])
        samples = np.concatenate(parts)
        self._left = samples[count:]
        return samples[:count]


def _slots(track: otio.schema.Track) -> list[_Slot]:
    slots: list[_Slot] = []
    time, before = Fraction(0), None
    for child in track:
        if isinstance(child, otio.schema.Transition):
            before = child
            if slots:
                slots[-1].after = child
            continue
        end = time + to_seconds(_trimmed(child).duration)
        follows = bool(slots) and _sounds(slots[-1].child)
        if slots:
            slots[-1].leads = _sounds(child)
        slots.append(_Slot(child, time, end, before, follows=follows))
        time, before = end, None
    return slots


def _piece(slot: _Slot, audio: Audio, source: Fraction, total: int, outer_fade: Fraction) -> Piece:
    """A clip with its handles and fades. Where the file has too little sound for a handle, the fade is shorter."""
    lead, fade_in = _edge(slot.before, slot.follows, head=True)
    tail, fade_out = _edge(slot.after, slot.leads, head=False)
    if slot.after is None and not slot.leads:
        fade_out = max(fade_out, min(outer_fade, (slot.end - slot.start) / 2))
    shortage = max(Fraction(0), lead - min(source, slot.start))
    lead, fade_in = lead - shortage, fade_in - shortage
    ends = min(slot.end + tail, slot.start - source + audio.duration)  # a sound may end before its picture does
    return Piece(
        audio=audio,
        source=source - lead,
        start=round((slot.start - lead) * RATE),
        end=min(total, math.floor(ends * RATE)),
        fade_in=round(fade_in * RATE),
        fade_out=round(fade_out * RATE),
        smooth_in=slot.before is not None,
        smooth_out=slot.after is not None,
    )


def _edge(transition: otio.schema.Transition | None, touches: bool, *, head: bool) -> tuple[Fraction, Fraction]:
    """The handle beyond a clip's edge, and the fade there, in seconds."""
    if transition is not None:
        before, after = to_seconds(transition.in_offset), to_seconds(transition.out_offset)
        return (before if head else after), before + after
    return (_FADE / 2 if touches else Fraction(0)), _FADE


def _plain(item: otio.core.Item) -> otio.schema.Clip:
    retimed = any(isinstance(effect, otio.schema.TimeEffect) for effect in item.effects)
    if not isinstance(item, otio.schema.Clip) or retimed:
        raise DataError(f"{item.name!r} on a sound track is no plain clip: render it to a file, and put that in.")
    return item


def _start(clip: otio.schema.Clip, folder: Path) -> Fraction:
    source = source_start(clip, folder)
    if source < 0:
        raise DataError(f"The clip {clip.name!r} starts {float(-source):.2f} s before its file does: trim its start.")
    return source


def _trimmed(item: otio.core.Item) -> otio.opentime.TimeRange:
    try:
        return item.trimmed_range()
    except otio.exceptions.OTIOError as error:
        raise DataError(f"{item.name!r} has no length in the timeline: give it a source range.") from error


def _sounds(item: otio.core.Item) -> bool:
    """A clip without any medium keeps a place, such as that of a sentence that no engine spoke."""
    silent = isinstance(item, otio.schema.Clip) and isinstance(item.media_reference, otio.schema.MissingReference)
    return not isinstance(item, otio.schema.Gap) and item.enabled and not silent


def _ramp(position: np.ndarray, smooth: bool) -> np.ndarray:
    ramp = np.clip(position, 0, 1)
    return np.sin(ramp * (np.pi / 2)) if smooth else ramp
