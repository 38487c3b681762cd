"""Where the subject of a picture is: what is seen of it in three small pictures, and the network's answer in NumPy.

The network itself stands in ``editing/models/subject.py``; a test holds the two to one another. Here it answers
without torch, whose import takes seconds and whose memory a production can't spare.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from laterna.editing.indexing.camera import Motion
from laterna.learning.answering import answering
from laterna.learning.store import find

NAME, VERSION = "editing/subject", 1
SIZE = (96, 54)  # (width, height) of the pictures
CHANNELS = 7  # red, green, blue; what changes, and what moves, towards the picture before and the one after
LAYERS = ("down.0", "down.1", "down.2", "deep.0", "deep.1", "up.0", "up.1")
STRIDES = (2, 2, 2, 1, 1, 1, 1)
SURE = 0.5  # a place is the subject's from this probability on
_SMALLEST = 0.12  # a part of less than this share of the largest part's weight is a speck
_FASTEST = 8.0  # pixels between two pictures that count as fully moving
_EPSILON = 1e-5  # of batch normalisation
_FINER = 4  # times as fine as the network's places are box edges told
_NOTHING = np.empty((0, 0), np.float32)


@dataclass(frozen=True, slots=True)
class Box:
    """A box round the subject, in 0..1 of the picture, (0, 0) its top left corner; ``score`` in 0..1."""

    x: float
    y: float
    width: float
    height: float
    score: float

    def overlap(self, other: "Box") -> float:
        """Intersection over union, 0..1."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        shared = max(0.0, across) * max(0.0, down)
        return shared / max(1e-9, self.width * self.height + other.width * other.height - shared)


def seen(now: np.ndarray, before: Motion | None, after: Motion | None) -> np.ndarray:
    """What the network is shown, (54, 96, 7) float32 around 0.

    Args:
        now: the picture, (54, 96, 3) uint8 RGB.
        before, after: how it differs from pictures a sixth of a second or so away; None where a shot has none.
    """
    planes = np.zeros((*now.shape[:2], CHANNELS), np.float32)
    planes[..., :3] = (now.astype(np.float32) - 128) / 64
    for first, motion in ((3, before), (5, after)):
        if motion is not None:
            planes[..., first] = motion.change.astype(np.float32) / 32
            planes[..., first + 1] = np.minimum(motion.speed / _FASTEST, 1) * 4
    return planes


def boxed(mask: np.ndarray) -> Box | None:
    """The box round a mask of probabilities, (rows, columns) in 0..1; None where nothing is likely enough.

    All parts of some weight count: two actors who stand apart are one subject.
    """
    rows, columns = mask.shape
    fine = cv2.resize(mask.astype(np.float32), (columns * _FINER, rows * _FINER), interpolation=cv2.INTER_LINEAR)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((fine >= SURE).astype(np.uint8), connectivity=8)
    if count < 2:
        return None
    weights = np.bincount(labels.ravel(), weights=fine.ravel(), minlength=count)[1:]
    kept = 1 + np.flatnonzero(weights >= _SMALLEST * weights.max())
    left, top = stats[kept, cv2.CC_STAT_LEFT].min(), stats[kept, cv2.CC_STAT_TOP].min()
    right = (stats[kept, cv2.CC_STAT_LEFT] + stats[kept, cv2.CC_STAT_WIDTH]).max()
    bottom = (stats[kept, cv2.CC_STAT_TOP] + stats[kept, cv2.CC_STAT_HEIGHT]).max()
    score = float(weights[kept - 1].sum() / stats[kept, cv2.CC_STAT_AREA].sum())
    wide, high = fine.shape[1], fine.shape[0]
    return Box(float(left / wide), float(top / high), float((right - left) / wide), float((bottom - top) / high), score)


class Subject:
    """The trained network.

    Args:
        weights: its tensors by name, float32.
    """

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._kernels = {layer: _folded(weights, layer) for layer in LAYERS}
        self._context = weights["context.weight"], weights["context.bias"]
        self._out = weights["out.weight"].reshape(-1), float(weights["out.bias"][0])

    def mask(self, planes: np.ndarray) -> np.ndarray:
        """Probabilities (27, 48) of what :func:`seen` gives."""
        maps, held = planes, []
        for layer, stride in zip(LAYERS[:3], STRIDES[:3], strict=True):
            maps = self._layer(layer, maps, stride)
            held.append(maps)
        maps = self._layer("deep.0", maps)
        weight, bias = self._context
        maps = np.maximum(maps + weight @ maps.mean((0, 1)) + bias, 0)
        maps = self._layer("deep.1", maps)
        for layer, skip in zip(("up.0", "up.1"), (held[1], held[0]), strict=True):
            maps = self._layer(layer, np.concatenate([doubled(maps)[: len(skip)], skip], 2))
        weight, out = self._out
        return 1 / (1 + np.exp(-(maps @ weight + out).clip(-50, 50)))

    def box(self, planes: np.ndarray) -> Box | None:
        """The box round the subject; None where there is none."""
        return boxed(self.mask(planes))

    def _layer(self, layer: str, maps: np.ndarray, stride: int = 1) -> np.ndarray:
        """A 3x3 convolution and ReLU of (rows, columns, given) maps."""
        kernel, bias = self._kernels[layer]
        padded = np.pad(maps, ((1, 1), (1, 1), (0, 0)))
        near = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (0, 1))[::stride, ::stride]
        rows, columns = near.shape[:2]  # near: (rows, columns, given, 3, 3)
        made = cv2.gemm(near.reshape(rows * columns, -1), kernel, 1, _NOTHING, 0)  # numpy's takes decoding's threads
        return np.maximum(made.reshape(rows, columns, -1) + bias, 0)


def doubled(maps: np.ndarray) -> np.ndarray:
    """(rows, columns, channels) maps at twice the size, each place four times."""
    return maps.repeat(2, 0).repeat(2, 1)


def _folded(weights: dict[str, np.ndarray], layer: str) -> tuple[np.ndarray, np.ndarray]:
    """A layer's kernel, (given * 9, made), and bias, with its batch normalisation taken into them."""
    kernel = weights[f"{layer}.0.weight"]  # (made, given, 3, 3)
    gain = weights[f"{layer}.1.weight"] / np.sqrt(weights[f"{layer}.1.running_var"] + _EPSILON)
    bias = weights[f"{layer}.1.bias"] - weights[f"{layer}.1.running_mean"] * gain
    return np.ascontiguousarray((kernel * gain[:, None, None, None]).reshape(len(kernel), -1).T), bias


def subject_network() -> Subject:
    """The user's own network of that name, else the bundled one.

    Raises:
        ModelError: its weights are broken, or its licence forbids commercial use.
    """
    return read(find(NAME))


@lru_cache(maxsize=2)
def read(folder: Path) -> Subject:
    """The network that a folder holds.

    Raises:
        ModelError: see :func:`laterna.learning.answering.answering`.
    """
    return answering(folder, NAME, VERSION, _tried, cv2.error)


def _tried(weights: dict[str, np.ndarray], config: dict[str, Any]) -> Subject:
    network = Subject(weights)
    network.mask(np.zeros((SIZE[1], SIZE[0], CHANNELS), np.float32))
    return network
