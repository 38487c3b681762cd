"""Sketches: what the detectors keep of a frame, small enough to hold seconds of film and to compare all with all."""

import copy
import math

import cv2
import numpy as np

from laterna.media.video import Frame

ROWS, COLUMNS = 9, 16  # parts of the pooled picture
_AREA = 160 * 90  # samples of luma that a sketch has, about
_CHROMA_WEIGHT = 2.0
_PARTS = ROWS * COLUMNS
_LUMA_SCALE = 1 / math.sqrt(_PARTS)
_CHROMA_SCALE = math.sqrt(_CHROMA_WEIGHT / _PARTS)
_SCALES = np.array([_LUMA_SCALE, _CHROMA_SCALE, _CHROMA_SCALE], np.float32)


class Sketches:
    """The sketches of up to ``capacity`` frames in a row.

    Attributes:
        count: how many it holds.
        luma: (capacity, rows, columns) uint8, about 160x90, strided: sharp, for structure.
        pooled: (capacity, 432) float32: brightness and both colour differences averaged to 16x9, scaled so that the
            Euclidean distance of two rows is their root-mean-square difference in grey levels.
    """

    def __init__(self, capacity: int, frame: Frame) -> None:
        rows, columns = frame.luma().shape
        self._step = max(1, round(math.sqrt(rows * columns / _AREA)))
        self.count = 0
        self.luma = np.empty((capacity, *frame.luma(self._step).shape), np.uint8)
        self.pooled = np.empty((capacity, 3 * _PARTS), np.float32)

    def add(self, frame: Frame) -> np.ndarray:
        """Keep a frame's sketch; gives its luma."""
        luma, row = self.luma[self.count], self.pooled[self.count]
        samples = frame.luma(self._step)
        if samples.shape == luma.shape:
            luma[:] = samples
        else:  # the picture's size changes within the file
            cv2.resize(np.ascontiguousarray(samples), luma.shape[::-1], dst=luma, interpolation=cv2.INTER_AREA)
        planes = luma, *frame.chroma(2 * self._step)
        for index, (plane, scale) in enumerate(zip(planes, _SCALES, strict=True)):
            pooled = cv2.resize(np.ascontiguousarray(plane), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
            np.multiply(pooled.ravel(), scale, out=row[index * _PARTS : (index + 1) * _PARTS])
        self.count += 1
        return luma

    def following(self, count: int) -> "Sketches":
        """Room for as many sketches, which starts with the last ``count`` of these."""
        following = copy.copy(self)
        following.luma, following.pooled = np.empty_like(self.luma), np.empty_like(self.pooled)
        following.luma[:count] = self.luma[self.count - count : self.count]
        following.pooled[:count] = self.pooled[self.count - count : self.count]
        following.count = count
        return following


def colours(pooled: np.ndarray) -> np.ndarray:
    """Pooled pictures (frames, 432) as (frames, 9, 16, 3): brightness and weighted colour, in grey levels."""
    planes = pooled.reshape(len(pooled), 3, ROWS, COLUMNS) / _LUMA_SCALE
    planes[:, 1:] *= 0.5
    return np.moveaxis(planes, 1, -1)


def distances(pooled: np.ndarray) -> np.ndarray:
    """Root-mean-square differences, in grey levels, of each pooled picture to each: (frames, frames) float32."""
    centred = pooled - pooled.mean(axis=0)
    nothing = np.empty((0, 0), np.float32)
    gram = cv2.gemm(centred, centred, 1, nothing, 0, flags=cv2.GEMM_2_T)  # numpy's takes threads that decoding needs
    squares = np.diagonal(gram)
    return np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * gram, 0))
