"""How alike two moments of a film are, whatever the camera or the light did between them."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from laterna.editing.detection.sketches import Sketches, colours, distances

_BOX = (11, 11)  # samples over which brightness and contrast are evened out
_PROBES = 5  # frames looked at between two ends
_SAME_PLACE = 0.6  # found so well, it is the same place
_NOISE = 9.0  # variance, in grey levels squared, below which a box counts as plain


@dataclass(frozen=True)
class Window:
    """Some seconds of film as sketches. Frames are counted from the window's first.

    Attributes:
        luma: (frames, rows, columns) uint8.
        pooled: (frames, 432) float32.
        rate: frames a second, about.
    """

    luma: np.ndarray
    pooled: np.ndarray
    rate: int

    @classmethod
    def of(cls, sketches: Sketches, rate: int) -> "Window":
        """All that is held at the moment; it stays true until sketches are added or forgotten."""
        return cls(sketches.luma[: sketches.count], sketches.pooled[: sketches.count], rate)

    def __len__(self) -> int:
        return len(self.pooled)

    @cached_property
    def apart(self) -> np.ndarray:
        """The self-similarity matrix: rms grey levels between any two frames, (frames, frames) float32."""
        return distances(self.pooled)

    @cached_property
    def steps(self) -> np.ndarray:
        """How far each frame is from the one before it: (frames,), 0 for the first."""
        return np.concatenate([[0], np.diagonal(self.apart, 1)])

    @cached_property
    def colours(self) -> np.ndarray:
        """Brightness and weighted colour of each part of each picture, in grey levels: (frames, 9, 16, 3) float32."""
        return colours(self.pooled)

    @cached_property
    def contrast(self) -> np.ndarray:
        """Standard deviation of each picture's brightness, in grey levels: (frames,)."""
        return self.colours[..., 0].std(axis=(1, 2))

    def returns(self, before: int, after: int, reach: int) -> float:
        """How near the pictures from ``after`` on come to those up to ``before``, within ``reach`` frames (1 at least).

        Relative to the distance of ``before`` and ``after``: 0 when the picture comes back, 1 when it never does.
        """
        reach = max(1, reach)
        block = self.apart[max(0, before - reach + 1) : before + 1, after : after + reach]
        return float(block.min() / max(self.apart[before, after], 1e-3))

    def found(self, before: int, after: int) -> float:
        """How well the middle of frame ``after`` is found anywhere in frame ``before``: a correlation, 1 at best.

        Local brightness and contrast are evened out first, so that light does not count and a moved camera hardly.
        """
        where, what = (_evened(self.luma[frame]) for frame in (before, after))
        rows, columns = what.shape
        middle = what[rows // 4 : rows - rows // 4, columns // 4 : columns - columns // 4]
        return float(cv2.matchTemplate(where, middle, cv2.TM_CCOEFF_NORMED).max())

    def again(self, before: int, after: int, reach: int) -> bool:
        """Whether a moving camera sees the same place again within ``reach`` frames of a passing disturbance.

        That is the place up to ``before`` in frames later than ``after``, or that from ``after`` on in earlier ones.
        """
        step = max(1, reach // 4)
        later = range(after + step, min(len(self), after + reach + 1), step)
        earlier = range(before - step, max(-1, before - reach - 1), -step)
        pairs = [*((before, frame) for frame in later), *((frame, after) for frame in earlier)]
        return any(self.found(*pair) > _SAME_PLACE for pair in pairs)

    def relit(self, before: int, after: int) -> float:
        """How much of the change is left when the light is evened out: 0 when only the light changed, about 1 else.

        Light is taken as one gain and one offset for the whole picture.
        """
        a, b = (self.luma[frame].astype(np.float32) for frame in (before, after))
        change = float(np.linalg.norm(b - a))
        a -= a.mean()
        b -= b.mean()
        spread_a, spread_b = float(np.linalg.norm(a)), float(np.linalg.norm(b))
        alike = max(0.0, float(np.vdot(a, b)) / max(spread_a * spread_b, 1.0))
        return max(spread_a, spread_b) * math.sqrt(max(0.0, 1 - alike * alike)) / max(change, 1.0)

    def strays(self, before: int, after: int, *, by_line: bool = False) -> float:
        """How far the frames between are from mixes of their ends, in fine detail: 0 in a still dissolve, to about 1.

        Movement shows here that is too small for the pooled pictures. ``by_line`` lets each row (or each column,
        whichever fits better) have a share of its own in the mix, as in a wipe straight up or across.
        """
        start, end = (self.luma[frame].astype(np.float32) for frame in (before, after))
        way, energy = end - start, max(float(((end - start) ** 2).sum()), 1.0)
        lines: list[Any] = [0, 1] if by_line else [None]
        left = np.zeros(len(lines))
        for probe in range(1, _PROBES + 1):
            moved = self.luma[before + round(probe * (after - before) / (_PROBES + 1))] - start
            for index, axis in enumerate(lines):
                across = (moved * way).sum(axis, keepdims=True)
                share = np.clip(across / np.maximum((way * way).sum(axis, keepdims=True), 1), 0, 1)
                left[index] += ((moved - share * way) ** 2).sum() / energy
        return float(np.sqrt(left.min() / _PROBES))


def _evened(luma: np.ndarray) -> np.ndarray:
    """Local brightness taken away, local contrast made one, at half the size: float32."""
    samples = luma.astype(np.float32)
    mean = cv2.boxFilter(samples, -1, _BOX)
    variance = np.maximum(cv2.boxFilter(samples * samples, -1, _BOX) - mean * mean, 0)
    return cv2.resize((samples - mean) / np.sqrt(variance + _NOISE), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
