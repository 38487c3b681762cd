"""The shot-boundary network's answers in NumPy alone.

The network itself, and what each part of it is for, stands in ``editing/models/boundary.py``; a test holds the two to
one another. Here it answers without torch, whose import takes seconds and whose memory a production can't spare.
"""

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from laterna.learning.answering import answering

NAME, VERSION = "editing/boundary", 1
LAGS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48)  # frames between two that are compared
MARGIN = 112  # frames on both sides that an answer hangs on
ZOOMS = (1.3, 1.7, 2.2)
FAINT = 4.0  # grey levels; an edge of less has no direction
RARE = (8.0, 2.0, 2.0, 2.0)  # what a missed frame of each kind weighs in the loss against a false one
_BRANCHES = 4
_NOTHING = np.empty((0, 0), np.float32)
_BLOCK = 64  # frames that are looked at at a time, which keeps them in the processor's cache
_EPSILON = 1e-5  # of batch normalisation, and under the root of a distance


class Forward:
    """The trained network.

    Args:
        weights: its tensors by name, float32.
    """

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._w = weights
        self._depth = sum(name.startswith("time.") and name.endswith("conv.weight") for name in weights)

    def probabilities(self, pictures: np.ndarray) -> np.ndarray:
        """(frames, kinds) float32 of a film's thumbnails, (frames, 27, 48, 3) uint8."""
        blocks = [self._seen(pictures[start : start + _BLOCK]) for start in range(0, len(pictures), _BLOCK)]
        maps, embedded = (np.concatenate(part) for part in zip(*blocks, strict=True))
        maps = self._shrunk("moving.1", self._dilated("moving.0", maps))
        maps = self._dilated("moving.3", self._dilated("moving.2", maps))
        change = np.maximum(self._linear("change", maps), 0)
        compared = self._normed("scale", compare(pictures, embedded))
        seen = np.concatenate([compared, embedded, change], 1)
        x = np.maximum(_times(seen, self._w["mix.weight"][:, :, 0].T) + self._w["mix.bias"], 0)  # (frames, channels)
        for step in range(self._depth):
            x = x + np.maximum(self._normed(f"time.{step}.norm", self._over_time(f"time.{step}.conv", x, 2**step)), 0)
        logits = self._over_time("out", x) - np.log(np.array(RARE, np.float32))
        return 1 / (1 + np.exp(-logits.clip(-50, 50)))

    def _seen(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What is seen in each picture alone: maps (frames, 7, 12, channels), and features (frames, 64)."""
        maps = (pictures.astype(np.float32) - 128) / 64
        for layer in ("still.0", "still.1"):
            maps = self._shrunk(layer, maps)
        return maps, _unit(self._linear("embed", _halved(maps)))

    def _shrunk(self, layer: str, maps: np.ndarray) -> np.ndarray:
        """A 3x3 convolution at every second place, and ReLU."""
        kernels = self._w[f"{layer}.0.weight"]  # (made, given, 3, 3)
        height, width = (-(-side // 2) for side in maps.shape[1:3])
        padded = np.pad(maps, ((0, 0), (1, 1), (1, 1), (0, 0)))
        frame, row, place, channel = padded.strides
        shape = len(maps), height, width, 3, 3 * maps.shape[3]  # of what each kernel sees: places of a row lie in a row
        near = np.lib.stride_tricks.as_strided(padded, shape, (frame, 2 * row, 2 * place, row, channel))
        made = _times(near.reshape(*shape[:3], -1), kernels.transpose(2, 3, 1, 0).reshape(-1, len(kernels)))
        return np.maximum(self._normed(f"{layer}.1", made), 0)

    def _dilated(self, layer: str, maps: np.ndarray) -> np.ndarray:
        """Convolutions over time at four dilations, side by side, added to their input."""
        frames, *place = maps.shape
        x = maps.reshape(frames, -1, place[-1])
        branches = [self._over_time(f"{layer}.branches.{d}", x, 2**d) for d in range(_BRANCHES)]
        x = x + np.maximum(self._normed(f"{layer}.norm", np.concatenate(branches, 2)), 0)
        return x.reshape(maps.shape)

    def _over_time(self, layer: str, x: np.ndarray, dilation: int = 1) -> np.ndarray:
        """A convolution over the first axis of (frames, ..., given), with nothing beyond its ends."""
        kernels = self._w[f"{layer}.weight"]  # (made, given, 3), or with a last axis of 1
        before, now, after = (_times(x, kernels[:, :, tap].reshape(kernels.shape[:2]).T) for tap in range(3))
        now += self._w.get(f"{layer}.bias", np.float32(0))
        if dilation < len(x):
            now[dilation:] += before[:-dilation]
            now[:-dilation] += after[dilation:]
        return now

    def _linear(self, layer: str, maps: np.ndarray) -> np.ndarray:
        kernels = self._w[f"{layer}.weight"].reshape(-1, maps.shape[3], *maps.shape[1:3])  # torch has channels first
        weight = kernels.transpose(2, 3, 1, 0).reshape(-1, len(kernels))
        return _times(maps.reshape(len(maps), -1), weight) + self._w[f"{layer}.bias"]

    def _normed(self, layer: str, x: np.ndarray) -> np.ndarray:
        """Batch normalisation by what was seen in training."""
        gain = self._w[f"{layer}.weight"] / np.sqrt(self._w[f"{layer}.running_var"] + _EPSILON)
        return x * gain + (self._w[f"{layer}.bias"] - self._w[f"{layer}.running_mean"] * gain)


def read(folder: Path) -> Forward:
    """The network that a folder holds.

    Raises:
        ModelError: see :func:`laterna.learning.answering.answering`.
    """
    return answering(folder, NAME, VERSION, _tried, cv2.error)


def _tried(weights: dict[str, np.ndarray], config: dict[str, Any]) -> Forward:
    network = Forward(weights)
    network.probabilities(np.zeros((1, 27, 48, 3), np.uint8))
    return network


def compare(pictures: np.ndarray, embedded: np.ndarray) -> np.ndarray:
    """How far frames are from others near in time, five ways, and what each is like: (frames, features)."""
    planes = pictures.astype(np.float32)
    views = _structures(np.ascontiguousarray(planes[:, :26, :, 0]))
    colours = _pooled(planes)
    scaled = colours.reshape(len(planes), -1) / (64 * math.sqrt(colours[0].size))
    unlike = [_squares(x) for x in (scaled, views[0], _histogram(pictures), embedded)]
    alike = np.max([_times(views[0], view.T) for view in views], axis=0)
    unlike.append(2 - 2 * np.maximum(alike, alike.T))
    return np.concatenate([*(_apart(squares) for squares in unlike), _statistics(planes, colours)], 1)


def _times(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The product of (..., n) and (n, m) in one thread: NumPy's takes those that decoding needs."""
    flat = np.ascontiguousarray(x).reshape(-1, len(y))
    return cv2.gemm(flat, np.ascontiguousarray(y), 1, _NOTHING, 0).reshape(*x.shape[:-1], y.shape[1])


def _squares(x: np.ndarray) -> np.ndarray:
    """Squared distances between all of (frames, features)."""
    x = x - x.mean(0)
    gram = _times(x, x.T)
    squares = np.diagonal(gram)
    return squares[:, None] + squares[None, :] - 2 * gram


def _apart(squares: np.ndarray) -> np.ndarray:
    """Distances at each lag k: of t - k and t, t and t + k, t - k and t + k. (frames, 3 * lags)"""
    now = np.arange(len(squares))[:, None]
    before, after = np.maximum(now - LAGS, 0), np.minimum(now + LAGS, len(squares) - 1)
    found = np.concatenate([squares[before, now], squares[now, after], squares[before, after]], 1)
    return np.sqrt(np.maximum(found, 0) + _EPSILON)


def _structures(luma: np.ndarray) -> list[np.ndarray]:
    """Which way brightness rises, of whole pictures (frames, 26, 48) and of their magnified middles: unit vectors."""
    sides = luma.shape[1:]
    views = []
    for zoom in (1.0, *ZOOMS):
        across, down = (_magnifier(side, zoom) for side in reversed(sides))
        views.append(_structure(down @ _times(luma, across.T)))
    return views


def _magnifier(side: int, zoom: float) -> np.ndarray:
    """A matrix that makes (side / 2) samples of the middle of ``side``: bilinear, then the means of pairs."""
    edge = round(side * (1 - 1 / zoom) / 2)
    kept = side - 2 * edge
    places = ((np.arange(side) + 0.5) * kept / side - 0.5).clip(0, kept - 1)
    near = np.abs(places[:, None] - np.arange(kept))
    weights = np.pad(np.maximum(0, 1 - near), ((0, 0), (edge, edge)))
    return weights.reshape(side // 2, 2, side).mean(1).astype(np.float32)


def _structure(luma: np.ndarray) -> np.ndarray:
    right, down = luma[:, 1:, 1:] - luma[:, 1:, :-1], luma[:, 1:, 1:] - luma[:, :-1, 1:]
    steep = 1 / np.sqrt(right * right + down * down + FAINT**2)
    return _unit(np.concatenate([right * steep, down * steep], 1).reshape(len(luma), -1))


def _pooled(planes: np.ndarray) -> np.ndarray:
    """Means of 16x9 places: (frames, 9, 16, 3)."""
    rows = planes.reshape(-1, 9, 3, 48 * 3)
    return (rows[:, :, 0] + rows[:, :, 1] + rows[:, :, 2]).reshape(-1, 9, 16, 3, 3).sum(3) / 9


def _histogram(pictures: np.ndarray) -> np.ndarray:
    """Square roots of how often each of 8x4x4 colours is seen: unit vectors (frames, 128)."""
    luma, *colours = np.moveaxis(pictures, 3, 0).astype(np.int64)
    blue, red = (((plane - 96) // 16).clip(0, 3) for plane in colours)
    colour = (luma // 32 * 16 + blue * 4 + red).reshape(len(pictures), -1)
    frames = np.arange(len(pictures))[:, None] * 128
    counts = np.bincount((colour + frames).ravel(), minlength=128 * len(pictures)).reshape(-1, 128)
    return np.sqrt(counts / np.float32(colour.shape[1])).astype(np.float32)


def _statistics(planes: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Means and contrasts of brightness and colour, how much there is of edges, the brightest: (frames, 8)."""
    mean, count = colours.mean((1, 2)), planes[0, ..., 0].size
    square = _pooled(planes * planes).mean((1, 2))
    contrast = np.sqrt(np.maximum(square - mean * mean, 0) * count / (count - 1))
    luma = np.ascontiguousarray(planes[..., 0])
    edges = np.abs(luma[:, :, 1:] - luma[:, :, :-1]).reshape(len(luma), -1).mean(1)
    brightest = luma.reshape(len(luma), -1).max(1)
    return np.concatenate([mean / 64, contrast / 64, edges[:, None] / 16, brightest[:, None] / 64], 1)


def _unit(x: np.ndarray) -> np.ndarray:
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)


def _halved(maps: np.ndarray) -> np.ndarray:
    """Means of 2x2 places, of fewer at the bottom of an odd height."""
    if maps.shape[1] % 2:
        maps = np.concatenate([maps, maps[:, -1:]], 1)
    rows = maps[:, ::2] + maps[:, 1::2]
    return (rows[:, :, ::2] + rows[:, :, 1::2]) / 4
