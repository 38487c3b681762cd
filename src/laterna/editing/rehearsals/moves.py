"""Real footage with camera moves that are known: a frame moves over what was shot."""

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from laterna.editing.describing.sampling import RATE, SEEN, Sampler
from laterna.editing.rehearsals.labelled import Labelled
from laterna.media.video import Video

Framed = Literal["static", "pan", "tilt", "zoom", "handheld"]
FRAMED: tuple[Framed, ...] = ("static", "pan", "tilt", "zoom", "handheld")

_KEPT = 320  # pixels across the footage as it is kept
_LONGEST = 30 * RATE  # pictures of a file that are kept
_STILL = 0.03  # picture heights a second
_PART = 0.55  # of the footage's height that is seen, at the widest of a move


@cache
def footage(path: Path) -> np.ndarray:
    """Six pictures a second of a film file, (T, rows, 320, 3) uint8 RGB, at most half a minute.

    Where its own camera moves, every picture is to be taken as a still: what a frame over them does would not be known.
    """
    video, kept, due = Video(path), list[np.ndarray](), Fraction(0)
    size = _KEPT, max(2, round(_KEPT * video.height / video.width))
    for frame in video.frames():
        if frame.time >= due:
            kept.append(frame.rgb(size))
            due += Fraction(1, RATE)
        if len(kept) == _LONGEST:
            break
    return np.stack(kept)


@cache
def locked_off(path: Path) -> bool:
    """Whether a film's own camera stands still: most of the picture does, at nearly every moment."""
    sampler = Sampler()
    for n, picture in enumerate(footage(path)):
        sampler.see(n, Fraction(n, RATE), cv2.resize(picture, SEEN, interpolation=cv2.INTER_AREA))
    speeds = np.median(np.linalg.norm(sampler.taken().flows.astype(float), axis=3), axis=(1, 2))
    return bool(np.quantile(speeds, 0.9) < _STILL)


def framed(pictures: np.ndarray, move: Framed, rng: np.random.Generator) -> Labelled:
    """A shot of so much of the footage as the frame sees while it moves.

    Args:
        pictures: of a locked-off camera, as :func:`footage` gives them; repeated to and fro where they are few.
        move: of the camera: to either side, up or down, closer or away; by hand it wanders as the theatre's does.
        rng: draws how long, where and how far.
    """
    count = int(rng.integers(2 * RATE, 6 * RATE))
    there = np.r_[np.arange(len(pictures)), np.arange(len(pictures))[::-1]]
    order = there[(int(rng.integers(len(there))) + np.arange(count)) % len(there)]
    rows, columns = pictures.shape[1:3]
    sampler = Sampler()
    for n, (x, y, tall) in enumerate(_windows(move, count, columns / rows, rng)):
        window = np.array([[tall * rows / SEEN[1], 0, x * rows], [0, tall * rows / SEEN[1], y * rows]], np.float32)
        window[:, 2] -= window[0, 0] * np.array(SEEN) / 2
        seen = cv2.warpAffine(
            pictures[order[n]],
            window,
            SEEN,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        )
        sampler.see(n, Fraction(n, RATE), seen)
    return Labelled(sampler.taken().between(0, count), {"move": move})


def _windows(move: Framed, count: int, aspect: float, rng: np.random.Generator) -> np.ndarray:
    """(count, 3): the middle of what is seen, right and down, and its height; in heights of the footage."""
    tall = _PART * float(rng.uniform(0.85, 1.0))
    wide = tall * 16 / 9
    if wide > 0.9 * aspect:
        tall, wide = tall * 0.9 * aspect / wide, 0.9 * aspect
    room = np.array([aspect - wide, 1 - tall]) / 2
    middle = np.array([aspect, 1]) / 2 + room * rng.uniform(-1, 1, 2) * (move not in ("pan", "tilt"))
    time = np.linspace(-rng.uniform(0, 0.2), 1 + rng.uniform(0, 0.2), count).clip(0, 1)
    share = time * time * (3 - 2 * time)  # gathering speed and losing it
    path = np.tile(np.array([*middle, tall]), (count, 1))
    way = rng.choice([-1, 1])
    if move in ("pan", "tilt"):
        axis = int(move == "tilt")
        far = min(room[axis] * 2, tall * rng.uniform(*((0.3, 0.9), (0.15, 0.4))[axis]))
        path[:, axis] += way * far * (share - 0.5)
    elif move == "zoom":
        path[:, 2] /= rng.uniform(1.2, 1.6) ** (share if way > 0 else 1 - share)
    elif move == "handheld":
        path[:, :2] += tall * rng.uniform(0.008, 0.02) * _wander(count, rng)
    return path


def _wander(count: int, rng: np.random.Generator) -> np.ndarray:
    """(count, 2): a hand's unrest, of the speeds that the theatre's camera has."""
    time, phases = np.arange(count) / RATE, rng.uniform(0, 2 * np.pi, (3, 2))
    parts = ((2.3, 0.55), (5.1, 0.3), (9.7, 0.15))
    return np.stack(
        [
            sum(weight * np.sin(speed * time + phases[k, axis]) for k, (speed, weight) in enumerate(parts))
            for axis in (0, 1)
        ],
        1,
    )
