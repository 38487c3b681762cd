"""What actors carry: how the arm holds it, and its shapes.

Shapes are in the puppet's own space (body heights, x forward, y downwards).
"""

from itertools import pairwise

import numpy as np

from laterna.theatre.actors.costume import Piece
from laterna.theatre.actors.figure import Prop
from laterna.theatre.actors.skeleton import Pose
from laterna.theatre.canvas import disc, ellipse, smooth, trace
from laterna.theatre.stage.scenery import box, stalk

HOLD: dict[Prop, Pose] = {
    "lantern": {"near_shoulder": 1.05, "near_elbow": 0.5, "near_wrist": 0.0},
    "umbrella": {"near_shoulder": 0.5, "near_elbow": 1.75, "near_wrist": 0.3},
    "staff": {"near_shoulder": 0.62, "near_elbow": 0.75, "near_wrist": 0.6},
    "kite": {"near_shoulder": 1.75, "near_elbow": 0.35, "near_wrist": 0.0},
    "basket": {"near_shoulder": 0.2, "near_elbow": 1.3, "near_wrist": -0.2},
    "balloon": {"near_shoulder": 0.7, "near_elbow": 1.3, "near_wrist": 0.2},
    "suitcase": {"near_shoulder": 0.05, "near_elbow": 0.1, "near_wrist": 0.0},
    "flower": {"near_shoulder": 0.75, "near_elbow": 1.35, "near_wrist": 0.2},
    "flag": {"near_shoulder": 0.9, "near_elbow": 1.1, "near_wrist": 0.2},
}
"""The arm's pose while it holds a thing."""


def carried(prop: Prop, hand: complex, hang: np.ndarray, breeze: float, time: float) -> list[Piece]:
    """The shapes of a thing held in ``hand``; ``hang`` are the points of the chain below it."""
    if prop == "lantern":
        return _lantern(hand, hang)
    if prop == "umbrella":
        return _umbrella(hand, breeze)
    if prop == "staff":
        return [
            Piece(stalk(np.array([hand + 0.03 - 0.4j, hand.real + 0.0j]), 0.011, 0.008)),
            Piece(_crook(hand + 0.03 - 0.4j)),
        ]
    if prop == "basket":
        return _basket(hand, hang)
    if prop == "suitcase":
        return _suitcase(hand, hang)
    if prop == "balloon":
        return _balloon(hand, breeze, time)
    if prop == "flower":
        return _bloom(hand)
    if prop == "flag":
        return _flag(hand, breeze, time)
    return _kite(hand, breeze, time) if prop == "kite" else []


def light_of(prop: Prop, hang: np.ndarray) -> complex | None:
    """Where a carried thing shines, or None."""
    return complex(hang[-1] + 0.02j) if prop == "lantern" else None


def _turned(shape: np.ndarray, hang: np.ndarray) -> np.ndarray:
    """A shape that hangs from the chain's end: its own down is the chain's direction."""
    down = hang[-1] - hang[0]
    down /= max(abs(down), 1e-9)
    return hang[-1] + shape * down / 1j


def _lantern(hand: complex, hang: np.ndarray) -> list[Piece]:
    cap = trace("-3,-3.5 0,-6 3,-3.5 3.6,-2.8 -3.6,-2.8")
    body = trace("-3,-3 3,-3 3.6,5.5 -3.6,5.5")
    glass = trace("-2.1,-2 2.1,-2 2.5,4.3 -2.5,4.3")
    foot = box(-0.04, 0.05, 0.04, 0.064)
    bar = box(-0.0035, -0.03, 0.0035, 0.05)
    shapes: list[tuple[np.ndarray, str]] = [
        (cap, "paper"),
        (body, "paper"),
        (glass, "gap"),
        (bar, "paper"),
        (foot, "paper"),
    ]
    handle = stalk(hang, 0.003, 0.003)
    return [Piece(handle), *[Piece(_turned(points, hang), shade) for points, shade in shapes]]  # type: ignore[arg-type]


def _umbrella(hand: complex, breeze: float) -> list[Piece]:
    lean = np.exp(1j * (-0.12 + 0.1 * breeze))
    tip = -0.6j
    ribs = np.linspace(-0.32, 0.32, 5)
    low = [complex(x, -0.43 + 0.28 * x * x) for x in ribs]
    scallops = [point for a, b in pairwise(low) for point in (a, (a + b) / 2 - 0.022j)]
    bell = np.array([*scallops, low[-1], 0.24 - 0.53j, 0.12 - 0.585j, tip, -0.12 - 0.585j, -0.24 - 0.53j])
    panel = np.array([low[1], (low[1] + low[2]) / 2 - 0.022j, low[2], tip])
    shaft = stalk(np.array([0.1j, tip - 0.05j]), 0.007, 0.005)
    hook = stalk(trace("0,9 0,12.5 2,14 4,12.5"), 0.007, 0.007)
    return [
        Piece(hand + shaft * lean),
        Piece(hand + hook * lean),
        Piece(hand + bell * lean, "cloth"),
        Piece(hand + panel * lean, "accent"),
    ]


def _crook(top: complex) -> np.ndarray:
    curl = top + 0.035 * (1 + np.exp(1j * np.linspace(np.pi, 2.2 * np.pi, 10)))
    return stalk(np.concatenate([[top + 0.02j], curl]), 0.009, 0.006)


def _basket(hand: complex, hang: np.ndarray) -> list[Piece]:
    bowl = smooth(trace("-8.5,0 8.5,0 6.5,8.5 -6.5,8.5"), 4)
    handle = stalk(0.075 * np.exp(1j * np.linspace(np.pi, 2 * np.pi, 9)) * (1 + 0j) + 0.005j, 0.005, 0.005)
    fruit = [disc(x - 0.012j, 0.024, 12) for x in (-0.04, 0.0, 0.042)]
    return [
        Piece(_turned(handle, hang)),
        *[Piece(_turned(shape, hang), "accent") for shape in fruit],
        Piece(_turned(bowl, hang)),
    ]


def _suitcase(hand: complex, hang: np.ndarray) -> list[Piece]:
    case, handle = box(-0.11, 0.0, 0.11, 0.14), box(-0.03, -0.025, 0.03, 0.0)
    straps = [box(x - 0.008, 0.0, x + 0.008, 0.14) for x in (-0.06, 0.06)]
    pieces = [Piece(_turned(handle, hang)), Piece(_turned(case, hang), "cloth")]
    return pieces + [Piece(_turned(strap, hang), "accent") for strap in straps]


def _balloon(hand: complex, breeze: float, time: float) -> list[Piece]:
    sway = -0.08 + 0.35 * breeze + 0.05 * np.sin(1.3 * time)
    top = hand + sway - 0.62j
    string = smooth(np.array([hand, hand + 0.3 * sway - 0.3j, top]), 5, closed=False)
    bag = ellipse(top - 0.12j, 0.125 * np.exp(1j * (np.pi / 2 + 0.3 * sway)), 0.83, 30)
    knot = np.array([top - 0.012, top + 0.012, top - 0.02j])
    return [Piece(stalk(string, 0.0025, 0.0025)), Piece(bag, "accent"), Piece(knot, "accent")]


def _bloom(hand: complex) -> list[Piece]:
    tip = hand + 0.045 - 0.2j
    petals = [disc(tip + 0.03 * np.exp(1j * angle), 0.022, 12) for angle in np.linspace(0, 2 * np.pi, 6)[:-1]]
    leaf = ellipse(hand + 0.05 - 0.08j, 0.04 * np.exp(-0.5j), 0.35, 12)
    stem = stalk(smooth(np.array([hand + 0.05j, hand - 0.02j, tip]), 4, closed=False), 0.005, 0.004)
    return [Piece(stem), Piece(leaf), *[Piece(petal, "accent") for petal in petals], Piece(disc(tip, 0.014, 10))]


def _flag(hand: complex, breeze: float, time: float) -> list[Piece]:
    top = hand + 0.06 - 0.55j
    reach = np.linspace(0, 0.34, 9)
    side = -1.0 if breeze <= 0 else 1.0
    wave = 0.03 * np.sin(14 * reach - 6 * time) * reach / 0.2 + 0.2 * reach**2
    upper = top + side * reach + 1j * wave
    lower = upper[::-1] + 0.19j
    return [
        Piece(stalk(np.array([hand + 0.12j, top - 0.02j]), 0.008, 0.006)),
        Piece(np.concatenate([upper, lower]), "accent"),
    ]


def _kite(hand: complex, breeze: float, time: float) -> list[Piece]:
    high = hand + 1.05 + 0.12 * np.sin(0.7 * time) + 1j * (-1.45 + 0.1 * np.sin(0.9 * time + 1))
    turn = np.exp(1j * (0.6 + 0.16 * np.sin(1.1 * time)))
    sheet = trace("0,-20 13,-2 0,25 -13,-2")
    half = trace("0,-20 13,-2 0,25")
    string = smooth(np.array([hand, (hand + high) / 2 + 0.1j, high]), 8, closed=False)
    along = np.linspace(0, 1, 12)
    tail = high + turn * (0.25j + 0.5j * along + 0.05 * np.sin(9 * along - 5 * time) * along)
    bows = [
        Piece(high + turn * 0 + (tail[k] - high) + 0.03 * trace("-100,-60 100,60 100,-60 -100,60"), "accent")
        for k in (4, 8, 11)
    ]
    return [
        Piece(stalk(string, 0.002, 0.002)),
        Piece(stalk(tail, 0.004, 0.003)),
        *bows,
        Piece(high + turn * sheet, "cloth"),
        Piece(high + turn * half, "accent"),
    ]
