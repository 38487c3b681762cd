"""Actors on the stage: a figure with a role, moved frame by frame into shapes, joints and lights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from laterna.theatre.actors import costume, gesture, head, props
from laterna.theatre.actors.cloth import Chain
from laterna.theatre.actors.costume import Piece
from laterna.theatre.actors.figure import Figure
from laterna.theatre.actors.gait import Foot, Gait, Walk
from laterna.theatre.actors.gesture import Manner, blended, ease
from laterna.theatre.actors.skeleton import REST, SEAT, Pose, Skeleton, posed
from laterna.theatre.words import Action

Ground = Callable[[float], float]
_TURNING = 0.26  # seconds
_NARROWEST = 0.3


@dataclass(frozen=True, slots=True)
class Beat:
    """One action between two times, in seconds."""

    action: Action
    start: float
    end: float


@dataclass(frozen=True)
class Role:
    """What a figure does in a take: its actions in order, its way over the stage, and where it looks.

    ``facing`` are (time, -1 left or 1 right); ``altitude`` is a bird's height above the ground in stage units.
    """

    figure: Figure
    beats: tuple[Beat, ...]
    walks: tuple[Walk, ...]
    facing: tuple[tuple[float, int], ...]
    altitude: float = 0.0


@dataclass(slots=True)
class Puppet:
    """An actor at one moment, in stage units: shapes in the order of painting, joints, and where it shines."""

    pieces: list[Piece]
    joints: np.ndarray
    lamp: complex | None
    mouth: float


def facing_at(facing: Sequence[tuple[float, int]], time: float) -> float:
    """-1 to 1: which way a puppet looks; between, it is being turned like a card, but is never seen edge on."""
    now = float(facing[0][1])
    for start, side in facing[1:]:
        share = ease((time - start) / _TURNING)
        now += (side - now) * share
    return float(np.copysign(max(abs(now), _NARROWEST), now))


class Actor:
    """A person on the stage. Moments must be asked for in order, a frame apart: cloth remembers.

    Args:
        role: who and what.
        ground: the stage y of the ground at a stage x.
        rate: frames a second.
    """

    plan = "person"

    def __init__(self, role: Role, ground: Ground, rate: Fraction) -> None:
        figure = self.figure = role.figure
        self.role, self._ground, self._frame = role, ground, float(1 / rate)
        tall = figure.height
        self.gait = Gait(role.walks, _stride(figure), 0.045 * tall, facing=role.facing[0][1])
        busy = figure.prop != "none"
        free, other = ("far", "near") if busy or figure.phases[1] > 4.5 else ("near", "far")
        self.manner = Manner(figure.tempo, 0.75 + 0.5 * figure.phases[2] / (2 * np.pi), figure.phases, free, other)
        self._cloak = Chain(5, 0.52, drag=0.12, stiff=0.1, light=0.9) if figure.cloak else None
        long = {"long": 0.27, "ponytail": 0.2}.get(figure.hair)
        self._tress = Chain(5, long, drag=0.1, stiff=0.14, light=0.5) if long else None
        self._hang = Chain(3, {"lantern": 0.05, "suitcase": 0.04, "basket": 0.06}.get(figure.prop, 0.04), drag=0.012)
        self._sway = self._swaying = 0.0
        self._last_x = self.gait.body(0.0)

    def pose(self, time: float) -> Pose:
        """The channels of the pose: idling, walking, the beats' gestures, and what is carried."""
        figure, manner = self.figure, self.manner
        pose = REST | gesture.idle(time, manner) | {"mouth": 0.0}
        pose["lean"] += 0.3 * figure.age
        pose["head"] -= 0.12 * figure.age
        pose["crouch"] = 0.025 * figure.age
        pose = self._walking(pose, time)
        for beat in self.role.beats:
            if beat.action in gesture.GESTURES:
                weight = self._weight(beat, time)
                if weight > 0:
                    pose = blended(pose, gesture.GESTURES[beat.action](time - max(beat.start, 0.0), manner), weight)
        hold = props.HOLD.get(figure.prop)
        if hold:
            pose = blended(pose, hold, 0.85)
        return pose

    def _weight(self, beat: Beat, time: float) -> float:
        slow = 0.8 if beat.action == "sit" else 0.4
        rise = 1.0 if beat.start <= 0 else ease((time - beat.start) / slow)
        return rise * ease((beat.end - time) / slow)

    def _walking(self, pose: Pose, time: float) -> Pose:
        near, far = (self.gait.foot(foot, time) for foot in (0, 1))
        side = 1.0 if facing_at(self.role.facing, time) >= 0 else -1.0
        apart = float(np.clip(side * (far.x - near.x) / (2 * self.gait.stride), -1, 1))
        pace = min(1.0, abs(self.gait.speed(time)) / (0.6 * self.figure.height))
        swing = 0.75 * apart * pace
        return pose | {
            "lean": pose["lean"] + 0.06 * pace,
            "near_shoulder": pose["near_shoulder"] + swing,
            "far_shoulder": pose["far_shoulder"] - swing,
            "near_elbow": pose["near_elbow"] + 0.25 * max(0.0, swing) + 0.1 * pace,
            "far_elbow": pose["far_elbow"] + 0.25 * max(0.0, -swing) + 0.1 * pace,
            "head": pose["head"] + 0.02 * self.gait.bounce(time) * pace,
        }

    def at(self, time: float, wind: float) -> Puppet:
        """The puppet at the next frame."""
        figure, tall = self.figure, self.figure.height
        pose = self.pose(time)
        x = self.gait.body(time)
        root = complex(x, self._ground(x))
        facing = facing_at(self.role.facing, time)
        side = 1.0 if facing >= 0 else -1.0
        body = self._body(pose, time, root, side)
        self._swing(x, facing, wind)

        def stage(points: np.ndarray) -> np.ndarray:
            return root + tall * (points.real * facing + 1j * points.imag)

        def follow(chain: Chain, anchor: complex, rest: complex) -> np.ndarray:
            """A chain's points in the puppet's own space; it hangs in the world's, in body heights."""
            centre = root / tall
            held = complex(centre.real + facing * anchor.real, centre.imag + anchor.imag)
            points = chain.move(held, self._frame, wind, complex(rest.real * side, rest.imag)) - centre
            return points.real * side + 1j * points.imag

        breeze = wind * side
        pieces, lamp = self._pieces(body, pose, follow, breeze, time)
        joints = stage(_joints(figure, body, side))
        placed = [Piece(stage(piece.points), piece.shade) for piece in pieces]
        shine = None if lamp is None else complex(stage(np.array([lamp]))[0])
        return Puppet(placed + self._seat(time, root, side), joints, shine, pose["mouth"])

    def _body(self, pose: Pose, time: float, root: complex, side: float) -> Skeleton:
        tall = self.figure.height
        feet, grounds = [], []
        for index in (0, 1):
            foot = self.gait.foot(index, time)
            apart = (foot.x - root.real) * side / tall
            if pose["crouch"] > 0.001 and pose["lift"] <= 0 and self._dancing(time):
                foot = self._tapping(foot, index, time)
            feet.append(Foot(apart, foot.lift / tall, foot.pitch, foot.grounded))
            grounds.append((self._ground(foot.x) - root.imag) / tall)
        return posed(self.figure.bones, pose, (feet[0], feet[1]), (grounds[0], grounds[1]), self.gait.bounce(time))

    def _dancing(self, time: float) -> float:
        return max((self._weight(beat, time) for beat in self.role.beats if beat.action == "dance"), default=0.0)

    def _tapping(self, foot: Foot, index: int, time: float) -> Foot:
        """A dancer's foot: up on every other beat."""
        start = next(max(beat.start, 0.0) for beat in self.role.beats if beat.action == "dance")
        beat = gesture.TAU * 1.05 * self.manner.tempo * (time - start)
        raised = self._dancing(time) * max(0.0, np.sin(beat / 2 + np.pi * index)) ** 1.5
        return Foot(foot.x, foot.lift + 0.09 * raised * self.figure.height, foot.pitch - 0.5 * raised, raised < 0.02)

    def _swing(self, x: float, facing: float, wind: float) -> None:
        """The hem of a skirt is a spring that the body pulls along."""
        speed = (x - self._last_x) / self._frame / self.figure.height * (1 if facing >= 0 else -1)
        self._last_x = x
        pull = -0.045 * speed + 0.06 * wind * facing - self._sway
        self._swaying += (38 * pull - 5 * self._swaying) * self._frame
        self._sway += self._swaying * self._frame

    def _pieces(
        self,
        body: Skeleton,
        pose: Pose,
        follow: Callable[[Chain, complex, complex], np.ndarray],
        breeze: float,
        time: float,
    ) -> tuple[list[Piece], complex | None]:
        figure = self.figure
        far, middle, near = costume.dressed(figure, body, pose, self._sway)
        tress = None
        if self._tress is not None:
            root, fall = (-0.2 + 0.05j, -0.12 + 1j) if figure.hair == "long" else (-0.42 - 0.14j, -0.4 + 1j)
            tress = follow(self._tress, body.head + figure.bones.head * root * body.gaze, fall)
        pieces = [*far, *middle]
        if self._cloak is not None:
            hem = follow(self._cloak, body.neck - 0.05 * 1j * body.spine, -0.3 + 1j)
            pieces.append(costume.cloak(figure, body, hem))
        pieces += head.headed(figure, body, pose["mouth"], tress)
        if figure.prop == "none":
            return pieces + near, None
        hand = body.near_arm.end + 0.035 * body.near_arm.tip
        hang = follow(self._hang, hand, 1j)
        held = props.carried(figure.prop, hand, hang, breeze, time)
        return pieces + held + near, props.light_of(figure.prop, hang)

    def _seat(self, time: float, root: complex, side: float) -> list[Piece]:
        """The stool or stone that someone sits on, there from the start."""
        if not any(beat.action == "sit" for beat in self.role.beats):
            return []
        sits = next(beat for beat in self.role.beats if beat.action == "sit")
        x = self.gait.body(sits.start + 0.4)
        face = 1.0 if facing_at(self.role.facing, sits.start + 0.4) >= 0 else -1.0
        tall = self.figure.height
        foot = complex(x - face * 0.2 * tall, self._ground(x))
        stone = np.array([-0.12 + 0.03j, -0.105 - SEAT * 0.95j, 0.1 - SEAT * 1.0j, 0.125 + 0.03j])
        return [Piece(foot + tall * stone)]

    def sounds(self, seconds: float) -> list[tuple[float, str]]:
        """When this actor is heard: (seconds, ``step`` or ``land``)."""
        heard = [(time, "step") for time, _ in self.gait.contacts()]
        for beat in self.role.beats:
            if beat.action == "jump":
                heard += [(t, "land") for t in gesture.landings(max(beat.start, 0.0), beat.end - 0.3, self.manner)]
            if beat.action == "dance":
                period = 1 / (1.05 * self.manner.tempo)
                heard += [(t, "step") for t in np.arange(max(beat.start, 0.0) + period, beat.end - 0.3, period)]
        return sorted((float(time), kind) for time, kind in heard if 0 <= time < seconds)


def _stride(figure: Figure) -> float:
    return figure.height * 0.4 * (1 - 0.3 * figure.age) * (figure.bones.hip / 0.5)


def _joints(figure: Figure, body: Skeleton, side: float) -> np.ndarray:
    """In the order of ``JOINTS["person"]``: the near limbs are the right ones when facing right."""
    near = [body.near_arm.root, body.near_arm.middle, body.near_arm.end]
    far = [body.far_arm.root, body.far_arm.middle, body.far_arm.end]
    near_leg = [body.near_leg.root, body.near_leg.middle, body.near_leg.end]
    far_leg = [body.far_leg.root, body.far_leg.middle, body.far_leg.end]
    trunk = [head.head_top(figure, body), head.nose_tip(figure, body), body.neck]
    limbs = [*near, *far, *near_leg, *far_leg] if side > 0 else [*far, *near, *far_leg, *near_leg]
    return np.array(trunk + limbs)
