"""Where a place is built: land, scenery, mist and water, laid layer by layer from far to near."""

from dataclasses import dataclass

import numpy as np

from laterna.theatre.palette import Palette, ink, mix
from laterna.theatre.stage import scenery
from laterna.theatre.stage.layer import Flock, Layer, Mist, Paper, Water
from laterna.theatre.stage.scenery import Maker, Tone
from laterna.theatre.words import Daytime

REACH = 3.4  # stage units, left and right, that are built
XS = np.arange(-REACH, REACH + 0.001, 0.008)


@dataclass
class Landscape:
    """A place, built: what stands ``behind`` the actors and ``before`` them, from far to near, and their ground.

    ``heights`` are the ground's y at ``positions``; ``surface`` says how steps sound on it; ``lamps`` are where lamps
    burn on the stage.
    """

    behind: list[Layer]
    before: list[Layer]
    positions: np.ndarray
    heights: np.ndarray
    surface: str
    lamps: list[complex]

    def ground(self, x: float) -> float:
        """The stage y of the ground at ``x``."""
        return float(np.interp(x, self.positions, self.heights))


class Workshop:
    """A place in the making; its ``ridge`` is the skyline, stage y at XS, that things are stood on."""

    def __init__(self, palette: Palette, daytime: Daytime, rng: np.random.Generator, sun: float, haze: float) -> None:
        self.palette, self.rng, self.sun, self.haze = palette, rng, sun, haze
        self.lit = daytime != "day"
        self.behind: list[Layer] = []
        self.before: list[Layer] = []
        self.lamps: list[complex] = []
        self.ridge = np.zeros_like(XS)
        self.stage_ridge = np.full_like(XS, 0.33)

    def paper(self, depth: float, tone: float | None = None, *, before: bool = False) -> Paper:
        """Start a layer of paper at a depth; its colour follows from the depth unless ``tone`` (0..1) is given."""
        tone = 0.08 + 0.78 * depth**1.3 if tone is None else tone
        base = self.palette.paper(tone)
        window = mix(self.palette.light, base, 0.12) if self.lit else mix(base, self.palette.sky[-1], 0.45)
        inks: dict[Tone, tuple[int, int, int]] = {
            "paper": ink(base),
            "light": ink(window),
            "grain": ink(mix(base, self.palette.paper(0.4), 0.09)),
            "accent": ink(mix(self.palette.accent, base, 0.45 + 0.3 * (not self.lit))),
        }
        layer = Paper(depth, inks, hides=before)
        (self.before if before else self.behind).append(layer)
        return layer

    def land(self, layer: Paper, level: float, height: float, wavelength: float, *, sharp: float = 0.0) -> None:
        """Lay a ridge: mean stage y ``level``, ``height`` from trough to crest; ``sharp`` 1 makes peaks of it."""
        self.ridge = level - height * (noise(XS, wavelength, self.rng, sharp=sharp) - 0.5)
        self.lay(layer)

    def lay(self, layer: Paper) -> None:
        """Fill everything below the ridge."""
        layer.land(np.concatenate([XS + 1j * self.ridge, [REACH + 3j, -REACH + 3j]]))

    def plant(
        self,
        layer: Paper,
        maker: Maker,
        count: int,
        size: tuple[float, float],
        *,
        span: tuple[float, float] = (-2.6, 2.6),
        sink: float = 0.02,
        evenly: bool = False,
    ) -> None:
        """Stand ``count`` pieces on the ridge; ``sink`` is how deep they go in, in their own units."""
        left, right = sorted(span)
        if evenly:
            jitter = 0.15 * (right - left) / max(1, count)
            places = np.linspace(left, right, count) + self.rng.normal(0, jitter, count)
        else:
            places = np.sort(self.rng.uniform(left, right, count))
        for x in places:
            tall = float(self.rng.uniform(*size))
            foot = complex(x, float(np.interp(x, XS, self.ridge)) + sink * tall)
            layer.place(maker(self.rng), foot, tall)
            if maker is scenery.lamp_post and self.lit:
                self.lamps.append(foot - 0.91j * tall)

    def mist(self, depth: float, top: float, base: float, strength: float) -> None:
        """Hang air before the layers so far."""
        tone = ink(self.palette.paper(0.04))
        self.behind.append(Mist(depth, tone, top, base, strength * (0.35 + 1.1 * self.haze)))

    def water(self, line: float, depth: float = 0.45) -> None:
        """Let everything below ``line`` be water."""
        count = int(self.rng.integers(50, 110))
        glitter = np.stack(
            [
                self.sun * 1.5 + self.rng.normal(0, 0.22, count),
                self.rng.random(count),
                self.rng.uniform(0, 2 * np.pi, count),
            ],
            axis=1,
        )
        light = ink(mix(self.palette.light, self.palette.sky[-1], 0.3))
        calm = float(self.rng.uniform(0.25, 1.0))
        self.behind.append(Water(depth, ink(self.palette.paper(0.42)), light, line, glitter, calm))

    def stage(self, bumps: float = 0.02, tone: float | None = None) -> Paper:
        """The ground that the actors stand on."""
        tone = float(self.rng.uniform(0.8, 0.97)) if tone is None else tone
        layer = self.paper(1.0, tone)
        self.land(layer, 0.335, bumps * 2, 1.4)
        self.stage_ridge = self.ridge
        return layer

    def floor(self, layer: Paper, maker: Maker, count: int, size: float) -> None:
        """Scatter marks over the ground, larger where it comes nearer."""
        for x, near in zip(self.rng.uniform(-2.6, 2.6, count), self.rng.random(count), strict=True):
            y = float(np.interp(x, XS, self.ridge)) + 0.02 + 0.2 * near
            layer.place(maker(self.rng), complex(x, y), size * (0.5 + near))

    def aloft(self) -> None:
        """Birds or a balloon in the sky, now and then."""
        side = float(self.rng.choice([-1, 1]))
        if self.chance(0.3):
            count = int(self.rng.integers(3, 10))
            places = 0.13 * self.rng.normal(0, 1, count) + 0.05j * self.rng.normal(0, 1, count)
            start = complex(-side * self.rng.uniform(0.1, 0.8), self.rng.uniform(-0.36, -0.08))
            self.behind.append(Flock(0.15, ink(self.palette.paper(0.65)), places, start, side * 0.05))
        if self.chance(0.12):
            layer = self.paper(0.2, 0.5)
            for _ in range(int(self.rng.integers(1, 4))):
                place = complex(self.rng.uniform(-0.8, 0.8), self.rng.uniform(-0.25, 0.05))
                layer.place(scenery.balloon(self.rng), place, float(self.rng.uniform(0.06, 0.17)))

    def pick(self, *makers: Maker) -> Maker:
        return makers[int(self.rng.integers(len(makers)))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def finished(self, surface: str) -> Landscape:
        for layer in (*self.behind, *self.before):
            if isinstance(layer, Paper):
                layer.seal()
        return Landscape(self.behind, self.before, XS, self.stage_ridge, surface, self.lamps)


def noise(xs: np.ndarray, wavelength: float, rng: np.random.Generator, *, sharp: float = 0.0) -> np.ndarray:
    """A skyline in about 0..1: value noise of falling octaves, ridged as ``sharp`` nears 1."""
    total, weight, scale = np.zeros_like(xs), 0.0, 1.0
    octaves = 6 if sharp else 4
    for octave in range(octaves):
        step = wavelength / 2**octave
        knots = rng.random(int(2 * REACH / step) + 4)
        place = (xs + REACH) / step + rng.random()
        cell = place.astype(int)
        ease = place - cell
        ease = ease * ease * (3 - 2 * ease) if not sharp else ease
        value = knots[cell] + (knots[cell + 1] - knots[cell]) * ease
        total += scale * ((1 - sharp) * value + sharp * (1 - np.abs(2 * value - 1)))
        weight += scale
        scale *= 0.42 if not sharp else 0.5
    return total / weight
