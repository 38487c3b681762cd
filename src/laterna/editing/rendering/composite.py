"""Pictures and type laid over one another in YUV planes, so that nothing is converted on the way to the encoder.

A picture's planes are one array of yuv420p: (height * 3 / 2, width) uint8, BT.709, limited range.
"""

from collections.abc import Iterator

import av
import cv2
import numpy as np

from laterna.editing.titles import Overlay

_TO_YUV = np.array(  # ITU-R BT.709 from RGB in 0..255 to limited range
    [[0.18259, 0.61423, 0.06201], [-0.10064, -0.33857, 0.43922], [0.43922, -0.39894, -0.04027]], np.float32
)
_OFFSETS = np.array([16, 128, 128], np.float32)


def black(size: tuple[int, int]) -> np.ndarray:
    """A black picture's planes; ``size`` is (width, height), both even."""
    planes = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
    planes[: size[1]] = 16
    return planes


def mixed(under: np.ndarray, over: np.ndarray, opacity: float) -> np.ndarray:
    """``over`` at ``opacity`` in 0..1 upon ``under``: a frame of a dissolve."""
    return cv2.addWeighted(over, opacity, under, 1 - opacity, 0)


def to_frame(planes: np.ndarray) -> av.VideoFrame:
    """Planes as a frame for the encoder."""
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


class Stencil:
    """An overlay made ready for many frames: its colours in YUV, multiplied by its opacity."""

    def __init__(self, overlay: Overlay) -> None:
        pixels = np.asarray(overlay.image, np.float32)
        alpha = pixels[..., 3:] / 255
        coloured = (pixels[..., :3] @ _TO_YUV.T + _OFFSETS) * alpha
        self._corner = (overlay.left, overlay.top)
        luma, blue, red = np.rint(coloured[..., 0]), _halved(coloured[..., 1]), _halved(coloured[..., 2])
        self._colours = [plane.astype(np.uint8) for plane in (luma, blue, red)]
        full, half = np.rint(alpha[..., 0] * 255).astype(np.uint8), _halved(alpha[..., 0] * 255).astype(np.uint8)
        self._alphas = [full, half, half]

    def lay(self, planes: np.ndarray, opacity: float = 1.0) -> None:
        """Lay it upon ``planes`` in place, ``opacity`` in 0..1 times as opaque as it is."""
        for part, colour, alpha in zip(self._parts(planes), self._colours, self._alphas, strict=True):
            if opacity < 1:
                colour, alpha = _scaled(colour, opacity), _scaled(alpha, opacity)
            part[:] = cv2.add(cv2.multiply(part, cv2.bitwise_not(alpha), scale=1 / 255), colour)

    def _parts(self, planes: np.ndarray) -> Iterator[np.ndarray]:
        """Views of the three planes where it lies."""
        width, height = planes.shape[1], planes.shape[0] * 2 // 3
        rows, columns = self._alphas[1].shape
        left, top = self._corner[0] // 2, self._corner[1] // 2
        yield planes[2 * top : 2 * (top + rows), 2 * left : 2 * (left + columns)]
        chroma = planes.reshape(-1)[width * height :].reshape(2, height // 2, width // 2)
        yield from chroma[:, top : top + rows, left : left + columns]


def _scaled(plane: np.ndarray, by: float) -> np.ndarray:
    return cv2.convertScaleAbs(plane, alpha=by)


def _halved(plane: np.ndarray) -> np.ndarray:
    rows, columns = plane.shape
    return np.rint(plane.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3)))
