"""A finished film looked over as a broadcaster's quality control does: what is wrong with it, and where."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from laterna.editing.reviewing.finding import Finding, Review, timecode
from laterna.editing.reviewing.flashing import Flashes
from laterna.editing.reviewing.hearing import Ear
from laterna.editing.reviewing.kept import pictures
from laterna.editing.reviewing.levels import levels
from laterna.editing.reviewing.odd import odd
from laterna.editing.reviewing.reading import reading
from laterna.editing.reviewing.track import Tracker, black, frozen
from laterna.media.audio import Audio
from laterna.media.captions import Captions
from laterna.media.loudness import Loudness, Meter
from laterna.media.pieces import Pieces
from laterna.media.subtitles import captions_of
from laterna.media.video import Video

_THREADS = 2  # of the decoder
_RESUMES = Fraction(1, 10)  # seconds from a hold's or a gap's end in which the picture leaps on


def review(
    video: Video,
    *,
    captions: Captions | None = None,
    target: float | None = None,
    loudness: Loudness | None = None,
    pieces: Pieces | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Review:
    """Find what is wrong with a film, with time codes; the command ends with 3 where there are errors.

    Black, frozen and flash frames, jump cuts; clipped sound, silent gaps, clicks; captions too fast or cut off;
    loudness and true peak (EBU R128); flashes that may harm photosensitive viewers (ITU-R BT.1702).

    Args:
        video: the film.
        captions: its captions; else those that it carries, or that lie beside it (FILM.srt, FILM.vtt).
        target: the loudness that it should have, in LUFS: -23 for broadcast, -14 online; none unless given.
        loudness: the film's, where it is known, to save measuring it again.
        pieces: where what is seen of each part is kept, to look only at new parts the next time.
        progress: called with the frames that are done and all frames.

    Raises:
        MediaError: the film's pictures, its sound or its captions are broken.
        DataError: the captions beside it are not in their format.
    """
    shown = captions if captions is not None else captions_of(video)
    found = list(_seen(video, shown, pieces, progress or (lambda done, total: None)))
    if video.has_audio:
        ear, loudness = _heard(Audio(video.path), loudness)
        found += [*ear.findings(video.duration), *levels(loudness, target, video.duration)]
    if shown is not None:
        found += reading(shown, video.duration)
    ordered = sorted(found, key=lambda one: (one.start, one.end, one.kind))
    labelled = (replace(one, timecode=timecode(video, one.start)) for one in ordered)
    return Review(video.path, tuple(labelled), loudness if video.has_audio else None)


def _seen(
    video: Video, captions: Captions | None, pieces: Pieces | None, progress: Callable[[int, int], None]
) -> Iterator[Finding]:
    tracker, flashes = Tracker(), Flashes(video)
    for sketches in pictures(video, pieces, _THREADS):
        tracker.add(sketches)
        flashes.add(sketches)
        progress(len(tracker), video.frame_count)
    track = tracker.track(video.time_base, video.duration)
    holds = [*black(track), *frozen(track)]
    yield from holds
    changes = [time for caption in captions or () for time in (caption.start, caption.end)]
    for one in odd(track):
        lettered = one.kind == "jump cut" and any(abs(time - one.start) <= 1 / video.frame_rate for time in changes)
        if not (lettered or _follows(one, holds)):  # a caption burnt in comes and goes at once
            yield one
    yield from flashes.findings()


def _follows(found: Finding, holds: Iterable[Finding]) -> bool:
    """Whether a jump is but the end, or the start, of a hold that was found."""
    return any(
        min(abs(found.start - hold.end), abs(found.start - hold.start)) <= _RESUMES
        or hold.start < found.start < hold.end
        for hold in holds
    )


def _heard(audio: Audio, known: Loudness | None) -> tuple[Ear, Loudness]:
    """One decoding of the sound, for its faults and for its loudness where that is not known."""
    ear, meter = Ear(audio.sample_rate), None if known else Meter(audio.sample_rate)
    for block in audio.blocks(channels=min(2, audio.channels)):
        ear.add(block)
        if meter is not None:
            meter.push(block)
    return ear, known or (meter or Meter(audio.sample_rate)).finish()
