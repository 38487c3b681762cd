"""Drawing: shapes of complex numbers, seen through a view, painted on a yuv420p picture and its subject mask.

A point is one complex number, x to the right and y downwards, so that turning, scaling and moving a shape is one
multiplication and one addition. Painting works on the planes that the encoder takes: no picture is ever converted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import av
import cv2
import numpy as np

from laterna.theatre.palette import Ink

Painted = tuple[np.ndarray, Ink]
"""A closed shape (N,) complex, in pixels once it is seen through a view, and its ink."""

_SHIFT = 4  # OpenCV draws with this many fractional bits
_SPECK = 2  # pixels; nobody sees the hue of what is smaller
_EDGE = 128  # a mask has a subject where at least half of the pixel is covered


@dataclass(frozen=True, slots=True)
class View:
    """How one layer of the stage is seen: ``scale`` pixels a unit, the stage's ``centre`` in the middle of the picture.

    ``middle`` is that middle in pixels, ``roll`` the camera's turn in radians.
    """

    scale: float
    centre: complex
    middle: complex
    roll: float = 0.0

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Stage points to pixels."""
        turn = self.scale * np.exp(1j * self.roll)
        return (points - self.centre) * turn + self.middle

    def zoomed(self, factor: float) -> "View":
        """The same view on a picture whose sides are ``factor`` times as long."""
        return View(self.scale * factor, self.centre, self.middle * factor, self.roll)


class Canvas:
    """One yuv420p picture, BT.709 limited range, and the mask of who is seen in it.

    ``y``, ``u``, ``v`` are views of the planes in ``i420``, shape (height * 3 / 2, width) uint8. ``mask`` is
    (height, width) uint8: 0 where no actor is seen, else the actor's label; None when no mask is wanted.
    """

    def __init__(self, width: int, height: int, *, masked: bool = False) -> None:
        self.width, self.height = width, height
        self.i420 = np.empty((height * 3 // 2, width), np.uint8)
        flat, luma = self.i420.reshape(-1), width * height
        self.y = flat[:luma].reshape(height, width)
        self.u = flat[luma : luma * 5 // 4].reshape(height // 2, width // 2)
        self.v = flat[luma * 5 // 4 :].reshape(height // 2, width // 2)
        self.mask = np.zeros((height, width), np.uint8) if masked else None
        self._stencil = np.zeros((height, width), np.uint8) if masked else None

    @property
    def planes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.y, self.u, self.v

    def copy(self) -> "Canvas":
        """A canvas of its own with the same picture and mask."""
        twin = Canvas(self.width, self.height, masked=self.mask is not None)
        np.copyto(twin.i420, self.i420)
        if self.mask is not None and twin.mask is not None:
            np.copyto(twin.mask, self.mask)
        return twin

    def paint(self, shapes: Iterable[Painted], label: int | None = None) -> None:
        """Fill shapes in order, with smooth edges; see :meth:`paint_all`."""
        shapes = list(shapes)
        if shapes:
            sizes = [len(points) for points, _ in shapes]
            starts = np.concatenate([[0], np.cumsum(sizes)])
            self.paint_all(np.concatenate([points for points, _ in shapes]), starts, [ink for _, ink in shapes], label)

    def paint_all(self, points: np.ndarray, starts: np.ndarray, inks: Sequence[Ink], label: int | None = None) -> None:
        """Fill the shapes ``points[starts[i]:starts[i + 1]]``, in order, each with its ink.

        With ``label`` they also cover the mask: an actor's own label, or 0 for what hides the actors.
        """
        fixed = _fixed(points)
        low = np.minimum.reduceat(fixed, starts[:-1]) >> _SHIFT
        high = np.maximum.reduceat(fixed, starts[:-1]) >> _SHIFT
        size = (self.width, self.height)
        seen = np.flatnonzero(((high >= 0) & (low < size)).all(axis=1))
        large = (high - low).max(axis=1) > _SPECK
        for index in map(int, seen):
            self._fill(fixed[starts[index] : starts[index + 1]], inks[index], coloured=bool(large[index]))
        if label is not None and self.mask is not None and len(seen):
            box = (np.maximum(low[seen].min(axis=0) - 1, 0), np.minimum(high[seen].max(axis=0) + 2, size))
            self._cover([fixed[starts[index] : starts[index + 1]] for index in seen], label, *box)

    def glow(self, centre: complex, radius: float, ink: Ink, strength: float) -> None:
        """Lay a soft light of ``radius`` pixels over the picture: brighter, and in its own colour."""
        halo = _halo(max(8, int(radius) // 2 * 2))
        left, top = (int(part - len(halo) / 2) // 2 * 2 for part in (centre.real, centre.imag))
        x0, y0 = max(0, left), max(0, top)
        x1, y1 = min(self.width, left + len(halo)), min(self.height, top + len(halo))
        if x0 >= x1 or y0 >= y1:
            return
        share = halo[y0 - top : y1 - top, x0 - left : x1 - left] * np.float32(strength)
        self._blend_region(share, (y0, y1, x0, x1), ink)

    def _blend_region(self, share: np.ndarray, box: tuple[int, int, int, int], ink: Ink) -> None:
        y0, y1, x0, x1 = box
        luma = self.y[y0:y1, x0:x1]
        luma[:] = luma + share * np.maximum(0, ink[0] - luma.astype(np.float32))
        coarse = share[::2, ::2]
        for plane, value in ((self.u, ink[1]), (self.v, ink[2])):
            chroma = plane[y0 // 2 : y0 // 2 + coarse.shape[0], x0 // 2 : x0 // 2 + coarse.shape[1]]
            chroma[:] = chroma + coarse[: chroma.shape[0], : chroma.shape[1]] * (value - chroma.astype(np.float32))

    def expose(self, gain: float) -> None:
        """Brighten or darken the whole picture, black staying black."""
        cv2.convertScaleAbs(self.y, dst=self.y, alpha=gain, beta=16 * (1 - gain))
        for plane in (self.u, self.v):
            cv2.convertScaleAbs(plane, dst=plane, alpha=min(gain, 1.3), beta=128 * (1 - min(gain, 1.3)))

    def wash(self, ink: Ink, share: float) -> None:
        """Mix the whole picture with one colour."""
        for plane, value in zip(self.planes, ink, strict=True):
            cv2.convertScaleAbs(plane, dst=plane, alpha=1 - share, beta=share * value)

    def rgb(self) -> np.ndarray:
        """The picture as (height, width, 3) uint8 RGB."""
        return self.picture().reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()

    def picture(self) -> av.VideoFrame:
        """The picture as the encoder takes it; it owns its memory."""
        return av.VideoFrame.from_ndarray(self.i420, format="yuv420p")

    def _fill(self, outline: np.ndarray, ink: Ink, *, coloured: bool) -> None:
        cv2.fillPoly(self.y, [outline], ink[0], cv2.LINE_AA, _SHIFT)
        if coloured:  # one more fractional bit halves the coordinates for the smaller chroma planes
            cv2.fillPoly(self.u, [outline], ink[1], cv2.LINE_AA, _SHIFT + 1)
            cv2.fillPoly(self.v, [outline], ink[2], cv2.LINE_AA, _SHIFT + 1)

    def _cover(self, outlines: Sequence[np.ndarray], label: int, low: np.ndarray, high: np.ndarray) -> None:
        stencil, mask = self._stencil, self.mask
        if stencil is None or mask is None:
            return
        (x0, y0), (x1, y1) = low, high
        stencil[y0:y1, x0:x1] = 0
        for outline in outlines:
            cv2.fillPoly(stencil, [outline], 255, cv2.LINE_AA, _SHIFT)
        mask[y0:y1, x0:x1][stencil[y0:y1, x0:x1] >= _EDGE] = label


@lru_cache(maxsize=512)
def trace(points: str) -> np.ndarray:
    """Fixed points, written as in SVG's ``points`` but in hundredths: ``"0,-100 50,0"`` is [-1j, 0.5]. Read-only."""
    pairs = np.array([[float(part) for part in pair.split(",")] for pair in points.split()]) / 100
    drawn = pairs[:, 0] + 1j * pairs[:, 1]
    drawn.flags.writeable = False
    return drawn


def smooth(points: np.ndarray, per: int = 5, *, closed: bool = True) -> np.ndarray:
    """A Catmull-Rom curve through ``points`` (N,) complex, with ``per`` points for each given one."""
    return _catmull_rom(len(points), per, closed) @ points


def disc(centre: complex, radius: float, corners: int = 28) -> np.ndarray:
    """A circle as a polygon."""
    return centre + radius * _circle(corners)


def ellipse(centre: complex, along: complex, ratio: float, corners: int = 28) -> np.ndarray:
    """An ellipse: ``along`` its long half-axis, ``ratio`` the short one over the long one."""
    circle = _circle(corners)
    return centre + along * (circle.real + 1j * ratio * circle.imag)


@lru_cache(maxsize=256)
def _catmull_rom(count: int, per: int, closed: bool) -> np.ndarray:
    t = np.arange(per) / per
    weights = 0.5 * np.stack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2], axis=1
    )  # (per, 4)
    spans = count if closed else count - 1
    basis = np.zeros((spans * per, count))
    for span in range(spans):
        for k in range(4):
            index = span + k - 1
            index = index % count if closed else min(max(index, 0), count - 1)
            basis[span * per : (span + 1) * per, index] += weights[:, k]
    if closed:
        return basis
    return np.vstack([basis, np.eye(count)[-1:]])


@lru_cache(maxsize=32)
def _circle(corners: int) -> np.ndarray:
    return np.exp(2j * np.pi * np.arange(corners) / corners)


@lru_cache(maxsize=32)
def _halo(size: int) -> np.ndarray:
    axis = (np.arange(size, dtype=np.float32) - (size - 1) / 2) / (size / 2)
    distance = np.hypot(axis[:, None], axis[None, :])
    return (np.clip(1 - distance, 0, 1) ** 2.2).astype(np.float32)


def _fixed(points: np.ndarray) -> np.ndarray:
    pairs = np.ascontiguousarray(points, np.complex128).view(np.float64).reshape(-1, 2)
    return np.rint(pairs * (1 << _SHIFT)).astype(np.int32)
