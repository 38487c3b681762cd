"""What a body says: gestures as poses over time, and how they follow one another without a jerk."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from laterna.theatre.actors.skeleton import Pose
from laterna.theatre.words import Action

TAU = 2 * np.pi
_JUMP_PERIOD = 1.5


@dataclass(frozen=True, slots=True)
class Manner:
    """How someone moves: their own tempo, size of gesture, and chance phases."""

    tempo: float
    size: float
    phases: tuple[float, ...]
    free: str  # the arm that carries nothing: "near" or "far"
    other: str

    def drift(self, time: float, speed: float, index: int = 0) -> float:
        """Smooth chance movement in about -1..1."""
        a, b, c = (self.phases[(index + k) % len(self.phases)] for k in range(3))
        return (
            np.sin(TAU * speed * time + a) + 0.6 * np.sin(TAU * 1.618 * speed * time + b)
            + 0.4 * np.sin(TAU * 2.414 * speed * time + c)
        ) / 1.6  # fmt: skip


Gesture = Callable[[float, Manner], Pose]


def ease(share: float) -> float:
    """Smoothly from 0 to 1."""
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def blended(base: Pose, over: Pose, weight: float) -> Pose:
    """``base`` with the channels of ``over`` mixed in."""
    return base | {channel: base[channel] + weight * (value - base[channel]) for channel, value in over.items()}


def idle(time: float, manner: Manner) -> Pose:
    """Breathing, and the small shifts of someone who waits."""
    return {
        "lean": 0.015 * np.sin(TAU * 0.24 * time + manner.phases[0]) + 0.02 * manner.drift(time, 0.09),
        "head": 0.05 * manner.drift(time, 0.13, 1),
        "near_shoulder": 0.06 + 0.04 * manner.drift(time, 0.16, 2),
        "far_shoulder": 0.12 + 0.04 * manner.drift(time, 0.15, 3),
    }


def wave(time: float, manner: Manner) -> Pose:
    beat = TAU * 1.7 * manner.tempo * time
    return {
        "lean": -0.05,
        "head": -0.12,
        f"{manner.free}_shoulder": 2.35 + 0.15 * manner.size + 0.06 * np.sin(beat - 0.5),
        f"{manner.free}_elbow": 0.5 + 0.42 * manner.size * np.sin(beat),
        f"{manner.free}_wrist": 0.35 * np.sin(beat - 0.9),
    }


def point(time: float, manner: Manner) -> Pose:
    stress = 0.05 * manner.drift(time, 0.5)
    return {
        "lean": 0.08,
        "head": -0.06 + stress,
        f"{manner.free}_shoulder": 1.62 + stress,
        f"{manner.free}_elbow": 0.06,
        f"{manner.free}_wrist": 0.0,
    }


def talk(time: float, manner: Manner) -> Pose:
    liveliness = manner.size
    return {
        "lean": 0.04 * manner.drift(time, 0.3),
        "head": 0.11 * liveliness * manner.drift(time, 0.7, 2),
        "mouth": mouth(time, manner),
        f"{manner.free}_shoulder": 0.55 + 0.32 * liveliness * manner.drift(time, 0.55, 3),
        f"{manner.free}_elbow": 1.25 + 0.4 * liveliness * manner.drift(time, 0.8, 1),
        f"{manner.free}_wrist": 0.3 * manner.drift(time, 0.9, 4),
        f"{manner.other}_shoulder": 0.25 + 0.15 * manner.drift(time, 0.4, 5),
        f"{manner.other}_elbow": 0.7 + 0.3 * manner.drift(time, 0.5, 0),
    }


def mouth(time: float, manner: Manner) -> float:
    """How far the mouth is open: syllables in phrases, with pauses for breath."""
    phrase = manner.drift(time, 0.28, 4) > -0.55
    syllable = np.sin(TAU * 4.1 * manner.tempo * time + 1.3 * manner.drift(time, 0.9, 1))
    return float(phrase) * max(0.0, 0.45 + 0.55 * syllable) * (0.7 + 0.3 * manner.drift(time, 1.3))


def bow(time: float, manner: Manner) -> Pose:
    depth = ease(time / 0.9) * (1 - ease((time - 1.5) / 1.0))
    return {
        "lean": 0.95 * depth,
        "neck": 0.12 + 0.25 * depth,
        "head": 0.25 * depth,
        "crouch": 0.02 * depth,
        f"{manner.free}_shoulder": 0.1 + 0.75 * depth,
        f"{manner.free}_elbow": 0.2 + 1.5 * depth,
        f"{manner.other}_shoulder": 0.1 - 0.6 * depth,
    }


def dance(time: float, manner: Manner) -> Pose:
    beat = TAU * 1.05 * manner.tempo * time
    style = int(manner.phases[0] * 1000) % 3
    sway = np.sin(beat / 2)
    pose: Pose = {
        "lean": 0.13 * sway,
        "head": -0.1 - 0.14 * np.sin(beat / 2 - 0.6),
        "crouch": 0.028 * (1 - np.cos(beat)),
    }
    near, far = _DANCE_ARMS[style](beat, manner.size)
    for side, (shoulder, elbow, wrist) in (("near", near), ("far", far)):
        pose |= {f"{side}_shoulder": shoulder, f"{side}_elbow": elbow, f"{side}_wrist": wrist}
    return pose


Arm = tuple[float, float, float]


def _arms_up(beat: float, size: float) -> tuple[Arm, Arm]:
    swing = np.sin(beat / 2)
    return (2.5 + 0.4 * swing, 0.5 + 0.35 * np.sin(beat / 2 - 0.7), 0.4 * np.sin(beat / 2 - 1.3)), (
        2.2 - 0.4 * swing, 0.6 - 0.35 * np.sin(beat / 2 - 0.7), -0.4 * np.sin(beat / 2 - 1.3)
    )  # fmt: skip


def _on_hips(beat: float, size: float) -> tuple[Arm, Arm]:
    return (-0.75, 1.75, 0.6), (1.7 + 0.6 * size * np.sin(beat / 2), 0.5 + 0.4 * np.cos(beat / 2), 0.3 * np.sin(beat))


def _sweeping(beat: float, size: float) -> tuple[Arm, Arm]:
    return (1.1 + 1.1 * size * np.sin(beat / 2), 0.5 + 0.3 * np.sin(beat / 2 - 0.8), 0.4 * np.sin(beat / 2 - 1.4)), (
        -0.4 - 0.7 * np.sin(beat / 2), 0.4, -0.4 * np.sin(beat / 2 - 1.2)
    )  # fmt: skip


_DANCE_ARMS = (_arms_up, _on_hips, _sweeping)


def jump(time: float, manner: Manner) -> Pose:
    """Crouch, leap, land: again and again."""
    u = (time / _JUMP_PERIOD * manner.tempo) % 1.0
    height = 0.16 + 0.1 * manner.size
    crouch = 0.11 * _bump(u, 0.0, 0.36) + 0.09 * _bump(u, 0.66, 0.95)
    flight = (u - 0.3) / 0.38
    lift = height * 4 * flight * (1 - flight) if 0 < flight < 1 else 0.0
    throw = _bump(u, 0.18, 0.8)
    return {
        "crouch": crouch,
        "lift": lift,
        "lean": 0.3 * crouch / 0.11 - 0.06 * throw,
        "near_shoulder": -0.5 * _bump(u, 0.0, 0.34) + 2.5 * throw,
        "near_elbow": 0.35,
        "far_shoulder": -0.4 * _bump(u, 0.0, 0.34) + 2.2 * throw,
        "far_elbow": 0.4,
        "head": -0.15 * throw,
    }


def landings(start: float, end: float, manner: Manner) -> list[float]:
    """When a jumper comes down between two times."""
    period = _JUMP_PERIOD / manner.tempo
    times = start + period * (np.arange(int((end - start) / period) + 1) + 0.68)
    return [float(time) for time in times if time < end]


def _bump(u: float, start: float, end: float) -> float:
    return float(np.sin(np.pi * (u - start) / (end - start)) ** 2) if start < u < end else 0.0


def sit(time: float, manner: Manner) -> Pose:
    return {
        "sit": 1.0,
        "lean": 0.06 + 0.03 * manner.drift(time, 0.12),
        "head": 0.05 + 0.12 * manner.drift(time, 0.1, 2),
        "near_shoulder": 0.5,
        "near_elbow": 0.75,
        "far_shoulder": 0.62,
        "far_elbow": 0.7,
    }


GESTURES: dict[Action, Gesture] = {
    "wave": wave,
    "point": point,
    "talk": talk,
    "bow": bow,
    "dance": dance,
    "jump": jump,
    "sit": sit,
}
