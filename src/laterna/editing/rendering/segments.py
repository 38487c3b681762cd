"""A timeline taken apart into segments: stretches of film that are encoded on their own.

A segment begins where a clip comes in (with its dissolve or fade), and long clips are divided every few seconds, so
that work runs side by side and a change touches little. Everything in a segment counts frames from the segment's own
start: the same pictures anywhere in a film make the same segment, and need encoding once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import opentimelineio as otio

from laterna.editing.rendering.foreign import check_item, check_transition, is_shown, zoom
from laterna.editing.titles import Style, check, fade_frames
from laterna.errors import DataError
from laterna.media.captions import Captions
from laterna.media.timecode import to_seconds
from laterna.media.timeline import TITLE, picture_length, resolve, source_start

_LONGEST = 8  # seconds of a segment, or half as much again
_EMPTY_GENERATORS = {"slug", "black", "blackvideo"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Something to be seen from frame ``first`` for ``count`` frames.

    ``ramps`` are pairs (frame where it would be invisible, frame where it would be opaque): how it comes and goes.
    """

    first: int
    count: int
    ramps: tuple[tuple[int, int], ...] = ()

    @property
    def end(self) -> int:
        return self.first + self.count

    def __contains__(self, frame: int) -> bool:
        return self.first <= frame < self.end

    def opacity(self, frame: int) -> float:
        """In 0..1 at ``frame``."""
        return min([1.0, *(max(0.0, (frame - clear) / (full - clear)) for clear, full in self.ramps)])

    def within(self, first: int, end: int, rate: Fraction) -> Self | None:
        """The part in the frames [``first``, ``end``), counted from ``first``; None where there is none."""
        begin, stop = max(self.first, first), min(self.end, end)
        if begin >= stop:
            return None
        ramps = tuple(
            (clear - first, full - first)
            for clear, full in self.ramps
            if any((frame - full) * (full - clear) < 0 for frame in (begin, stop - 1))
        )
        return replace(self._skipping(begin - self.first, rate), first=begin - first, count=stop - begin, ramps=ramps)

    def _skipping(self, frames: int, rate: Fraction) -> Self:
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer(Span):
    """Pictures of a file, from ``start`` seconds on, ``zoom`` times enlarged about their middle."""

    path: Path
    start: Fraction
    zoom: Fraction = Fraction(1)

    def _skipping(self, frames: int, rate: Fraction) -> Self:
        return replace(self, start=self.start + frames / rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Title(Span):
    """Type over the pictures."""

    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Segment:
    """Frames [``first``, ``first + count``) of a film: layers from the lowest up, titles over them, black beneath."""

    first: int
    count: int
    layers: tuple[Layer, ...]
    titles: tuple[Title, ...]


def segments(timeline: otio.schema.Timeline, folder: Path, rate: Fraction, captions: Captions | None) -> list[Segment]:
    """Take ``timeline`` apart at ``rate`` frames a second; its media are looked for from ``folder``.

    Video tracks lie over one another, gaps show black. ``captions`` are burnt in.

    Raises:
        DataError: there is nothing to show, a medium is missing, or the timeline asks for what can't be drawn.
    """
    spans = [span for track in timeline.video_tracks() for span in _spans(track, folder, rate)]
    length = round(picture_length(timeline) * rate)
    layers = [span for span in spans if isinstance(span, Layer)]
    if not layers or length == 0:
        raise DataError(f"The timeline {timeline.name!r} has no picture: put clips on a video track.")
    titles = [span for span in spans if isinstance(span, Title)] + _captions(captions, rate)
    return [_segment(first, end, layers, titles, rate) for first, end in _stretches(layers, length, rate)]


def _stretches(layers: Sequence[Layer], length: int, rate: Fraction) -> Iterator[tuple[int, int]]:
    longest = round(_LONGEST * rate)
    for first, end in pairwise(sorted({0, length} | {layer.first for layer in layers if 0 < layer.first < length})):
        while end - first >= 3 * longest // 2:
            yield first, first + longest
            first += longest
        yield first, end


def _segment(first: int, end: int, layers: Sequence[Layer], titles: Sequence[Title], rate: Fraction) -> Segment:
    shown = [part for layer in layers if (part := layer.within(first, end, rate))]
    covering = [i for i, layer in enumerate(shown) if layer.count == end - first and not layer.ramps]
    if covering:
        shown = shown[covering[-1] :]
    over = [title for each in titles if (title := each.within(first, end, rate))]
    return Segment(first, end - first, tuple(shown), tuple(over))


def _captions(captions: Captions | None, rate: Fraction) -> list[Title]:
    found = []
    for caption in captions.captions if captions else ():
        first, end = round(caption.start * rate), round(caption.end * rate)
        text = "\n".join(caption.lines)
        check(text, "caption")
        found.append(Title(first=first, count=max(1, end - first), text=text, style="caption"))
    return found


@dataclass(frozen=True, slots=True)
class _Placed:
    """A clip in seconds of the film; ``lead`` and ``tail`` are what transitions take before and after its two cuts."""

    clip: otio.schema.Clip
    start: Fraction
    end: Fraction
    lead: tuple[Fraction, Fraction]
    tail: tuple[Fraction, Fraction]
    last: bool  # nothing follows it at once


def _spans(track: otio.schema.Track, folder: Path, rate: Fraction) -> Iterator[Span]:
    for placed in _clips(track):
        reference = placed.clip.media_reference
        if not isinstance(reference, otio.schema.GeneratorReference):
            yield _layer(placed, folder, rate)
        elif reference.generator_kind == TITLE:
            yield _title(placed, reference.parameters, rate)
        elif reference.generator_kind.lower().replace(" ", "") not in _EMPTY_GENERATORS:
            raise DataError(
                f"The clip {placed.clip.name!r} at {float(placed.start):.2f} s is made by"
                f" {reference.generator_kind!r}, which can't be drawn here: render it to a file in the editing program."
            )


def _clips(track: otio.schema.Track) -> Iterator[_Placed]:
    items = [None, *track, None, None]
    now = Fraction(0)
    for before, item, after, beyond in zip(items, items[1:], items[2:], items[3:], strict=False):
        if isinstance(item, otio.schema.Transition):
            check_transition(item, now)
            continue
        check_item(item, now)
        start, now = now, now + to_seconds(item.duration())
        if is_shown(item) and track.enabled:
            following = beyond if isinstance(after, otio.schema.Transition) else after
            yield _Placed(item, start, now, _offsets(before), _offsets(after), not is_shown(following))


def _layer(placed: _Placed, folder: Path, rate: Fraction) -> Layer:
    """A clip with the transition that leads to it and, before a gap or the end, the one that it leaves by.

    Between two clips only the later one's opacity changes, over the earlier one.
    """
    path = resolve(placed.clip.media_reference, folder)
    first, cut_in = round((placed.start - placed.lead[0]) * rate), round((placed.start + placed.lead[1]) * rate)
    end, cut_out = round((placed.end + placed.tail[1]) * rate), round((placed.end - placed.tail[0]) * rate)
    ramps = [(first - 1, cut_in)] if any(placed.lead) else []
    if any(placed.tail) and placed.last:
        ramps.append((end, cut_out - 1))
    start = source_start(placed.clip, folder) - (placed.start - first / rate)
    if -1 / rate < start < 0:  # the film's frames need not be the file's
        start = Fraction(0)
    enlarged = zoom(placed.clip)
    return Layer(first=first, count=end - first, ramps=tuple(ramps), path=path, start=start, zoom=enlarged)


def _title(placed: _Placed, parameters: Any, rate: Fraction) -> Title:
    text = str(parameters.get("text", ""))
    style: Style = parameters.get("style") or "title"
    check(text, style)
    first, end = round(placed.start * rate), round(placed.end * rate)
    fade = fade_frames(style, rate, end - first)
    ramps = ((first - 1, first + fade), (end, end - 1 - fade)) if fade else ()
    return Title(first=first, count=end - first, ramps=ramps, text=text, style=style)


def _offsets(item: otio.core.Composable | None) -> tuple[Fraction, Fraction]:
    """Seconds that a transition takes before and after its cut."""
    if not isinstance(item, otio.schema.Transition):
        return Fraction(0), Fraction(0)
    return to_seconds(item.in_offset), to_seconds(item.out_offset)
