"""What is left of talks, laid out on a timeline's tracks: clips that follow one another, picture and sound together."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio

from laterna.editing.rendering.foreign import enlargement
from laterna.editing.tidying.silence import Rule, kept_frames, runs
from laterna.media.audio import Audio
from laterna.media.timeline import clip_reference, source_range, track, url
from laterna.media.video import Video

Cut = tuple[Fraction, Fraction, str]  # seconds from and to which words go, and the words


class Layout:
    """Fills a timeline, talk by talk.

    Attributes:
        frames: how many are laid out so far.
        removed: a row for each stretch that was cut out.

    Args:
        timeline: to be filled.
        folder: where it will be saved.
        rate: the film's.
        punch_in: by how much every second clip of a talk is enlarged.
    """

    def __init__(self, timeline: otio.schema.Timeline, folder: Path, rate: Fraction, punch_in: float) -> None:
        self.frames = 0
        self.removed: list[dict[str, Any]] = []
        self._timeline = timeline
        self._tracks = track(timeline, "Picture"), track(timeline, "Narration")
        self._folder, self._rate, self._punch_in = folder, rate, punch_in

    def add(self, video: Video, level: np.ndarray, rule: Rule, cuts: Sequence[Cut]) -> None:
        """Append what is left of a talk of these levels (dBFS, a frame each) without the words that go."""
        spans = [(round(start * self._rate), round(end * self._rate), said) for start, end, said in cuts]
        gone = np.zeros(len(level), bool)
        for start, end, _ in spans:
            gone[start:end] = True
        kept = list(runs(kept_frames(level, rule, gone)))
        ends, starts = [0, *(end for _, end in kept)], [*(start for start, _ in kept), len(level)]
        holes = [(first, end, _words(first, end, spans)) for first, end in zip(ends, starts, strict=True)]
        self._append(video, kept, [self._reason(*hole) for hole in holes[:-1]])
        self.removed += [self._row(video, *hole) for hole in holes if hole[0] < hole[1]]

    def lay_music(self, path: Path) -> None:
        """The music once, from its start, no longer than the talk."""
        audio = Audio(path)
        frames = min(self.frames, int(audio.duration * self._rate))
        reference = clip_reference(audio, self._folder, self._rate)
        span = source_range(reference, 0, frames, self._rate)
        known = {"laterna": {"reason": "the film's music"}}
        track(self._timeline, "Music").append(otio.schema.Clip(path.stem, reference, span, metadata=known))

    def _append(self, video: Video, kept: Sequence[tuple[int, int]], reasons: Sequence[str]) -> None:
        media = video, Audio(video.path)
        references = [clip_reference(medium, self._folder, self._rate) for medium in media]
        name = video.path.stem.encode(errors="replace").decode()
        for (start, end), reason in zip(kept, reasons, strict=True):
            for to, reference in zip(self._tracks, references, strict=True):
                span = source_range(reference, start, end - start, self._rate)
                to.append(otio.schema.Clip(name, reference.clone(), span, metadata={"laterna": {"reason": reason}}))
            if self._punch_in and len(self._tracks[0]) % 2 == 0:
                self._tracks[0][-1].effects.append(enlargement(1 + self._punch_in))
            self.frames += end - start

    def _reason(self, start: int, end: int, said: str) -> str:
        """Why a clip begins after what was cut out before it."""
        seconds = float((end - start) / self._rate)
        if start == end:
            return "the talk goes on" if start else "the talk begins"
        return f"after {said!r} was cut out" if said else f"after {seconds:.2f} s of silence"

    def _row(self, video: Video, start: int, end: int, said: str) -> dict[str, Any]:
        return {
            "footage": url(video.path, self._folder),
            "start": float(start / self._rate),
            "end": float(end / self._rate),
            "reason": f"the words {said!r}" if said else "silence",
        }


def _words(start: int, end: int, spans: Sequence[tuple[int, int, str]]) -> str:
    """The words that go within a range of frames."""
    return " ".join(said for first, last, said in spans if first < end and last > start)
