"""Things that hang and follow: cloaks, hair, lanterns and strings, each a chain of points with inertia."""

import numpy as np

_GRAVITY = 4.2  # body heights a second squared
_SUBSTEPS = 2


class Chain:
    """A hanging chain of ``count`` points, ``length`` long, whose first point is held.

    ``stiff`` (0..1) pulls it back towards its rest direction; ``drag`` (0..1) is what the air takes each step; a
    breeze moves light things (``light``) more. Points are complex, in one unit throughout.
    """

    def __init__(self, count: int, length: float, *, drag: float = 0.1, light: float = 1.0, stiff: float = 0.0) -> None:
        self._link = length / (count - 1)
        self._drag, self._light, self._stiff = drag, light, stiff
        self.points = np.zeros(count, complex)
        self._before = self.points.copy()
        self._placed = False

    def move(self, anchor: complex, seconds: float, wind: float, rest: complex = 1j) -> np.ndarray:
        """Hold the first point at ``anchor`` for the next frame; the new points. ``rest`` is a unit direction."""
        count = len(self.points)
        if not self._placed:
            self.points = anchor + rest * self._link * np.arange(count)
            self._before, self._placed = self.points.copy(), True
        step = seconds / _SUBSTEPS
        start = self.points[0]
        force = 1j * _GRAVITY + self._light * wind * 5.0
        for part in range(1, _SUBSTEPS + 1):
            ahead = self.points + (self.points - self._before) * (1 - self._drag) + force * step * step
            self._before, self.points = self.points, ahead
            self.points[0] = start + (anchor - start) * part / _SUBSTEPS
            self._hold(rest)
        return self.points

    def _hold(self, rest: complex) -> None:
        points, link = self.points, self._link
        for index in range(1, len(points)):
            gap = points[index] - points[index - 1]
            straight = gap / max(abs(gap), 1e-9)
            if self._stiff:
                straight = straight + self._stiff * (rest - straight)
                straight /= max(abs(straight), 1e-9)
            points[index] = points[index - 1] + straight * link
