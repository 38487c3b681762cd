"""Thumbnails: frames small enough for a network to read a film at the speed of its decoder."""

import math
from typing import Protocol

import cv2
import numpy as np

SMALL, LARGE = (48, 27), (96, 54)  # (width, height): what the network sees, and what joins are made at
_AREA = 160 * 90  # samples of luma that are looked at, about


class Planes(Protocol):
    """A picture's brightness and colour, every ``step``-th sample of them: a decoded frame, or a drawn one."""

    def luma(self, step: int = 1) -> np.ndarray: ...

    def chroma(self, step: int = 1) -> tuple[np.ndarray, np.ndarray]: ...


class Thumbnails:
    """Makes the thumbnails of one film's frames.

    Args:
        size: (width, height) of a thumbnail.
    """

    def __init__(self, size: tuple[int, int] = SMALL) -> None:
        self._size = size
        self._step = 0

    def __call__(self, frame: Planes) -> tuple[np.ndarray, np.ndarray]:
        """A frame as (height, width, 3) uint8 of Y, Cb, Cr as coded; and its luma at about 160x90."""
        if not self._step:
            rows, columns = frame.luma().shape
            self._step = max(1, round(math.sqrt(rows * columns / _AREA)))
        luma = np.ascontiguousarray(frame.luma(self._step))
        chroma = (np.ascontiguousarray(plane) for plane in frame.chroma(self._step))
        return np.dstack([_shrunk(plane, self._size) for plane in (luma, *chroma)]), luma


def halved(pictures: np.ndarray) -> np.ndarray:
    """Thumbnails of twice the size, (frames, 2 * height, 2 * width, 3) uint8, averaged to their half."""
    height, width = pictures.shape[1] // 2, pictures.shape[2] // 2
    return np.stack([_shrunk(picture, (width, height)) for picture in pictures])


def _shrunk(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
