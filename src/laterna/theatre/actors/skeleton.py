"""A puppet's bones: lengths, the pose that moves them, and where the joints then are.

A puppet's own space is complex numbers in body heights: x forward, y downwards, the ground under its middle at 0.
"""

from dataclasses import dataclass

import numpy as np

from laterna.theatre.actors.gait import Foot

Pose = dict[str, float]
"""Channels of a pose. Angles in radians: ``lean`` and ``neck`` forwards, ``head`` nods down; arms ``near_shoulder``,
``near_elbow``, ``near_wrist`` and ``far_...`` from hanging forwards and up. ``mouth`` opens 0..1; ``crouch`` and
``lift`` in body heights; ``sit`` 0..1."""

REST: Pose = {
    "lean": 0.0, "neck": 0.12, "head": 0.0, "mouth": 0.0, "crouch": 0.0, "lift": 0.0, "sit": 0.0,
    "near_shoulder": 0.06, "near_elbow": 0.16, "near_wrist": 0.05,
    "far_shoulder": 0.12, "far_elbow": 0.22, "far_wrist": 0.05,
}  # fmt: skip

SEAT = 0.265  # height of a seat, body heights
_SEAT_BACK = 0.17  # how far behind the feet one sits
_BALL, _HEEL = 0.085, -0.035  # where a foot pivots, before and behind the ankle


@dataclass(frozen=True, slots=True)
class Bones:
    """Lengths in body heights; together they make up 1."""

    ankle: float
    shin: float
    thigh: float
    torso: float
    neck: float
    head: float
    upper_arm: float
    forearm: float
    hand: float

    @property
    def hip(self) -> float:
        """Height of the hip when standing."""
        return self.ankle + 0.995 * (self.shin + self.thigh)


def bones(child: float, legs: float) -> Bones:
    """A skeleton between adult (``child`` 0) and child (1), with ``legs`` longer (> 1) or shorter than usual."""
    head = 0.148 + 0.062 * child
    leg = (0.475 - 0.05 * child) * legs
    rest = 1 - head - leg - 0.045 - 0.03
    return Bones(
        ankle=0.045,
        shin=0.485 * leg,
        thigh=0.515 * leg,
        torso=rest,
        neck=0.03,
        head=head,
        upper_arm=0.168 - 0.015 * child,
        forearm=0.145 - 0.012 * child,
        hand=0.07,
    )


@dataclass(slots=True)
class Limb:
    """Three joints: shoulder, elbow, wrist with the hand's direction, or hip, knee, ankle with the foot's."""

    root: complex
    middle: complex
    end: complex
    tip: complex  # unit direction


@dataclass(slots=True)
class Skeleton:
    """Where the joints are, in the puppet's own space."""

    hip: complex
    neck: complex
    head: complex  # the head's middle
    spine: complex  # unit direction from hip to neck
    gaze: complex  # unit direction that the face looks
    near_arm: Limb
    far_arm: Limb
    near_leg: Limb
    far_leg: Limb


def posed(bones: Bones, pose: Pose, feet: tuple[Foot, Foot], grounds: tuple[float, float], bounce: float) -> Skeleton:
    """Solve the joints: feet stand where the gait has them, the hip follows, the rest hangs on it.

    ``feet`` (near, far) and their ``grounds`` (how far each one's ground lies below the body's) are in the puppet's
    own space; ``bounce`` is -1..1 within a step.
    """
    near, far = (_ankle(foot, ground - pose["lift"], bones) for foot, ground in zip(feet, grounds, strict=True))
    hip = _hip(bones, pose, (near, far), bounce)
    spine = -1j * np.exp(1j * pose["lean"])
    neck = hip + bones.torso * spine
    nape = spine * np.exp(1j * pose["neck"])
    gaze = np.exp(1j * (pose["lean"] * 0.35 + pose["head"]))
    head = neck + (bones.neck + 0.5 * bones.head) * nape
    shoulder = hip + 0.93 * bones.torso * spine
    across = 1j * spine  # forwards, at right angles to the spine
    tuck = 0.45 * pose["lift"]
    return Skeleton(
        hip=hip,
        neck=neck,
        head=head,
        spine=spine,
        gaze=gaze,
        near_arm=_arm(bones, shoulder - 0.012 * across, pose, "near"),
        far_arm=_arm(bones, shoulder + 0.02 * across, pose, "far"),
        near_leg=_leg(bones, hip - 0.008, near - 1j * tuck, feet[0].pitch - 1.6 * pose["lift"]),
        far_leg=_leg(bones, hip + 0.012, far - 0.6j * tuck, feet[1].pitch - 1.2 * pose["lift"]),
    )


def _hip(bones: Bones, pose: Pose, ankles: tuple[complex, complex], bounce: float) -> complex:
    height = bones.hip - (0.02 * (1 - bounce) if bounce else 0.003) - pose["crouch"] + pose["lift"]
    seated = complex(-_SEAT_BACK, -(SEAT + 0.055))
    sit = pose["sit"]
    hip = complex(0, -height)
    if sit > 0:
        ease = sit * sit * (3 - 2 * sit)
        hip = complex(seated.real * min(1.0, 1.25 * ease), hip.imag + (seated.imag - hip.imag) * ease)
    return hip + 1j * max(0.0, *(_missing(bones, hip, ankle) for ankle in ankles))


def _missing(bones: Bones, hip: complex, ankle: complex) -> float:
    """How far the hip has to come down for the leg to reach its ankle."""
    reach = 0.997 * (bones.shin + bones.thigh)
    aside = min(abs(ankle.real - hip.real), 0.95 * reach)
    return float((ankle.imag - np.sqrt(reach * reach - aside * aside)) - hip.imag)


def _ankle(foot: Foot, ground: float, bones: Bones) -> complex:
    """The ankle of a foot that rolls over its ball or its heel."""
    pivot = _BALL if foot.pitch < 0 else _HEEL
    flat = complex(-pivot, -bones.ankle)
    rolled = flat * np.exp(-1j * foot.pitch)
    return complex(foot.x + pivot, ground - foot.lift) + rolled


def _leg(bones: Bones, hip: complex, ankle: complex, pitch: float) -> Limb:
    knee, ankle = _bend(hip, ankle, bones.thigh, bones.shin, 1.0)
    return Limb(hip, knee, ankle, np.exp(-1j * pitch))


def _bend(start: complex, end: complex, upper: float, lower: float, side: float) -> tuple[complex, complex]:
    """The joint between two bones that reach from ``start`` to ``end`` (or towards it, when it is too far)."""
    gap = end - start
    distance = abs(gap)
    reach = min(max(distance, abs(upper - lower) + 1e-4), 0.9995 * (upper + lower))
    gap *= reach / max(distance, 1e-9)
    cosine = (upper * upper + reach * reach - lower * lower) / (2 * upper * reach)
    angle = np.arccos(min(1.0, max(-1.0, cosine)))
    return start + gap / reach * upper * np.exp(-1j * side * angle), start + gap


def _arm(bones: Bones, shoulder: complex, pose: Pose, side: str) -> Limb:
    angle = pose[f"{side}_shoulder"] - 0.6 * pose["lean"]
    elbow = shoulder + bones.upper_arm * 1j * np.exp(-1j * angle)
    angle += pose[f"{side}_elbow"]
    wrist = elbow + bones.forearm * 1j * np.exp(-1j * angle)
    return Limb(shoulder, elbow, wrist, 1j * np.exp(-1j * (angle + pose[f"{side}_wrist"])))
