"""The sky behind everything: prepared once for a take, then only moved."""

from dataclasses import dataclass

import cv2
import numpy as np

from laterna.theatre.canvas import Canvas, View, disc
from laterna.theatre.palette import Palette, gradient, ink, mix, yuv
from laterna.theatre.words import Daytime, Weather

MARGIN = 1.5  # the prepared sky over the picture, in each direction
DEPTH = 0.06


@dataclass
class Sky:
    """A prepared sky.

    ``planes`` are Y, Cb, Cr, larger than the picture by MARGIN; ``scale`` their pixels a stage unit; ``stars`` (n, 4)
    are x, y, size and phase.
    """

    planes: list[np.ndarray]
    scale: float
    stars: np.ndarray
    palette: Palette
    _shown: tuple[View, np.ndarray] | None = None

    def draw(self, canvas: Canvas, view: View, time: float) -> None:
        """Lay the sky on the canvas as ``view`` sees it, with its stars twinkling."""
        if self._shown is None or self._shown[0] != view:
            self._shown = (view, self._seen(canvas, view))
        np.copyto(canvas.i420, self._shown[1])
        self._twinkle(canvas, view, time)

    def _seen(self, canvas: Canvas, view: View) -> np.ndarray:
        turn = view.scale / self.scale * np.exp(1j * view.roll)
        for plane, target, step in zip(self.planes, canvas.planes, (1, 2, 2), strict=True):
            rows, columns = plane.shape
            centre = complex(columns / 2, rows / 2) + view.centre * self.scale / step
            shift = view.middle / step - centre * turn
            matrix = np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
            size = (target.shape[1], target.shape[0])
            cv2.warpAffine(plane, matrix, size, dst=target, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return canvas.i420.copy()

    def _twinkle(self, canvas: Canvas, view: View, time: float) -> None:
        star = ink(mix(self.palette.light, self.palette.sky[0], 0.1))
        pixel = canvas.height / 720
        for x, y, size, phase in self.stars:
            shine = 0.65 + 0.35 * np.sin(1.7 * time * (1 + size) + phase)
            place = view(np.array(complex(x, y)))
            canvas_y = int(star[0] * shine)
            centre = (round(float(place.real) * 16), round(float(place.imag) * 16))
            radius = max(6, round(16 * pixel * (0.5 + 1.1 * size) * shine))
            cv2.circle(canvas.y, centre, radius, canvas_y, -1, cv2.LINE_AA, 4)


def sky(
    palette: Palette,
    daytime: Daytime,
    weather: Weather,
    rng: np.random.Generator,
    size: tuple[int, int],
    sun: complex,
) -> Sky:
    """Paint a sky for pictures of ``size`` (width, height), with the sun or moon at stage point ``sun``."""
    width, height = (int(side * MARGIN) // 4 * 4 for side in size)
    shrink = 4 if min(width, height) >= 400 else 2
    field = _Field(width // shrink, height // shrink, size[1] / shrink, rng)
    overcast = weather in ("rain", "snow", "fog", "dust")
    lab = gradient(palette.sky, _heights(field, rng))
    if rng.random() < 0.55:
        lab = _clouded(lab, field, palette, rng, heavy=overcast)
    light = yuv(_lit(lab, field, palette, sun, rng, strength=0.35 if overcast else 1.0))
    planes = [_finished(light[..., 0], (width, height), rng)]
    planes += [_finished(light[..., channel], (width // 2, height // 2), rng) for channel in (1, 2)]
    if not overcast or rng.random() < 0.2:
        _orb(planes, palette, daytime, sun, size, rng)
    stars = _stars(rng) if daytime == "night" and not overcast else np.zeros((0, 4))
    return Sky(planes, float(size[1]), stars, palette)


class _Field:
    """Stage coordinates and smooth noise over the sky, at a reduced size."""

    def __init__(self, width: int, height: int, scale: float, rng: np.random.Generator) -> None:
        self.x = ((np.arange(width) - width / 2) / scale)[None, :].repeat(height, 0)
        self.y = ((np.arange(height) - height / 2) / scale)[:, None].repeat(width, 1)
        self._rng = rng

    def noise(self, wavelength: float, stretch: float = 1.0, octaves: int = 4) -> np.ndarray:
        """Smooth noise in about 0..1; ``stretch`` > 1 makes it longer than high."""
        height, width = self.x.shape
        total, weight, gain = np.zeros((height, width)), 0.0, 1.0
        for octave in range(octaves):
            cell = wavelength / 2**octave
            columns = max(2, int(np.ptp(self.x) / (cell * stretch)) + 2)
            rows = max(2, int(np.ptp(self.y) / cell) + 2)
            knots = self._rng.random((rows, columns)).astype(np.float32)
            total += gain * cv2.resize(knots, (width, height), interpolation=cv2.INTER_CUBIC)
            weight += gain
            gain *= 0.5
        return total / weight


def _heights(field: _Field, rng: np.random.Generator) -> np.ndarray:
    """Where on the palette each point is: 0 at the zenith, 1 at the horizon."""
    place = np.clip((field.y + 0.52) / 0.72, 0, 1) ** rng.uniform(0.75, 1.3)
    style = rng.choice(["smooth", "tissue", "swept"], p=[0.5, 0.3, 0.2])
    if style == "swept":
        place = place + 0.14 * (field.noise(0.5, 3.5) - 0.5)
    if style == "tissue":  # sheets of tissue paper, one over the other, their torn edges showing
        sheets = int(rng.integers(6, 11))
        torn = place * sheets + 1.1 * (field.noise(0.7, 2.5) - 0.5) + 0.12 * (field.noise(0.05) - 0.5)
        step = np.floor(torn)
        rise = np.clip((torn - step) / 0.16, 0, 1)
        place = (step - 1 + rise * rise * (3 - 2 * rise) + 0.25 * (torn - step)) / sheets
    return np.clip(place, 0, 1)


def _clouded(lab: np.ndarray, field: _Field, palette: Palette, rng: np.random.Generator, *, heavy: bool) -> np.ndarray:
    cover = field.noise(rng.uniform(0.3, 0.7), rng.uniform(1.5, 4), 5)
    edge = rng.uniform(0.5, 0.6) - 0.1 * heavy
    soft = rng.uniform(0.03, 0.16)
    cloud = np.clip((cover - edge) / soft, 0, 1) * np.clip((0.25 - field.y) / 0.3, 0, 1)
    shade = (
        mix(palette.sky[2], palette.sky[-1], 0.6) if rng.random() < 0.6 else mix(palette.sky[0], palette.sky[2], 0.5)
    )
    return lab + (cloud * rng.uniform(0.35, 0.8))[..., None] * (shade - lab)


def _lit(
    lab: np.ndarray, field: _Field, palette: Palette, sun: complex, rng: np.random.Generator, strength: float
) -> np.ndarray:
    """Light around the sun, in rings now and then, as in Reiniger's skies."""
    distance = np.hypot(field.x - sun.real, field.y - sun.imag)
    glow = 0.75 * np.exp(-distance / rng.uniform(0.14, 0.34))
    style = rng.random()
    if style < 0.2:
        rings = int(rng.integers(4, 8))
        edge = 1.5 * np.abs(np.gradient(glow * rings, axis=1)) + 1.5 * np.abs(np.gradient(glow * rings, axis=0)) + 1e-6
        level = glow * rings
        glow = (np.floor(level) + np.clip((level - np.floor(level)) / edge, 0, 1)) / rings
    elif style < 0.32:  # rays
        angle = np.arctan2(field.y - sun.imag, field.x - sun.real)
        count = int(rng.integers(9, 18))
        glow = glow * (0.8 + 0.35 * np.clip(np.sin(angle * count) * 4, -1, 1))
    return lab + (strength * np.clip(glow, 0, 1))[..., None] * (palette.light - lab)


def _finished(plane: np.ndarray, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """At full size, dithered, so that slow gradients have no bands."""
    large = cv2.resize(plane.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    dither = rng.random(large.shape, np.float32) + rng.random(large.shape, np.float32) - 1
    return np.clip(large + dither + 0.5, 16, 240).astype(np.uint8)


def _orb(
    planes: list[np.ndarray],
    palette: Palette,
    daytime: Daytime,
    sun: complex,
    size: tuple[int, int],
    rng: np.random.Generator,
) -> None:
    """The sun, or the moon with its phase."""
    radius = rng.uniform(0.035, 0.11) if daytime != "night" else rng.uniform(0.04, 0.1)
    shape = disc(0j, radius, 72)
    if daytime == "night" and rng.random() < 0.5:
        shape = _crescent(radius, rng.uniform(0.25, 0.75)) * np.exp(1j * rng.uniform(-0.7, 0.7))
    tone = ink(palette.light)
    for plane, value, step in zip(planes, tone, (1, 2, 2), strict=True):
        rows, columns = plane.shape
        points = complex(columns / 2, rows / 2) + (sun + shape) * size[1] / step
        fixed = np.rint(np.stack([points.real, points.imag], 1) * 16).astype(np.int32)
        cv2.fillPoly(plane, [fixed], value, cv2.LINE_AA, 4)


def _crescent(radius: float, dark: float) -> np.ndarray:
    limb = np.exp(1j * np.linspace(-np.pi / 2, np.pi / 2, 30))
    inner = (1 - 2 * dark) * limb.real + 1j * limb.imag
    return radius * np.concatenate([limb, inner[::-1]])


def _stars(rng: np.random.Generator) -> np.ndarray:
    count = int(rng.integers(40, 150))
    return np.stack(
        [
            rng.uniform(-1.3, 1.3, count),
            -0.75 + 0.85 * rng.random(count) ** 1.3,
            rng.random(count) ** 3,
            rng.uniform(0, 2 * np.pi, count),
        ],
        axis=1,
    )
