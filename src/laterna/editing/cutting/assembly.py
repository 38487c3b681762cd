"""A choice of ranges laid out as a timeline: pictures, dissolves and fades, titles, and the sound below them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio

from laterna.editing.cutting.cards import Card
from laterna.editing.cutting.material import Material, Piece, Source
from laterna.editing.cutting.narration import Voice
from laterna.editing.cutting.rules import Pick
from laterna.media.audio import Audio
from laterna.media.timecode import to_seconds
from laterna.media.timeline import TITLE, clip_reference, source_range, track
from laterna.media.video import Video

_FADE = Fraction(1, 2)  # seconds from and to black at the film's ends
_DISSOLVE = Fraction(1, 2)
_TITLE = (Fraction(3, 2), Fraction(5, 2))  # at least and at most
_LEAD = Fraction(1, 2)  # seconds at most that sound cuts before or after its picture
_HEARD_FIRST = Fraction(1, 5)  # seconds that sound leads its picture where no moment is quieter than others
_RELUCTANCE = 6.0  # dB by which a moment has to be quieter for sound to cut half a second from there
_QUIETER = 3.0  # dB that are worth a word


@dataclass(frozen=True, slots=True)
class Placed:
    """A chosen range and the film frame that it starts at."""

    pick: Pick
    start: int

    @property
    def piece(self) -> Piece:
        return self.pick.piece

    @property
    def end(self) -> int:
        return self.start + self.pick.length


@dataclass(frozen=True, slots=True)
class _Turn:
    """Sound that cuts ``shift`` frames after its picture (an L cut), or before it (a J cut, negative)."""

    shift: int
    quieter: bool = False

    def words(self, side: int) -> list[str]:
        """What is said of it at the clip that lasts longer for it: the later one (-1) or the earlier one (1)."""
        if self.shift * side <= 0:
            return []
        frames = f"{abs(self.shift)} frame{'s' * (abs(self.shift) > 1)}"
        how = f"L cut: heard {frames} after its picture" if side > 0 else f"J cut: heard {frames} before its picture"
        return [how + (", where it is quieter" if self.quieter else "")]


class Assembly:
    """Fills a timeline's tracks. ``folder`` is where it will be saved."""

    def __init__(self, timeline: otio.schema.Timeline, material: Material, folder: Path, rate: Fraction) -> None:
        self._timeline = timeline
        self._material = material
        self._rate = rate
        self._picture_reference = cache(lambda path: clip_reference(Video(path), folder, rate))
        self._sound_reference = cache(lambda path: clip_reference(Audio(path), folder, rate))

    def pictures(
        self, shots: Sequence[Placed], reasons: Sequence[Mapping[str, Any]], length: int, *, dissolves: bool
    ) -> None:
        """Cuts, dissolves where asked for and possible, and the fades at both ends of a film of ``length`` frames.

        Between shots that don't meet, and after the last one, the screen is black.
        """
        pictures = track(self._timeline, "Picture")
        fade = min(round(_FADE * self._rate), shots[0].pick.length // 3, shots[-1].pick.length // 3)
        if fade:
            pictures.append(self._transition("fade in", 0, fade))
        for index, (shot, reason) in enumerate(zip(shots, reasons, strict=True)):
            black = shot.start - shots[index - 1].end if index else 0
            if black:
                pictures.append(otio.schema.Gap(duration=self._time(black)))
            elif dissolves and index:
                half = self._handles(shots[index - 1].piece, shot.piece)
                if half:
                    pictures.append(self._transition("dissolve", half, half))
            pictures.append(self._clip(shot.piece.source, shot.piece.start, shot.piece.end, reason))
        if shots[-1].end < length:
            pictures.append(otio.schema.Gap(duration=self._time(length - shots[-1].end)))
        elif fade:
            pictures.append(self._transition("fade out", fade, 0))

    def location_sound(self, shots: Sequence[Placed]) -> None:
        """The sound of the pictures; it changes a little before or after them (J and L cuts), where that is quiet."""
        inner = (self._turn(a.piece, b.piece) if a.end == b.start else _Turn(0) for a, b in pairwise(shots))
        turns = [_Turn(0), *inner, _Turn(0)]
        layer = _Layer(track(self._timeline, "Location"), self._rate)
        for shot, (head, tail) in zip(shots, pairwise(turns), strict=True):
            if self._source(shot.piece).loudness is None:
                continue
            start, end = shot.piece.start + head.shift, shot.piece.end + tail.shift
            reason = "; ".join(["sound of the picture", *head.words(-1), *tail.words(1)])
            layer.put(shot.start + head.shift, self._clip(shot.piece.source, start, end, {"reason": reason}))

    def narration(self, spoken: Sequence[Voice], starts: Mapping[int, int], speech: Path | None) -> None:
        """One clip for each sentence; where nothing was spoken its place is kept by a clip without a file."""
        layer = _Layer(track(self._timeline, "Narration"), self._rate)
        for voice in spoken:
            reference = otio.schema.MissingReference("no voice")
            if speech is not None:
                reference = self._sound_reference(speech).clone()
            known = {"sentence": voice.number, "text": voice.text, "reason": f"sentence {voice.number}"}
            name = f"sentence {voice.number}"
            layer.put(starts[voice.number], self._bare_clip(name, reference, voice.start, voice.length, known))

    def music(self, path: Path, length: int) -> None:
        """The music once, from its start, no longer than the film."""
        reference = self._sound_reference(path)
        frames = min(length, int(to_seconds(reference.available_range.duration) * self._rate))
        clip = self._bare_clip(path.stem, reference.clone(), 0, frames, {"reason": "the film's music"})
        _Layer(track(self._timeline, "Music"), self._rate).put(0, clip)

    def titles(self, shots: Sequence[Placed], title: str | None, end_title: str | None) -> None:
        """The film's title over its first shot, the end title over its last, or beyond where a shot is too short."""
        layer, length = _Layer(track(self._timeline, "Titles"), self._rate), shots[-1].end
        lead = min(round(_FADE * self._rate), length // 8)
        shortest, longest = (min(round(seconds * self._rate), length // 3) for seconds in _TITLE)
        if title:
            layer.put(lead, self._title(title, "title", max(shortest, min(longest, shots[0].end - lead))))
        if end_title:
            frames = max(shortest, min(longest, shots[-1].pick.length - lead))
            layer.put(length - frames - lead // 2, self._title(end_title, "end", frames))

    def cards(self, shots: Sequence[Placed], dealt: Sequence[tuple[int, Card]], last: Card | None) -> None:
        """Each card on the black before its shot, by the shot's index, and the one that ends the film."""
        layer = _Layer(track(self._timeline, "Titles"), self._rate)
        for index, card in dealt:
            layer.put(shots[index].start - card.frames, self._title(card.text, "title", card.frames))
        if last:
            layer.put(shots[-1].end, self._title(last.text, "title", last.frames))

    def _source(self, piece: Piece) -> Source:
        return self._material.sources[piece.source]

    def _clip(self, source: int, start: int, end: int, known: Mapping[str, Any]) -> otio.schema.Clip:
        path = self._material.sources[source].footage.path
        return self._bare_clip(path.stem, self._picture_reference(path).clone(), start, end - start, known)

    def _bare_clip(
        self, name: str, reference: Any, start: int, length: int, known: Mapping[str, Any]
    ) -> otio.schema.Clip:
        """A clip of ``length`` frames from the ``start``-th of its file on."""
        span = source_range(reference, start, length, self._rate)
        name = name.encode(errors="replace").decode()
        return otio.schema.Clip(name, reference, span, metadata={"laterna": dict(known)})

    def _title(self, text: str, style: str, frames: int) -> otio.schema.Clip:
        span = otio.opentime.TimeRange(self._time(0), self._time(frames))
        reference = otio.schema.GeneratorReference(style, TITLE, span, {"text": text, "style": style})
        return otio.schema.Clip(style, reference, span, metadata={"laterna": {"reason": "the brief's title"}})

    def _transition(self, name: str, before: int, after: int) -> otio.schema.Transition:
        kind = otio.schema.TransitionTypes.SMPTE_Dissolve
        return otio.schema.Transition(name, kind, self._time(before), self._time(after))

    def _time(self, frames: int) -> otio.opentime.RationalTime:
        return otio.opentime.RationalTime(frames, float(self._rate))

    def _handles(self, out: Piece, into: Piece) -> int:
        """Frames that a dissolve can take at each side of its cut; 0 where there are too few. They are taken."""
        half = round(_DISSOLVE * self._rate / 2)
        if (
            min(self._material.room(out)[1], self._material.room(into)[0]) < half
            or min(out.length, into.length) < 4 * half
        ):
            return 0
        self._material.take(Piece(out.source, out.shot, out.end, out.end + half))
        self._material.take(Piece(into.source, into.shot, into.start - half, into.start))
        return half

    def _turn(self, out: Piece, into: Piece) -> _Turn:
        """Where the sound of one shot gives way to that of the next, as far as free frames of the same shots reach."""
        before, after = self._source(out).loudness, self._source(into).loudness
        if before is None or after is None:
            return _Turn(0)
        reach = min(round(_LEAD * self._rate), out.length // 3, into.length // 3)
        late, early = min(reach, self._material.room(out)[1]), min(reach, self._material.room(into)[0])
        shifts = np.arange(-early, late + 1)
        louder = np.maximum(_at(before, out.end + shifts), _at(after, into.start + shifts))
        away = np.abs(shifts + round(_HEARD_FIRST * self._rate))
        best = np.lexsort((away, np.round(louder + _RELUCTANCE * away / float(_LEAD * self._rate), 3)))[0]
        shift = int(shifts[best])
        if shift > 0:
            self._material.take(Piece(out.source, out.shot, out.end, out.end + shift))
        elif shift < 0:
            self._material.take(Piece(into.source, into.shot, into.start + shift, into.start))
        return _Turn(shift, bool(louder[early] - louder[best] >= _QUIETER))


class _Layer:
    """A track that clips are put on at film frames, in order, with gaps between them."""

    def __init__(self, into: otio.schema.Track, rate: Fraction) -> None:
        self._track = into
        self._rate = rate
        self._end = 0

    def put(self, start: int, clip: otio.schema.Clip) -> None:
        if start > self._end:
            self._track.append(
                otio.schema.Gap(duration=otio.opentime.RationalTime(start - self._end, float(self._rate)))
            )
        self._track.append(clip)
        self._end = start + round(clip.source_range.duration.value)


def _at(loudness: np.ndarray, frames: np.ndarray) -> np.ndarray:
    return loudness[np.clip(frames, 0, len(loudness) - 1)]
