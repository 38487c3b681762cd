"""Sketches of a film part by part, those of parts that were seen before taken from where they are kept.

A part is a closed group of pictures: what lies between two key frames in the file, and is decoded without the rest. Its
packets' hash names it, wherever in a film it lies. So the review of a film in which a caption changed decodes what was
encoded anew, and no more.
"""

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from laterna.editing.reviewing.sketches import Sketcher, Sketches, sketched
from laterna.media.pieces import Pieces
from laterna.media.video import Video, opened

_AT_ONCE = 250  # pictures whose sketches are held where nothing is kept
_SUFFIX = ".npz"


@dataclass
class Group:
    """A closed group of pictures: when it starts, in the film's time base, and the hash of its packets."""

    start: int
    digest: Any = field(repr=False, default_factory=hashlib.sha256)


def pictures(video: Video, pieces: Pieces | None, threads: int) -> Iterator[Sketches]:
    """A film's sketches in order, each part's first picture compared with the last of the part before."""
    parts = _decoded(video, threads) if pieces is None else _kept(video, pieces, threads)
    before: Sketches | None = None
    for part in parts:
        before = part if before is None else part.following(before)
        yield before


def groups(video: Video) -> list[Group]:
    """The closed groups of a film in order, told by its packets without decoding.

    A key frame that pictures shown before it depend on too (an open group) closes nothing.
    """
    found: list[Group] = []
    with opened(video.path) as container:
        stream = container.streams.video[0]
        origin = round(video.start_time / video.time_base)
        for packet in container.demux(stream):
            if packet.pts is None or not packet.size:
                continue
            if not found or packet.is_keyframe:
                found.append(Group(packet.pts - origin))
            elif packet.pts - origin < found[-1].start and len(found) > 1:
                opening = found.pop()
                found[-1].digest.update(opening.digest.digest())
            found[-1].digest.update(b"%d %d " % (packet.pts - origin - found[-1].start, packet.size) + bytes(packet))
    return found


def _decoded(video: Video, threads: int) -> Iterator[Sketches]:
    return sketched(video, video.frames(threads=threads), _AT_ONCE)


def _kept(video: Video, pieces: Pieces, threads: int) -> Iterator[Sketches]:
    """Each group's sketches; runs of groups that are not kept are decoded in one go."""
    pieces = pieces.of(f"{video.time_base} {video.coded_size} {video.matrix} {video.pixel_format}")
    found = groups(video)
    ends: list[Fraction | None] = [*(group.start * video.time_base for group in found[1:]), None]
    numbered = zip(found, ends, strict=True)
    for known, run in itertools.groupby(numbered, key=lambda pair: _is_kept(pair[0], pieces)):
        if known:
            for group, _ in run:
                yield Sketches.open(pieces.path(*_name(group), suffix=_SUFFIX)).shifted(group.start)
        else:
            yield from _made(video, list(run), pieces, threads)


def _is_kept(group: Group, pieces: Pieces) -> bool:
    return pieces.find(*_name(group), suffix=_SUFFIX) is not None


def _made(
    video: Video, run: Sequence[tuple[Group, Fraction | None]], pieces: Pieces, threads: int
) -> Iterator[Sketches]:
    sketcher, coming = Sketcher(video), iter(run)
    group, end = next(coming)
    for frame in video.frames(group.start * video.time_base, run[-1][1], threads=threads):
        while end is not None and frame.time >= end:
            if (taken := sketcher.taken()) is not None:
                yield _keep(taken, group, pieces)
            group, end = next(coming)
        sketcher.add(frame)
    if (taken := sketcher.taken()) is not None:
        yield _keep(taken, group, pieces)


def _keep(taken: Sketches, group: Group, pieces: Pieces) -> Sketches:
    pieces.get(*_name(group), suffix=_SUFFIX, make=taken.shifted(-group.start).save)
    return taken


def _name(group: Group) -> tuple[str, ...]:
    return ("sketches", group.digest.hexdigest())
