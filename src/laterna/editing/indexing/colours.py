"""The colours of a shot: a few dominant ones, and a compact descriptor of how they lie in the picture."""

from collections.abc import Sequence

import cv2
import numpy as np

_MOST = 5  # colours of a shot
_LEAST = 0.04  # of the picture; less is no colour of the shot's
_APART = 12.0  # in CIE Lab; nearer ones are one colour
_ROUNDS = 12
_PIXELS = (32, 18)  # (width, height) of a picture as it is counted
_GRID = (8, 5)  # places of the descriptor


def dominant(pictures: Sequence[np.ndarray]) -> list[str]:
    """At most five colours, "#rrggbb", the commonest first: k-means in CIE Lab, the same at every call.

    Args:
        pictures: a few of a shot, (rows, columns, 3) uint8 RGB.
    """
    small = [cv2.resize(picture, _PIXELS, interpolation=cv2.INTER_AREA) for picture in pictures]
    pixels = _lab(np.stack(small)).reshape(-1, 3)
    centres, shares = _merged(*_means(pixels))
    order = [k for k in np.argsort(-shares, kind="stable") if shares[k] >= _LEAST]
    return [_hex(centres[k]) for k in order]


def descriptor(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """A unit vector of colours and where they lie, (120,) float32: near that of a shot that looks alike."""
    small = [cv2.resize(picture, _GRID, interpolation=cv2.INTER_AREA) for picture in pictures]
    mean = _lab(np.stack(small)).mean(0)
    mean[..., 0] = (mean[..., 0] - 50) / 2  # brightness around middle grey, and no more than colour
    vector = mean.ravel()
    return np.asarray(vector / max(1e-6, float(np.linalg.norm(vector))), np.float32)


def _means(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centres (k, 3), each first at the pixel that is farthest from those before it, and their shares."""
    centres = [pixels.mean(0)]
    for _ in range(_MOST):
        centres.append(pixels[int(np.argmax(_squares(pixels, np.stack(centres)).min(1)))])
    found = np.stack(centres)
    for _ in range(_ROUNDS):
        nearest = _squares(pixels, found).argmin(1)
        counts = np.bincount(nearest, minlength=len(found))
        sums = np.stack([np.bincount(nearest, pixels[:, axis], len(found)) for axis in range(3)], 1)
        found = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], found)
    return found, counts / len(pixels)


def _merged(centres: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Colours that the eye hardly tells apart, as one."""
    kept: list[np.ndarray] = []
    weights: list[float] = []
    for k in np.argsort(-shares, kind="stable"):
        near = [n for n, other in enumerate(kept) if np.linalg.norm(other - centres[k]) < _APART]
        if near:
            weights[near[0]] += float(shares[k])
        else:
            kept.append(centres[k])
            weights.append(float(shares[k]))
    return np.stack(kept), np.array(weights)


def _squares(pixels: np.ndarray, centres: np.ndarray) -> np.ndarray:
    return ((pixels[:, None] - centres) ** 2).sum(2)


def _lab(pictures: np.ndarray) -> np.ndarray:
    """(..., 3) RGB as CIE Lab, float32: L in 0..100."""
    flat = pictures.reshape(1, -1, 3).astype(np.float32) / 255
    return cv2.cvtColor(flat, cv2.COLOR_RGB2LAB).reshape(pictures.shape)


def _hex(lab: np.ndarray) -> str:
    rgb = cv2.cvtColor(lab.reshape(1, 1, 3).astype(np.float32), cv2.COLOR_LAB2RGB)[0, 0]
    return "#" + "".join(f"{round(float(part) * 255):02x}" for part in rgb.clip(0, 1))
