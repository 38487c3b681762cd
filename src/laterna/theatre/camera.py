"""The camera: how large the actors are in the picture, and how the picture moves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from laterna.theatre.actors.gesture import ease
from laterna.theatre.canvas import View
from laterna.theatre.words import Move, Scale

Direction = Literal["none", "left", "right", "up", "down", "in", "out"]

_TOWARDS: dict[str, complex] = {"left": -1, "right": 1, "up": -1j, "down": 1j}


@dataclass(frozen=True)
class CameraMove:
    """One move of the camera between two times (seconds).

    ``amount`` is in picture heights for pan, tilt and track, and a factor for zoom; ``shake`` is how far a hand
    lets the picture wander, in picture heights; ``weave`` how far the film trembles in its gate.
    """

    move: Move
    direction: Direction
    amount: float
    start: float
    end: float
    shake: float
    weave: float
    phases: tuple[float, ...]

    def share(self, time: float) -> float:
        """How much of the move is done, 0..1, gathering speed and losing it."""
        return ease((time - self.start) / (self.end - self.start))


@dataclass(frozen=True)
class Framing:
    """What the picture shows: the stage ``enlarged`` this many times around ``focus`` (a stage point).

    ``horizon`` is how far the landscape is lowered in the picture, in picture heights.
    """

    scale: Scale
    enlarged: float
    focus: complex
    horizon: float


@dataclass(frozen=True, slots=True)
class Whip:
    """A whip pan onto the scene: from ``offset`` picture heights aside, between two times."""

    start: float
    end: float
    offset: float


class Camera:
    """Where the camera is at each moment, for each depth of the stage.

    Args:
        framing: what the picture shows at the start.
        move: how it moves.
        size: of the picture, (width, height) in pixels.
        follow: the stage x that the camera keeps up with, by time; None when it does not.
        whips: whip pans.
    """

    def __init__(
        self,
        framing: Framing,
        move: CameraMove,
        size: tuple[int, int],
        follow: Callable[[float], float] | None = None,
        whips: Sequence[Whip] = (),
    ) -> None:
        self.framing, self.move, self.whips = framing, move, whips
        self._height = size[1]
        self._middle = complex(size[0] / 2, size[1] / 2)
        self._follow = follow

    def state(self, time: float) -> tuple[complex, float, float]:
        """Shift of the picture (picture heights, at the stage), zoom factor and roll (radians)."""
        move = self.move
        shift, zoom = 0j, 1.0
        if move.move in ("pan", "tilt"):
            shift = _TOWARDS[move.direction] * move.amount * (move.share(time) - 0.5)
        elif move.move == "zoom":
            done = move.share(time) if move.direction == "in" else 1 - move.share(time)
            zoom = move.amount**done
        for whip in self.whips:
            shift += whip.offset * (1 - ease((time - whip.start) / (whip.end - whip.start)))
        wander, roll = self._wander(time)
        return shift + wander, zoom, roll

    def _wander(self, time: float) -> tuple[complex, float]:
        move, phases = self.move, self.move.phases
        hand = sum(
            weight * complex(np.sin(speed * time + phases[k]), 0.8 * np.sin(speed * 1.13 * time + phases[k + 3]))
            for k, (speed, weight) in enumerate(((2.3, 0.55), (5.1, 0.3), (9.7, 0.15)))
        )
        tremble = complex(np.sin(41.3 * time + phases[0]), np.sin(53.7 * time + phases[1]))
        roll = 0.35 * move.shake * np.sin(2.9 * time + phases[2])
        return move.shake * hand + move.weave * tremble, float(roll)

    def view(self, time: float) -> Callable[[float], View]:
        """The view of each depth at one moment."""
        shift, zoom, roll = self.state(time)
        framing, move = self.framing, self.move
        focus = framing.focus
        if self._follow is not None:
            focus += self._follow(time) - self._follow(0.0)
        held = self._held(zoom)
        rigid = 0.35 if move.move in ("pan", "tilt") and not self.whips else 0.12

        def at(depth: float) -> View:
            enlarged = self._enlarged(depth)
            slide = rigid + (1 - rigid) * depth if depth < 1 else depth
            if depth == 1.0:
                centre = focus + shift / enlarged
            else:
                centre = focus.real * slide - 1j * framing.horizon / enlarged + shift * slide / enlarged
            return View(self._height * enlarged * zoom, centre + held / enlarged, self._middle, roll)

        return at

    def _enlarged(self, depth: float) -> float:
        if depth == 1.0:
            return self.framing.enlarged
        return float(self.framing.enlarged ** (0.28 * depth)) if depth < 1 else 1.0

    def _held(self, zoom: float) -> complex:
        """A zoom closes in on the subject, which stands a little below the middle of a wide picture."""
        aim = 0.12j if self.framing.scale == "wide" else -0.08j
        return aim * (1 - 1 / zoom)

    def blur(self, time: float, frame: float) -> int:
        """How many pixels the picture smears to the side during half a frame of ``frame`` seconds."""
        if not any(whip.start - frame < time < whip.end + frame for whip in self.whips):
            return 0
        before, after = self.state(time - frame / 4)[0], self.state(time + frame / 4)[0]
        return int(abs((after - before).real) * self._height)
