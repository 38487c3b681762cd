"""Pictures whose subject is known, to learn from: the theatre's takes, and its actors cut out before other grounds.

The theatre's silhouettes alone would teach that a subject is dark. So half of what is learnt from has other colours:
an actor's outline, filled with another picture's texture, before a ground that a camera moves over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from laterna.editing.indexing.camera import motion
from laterna.editing.indexing.subject import SIZE, seen
from laterna.editing.joins.plates import plate
from laterna.media.video import Video
from laterna.theatre.scene import draw_scene, draw_setting
from laterna.theatre.take import Take

_FRAMES, _RATE = 20, Fraction(15, 2)  # of a take: every frame is one that is looked at
_DRAWN = (192, 108)
_COMPOSED = 0.45  # of the samples to learn from
_ALONE = 0.06  # of the samples have no picture beside them: shots of one look
_EMPTY = 0.06  # of the composed ones have no actor
_KEPT = 12  # pictures of one film


@dataclass(frozen=True)
class Scene:
    """A take as pictures (frames, 54, 96, 3) uint8 RGB, and its masks (frames, 54, 96) uint8, 255 where actors are."""

    pictures: np.ndarray
    masks: np.ndarray


@cache
def scene(seed: int) -> Scene:
    """A take of the theatre, drawn when first asked for."""
    planned = draw_scene(draw_setting((seed, 20)), (seed, 21), _FRAMES, _RATE)
    drawn = [(_shrunk(f.rgb()), _shrunk((f.mask > 0).astype(np.uint8) * 255)) for f in Take(planned, _DRAWN).frames()
             if f.mask is not None]  # fmt: skip
    return Scene(np.stack([picture for picture, _ in drawn]), np.stack([mask for _, mask in drawn]))


def grounds(files: Sequence[Path]) -> list[np.ndarray]:
    """Pictures of films, a few of each: (54, 96, 3) uint8 RGB."""
    found = []
    for path in files:
        video = Video(path)
        for share in range(_KEPT):
            found.append(video.frame_at(video.duration * share / _KEPT).rgb(SIZE))
    return found


@dataclass(frozen=True)
class Staged:
    """Samples of (planes (54, 96, 7) float32, mask (27, 48) float32).

    Args:
        seeds: of the theatre's takes.
        grounds: pictures to set actors before.
        learning: False for the theatre's pictures as they are, always the same, to judge by.
    """

    seeds: range
    grounds: Sequence[np.ndarray]
    count: int
    learning: bool = True

    def __len__(self) -> int:
        return self.count

    def sample(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        if not self.learning:
            rng = np.random.default_rng((index, 5))
        take = scene(self.seeds[index % len(self.seeds)])
        middle = int(rng.integers(len(take.pictures)))
        near = [max(0, middle - 1), middle, min(len(take.pictures) - 1, middle + 1)]
        pictures, masks = take.pictures[near], take.masks[near]
        if self.learning:
            pictures, masks = self._staged(pictures, masks, rng)
        before, after = (None if near[1] == near[k] else motion(pictures[1], pictures[k]) for k in (0, 2))
        if self.learning and rng.random() < _ALONE:
            before = after = None
        return seen(pictures[1], before, after), _shrunk(masks[1], (SIZE[0] // 2, SIZE[1] // 2)) / np.float32(255)

    def _staged(
        self, pictures: np.ndarray, masks: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """The same moments, seen anew: mirrored, framed and graded otherwise, or before another ground."""
        if rng.random() < 0.5:
            pictures, masks = pictures[:, :, ::-1], masks[:, :, ::-1]
        pictures, masks = _framed(pictures, masks, rng)
        if rng.random() < _COMPOSED:
            pictures, masks = self._composed(masks, rng)
        return _graded(pictures, rng), masks

    def _composed(self, masks: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        if rng.random() < _EMPTY:
            masks = np.zeros_like(masks)
        ground, cloth = (_panned(self._ground(rng), pace, rng) for pace in (0.03, 0.0))
        share = masks[..., None] / np.float32(255)
        light = rng.uniform(0.3, 1.3)
        mixed = ground * (1 - share) + np.clip(cloth * light, 0, 255) * share
        return mixed.astype(np.uint8), masks

    def _ground(self, rng: np.random.Generator) -> np.ndarray:
        if self.grounds and rng.random() < 0.6:
            return self.grounds[int(rng.integers(len(self.grounds)))]
        return cv2.cvtColor(plate(1, SIZE, rng)[0], cv2.COLOR_YCrCb2RGB)


def _panned(picture: np.ndarray, pace: float, rng: np.random.Generator) -> np.ndarray:
    """Three pictures of a camera that moves over one, ``pace`` picture widths or so a step."""
    width, height = SIZE
    zoom, drift = rng.uniform(1.1, 2.2), rng.normal(0, pace, 2) * width * (rng.random() < 0.7)
    room = (zoom - 1) / 2 * np.array([width, height])
    at = rng.uniform(-room, room)
    growth = 1 + rng.normal(0, 0.02) * (rng.random() < 0.3)
    shown = []
    for step in (-1, 0, 1):
        scale = zoom * growth**step
        x, y = at + drift * step
        turn = np.array([[scale, 0, width / 2 * (1 - scale) - x], [0, scale, height / 2 * (1 - scale) - y]])
        shown.append(cv2.warpAffine(picture, turn, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))
    return np.stack(shown)


def _framed(pictures: np.ndarray, masks: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A part of the picture, of another shape now and then, as a portrait's would be: all three alike."""
    if rng.random() < 0.4:
        return pictures, masks
    width, height = SIZE
    kept_across = rng.uniform(0.35, 1) if rng.random() < 0.25 else rng.uniform(0.75, 1)
    kept_down = rng.uniform(0.75, 1)
    left, top = rng.uniform(0, 1 - kept_across) * width, rng.uniform(0, 1 - kept_down) * height
    right, bottom = left + kept_across * width, top + kept_down * height
    box = slice(int(top), max(int(top) + 8, round(bottom))), slice(int(left), max(int(left) + 8, round(right)))
    return tuple(np.stack([_resized(one[box]) for one in many]) for many in (pictures, masks))  # type: ignore[return-value]


def _graded(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Other light, other colours, some noise."""
    if rng.random() < 0.3:
        return pictures
    gain, lift = rng.uniform(0.6, 1.5), rng.normal(0, 18)
    tint = 1 + rng.normal(0, 0.08, 3)
    noise = rng.normal(0, rng.uniform(0, 4), pictures.shape)
    return np.clip((pictures.astype(np.float32) - 128) * gain * tint + 128 + lift + noise, 0, 255).astype(np.uint8)


def _shrunk(picture: np.ndarray, size: tuple[int, int] = SIZE) -> np.ndarray:
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def _resized(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(np.ascontiguousarray(picture), SIZE, interpolation=cv2.INTER_LINEAR)
