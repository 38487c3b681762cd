"""What a few frames of every second tell about a shot: sharpness, exposure, motion, and a fingerprint."""

from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np

from laterna.media.video import Frame

_FULL_RANGE = 2
_BLACK, _SPAN = 16, 219  # limited range
_CLIPPED = 4  # grey levels from black or white at which nothing is told apart any more
_FINE_WIDTH = 960  # pixels across a picture at which sharpness is measured
_LINES = 3  # one of so many rows and columns is looked at
_EDGE, _FAR = 1, 8  # samples over which an edge is measured
_SHARPEST = 0.995  # of all places; the edges lie in the rest
_LEAST_CONTRAST = 4.0  # grey levels, so that noise on a plain wall is no edge
_BACK = 12  # motion is taken over a 12th of a second: less, and repeated frames hide it
_PRINT = 8  # the fingerprint's side


@dataclass(frozen=True, slots=True)
class Measure:
    """What one frame shows.

    Attributes:
        frame: counted from the film's first.
        sharpness: 0..1; how much of its strongest edges' contrast lies between neighbouring pixels.
        exposure: mean brightness, 0 (black) to 1 (white).
        black, white: shares of the picture that are clipped, 0..1.
        motion: mean speed of what is seen, in picture widths a second.
        camera: the speed of the picture's border, where the camera shows rather than the subject.
        since: the earlier frame that motion was measured from; the frame itself where there was none.
        fingerprint: 64 bits; near-duplicates differ in few.
    """

    frame: int
    time: Fraction
    sharpness: float
    exposure: float
    black: float
    white: float
    motion: float
    camera: float
    since: int
    fingerprint: int


class Meter:
    """Measures every ``every``-th frame; it has to see the others too, to know motion."""

    def __init__(self, rate: Fraction, every: int) -> None:
        self._every, self._back = every, min(every, max(1, round(rate / _BACK)))
        self._count = 0
        self._earlier: tuple[int, Fraction, np.ndarray] | None = None
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def add(self, frame: Frame, luma: np.ndarray) -> Measure | None:
        """Look at the next frame and its small luma, about 160x90; the frame's measure if its turn has come."""
        index, self._count = self._count, self._count + 1
        turn = index % self._every
        measure = self._measure(index, frame, luma) if turn == 0 else None
        if (index + self._back) % self._every == 0:
            self._earlier = index, frame.time, luma.copy()
        return measure

    def _measure(self, index: int, frame: Frame, luma: np.ndarray) -> Measure:
        exposure, black, white = exposed(luma, full_range=int(frame.picture.color_range) == _FULL_RANGE)
        motion, camera, since = self._motion(index, frame.time, luma)
        return Measure(
            index, frame.time, sharpness(frame), exposure, black, white, motion, camera, since, fingerprint(luma)
        )

    def _motion(self, index: int, time: Fraction, luma: np.ndarray) -> tuple[float, float, int]:
        """Dense flow from an earlier frame (Kroeger et al. 2016, arXiv:1603.03590); the camera's is the border's."""
        if self._earlier is None:
            return 0.0, 0.0, index
        since, before, picture = self._earlier
        flow = self._flow.calc(picture, luma, np.zeros((*luma.shape, 2), np.float32))
        rows, columns = (side // 10 for side in luma.shape)
        edges = (flow[:rows], flow[-rows:], flow[:, :columns], flow[:, -columns:])
        shared = np.median(np.concatenate([edge.reshape(-1, 2) for edge in edges]), axis=0)
        width_seconds = luma.shape[1] * float(time - before)
        motion = float(np.hypot(flow[..., 0], flow[..., 1]).mean())
        return motion / width_seconds, float(np.hypot(*shared)) / width_seconds, since


def sharpness(frame: Frame) -> float:
    """How steep the strongest edges are: 1 where all their contrast lies between two neighbouring pixels.

    An edge's contrast is taken over 8 pixels, so a fully blurred picture has about 1/8, and a plain one 0. The measure
    is a ratio, so it compares between scenes (cf. the edge width of Marziliano et al. 2002). The middle of the
    picture is measured, at about 960 pixels across it.
    """
    luma = frame.luma()
    rows, columns = luma.shape
    step = max(1, round(columns / _FINE_WIDTH))
    middle = luma[rows // 4 : rows - rows // 4 : step, columns // 4 : columns - columns // 4 : step]
    return max(_steepness(middle[::_LINES]), _steepness(middle[:, ::_LINES].T))


def _steepness(lines: np.ndarray) -> float:
    """Of the strongest edges along ``lines``, (lines, samples): the share of their contrast in one step."""
    if lines.shape[1] <= _FAR:
        return 0.0
    lines = np.ascontiguousarray(lines)
    near, far = (_strong_difference(lines, distance) for distance in (_EDGE, _FAR))
    return min(1.0, near / (far + _LEAST_CONTRAST))


def _strong_difference(lines: np.ndarray, distance: int) -> float:
    differences = cv2.absdiff(lines[:, distance:], lines[:, :-distance])
    counts = np.cumsum(cv2.calcHist([differences], [0], None, [256], [0, 256]))
    return float(np.searchsorted(counts, _SHARPEST * counts[-1]))


def exposed(luma: np.ndarray, *, full_range: bool = False) -> tuple[float, float, float]:
    """Mean brightness in 0..1, and the shares of the picture that are clipped to black and to white."""
    low, span = (0, 255) if full_range else (_BLACK, _SPAN)
    mean = (cv2.mean(luma)[0] - low) / span
    black = np.count_nonzero(luma < low + _CLIPPED) / luma.size
    white = np.count_nonzero(luma > low + span - _CLIPPED) / luma.size
    return min(1.0, max(0.0, mean)), black, white


def fingerprint(luma: np.ndarray) -> int:
    """A 64-bit perceptual hash: which of the low frequencies are above their median (Zauner 2010)."""
    small = cv2.resize(luma, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:_PRINT, :_PRINT].ravel()
    bits = low > np.median(low[1:])
    return int.from_bytes(np.packbits(bits).tobytes())
