"""Weather between the stage and the lens: rain, snow, fog, dust and leaves, drawn once and then only moved."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from laterna.theatre.canvas import Canvas
from laterna.theatre.palette import Ink, Palette, ink, mix
from laterna.theatre.words import Weather


@dataclass
class Veil:
    """A tile of tinted film, twice as large as the picture and repeating, that slides over it.

    ``keep`` and ``more`` are, for each plane drawn on, how much of the picture stays (255 = all) and what is added.
    ``path`` gives the shift in picture heights at a time.
    """

    keep: list[np.ndarray]
    more: list[np.ndarray]
    path: Callable[[float], complex]

    def draw(self, canvas: Canvas, time: float) -> None:
        shift = self.path(time) * canvas.height
        planes = canvas.planes[: len(self.keep)]
        for plane, keep, more, step in zip(planes, self.keep, self.more, (1, 2, 2), strict=False):
            rows, columns = plane.shape
            x, y = int(-shift.real / step) % columns, int(-shift.imag / step) % rows
            cv2.multiply(plane, keep[y : y + rows, x : x + columns], dst=plane, scale=1 / 255)
            cv2.add(plane, more[y : y + rows, x : x + columns], dst=plane)


@dataclass
class Leaves:
    """Leaves that tumble past in the wind."""

    starts: np.ndarray  # (n,) complex, picture heights
    turns: np.ndarray  # (n,) radians a second
    shade: Ink
    speed: float
    width: float

    def draw(self, canvas: Canvas, time: float) -> None:
        drift = self.starts + self.speed * time * (0.7 + 0.6 * (self.turns % 1)) + 0.05j * np.sin(self.turns + 2 * time)
        x = (drift.real + self.width / 2) % self.width - 0.05
        places = (x + 1j * (drift.imag % 1.0)) * canvas.height
        leaf = np.array([-1, -0.2 - 0.42j, 1, -0.2 + 0.42j]) * 0.011 * canvas.height
        flip = np.cos(2.3 * self.turns * time + self.turns)
        shapes = [
            (place + (leaf.real + 1j * leaf.imag * squeeze) * np.exp(1j * turn * time), self.shade)
            for place, turn, squeeze in zip(places, self.turns, flip, strict=True)
        ]
        canvas.paint(shapes)


Overlay = Veil | Leaves


def weather(
    kind: Weather, palette: Palette, size: tuple[int, int], wind: float, rng: np.random.Generator
) -> tuple[list[Overlay], list[Overlay]]:
    """What drifts behind the actors, and what before them, for pictures of ``size`` (width, height)."""
    pale = ink(mix(palette.sky[-1], palette.light, 0.3))
    haze = ink(palette.paper(0.05))
    if kind == "rain":
        slant = complex(0.9 * wind, 1.0)
        return (
            [_streaks(size, 700, 0.02, 0.22, slant, 1.7, pale, rng)],
            [_streaks(size, 260, 0.045, 0.3, slant, 2.6, pale, rng), _fog(size, 0.25, wind, haze, rng)],
        )
    if kind == "snow":
        return (
            [_flakes(size, 420, 0.0018, 0.8, 0.13, wind, pale, rng)],
            [
                _flakes(size, 150, 0.0038, 0.9, 0.22, wind, pale, rng),
                _flakes(size, 28, 0.009, 0.75, 0.36, wind, pale, rng),
            ],
        )
    if kind == "fog":
        return [_fog(size, 0.75, 0.12 + wind, haze, rng)], [_fog(size, 0.4, 0.2 + wind, haze, rng)]
    if kind == "dust":
        warm = ink(palette.paper(0.22))
        return [_fog(size, 0.55, 0.5 + wind, warm, rng)], [
            _fog(size, 0.3, 0.9, warm, rng),
            _flakes(size, 160, 0.0013, 0.4, 0.03, 1.2, warm, rng),
        ]
    if kind == "wind":
        count = int(rng.integers(10, 26))
        starts = rng.uniform(0, 2, count) + 1j * rng.uniform(0, 1, count)
        shade = ink(mix(palette.accent, palette.ink, 0.4))
        return [], [Leaves(starts, rng.uniform(1, 4, count), shade, np.sign(wind or 1) * 0.55, size[0] / size[1] + 0.1)]
    return [], []


def _tile(cover: np.ndarray, tone: int) -> tuple[np.ndarray, np.ndarray]:
    """From a repeating cover (rows, columns) in 0..1, the keep and more planes, doubled."""
    double = np.tile(cover, (2, 2))
    return np.rint(255 * (1 - double)).astype(np.uint8), np.rint(tone * double).astype(np.uint8)


def _streaks(
    size: tuple[int, int],
    count: int,
    long: float,
    strength: float,
    slant: complex,
    speed: float,
    tone: Ink,
    rng: np.random.Generator,
) -> Veil:
    width, height = size
    plane: np.ndarray = np.zeros((height, width), np.uint8)
    along = slant / abs(slant)
    for x, y, share in zip(
        rng.uniform(0, width, count), rng.uniform(0, height, count), rng.uniform(0.5, 1, count), strict=True
    ):
        tail = complex(x, y) - along * long * height * share * 1.4
        for dx in (-width, 0, width):
            for dy in (0, height):  # drawn again across the edges, so that the tile repeats
                ends = [(round((p.real + dx) * 16), round((p.imag + dy) * 16)) for p in (complex(x, y), tail)]
                cv2.line(plane, ends[0], ends[1], int(255 * share), max(1, height // 720), cv2.LINE_AA, 4)
    keep, more = _tile(plane / np.float32(255) * strength, tone[0])
    return Veil([keep], [more], lambda time: slant * speed * time)


def _flakes(
    size: tuple[int, int],
    count: int,
    radius: float,
    strength: float,
    speed: float,
    wind: float,
    tone: Ink,
    rng: np.random.Generator,
) -> Veil:
    width, height = size
    plane: np.ndarray = np.zeros((height, width), np.uint8)
    for x, y, share in zip(
        rng.uniform(0, width, count), rng.uniform(0, height, count), rng.uniform(0.5, 1.2, count), strict=True
    ):
        for dx in (-width, 0, width):
            for dy in (-height, 0, height):
                centre = (round((x + dx) * 16), round((y + dy) * 16))
                cv2.circle(plane, centre, max(6, round(16 * radius * height * share)), 255, -1, cv2.LINE_AA, 4)
    if radius * height > 3:  # near the lens, out of focus
        plane = cv2.GaussianBlur(plane, (0, 0), radius * height * 0.35, borderType=cv2.BORDER_REFLECT)
    keep, more = _tile(plane / np.float32(255) * strength, tone[0])
    phase, sway = rng.uniform(0, 6.28), 0.03 + 0.1 * speed
    return Veil([keep], [more], lambda time: speed * time * (1j + 1.5 * wind) + sway * np.sin(0.8 * time + phase))


def _fog(size: tuple[int, int], strength: float, wind: float, tone: Ink, rng: np.random.Generator) -> Veil:
    """Banks of fog that thin out upwards in no regular way."""
    width, height = size
    cover = np.zeros((height, width), np.float32)
    for cells, weight in ((2, 0.5), (4, 0.3), (9, 0.2)):
        knots = np.pad(rng.random((cells + 1, cells * 2), np.float32), 3, mode="wrap")
        scale_y, scale_x = height / (cells + 1), width / (cells * 2)
        large = cv2.resize(knots, None, fx=scale_x, fy=scale_y, interpolation=cv2.INTER_CUBIC)
        top, left = round(3 * scale_y), round(3 * scale_x)
        cover += weight * large[top : top + height, left : left + width]
    cover = strength * np.clip(1.5 * cover - 0.25, 0, 1)
    keep, more = zip(
        *(_tile(cover[::step, ::step], value) for step, value in zip((1, 2, 2), tone, strict=True)), strict=True
    )
    return Veil(list(keep), list(more), lambda time: complex(0.14 * wind * time + 0.02 * time, 0.0))
