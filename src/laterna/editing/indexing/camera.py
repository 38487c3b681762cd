"""What moves between two small pictures of one shot: the camera, and what moves of its own."""

from dataclasses import dataclass

import cv2
import numpy as np

_EVERY = 3  # one of so many rows and columns is asked how the camera moves
_ROUNDS = 4  # of weighing anew, after which what moves of its own hardly counts
_FAR = 0.6  # pixels off the camera's movement at which a place counts half
_NORMAL = 0.6745  # median absolute deviation of a normal distribution whose standard deviation is 1
_STRUCTURE = 6.0  # grey levels from a place to the next at which its movement is half known


@dataclass(frozen=True)
class Motion:
    """How a picture differs from another one of its shot.

    Attributes:
        shift: of the picture between the two, (x, y) in picture widths.
        zoom: growth of the picture between the two; 0 for none.
        change: (rows, columns) uint8, grey levels of difference once the camera's movement is taken back.
        speed: (rows, columns) float32, pixels that each place moves of its own.
    """

    shift: tuple[float, float]
    zoom: float
    change: np.ndarray
    speed: np.ndarray


def motion(now: np.ndarray, other: np.ndarray) -> Motion:
    """Compare two pictures of one shot, (rows, columns, 3) uint8 RGB of about 96x54.

    Dense flow (Kroeger et al. 2016, arXiv:1603.03590), to which a shift, zoom and roll of the camera are fitted by
    least squares that are weighed anew (Holland and Welsch 1977), so that what moves of its own is left out.
    """
    here, there = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (now, other))
    flow = _estimator().calc(here, there, np.zeros((*here.shape, 2), np.float32))
    shift, scale = _camera(here, flow)
    by_camera = _places(here.shape) * scale + shift
    apart = flow[..., 0] + 1j * flow[..., 1] - by_camera
    return Motion(
        (shift.real / here.shape[1], shift.imag / here.shape[1]),
        float(scale.real),
        cv2.absdiff(here, _moved(there, by_camera)),
        np.abs(apart).astype(np.float32),
    )


def shake(flows: np.ndarray) -> float:
    """How unsteadily a camera moves: the spread of the changes of its speed, in the flows' unit.

    The camera's speed is the median over the picture, and the spread is told by the median too, so that neither an
    actor nor a flash counts as the camera's.

    Args:
        flows: (T, rows, columns, 2), the speed of each part of the picture, at even steps of time.
    """
    if len(flows) < 3:
        return 0.0
    speeds = np.median(flows.astype(np.float32).reshape(len(flows), -1, 2), axis=1)
    changes = np.median(np.abs(np.diff(speeds, axis=0)), axis=0) / _NORMAL
    return float(np.hypot(*changes))


def _estimator() -> cv2.DISOpticalFlow:
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    flow.setFinestScale(1)  # half of pictures that are small already
    return flow


def _places(shape: tuple[int, ...]) -> np.ndarray:
    """Each place from the middle, x + iy in pixels."""
    rows, columns = shape
    return (np.arange(columns) - (columns - 1) / 2) + 1j * (np.arange(rows) - (rows - 1) / 2)[:, None]


def _camera(grey: np.ndarray, flow: np.ndarray) -> tuple[complex, complex]:
    """The camera's shift, and zoom + i * roll, in flow = place * scale + shift."""
    thin = slice(None, None, _EVERY)
    right, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8)
    steep = np.hypot(right, down)[thin, thin].ravel()
    known = steep / (steep + _STRUCTURE) + 1e-4
    moved = (flow[thin, thin, 0] + 1j * flow[thin, thin, 1]).ravel()
    places = _places(grey.shape)[thin, thin].ravel()
    weights, shift, scale = known, 0j, 0j
    for _ in range(_ROUNDS):
        total = weights.sum()
        middle, mean = (weights @ places) / total, (weights @ moved) / total
        spread = weights @ np.abs(places - middle) ** 2
        scale = (weights @ ((moved - mean) * np.conj(places - middle))) / max(spread, 1e-9)
        shift = mean - scale * middle
        weights = known / (1 + (np.abs(moved - places * scale - shift) / _FAR) ** 2)
    return complex(shift), complex(scale)


def _moved(picture: np.ndarray, by: np.ndarray) -> np.ndarray:
    rows, columns = picture.shape
    x = (np.arange(columns) + by.real).astype(np.float32)
    y = (np.arange(rows)[:, None] + by.imag).astype(np.float32)
    return cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
