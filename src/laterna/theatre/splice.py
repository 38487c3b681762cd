"""Splices: how one shot follows another, and the mixing of their pictures."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np

from laterna.theatre.canvas import Canvas
from laterna.theatre.palette import Ink

SpliceKind = Literal["cut", "dissolve", "fade", "wipe"]
Style = Literal[
    "plain", "black", "white",
    "left", "right", "up", "down", "diagonal", "iris out", "iris in", "clock", "blinds", "bars",
]  # fmt: skip

_WIPES: tuple[Style, ...] = (
    "left",
    "right",
    "up",
    "down",
    "diagonal",
    "iris out",
    "iris in",
    "clock",
    "blinds",
    "bars",
)
_TONES: dict[Style, Ink] = {"black": (16, 128, 128), "white": (235, 128, 128)}


@dataclass(frozen=True, slots=True)
class Splice:
    """Frames ``first`` to ``last`` (inclusive) mix two shots; at a cut both are the new shot's first frame.

    ``soft`` is the width of a wipe's edge, as a share of its way.
    """

    kind: SpliceKind
    first: int
    last: int
    style: Style = "plain"
    soft: float = 0.0

    @property
    def gradual(self) -> bool:
        return self.kind != "cut"

    @property
    def length(self) -> int:
        """Frames that mix both shots; at a cut none do."""
        return self.last - self.first + 1 if self.gradual else 0

    @property
    def middle(self) -> int:
        """The first frame that counts to the new shot."""
        return (self.first + self.last + 1) // 2


def draw_splice(at: int, room: int, rate: Fraction, rng: np.random.Generator) -> Splice:
    """A splice around frame ``at`` that mixes at most ``room`` frames."""
    kinds: tuple[SpliceKind, ...] = ("cut", "dissolve", "fade", "wipe")
    kind = kinds[int(rng.choice(4, p=[0.55, 0.2, 0.11, 0.14]))]
    longest = min(room, round(40 * rate / 30))
    if kind == "cut" or longest < 8:
        return Splice("cut", at, at)
    length = int(rng.integers(8, longest + 1))
    first = at - length // 2
    style: Style = "plain"
    if kind == "fade":
        style = "black" if rng.random() < 0.75 else "white"
    elif kind == "wipe":
        style = _WIPES[int(rng.integers(len(_WIPES)))]
    return Splice(kind, first, first + length - 1, style, float(rng.choice([0.002, 0.03, 0.15])))


def blend(splice: Splice, share: float, old: Canvas, new: Canvas, out: Canvas) -> None:
    """Mix two pictures into ``out``: ``share`` runs from 0 (all old) to 1 (all new)."""
    if splice.kind == "dissolve":
        cv2.addWeighted(old.i420, 1 - share, new.i420, share, 0, dst=out.i420)
    elif splice.kind == "fade":
        np.copyto(out.i420, old.i420 if share < 0.5 else new.i420)
        out.wash(_TONES[splice.style], 1 - abs(2 * share - 1))
    else:
        _wipe(splice, share, old, new, out)


def _wipe(splice: Splice, share: float, old: Canvas, new: Canvas, out: Canvas) -> None:
    arrival = _arrival(splice.style, out.width, out.height)
    cover = np.clip((share * (1 + splice.soft) - arrival) * (255 / splice.soft), 0, 255).astype(np.uint8)
    for before, after, target, step in zip(old.planes, new.planes, out.planes, (1, 2, 2), strict=True):
        part = np.ascontiguousarray(cover[::step, ::step])
        cv2.multiply(before, 255 - part, dst=target, scale=1 / 255)
        cv2.add(target, cv2.multiply(after, part, scale=1 / 255), dst=target)


@lru_cache(maxsize=4)
def _arrival(style: Style, width: int, height: int) -> np.ndarray:
    """When a wipe reaches each pixel, 0..1: (height, width)."""
    x = ((np.arange(width, dtype=np.float32) + 0.5) / width)[None, :].repeat(height, 0)
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None].repeat(width, 1)
    centre = np.hypot((x - 0.5) * width, (y - 0.5) * height) / (np.hypot(width, height) / 2)
    maps = {
        "right": lambda: x,
        "left": lambda: 1 - x,
        "down": lambda: y,
        "up": lambda: 1 - y,
        "diagonal": lambda: (x + y) / 2,
        "iris out": lambda: centre,
        "iris in": lambda: 1 - centre,
        "clock": lambda: (np.arctan2(x - 0.5, 0.5 - y) / (2 * np.pi)) % 1,
        "blinds": lambda: (y * 8) % 1,
        "bars": lambda: (x * 6) % 1,
    }
    return maps[style]()
