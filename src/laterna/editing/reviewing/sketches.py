"""What a review keeps of each picture: a few hundred bytes, from which all faults of the pictures are found.

A sketch hangs on its own picture and the one before it. So sketches of parts of a film, kept from an earlier review,
join those of its new parts: see ``kept.py``.
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import cv2
import numpy as np

from laterna.editing.detection.likeness import Window
from laterna.errors import DataError
from laterna.media.files import quoted
from laterna.media.video import Frame, Video

ROWS, COLUMNS = 18, 32  # parts of a picture
RED_ROWS, RED_COLUMNS = 9, 16
_AREA = 160 * 90  # samples of luma that are looked at, about
_DARKEST = 0.05  # of white; what is darker is black on any screen
_SUDDEN = 1.6  # times what a change was before, for a closer look
_LEAST_STEP = 0.6  # grey levels
_BEFORE = 8  # frames
_REDDISH = 145  # Cr; no saturated red has less
_RED = 0.8  # of red, green and blue together, in light: a saturated red (Harding and Binnie 2002)
_RED_FROM = {  # matrix: how Cr counts in red, Cb and Cr in green, Cb in blue; R'G'B' in 0..1, Cb and Cr in -.5...5
    "bt709": (1.5748, -0.1873, -0.4681, 1.8556),
    "bt2020": (1.4746, -0.1646, -0.5714, 1.8814),
    "smpte240m": (1.576, -0.2266, -0.4766, 1.826),
}
_CHROMA = {219: 1 / 224, 255: 1 / 255}  # by the span of luma: what brings Cb and Cr to -.5...5
_BT601 = (1.402, -0.3441, -0.7141, 1.772)


@dataclass(frozen=True)
class Sketches:
    """The sketches of some pictures in a row.

    Attributes:
        ticks: (n,) int64, when each is shown, in the film's time base.
        light: (n, 18, 32) uint8, luma as coded, averaged over each part of the picture.
        red: (n, 9, 16) uint8, how much light of saturated red there is, 255 for all that a screen can give.
        lit: (n,) float32, the share of the picture that is brighter than black.
        change: (n,) float32, grey levels by which the part that changes most does, from the picture before; NaN in the
            first.
        alike: (n,) float32, after a sudden change how well the picture before is found again, NaN where none was.
        relit: (n,) float32, after a sudden change how much of it is more than light, 0..1, NaN where none was.
        first, last: (rows, columns) uint8, luma of the first and the last picture, about 160x90.
    """

    ticks: np.ndarray
    light: np.ndarray
    red: np.ndarray
    lit: np.ndarray
    change: np.ndarray
    alike: np.ndarray
    relit: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def __len__(self) -> int:
        return len(self.ticks)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write them as a NumPy archive, without pickles."""
        with open(path, "wb") as file:  # noqa: PTH123 - np.savez would add a suffix to a path
            np.savez_compressed(file, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "Sketches":
        """Read what :meth:`save` wrote.

        Raises:
            DataError: the file is something else.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return cls(**{field.name: arrays[field.name] for field in fields(cls)})
        except (OSError, ValueError, KeyError) as error:
            raise DataError(f"{quoted(path)} holds no sketches of pictures: review the film again.") from error

    def shifted(self, ticks: int) -> "Sketches":
        """The same pictures, shown later by so many ticks."""
        return replace(self, ticks=self.ticks + ticks)

    def following(self, before: "Sketches") -> "Sketches":
        """The same, with what their first picture's change from the last one ``before`` tells."""
        step = float(rms(self.light[:1], before.light[-1:])[0])
        last = cv2.resize(before.last, self.first.shape[::-1], interpolation=cv2.INTER_AREA)
        change, alike, relit = (array.copy() for array in (self.change, self.alike, self.relit))
        change[0], (alike[0], relit[0]) = _change(last, self.first), _compared(last, self.first, step)
        return replace(self, change=change, alike=alike, relit=relit)


class Sketcher:
    """Sketches one film's pictures, in order.

    Args:
        video: the film.
    """

    def __init__(self, video: Video) -> None:
        self._video = video
        self._red_from = _RED_FROM.get(video.matrix, _BT601)
        self._step = 0
        self._shape: tuple[int, int] = (0, 0)
        self._rows: list[Any] = []
        self._steps: list[float] = []
        self._first: np.ndarray | None = None
        self._last: np.ndarray | None = None

    def add(self, frame: Frame) -> None:
        """Sketch the next picture."""
        if not self._step:
            rows, columns = frame.luma().shape
            self._step = max(1, round(math.sqrt(rows * columns / _AREA)))
            self._shape = frame.luma(self._step).shape
        luma = self._fitted(np.ascontiguousarray(frame.luma(self._step)))
        low, span = (0, 255) if self._video.full_range else (16, 219)
        light = cv2.resize(luma, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
        change, alike, relit = self._changes(luma, light)
        lit = np.count_nonzero(luma > low + _DARKEST * span) / luma.size
        ticks = round(frame.time / self._video.time_base)
        self._rows.append((ticks, light, self._redness(frame, light, low, span), lit, change, alike, relit))
        self._first = luma if self._first is None else self._first
        self._last = luma

    def taken(self) -> Sketches | None:
        """The sketches since the last call, None without any. The next picture counts as the first one."""
        rows, first, last = self._rows, self._first, self._last
        self._rows, self._steps, self._first, self._last = [], [], None, None
        if first is None or last is None:
            return None
        ticks, light, red, *measures = zip(*rows, strict=True)
        lit, change, alike, relit = (np.array(one, np.float32) for one in measures)
        pictures = np.stack(light), np.stack(red)
        return Sketches(np.array(ticks, np.int64), *pictures, lit, change, alike, relit, first, last)

    def __len__(self) -> int:
        """How many are waiting to be taken."""
        return len(self._rows)

    def _fitted(self, luma: np.ndarray) -> np.ndarray:
        if luma.shape == self._shape:
            return luma
        return cv2.resize(luma, self._shape[::-1], interpolation=cv2.INTER_AREA)  # the size changes within the file

    def _changes(self, luma: np.ndarray, light: np.ndarray) -> tuple[float, float, float]:
        if self._last is None:
            return math.nan, math.nan, math.nan
        step = float(rms(light[None], self._rows[-1][1][None])[0])
        usual = sorted(self._steps[-_BEFORE:])[-2:-1] or [0.0]  # but one: another sudden change may be near
        self._steps.append(step)
        found = _compared(self._last, luma, step) if step > _SUDDEN * usual[0] else (math.nan, math.nan)
        return _change(self._last, luma), *found

    def _redness(self, frame: Frame, light: np.ndarray, low: int, span: int) -> np.ndarray:
        """How much light of saturated red each part has."""
        blue, red = (np.ascontiguousarray(plane) for plane in frame.chroma(max(1, self._step // 2)))
        if red.max() < _REDDISH:
            return np.zeros((RED_ROWS, RED_COLUMNS), np.uint8)
        size = RED_COLUMNS, RED_ROWS
        luma, cb, cr = (
            cv2.resize(plane, size, interpolation=cv2.INTER_AREA).astype(np.float32) for plane in (light, blue, red)
        )
        y, cb, cr = (luma - low) / span, (cb - 128) * _CHROMA[span], (cr - 128) * _CHROMA[span]
        by_cr, green_cb, green_cr, by_cb = self._red_from
        coded = np.stack([y + by_cr * cr, y + green_cb * cb + green_cr * cr, y + by_cb * cb])
        r, g, b = np.clip(coded, 0, 1) ** 2.4  # ITU-R BT.1886
        saturated = r >= _RED * np.maximum(r + g + b, 1e-6)
        return np.where(saturated, np.clip(r - g - b, 0, 1) * 255, 0).astype(np.uint8)


def sketched(video: Video, frames: Iterator[Frame], size: int) -> Iterator[Sketches]:
    """Sketches of a film's frames as they come, ``size`` of them at once."""
    sketcher = Sketcher(video)
    for frame in frames:
        sketcher.add(frame)
        if len(sketcher) == size and (taken := sketcher.taken()) is not None:
            yield taken
    if (taken := sketcher.taken()) is not None:
        yield taken


def rms(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How far pictures (n, rows, columns) uint8 are apart, in grey levels: (n,) float32."""
    difference = one.astype(np.float32) - other
    return np.sqrt(np.mean(difference * difference, axis=(1, 2)))


def _change(before: np.ndarray, after: np.ndarray) -> float:
    difference = cv2.absdiff(before, after).astype(np.float32)  # whole levels would hide small movements
    return float(cv2.resize(difference, (RED_COLUMNS, RED_ROWS), interpolation=cv2.INTER_AREA).max())


def _compared(before: np.ndarray, after: np.ndarray, step: float) -> tuple[float, float]:
    """How well a picture is found again in the next, and how much of the change is more than light."""
    if step < _LEAST_STEP:
        return math.nan, math.nan
    pair = Window(np.stack([before, after]), np.empty((2, 0), np.float32), 1)
    return pair.found(0, 1), pair.relit(0, 1)
