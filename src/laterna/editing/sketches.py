"""Sketches: what the detectors keep of a frame, small enough to hold seconds of film and to compare all with all."""

import copy
import math

import cv2
import numpy as np

from laterna.media.video import Frame

ROWS, COLUMNS = 18, 32  # of the pooled picture; its chroma has half of each
_AREA = 160 * 90  # samples of luma that a sketch has, about
_CHROMA_WEIGHT = 2.0
_PIXELS, _CHROMA_PIXELS = ROWS * COLUMNS, ROWS * COLUMNS // 4
_LUMA_SCALE = 1 / math.sqrt(_PIXELS)
_CHROMA_SCALE = math.sqrt(_CHROMA_WEIGHT / _CHROMA_PIXELS)


class Sketches:
    """The sketches of up to ``capacity`` frames in a row.

    Attributes:
        count: how many it holds.
        luma: (capacity, rows, columns) uint8, about 160x90, strided: sharp, for structure.
        pooled: (capacity, 864) float32: brightness averaged to 32x18 and colour to 16x9, scaled so that the
            Euclidean distance of two rows is their root-mean-square difference in grey levels.
    """

    def __init__(self, capacity: int, frame: Frame) -> None:
        rows, columns = frame.luma().shape
        self._step = max(1, round(math.sqrt(rows * columns / _AREA)))
        self.count = 0
        self.luma = np.empty((capacity, *frame.luma(self._step).shape), np.uint8)
        self.pooled = np.empty((capacity, _PIXELS + 2 * _CHROMA_PIXELS), np.float32)

    def add(self, frame: Frame) -> np.ndarray:
        """Keep a frame's sketch; gives its luma."""
        luma, row = self.luma[self.count], self.pooled[self.count]
        samples = frame.luma(self._step)
        if samples.shape == luma.shape:
            luma[:] = samples
        else:  # the picture's size changes within the file
            cv2.resize(np.ascontiguousarray(samples), luma.shape[::-1], dst=luma, interpolation=cv2.INTER_AREA)
        row[:_PIXELS] = _pool(luma, COLUMNS, ROWS)
        row[:_PIXELS] *= _LUMA_SCALE
        for start, plane in zip((_PIXELS, _PIXELS + _CHROMA_PIXELS), frame.chroma(2 * self._step), strict=True):
            part = row[start : start + _CHROMA_PIXELS]
            part[:] = _pool(np.ascontiguousarray(plane), COLUMNS // 2, ROWS // 2)
            part *= _CHROMA_SCALE
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


def _pool(samples: np.ndarray, columns: int, rows: int) -> np.ndarray:
    return cv2.resize(samples, (columns, rows), interpolation=cv2.INTER_AREA).ravel()


def colours(pooled: np.ndarray) -> np.ndarray:
    """Pooled pictures (frames, 864) as (frames, 9, 16, 3): brightness and weighted colour, in grey levels."""
    frames, rows, columns = len(pooled), ROWS // 2, COLUMNS // 2
    parts = np.empty((frames, rows, columns, 3), np.float32)
    luma = pooled[:, :_PIXELS].reshape(frames, rows, 2, columns, 2)
    parts[..., 0] = luma.mean(axis=(2, 4)) / _LUMA_SCALE
    parts[..., 1:] = np.moveaxis(pooled[:, _PIXELS:].reshape(frames, 2, rows, columns), 1, -1) / (4 * _LUMA_SCALE)
    return parts


def distances(pooled: np.ndarray) -> np.ndarray:
    """Root-mean-square differences, in grey levels, of each pooled picture to each: (frames, frames) float32."""
    centred = pooled - pooled.mean(axis=0)
    nothing = np.empty((0, 0), np.float32)
    gram = cv2.gemm(centred, centred, 1, nothing, 0, flags=cv2.GEMM_2_T)  # numpy's takes threads that decoding needs
    squares = np.diagonal(gram)
    return np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * gram, 0))
