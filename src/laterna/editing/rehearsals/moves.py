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
_SCREENED = 6 * RATE  # pictures that are put before a screen
_NEAR, _MOVES = 25, 20  # pixels around, and grey levels of change, of what is left of them
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


def before_screen(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same before a plain screen: what stands still, and is not near what moves, becomes one colour.

    Where a screen is all that stands still, whoever moves before it must not be taken for a camera's unrest.

    Args:
        pictures: (T, rows, columns, 3) uint8 RGB of a locked-off camera, two or more.
        rng: draws a second or two of them, and the screen's colour and noise.
    """
    count = min(len(pictures), _SCREENED)
    first = int(rng.integers(len(pictures) - count + 1))
    some = pictures[first : first + count]
    moved = np.ptp(some[..., 1], axis=0)  # green, which is most of the luma
    near = cv2.dilate(cv2.blur(moved, (5, 5)), np.ones((_NEAR, _NEAR), np.uint8)).astype(np.float32)
    seen = cv2.GaussianBlur(np.clip(near / _MOVES - 1, 0, 1), (0, 0), 4)[..., None]
    screen = rng.uniform(20, 220, 3) + rng.normal(0, rng.uniform(0.5, 2.5), some.shape)
    return np.clip(np.rint(some * seen + screen * (1 - seen)), 0, 255).astype(np.uint8)


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
