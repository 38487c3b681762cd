"""Layers of the stage: cut paper, mist and water, each at its depth, drawn for one moment as the camera sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from laterna.theatre.canvas import Canvas, View, ellipse
from laterna.theatre.palette import Ink
from laterna.theatre.stage.scenery import Cut, Motion, Tone


@dataclass(frozen=True, slots=True)
class Moment:
    """What a layer has to know of one frame: ``view`` of a depth, ``time`` in seconds, ``wind`` in -1..1."""

    view: Callable[[float], View]
    time: float
    wind: float


class Layer(Protocol):
    """Something that stands at a depth: 0 is the sky, 1 the stage where actors walk, more is before them."""

    depth: float

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw itself on the canvas as it is at the moment."""


@dataclass
class Paper:
    """Cut paper at one depth. Shapes are added while the stage is built; they sway, spin and bob by themselves."""

    depth: float
    inks: dict[Tone, Ink]
    hides: bool = False
    _parts: list[np.ndarray] = field(default_factory=list)
    _shades: list[Ink] = field(default_factory=list)
    _flex: list[np.ndarray] = field(default_factory=list)
    _motions: list[tuple[int, Motion]] = field(default_factory=list)

    def land(self, points: np.ndarray) -> None:
        """Add one still shape."""
        self._add(points, self.inks["paper"], np.zeros(len(points)), None)

    def place(self, cuts: Sequence[Cut], foot: complex, size: float) -> None:
        """Add a piece of scenery: its origin at ``foot``, one of its units ``size`` long."""
        for cut in cuts:
            height = np.clip(-cut.points.imag, 0, None)
            motion = cut.motion and cut.motion._replace(
                centre=foot + size * cut.motion.centre, size=size * cut.motion.size
            )
            self._add(foot + size * cut.points, self.inks[cut.tone], cut.sway * size * height**1.5, motion)

    def _add(self, points: np.ndarray, shade: Ink, flex: np.ndarray, motion: Motion | None) -> None:
        if motion is not None:
            self._motions.append((len(self._parts), motion))
        self._parts.append(points)
        self._shades.append(shade)
        self._flex.append(flex)

    def seal(self) -> "Paper":
        """Make ready for drawing, once everything has been added."""
        self._starts = np.concatenate([[0], np.cumsum([len(part) for part in self._parts])]).astype(int)
        self._points = np.concatenate(self._parts) if self._parts else np.zeros(0, complex)
        self._bend = np.concatenate(self._flex) if self._flex else np.zeros(0)
        self._phase = 2.3 * self._points.real
        return self

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        if not self._parts:
            return
        points = self._moved(moment.time, moment.wind)
        label = 0 if self.hides else None
        canvas.paint_all(moment.view(self.depth)(points), self._starts, self._shades, label)

    def _moved(self, time: float, wind: float) -> np.ndarray:
        breeze = wind + (0.12 + 0.5 * abs(wind)) * np.sin(1.9 * time + self._phase)
        points = self._points + self._bend * breeze
        for index, motion in self._motions:
            span = slice(self._starts[index], self._starts[index + 1])
            if motion.kind == "spin":
                turn = np.exp(1j * motion.speed * time)
                points[span] = motion.centre + (points[span] - motion.centre) * turn
            else:
                points[span] += 1j * motion.size * np.sin(motion.speed * time + 5 * motion.centre.real)
        return points


@dataclass
class Mist:
    """Air that grows thicker downwards: none above ``top`` (stage y), ``strength`` (0..1) from ``base`` on."""

    depth: float
    ink: Ink
    top: float
    base: float
    strength: float

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        view = moment.view(self.depth)
        rows = (np.arange(canvas.height) - view.middle.imag) / view.scale + view.centre.imag
        rise = np.clip((rows - self.top) / (self.base - self.top), 0, 1)
        share = self.strength * rise * rise * (3 - 2 * rise)
        first = int(np.searchsorted(share > 0, True)) // 2 * 2
        if first < canvas.height - 2:
            veil(canvas, share, self.ink, first)


def veil(canvas: Canvas, share: np.ndarray, ink: Ink, first: int = 0) -> None:
    """Mix ``ink`` into the rows from ``first`` (even) on, by each row's ``share`` (rows,)."""
    for plane, value, step in zip(canvas.planes, ink, (1, 2, 2), strict=True):
        rows = plane[first // step :]
        part = share[first::step][: len(rows), None]
        keep = np.broadcast_to(np.rint(255 * (1 - part)).astype(np.uint8), rows.shape)
        more = np.broadcast_to(np.rint(value * part).astype(np.uint8), rows.shape)
        cv2.multiply(rows, np.ascontiguousarray(keep), dst=rows, scale=1 / 255)
        cv2.add(rows, np.ascontiguousarray(more), dst=rows)


@dataclass
class Water:
    """Water from ``line`` (stage y) downwards: it mirrors the picture above, ripples, and glitters under the light."""

    depth: float
    ink: Ink
    light: Ink
    line: float
    glitter: np.ndarray  # (n, 3): x, depth below the line 0..1, phase
    calm: float

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        view = moment.view(self.depth)
        shore = int(view.middle.imag + (self.line - view.centre.imag) * view.scale) // 2 * 2
        if shore >= canvas.height:
            return
        for plane, step in zip(canvas.planes, (1, 2, 2), strict=True):
            self._mirror(plane, max(0, shore) // step, shore // step, moment.time, view.scale / step)
        rows = np.arange(canvas.height)
        share = np.where(rows >= shore, 0.2 + 0.45 * np.clip((rows - shore) / (0.35 * view.scale), 0, 1), 0.0)
        veil(canvas, share, self.ink, max(0, shore))
        canvas.paint(self._glints(view, moment.time))

    def _mirror(self, plane: np.ndarray, first: int, shore: int, time: float, scale: float) -> None:
        below = np.arange(first, len(plane)) - shore
        source = np.clip(shore - 1 - (0.85 * below).astype(int), 0, len(plane) - 1)
        deep = below / scale
        wave = np.sin(130 * np.sqrt(deep + 0.01) - 2.6 * time) + 0.6 * np.sin(71 * np.sqrt(deep + 0.01) + 1.7 * time)
        shift = np.rint(self.calm * (0.004 + 0.05 * deep) * wave * scale).astype(int)
        columns = np.clip(np.arange(plane.shape[1]) + shift[:, None], 0, plane.shape[1] - 1)
        plane[first:] = plane[source[:, None], columns]

    def _glints(self, view: View, time: float) -> list[tuple[np.ndarray, Ink]]:
        shapes = []
        for x, deep, phase in self.glitter:
            spark = np.sin(2.2 * time + phase)
            if spark > 0.1:
                place = complex(x * (0.25 + deep), self.line + 0.006 + 0.3 * deep**1.5)
                along = (0.006 + 0.03 * deep) * spark
                shapes.append((view(ellipse(place, along, 0.09, 10)), self.light))
        return shapes


@dataclass
class Flock:
    """Birds far away: (n,) complex places in the flock, gliding across together."""

    depth: float
    ink: Ink
    places: np.ndarray
    start: complex
    speed: float

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        view, time = moment.view(self.depth), moment.time
        beats = np.sin((5.5 + 1.5 * self.places.real) * time + 40 * self.places.imag)
        shapes = []
        for place, beat in zip(self.places, beats, strict=True):
            tips = np.array(
                [-1 - (0.35 + 0.45 * beat) * 1j, -0.45 - 0.3j, 0, 0.45 - 0.3j, 1 - (0.35 + 0.45 * beat) * 1j]
            )
            bird = np.concatenate([tips, [0.4 - 0.1j, 0.22j, -0.4 - 0.1j]]) * 0.011
            shapes.append((view(self.start + self.speed * time + place + bird), self.ink))
        canvas.paint(shapes)
