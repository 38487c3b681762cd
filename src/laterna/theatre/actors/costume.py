"""Clothes of paper: from the joints of a puppet to the shapes that are painted.

Shapes are in the puppet's own space (body heights, x forward), each with a tone that the actor turns into an ink.
"""

from typing import Literal, NamedTuple

import numpy as np

from laterna.theatre.actors.figure import Figure
from laterna.theatre.actors.skeleton import Limb, Pose, Skeleton
from laterna.theatre.canvas import disc, smooth, trace

Shade = Literal["paper", "far", "cloth", "accent", "gap"]


class Piece(NamedTuple):
    """One shape, (N,) complex, and its tone: ``gap`` is a hole that the sky shines through."""

    points: np.ndarray
    shade: Shade = "paper"


# Half-widths of a bone from its first joint to its second, for the two sides (front, back).
_ALONG = np.linspace(0, 1, 7)
_THIGH = (np.array([62, 64, 60, 54, 48, 43, 40]) / 1000, np.array([66, 66, 58, 51, 45, 40, 37]) / 1000)
_SHIN = (np.array([40, 38, 35, 32, 29, 26, 25]) / 1000, np.array([38, 46, 47, 40, 32, 26, 24]) / 1000)
_UPPER = (np.array([38, 37, 35, 33, 31, 29, 28]) / 1000, np.array([36, 37, 35, 33, 31, 29, 28]) / 1000)
_FORE = (np.array([29, 30, 29, 27, 24, 21, 19]) / 1000, np.array([28, 29, 28, 26, 23, 21, 19]) / 1000)
_CAP = np.exp(1j * np.linspace(np.pi / 2, -np.pi / 2, 9))  # a round end, from the left side to the right one

_FRONT = trace("-6,5 12,6.2 30,5.8 50,5.8 74,6.8 90,5.5 100,3.6")
_BACK = trace("102,-3.4 90,-5.6 70,-6.2 45,-4.5 20,-5.4 5,-6.8 -8,-5.8")
_BELLY = np.array([0.2, 0.7, 1.0, 0.8, 0.25, 0.0, 0.0])
_BUST = np.array([0.0, 0.0, 0.0, 0.3, 1.0, 0.35, 0.0])


def dressed(figure: Figure, body: Skeleton, pose: Pose, sway: float) -> tuple[list[Piece], list[Piece], list[Piece]]:
    """The shapes of a puppet's far side, of its body, and of its near arm, each in the order of painting.

    ``sway`` (body heights) is how far the hem of a skirt swings.
    """
    sleeve = 1.25 if figure.garment in ("robe", "gown") else 1.0
    far = [
        *_arm(figure, body.far_arm, "far", sleeve),
        *_leg(figure, body.far_leg, "far"),
    ]
    middle = [*_leg(figure, body.near_leg, "paper"), *_skirt(figure, body, sway), Piece(_torso(figure, body))]
    middle += _trimmings(figure, body)
    return far, middle, _arm(figure, body.near_arm, "paper", sleeve)


def bone(start: complex, end: complex, widths: tuple[np.ndarray, np.ndarray], scale: float) -> np.ndarray:
    """A limb's outline around the bone from ``start`` to ``end``, round at its ends."""
    along = end - start
    forward = -1j * along / max(abs(along), 1e-9)
    spine = start + along * _ALONG
    front, back = spine + forward * widths[0] * scale, spine - forward * widths[1] * scale
    tip = end + forward * widths[1][-1] * scale * (_CAP.imag + 1j * _CAP.real)
    head = start - forward * widths[0][0] * scale * (_CAP.imag + 1j * _CAP.real)
    return np.concatenate([front, tip[1:-1], back[::-1], head[1:-1]])


def _leg(figure: Figure, leg: Limb, shade: Shade) -> list[Piece]:
    scale = figure.girth**0.6 * (0.9 if figure.kind in ("boy", "girl") else 1.0)
    foot = leg.tip
    up = -1j * foot
    sole = trace("-3.8,0 4.5,0 10,0 11.2,1.2 8.5,3 3,5 2,7.5 -2.8,7.5 -4.6,3")
    heel = leg.end - up * 0.045
    shoe = heel + sole.real * foot + sole.imag * up
    return [
        Piece(bone(leg.root, leg.middle, _THIGH, scale), shade),
        Piece(bone(leg.middle, leg.end, _SHIN, scale), shade),
        Piece(smooth(shoe, 3), shade),
    ]


def _arm(figure: Figure, arm: Limb, shade: Shade, sleeve: float) -> list[Piece]:
    scale = figure.girth**0.5 * (0.88 if figure.kind in ("boy", "girl") else 1.0)
    pieces = [
        Piece(bone(arm.root, arm.middle, _UPPER, scale * sleeve**0.5), shade),
        Piece(bone(arm.middle, arm.end, _FORE, scale), shade),
        *_hand(arm, shade),
    ]
    if sleeve > 1:
        pieces.append(Piece(_wide_sleeve(arm), shade))
    return pieces


def _hand(arm: Limb, shade: Shade) -> list[Piece]:
    """A hand with its fingers together and its thumb apart."""
    side = 1j * arm.tip
    palm = trace("0,1.7 3,2.1 5.8,1.5 7.6,0.2 6,-1.2 3,-1.7 0,-1.5")
    thumb = trace("1,-1 2.8,-3 5,-3.4 3,-1.2")
    return [Piece(smooth(arm.end + shape.real * arm.tip + shape.imag * side, 3), shade) for shape in (palm, thumb)]


def _wide_sleeve(arm: Limb) -> np.ndarray:
    """A kimono's or a wizard's sleeve, which hangs from the forearm."""
    along = arm.end - arm.middle
    drop = 0.13j
    return smooth(
        np.array(
            [
                arm.middle - 0.03j,
                arm.end - 0.022j,
                arm.end + 0.02 * along / abs(along) + drop,
                arm.middle + 0.6 * along + drop * 1.1,
                arm.middle + 0.04j,
            ]
        ),
        4,
    )


def _torso(figure: Figure, body: Skeleton) -> np.ndarray:
    length = abs(body.neck - body.hip)
    bust = 0.024 if figure.kind == "woman" else 0.0
    waist = 0.8 if figure.kind == "woman" else 1.0
    front = _FRONT + 1j * (0.075 * figure.belly * _BELLY + bust * _BUST)
    front[2] = front[2].real + 1j * front[2].imag * waist
    hunch = -1j * 0.03 * figure.age * np.array([0.0, 0.6, 1.0, 0.4, 0.0, 0.0, 0.0])
    outline = np.concatenate([front, _BACK + hunch])
    return smooth(_along_spine(body, outline, length, figure.girth), 4)


def _along_spine(body: Skeleton, outline: np.ndarray, length: float, girth: float) -> np.ndarray:
    """From (share of the spine, body heights forwards) to points."""
    return body.hip + outline.real * length * body.spine + outline.imag * girth * 1j * body.spine


_LONG = ("gown", "dress", "robe", "skirt", "coat", "tunic", "tailcoat")


def _skirt(figure: Figure, body: Skeleton, sway: float) -> list[Piece]:
    if figure.garment not in _LONG:
        return []
    flare = {"gown": 0.13, "dress": 0.085, "skirt": 0.09, "robe": 0.05, "coat": 0.03, "tunic": 0.045, "tailcoat": 0.0}
    wide, girth = flare[figure.garment], figure.girth
    knees = (body.near_leg.middle, body.far_leg.middle)
    ankles = (body.near_leg.end, body.far_leg.end)
    hem = -figure.hem if figure.garment != "coat" else -0.2
    share = float(np.clip((-0.3 - hem) / -0.3, 0, 1))  # 0 at the knees, 1 at the ground
    front = max(_between(knee, ankle, share) for knee, ankle in zip(knees, ankles, strict=True))
    back = min(_between(knee, ankle, share) for knee, ankle in zip(knees, ankles, strict=True))
    low = max(hem, max(ankle.imag for ankle in ankles) + hem + 0.03) if body.hip.imag < -0.45 else hem
    knee = max(knees, key=lambda joint: joint.real)
    if figure.garment == "tailcoat":
        return [Piece(_tails(body, girth, sway), "cloth")]
    outline = np.array([
        body.hip + 0.35 * (body.neck - body.hip) + 0.045 * girth,
        complex(max(knee.real, body.hip.real) + 0.04 + 0.4 * wide, knee.imag - 0.04),
        complex(front + 0.05 + wide + sway, low),
        complex((front + back) / 2 + sway, low + 0.012),
        complex(back - 0.05 - wide + sway, low),
        complex(min(body.hip.real - 0.075 * girth, back - 0.02), body.hip.imag + 0.1),
        body.hip + 0.35 * (body.neck - body.hip) - 0.05 * girth,
    ])  # fmt: skip
    pieces = [Piece(smooth(outline, 5), "cloth")]
    if figure.trim and figure.garment != "coat":
        pieces += _lace(outline[2], outline[4])
    return pieces


def _between(knee: complex, ankle: complex, share: float) -> float:
    return knee.real + (ankle.real - knee.real) * share


def _lace(front: complex, back: complex) -> list[Piece]:
    """Holes along the hem, as scissors make them."""
    places = np.linspace(0.1, 0.9, 7)
    return [Piece(disc(front + (back - front) * place - 0.022j, 0.0065, 8), "gap") for place in places]


def _tails(body: Skeleton, girth: float, sway: float) -> np.ndarray:
    tip = complex(body.near_leg.middle.real * 0.4 + body.hip.real * 0.6 - 0.1 + sway, body.hip.imag + 0.24)
    waist = body.hip + 0.3 * (body.neck - body.hip)
    return smooth(
        np.array(
            [waist + 0.03 * girth, body.hip + 0.02, tip + 0.05, tip, body.hip - 0.085 * girth, waist - 0.055 * girth]
        ),
        4,
    )


def _trimmings(figure: Figure, body: Skeleton) -> list[Piece]:
    if not figure.trim:
        return []
    length = abs(body.neck - body.hip)
    low, high = (0.26, 0.31) if figure.garment != "trousers" else (0.06, 0.1)
    belly = 0.075 * figure.belly * 0.9
    waist = 0.058 * (0.85 if figure.kind == "woman" else 1.0)
    belt = np.array([low + 1j * (waist + belly), high + 1j * (waist + belly), high - 0.05j, low - 0.052j])
    return [Piece(_along_spine(body, belt, length, figure.girth), "accent")]


def cloak(figure: Figure, body: Skeleton, hem: np.ndarray) -> Piece:
    """A cloak from the shoulders to ``hem``, the points of the chain that its back edge hangs on."""
    spine = body.neck - body.hip
    throat = body.neck + 0.03 * 1j * body.spine * figure.girth
    chest = body.hip + 0.72 * spine + 0.02 * 1j * body.spine * figure.girth
    inside = (0.55 * hem[-1] + 0.45 * complex(body.hip.real, hem[-1].imag)) - 0.02j
    outline = np.array(
        [throat, body.neck - 0.05 * 1j * body.spine - 0.012j, *hem[1:], inside, body.hip + 0.1 * spine - 0.02, chest]
    )
    return Piece(smooth(outline, 4), "cloth")
