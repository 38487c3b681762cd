"""Walking: a path over the stage, and feet that stand still on the ground while the body passes over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

_SWING = 0.78  # share of a step's time that its foot is in the air
_HEEL_UP = -0.75  # pitch of a foot that leaves the ground, radians
_TOE_UP = 0.32  # pitch of a foot that lands


class Walk(NamedTuple):
    """From ``x0`` to ``x1`` (stage units) between two times (seconds), gathering and losing speed where asked."""

    start: float
    end: float
    x0: float
    x1: float
    ease_in: bool = True
    ease_out: bool = True

    def at(self, time: float) -> float:
        """Where the body is."""
        span = self.end - self.start
        ramp = min(0.45, 0.6 / span)
        u = min(max((time - self.start) / span, 0.0), 1.0)
        a, b = ramp * self.ease_in, ramp * self.ease_out
        top = 1 / (1 - a / 2 - b / 2)
        if u < a:
            share = top * u * u / (2 * a)
        elif u > 1 - b:
            share = 1 - top * (1 - u) ** 2 / (2 * b)
        else:
            share = top * (u - a / 2)
        return self.x0 + (self.x1 - self.x0) * share


class Foot(NamedTuple):
    """A foot: stage ``x`` of its ankle when flat, ``lift`` above the ground and ``pitch`` (toe up > 0) in radians."""

    x: float
    lift: float
    pitch: float
    grounded: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one foot (0 near, 1 far): in the air from ``lift`` to ``land`` (seconds), from ``x0`` to ``x1``."""

    foot: int
    lift: float
    land: float
    x0: float
    x1: float


class Gait:
    """The steps of a path.

    Args:
        walks: what the body does, in order of time; between walks it stands.
        stride: length of one step, stage units.
        stance: how far the near foot stands before the body's middle, and the far one behind, stage units.
        offset: of the whole pair of feet before the body's middle, as an animal's forelegs.
        delay: of this pair's steps, as a share of one step's time.
        facing: which way it looks who never walks, -1 left or 1 right.
    """

    def __init__(
        self,
        walks: Sequence[Walk],
        stride: float,
        stance: float,
        *,
        offset: float = 0.0,
        delay: float = 0.0,
        facing: int = 1,
    ) -> None:
        self.walks = tuple(walks)
        self.stride = stride
        self._offset = offset
        first = self.walks[0]
        ahead = facing if first.x1 == first.x0 else np.sign(first.x1 - first.x0)
        self._home = [first.x0 + ahead * (offset + stance), first.x0 + ahead * (offset - stance)]
        self.steps: list[Step] = []
        for walk in self.walks:
            self._add(walk, stance, delay)

    def _add(self, walk: Walk, stance: float, delay: float) -> None:
        """The steps of one walk, and one more that brings the feet together."""
        distance = abs(walk.x1 - walk.x0)
        if distance < 1e-6:
            return
        ahead = 1.0 if walk.x1 > walk.x0 else -1.0
        count = max(1, round(distance / self.stride))
        beat = (walk.end - walk.start) / count
        lead = len(self.steps) % 2
        where = [step.x1 for foot in (0, 1) for step in [self._last(foot)]]
        for index in range(count + 1):
            foot = (lead + index) % 2
            closing = index >= count - 1
            land = walk.start + beat * (index + 1 + delay) if index < count else walk.end + beat * (0.75 + delay)
            side = stance if foot == 0 else -stance
            x1 = walk.at(land + beat / 2) + ahead * self._offset
            if closing:
                x1 = walk.x1 + ahead * (self._offset + side)
            self.steps.append(Step(foot, land - _SWING * beat, land, where[foot], x1))
            where[foot] = x1

    def _last(self, foot: int) -> Step:
        for step in reversed(self.steps):
            if step.foot == foot:
                return step
        return Step(foot, -1e9, -1e9, self._home[foot], self._home[foot])

    def body(self, time: float) -> float:
        """Stage x of the body's middle."""
        now = self.walks[0]
        for walk in self.walks:
            if walk.start <= time:
                now = walk
        return now.at(time)

    def speed(self, time: float) -> float:
        """Stage units a second, signed."""
        return (self.body(time + 0.02) - self.body(time - 0.02)) / 0.04

    def foot(self, foot: int, time: float) -> Foot:
        """Where a foot is."""
        before, after = self._last_before(foot, time)
        if time < before.land:
            return _swinging(before, time, self.stride)
        settle = np.clip((time - before.land) / 0.11, 0, 1)
        pitch = _TOE_UP * (1 - settle) if before.land > -1e8 else 0.0
        if after is not None:
            duration = (after.land - after.lift) / _SWING
            rise = np.clip(1 - (after.lift - time) / (0.5 * duration), 0, 1)
            pitch += _HEEL_UP * rise * rise * (3 - 2 * rise)
        return Foot(before.x1, 0.0, float(pitch), True)

    def _last_before(self, foot: int, time: float) -> tuple[Step, Step | None]:
        now, following = Step(foot, -1e9, -1e9, self._home[foot], self._home[foot]), None
        for step in self.steps:
            if step.foot == foot:
                if step.lift <= time:
                    now = step
                else:
                    following = step
                    break
        return now, following

    def bounce(self, time: float) -> float:
        """How high the body is in its step: -1 as feet land, 1 between."""
        landings = [step for step in self.steps if abs(time - step.land) < (step.land - step.lift) / _SWING / 2]
        if not landings:
            return 0.0
        step = min(landings, key=lambda step: abs(time - step.land))
        beat = (step.land - step.lift) / _SWING
        near_end = np.clip(2 * (1 - 2 * abs(time - step.land) / beat), 0, 1)
        joined = any(other is not step and abs(abs(other.land - step.land) - beat) < 0.3 * beat for other in self.steps)
        return float(-np.cos(2 * np.pi * (time - step.land) / beat) * (1.0 if joined else near_end))

    def contacts(self) -> list[tuple[float, float]]:
        """When and at which stage x a foot comes down."""
        return [(step.land, step.x1) for step in self.steps]


def _swinging(step: Step, time: float, stride: float) -> Foot:
    u = (time - step.lift) / (step.land - step.lift)
    glide = u * u * (3 - 2 * u)
    reach = min(1.0, abs(step.x1 - step.x0) / (1.2 * stride))
    lift = stride * (0.14 + 0.1 * reach) * np.sin(np.pi * u**0.85)
    pitch = _HEEL_UP * (1 - u) ** 1.5 + _TOE_UP * u**3
    return Foot(step.x0 + (step.x1 - step.x0) * glide, float(lift), float(pitch), False)
