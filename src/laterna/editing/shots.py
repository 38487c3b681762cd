"""Shots of a film, found while its frames stream by."""

from array import array
from fractions import Fraction
from typing import Literal, Protocol

import numpy as np

from laterna.editing.detection.classical import Classical
from laterna.editing.detection.network import Network
from laterna.media.shots import Shot, ShotTable, Transition
from laterna.media.video import Frame, Video

Method = Literal["network", "classical"]


def shots(video: Video, *, method: Method = "network") -> ShotTable:
    """Find a film's shots: cuts, dissolves, fades and wipes, each with a confidence.

    Args:
        video: the film.
        method: how; "network" is a small trained one (editing/boundary), "classical" compares pictures by rules.

    Raises:
        MediaError: the film's pictures are broken.
        ModelError: the network's weights are of your own training, and broken.
    """
    detector = ShotDetector(video, method)
    for frame in video.frames():
        detector.add(frame)
    return detector.shots()


class Finder(Protocol):
    """What finds transitions in frames that it is shown in order, in a thread of its own while decoding goes on."""

    def add(self, frame: Frame) -> np.ndarray:
        """Look at the next frame; gives its luma at about 160x90, which holds until the next call."""

    def transitions(self) -> list[Transition]:
        """The transitions of the frames added, in order, once there are no more."""


class ShotDetector:
    """Takes a film's frames one by one, and gives its shots at the end. Memory grows by some 8 to 24 bytes a frame.

    Example:
        >>> detector = ShotDetector(video)
        >>> for frame in video.frames():
        ...     detector.add(frame)
        >>> table = detector.shots()
    """

    def __init__(self, video: Video, method: Method = "network") -> None:
        self._video = video
        self._finder = _finder(video, method)
        self._ticks = array("q")  # each frame's time in the video's time base

    def add(self, frame: Frame) -> np.ndarray:
        """Look at the next frame; gives its luma at about 160x90, which holds until the next call."""
        self._ticks.append(round(frame.time / self._video.time_base))
        return self._finder.add(frame)

    def shots(self) -> ShotTable:
        """The shots of the frames added, once there are no more."""
        found = self._finder.transitions()
        if not self._ticks:
            return ShotTable(())
        changes = [Transition("start", 0, 0), *found]
        starts = [(change.first_frame + change.last_frame + 1) // 2 for change in changes]
        ends = [*starts[1:], len(self._ticks)]
        return ShotTable(
            tuple(
                Shot(start, end, self._time(start), self._time(end), change)
                for start, end, change in zip(starts, ends, changes, strict=True)
            )
        )

    def _time(self, frame: int) -> Fraction:
        """When a frame is shown; the frame after the last is where the film ends."""
        if frame < len(self._ticks):
            return self._ticks[frame] * self._video.time_base
        last = self._ticks[-1] * self._video.time_base
        return max(self._video.duration, last + self._video.time_base)


def _finder(video: Video, method: Method) -> Finder:
    return Network() if method == "network" else Classical(video.frame_rate)
