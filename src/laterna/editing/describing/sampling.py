"""Six pictures a second, small, and how the picture moves between them: all that the analyst sees of a film."""

from fractions import Fraction
from typing import NamedTuple

import cv2
import numpy as np

from laterna.media.video import Frame

RATE = 6  # pictures a second
SIZE = (96, 54)  # width and height of a picture
CELLS = (16, 9)  # of the field of motion
MOST = 24  # pictures of a shot that are looked at
_SEEN = (160, 90)  # width and height at which motion is measured


class Samples(NamedTuple):
    """Pictures of one film or shot.

    Attributes:
        pictures: (T, 54, 96, 3) uint8 RGB, upright.
        flows: (T, 9, 16, 2) float16: how what is seen moved since the picture before, right and down, in picture
            heights a second; none at the first.
        frames: (T,) int64, counted from the film's first.
        times: of the frames, in seconds.
    """

    pictures: np.ndarray
    flows: np.ndarray
    frames: np.ndarray
    times: tuple[Fraction, ...]

    def between(self, first: int, end: int) -> "Samples":
        """Those of frames ``first`` up to, not including, ``end``, at most :data:`MOST`, spread evenly.

        The first of them is told no motion: it came from the shot before.
        """
        inside = np.flatnonzero((self.frames >= first) & (self.frames < end))
        chosen = inside[spread(len(inside))]
        flows = self.flows[chosen]
        if len(chosen) and chosen[0] == inside[0]:
            flows[0] = flows[1] if len(flows) > 1 else 0
        return Samples(self.pictures[chosen], flows, self.frames[chosen], tuple(self.times[i] for i in chosen))


def spread(count: int) -> np.ndarray:
    """Numbers of at most :data:`MOST` of so many pictures, from the first to the last."""
    return np.unique(np.round(np.linspace(0, count - 1, min(count, MOST))).astype(int)) if count else np.empty(0, int)


class Sampler:
    """Takes the samples of one film while its frames pass by."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._pictures, self._flows = list[np.ndarray](), list[np.ndarray]()
        self._frames, self._times = list[int](), list[Fraction]()
        self._before: np.ndarray | None = None

    def add(self, index: int, frame: Frame) -> None:
        """Look at a frame, if a sixth of a second has passed since the last one that was looked at."""
        if not self._times or frame.time - self._times[-1] >= Fraction(1, RATE) - Fraction(1, 1000):
            self.see(index, frame.time, frame.rgb(_SEEN))

    def see(self, index: int, time: Fraction, picture: np.ndarray) -> None:
        """Look at a picture, (90, 160, 3) uint8 RGB."""
        luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        self._flows.append(self._moved(luma, time))
        self._pictures.append(cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA))
        self._frames.append(index)
        self._times.append(time)
        self._before = luma

    def _moved(self, luma: np.ndarray, time: Fraction) -> np.ndarray:
        """(9, 16, 2) mean dense flow of each cell (Kroeger et al. 2016, arXiv:1603.03590)."""
        if self._before is None:
            return np.zeros((*CELLS[::-1], 2), np.float16)
        flow = self._flow.calc(self._before, luma, np.zeros((*luma.shape, 2), np.float32))
        cells = cv2.resize(flow, CELLS, interpolation=cv2.INTER_AREA)
        return (cells / (luma.shape[0] * float(time - self._times[-1]))).astype(np.float16)

    def taken(self) -> Samples:
        """All that was seen."""
        if not self._frames:
            return Samples(
                np.empty((0, *SIZE[::-1], 3), np.uint8),
                np.empty((0, *CELLS[::-1], 2), np.float16),
                np.empty(0, int),
                (),
            )
        return Samples(np.stack(self._pictures), np.stack(self._flows), np.array(self._frames), tuple(self._times))
