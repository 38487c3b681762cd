"""Six pictures a second, small, and how the picture moves between them: all that the analyst sees of a film."""

from collections import deque
from fractions import Fraction
from typing import NamedTuple

import cv2
import numpy as np

from laterna.media.video import Frame

RATE = 6  # pictures a second
SIZE = (96, 54)  # width and height of a picture
CELLS = (16, 9)  # of the field of motion
MOST = 24  # pictures of a shot that are looked at
SEEN = (160, 90)  # width and height at which motion is measured
_FLAT = 0.05  # grey levels between neighbouring pixels: a place without anything to see counts so much


class Samples(NamedTuple):
    """Pictures of one film or shot.

    Attributes:
        pictures: (T, 54, 96, 3) uint8 RGB, upright.
        flows: (T, 9, 16, 2) float16: how what is seen moved since the picture before, right and down, in picture
            heights a second; none at the first.
        drifts: (T, 9, 16, 2) float16: the same since the picture of a second before. What is slow shows here: a
            tilt of a tenth of a pixel a picture, a hand that hardly trembles.
        frames: (T,) int64, counted from the film's first.
        times: of the frames, in seconds.
    """

    pictures: np.ndarray
    flows: np.ndarray
    drifts: np.ndarray
    frames: np.ndarray
    times: tuple[Fraction, ...]

    def between(self, first: int, end: int) -> "Samples":
        """Those of frames ``first`` up to, not including, ``end``, at most :data:`MOST`, spread evenly.

        No motion is told across the first of them. Where a shot has not lasted for a second yet, a drift is the mean
        of its flows so far.
        """
        inside = np.flatnonzero((self.frames >= first) & (self.frames < end))
        flows, drifts = self.flows[inside].astype(np.float32), self.drifts[inside].astype(np.float32)
        young = flows[1:RATE]
        drifts[1:RATE] = young.cumsum(0) / np.arange(1, len(young) + 1)[:, None, None, None]
        for motion in (flows, drifts):
            motion[:1] = motion[1:2] if len(motion) > 1 else 0
        chosen = spread(len(inside))
        return Samples(
            self.pictures[inside[chosen]],
            flows[chosen].astype(np.float16),
            drifts[chosen].astype(np.float16),
            self.frames[inside[chosen]],
            tuple(self.times[i] for i in inside[chosen]),
        )


def spread(count: int) -> np.ndarray:
    """Numbers of at most :data:`MOST` of so many pictures, from the first to the last."""
    return np.unique(np.round(np.linspace(0, count - 1, min(count, MOST))).astype(int)) if count else np.empty(0, int)


class Sampler:
    """Takes the samples of one film while its frames pass by."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._flow.setFinestScale(1)  # half of pictures that are small already
        self._pictures, self._flows, self._drifts = list[np.ndarray](), list[np.ndarray](), list[np.ndarray]()
        self._frames, self._times = list[int](), list[Fraction]()
        self._before: deque[tuple[Fraction, np.ndarray]] = deque(maxlen=RATE)  # the last second

    def add(self, index: int, frame: Frame) -> None:
        """Look at a frame, if a sixth of a second has passed since the last one that was looked at."""
        if not self._times or frame.time - self._times[-1] >= Fraction(1, RATE) - Fraction(1, 1000):
            self.see(index, frame.time, frame.rgb(SEEN))

    def see(self, index: int, time: Fraction, picture: np.ndarray) -> None:
        """Look at a picture, (90, 160, 3) uint8 RGB."""
        luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        self._flows.append(self._moved(-1, time, luma))
        self._drifts.append(self._moved(0, time, luma))
        self._pictures.append(cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA))
        self._frames.append(index)
        self._times.append(time)
        self._before.append((time, luma))

    def _moved(self, since: int, time: Fraction, luma: np.ndarray) -> np.ndarray:
        """(9, 16, 2) dense flow (Kroeger et al. 2016, arXiv:1603.03590) since one of the pictures of the last second.

        The mean of each cell, weighed by how steep a place is: on a plain wall no flow is measured, but guessed.
        """
        if not self._before:
            return np.zeros((*CELLS[::-1], 2), np.float16)
        then, before = self._before[since]
        flow = self._flow.calc(before, luma, np.zeros((*luma.shape, 2), np.float32))
        weights = _steep(before) + _FLAT
        cells = cv2.resize(flow * weights[..., None], CELLS, interpolation=cv2.INTER_AREA)
        weighed = cells / cv2.resize(weights, CELLS, interpolation=cv2.INTER_AREA)[..., None]
        return (weighed / (luma.shape[0] * float(time - then))).astype(np.float16)

    def taken(self) -> Samples:
        """All that was seen."""
        if not self._frames:
            none = np.empty((0, *CELLS[::-1], 2), np.float16)
            return Samples(np.empty((0, *SIZE[::-1], 3), np.uint8), none, none, np.empty(0, int), ())
        return Samples(
            np.stack(self._pictures),
            np.stack(self._flows),
            np.stack(self._drifts),
            np.array(self._frames),
            tuple(self._times),
        )


def _steep(luma: np.ndarray) -> np.ndarray:
    """Grey levels from a pixel to the next, right and down, (rows, columns) float32."""
    right, down = cv2.Sobel(luma, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(luma, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.abs(right) + np.abs(down)
