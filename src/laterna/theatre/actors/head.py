"""Heads in profile, with hair and headgear.

A head's own space: x towards the face, y downwards, its middle at 0 and its height 1.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

from laterna.theatre.actors.costume import Piece
from laterna.theatre.actors.figure import Figure, Hair, Hat
from laterna.theatre.actors.skeleton import Skeleton
from laterna.theatre.canvas import disc, ellipse, smooth, trace

_JAW_HINGE = -0.05 + 0.12j
_SKULL = trace(
    "-10,-50 15,-48.5 33,-36 39.5,-19 40,-10 37.5,-3 45,7 52,13.5 50,16.5 42,17.5 43,21 45.5,23.5 40,26"
)  # fmt: skip
_JAW = trace("39.5,26.8 44.5,29.5 40,33.5 41.5,40 38.5,46 30,48.5 12,42 -6,33")
_NAPE = trace("-20,42 -34,30 -42,8 -44,-15 -34,-38")
_NOSE = np.array([0, 0, 0, 0, 0, 0.1, 0.7, 1.0, 0.9, 0.15, 0, 0, 0])
_EYE = trace("22,-5.6 26.5,-7.4 31,-5.8 26.6,-4.6")


def headed(figure: Figure, body: Skeleton, mouth: float, tress: np.ndarray | None) -> list[Piece]:
    """Neck, head, hair and hat. ``mouth`` is how far it is open; ``tress`` are the points of hanging hair."""
    size = figure.bones.head

    def seen(points: np.ndarray) -> np.ndarray:
        return body.head + size * points * body.gaze

    pieces = [Piece(_neck(figure, body))]
    if tress is not None:
        pieces.append(Piece(_tress(tress, (0.27 if figure.hair == "long" else 0.17) * size)))
    pieces.append(Piece(seen(profile(figure, mouth))))
    pieces += [Piece(seen(points)) for points in _hair(figure.hair)]
    if figure.beard:
        pieces.append(Piece(seen(_beard(mouth))))
    pieces.append(Piece(seen(_EYE), "gap"))
    return pieces + [Piece(seen(piece.points), piece.shade) for piece in _hat(figure.hat)]


def profile(figure: Figure, mouth: float) -> np.ndarray:
    """The outline of a face, its jaw turned down by ``mouth`` (0..1)."""
    nose, chin, brow = figure.face
    young = figure.kind in ("boy", "girl")
    skull = _SKULL + 0.05 * (nose - 1) * _NOSE * (1 - 0.35j) - (0.02 if young else 0.0) * _NOSE
    skull[4] += 0.02 * brow
    jaw = _JAW.copy()
    jaw[3:6] += 0.05 * (chin - 1) - (0.05 if young else 0.0) - (0.02 + 0.02j if figure.kind == "woman" else 0)
    jaw = _JAW_HINGE + (jaw - _JAW_HINGE) * np.exp(1j * 0.24 * mouth * np.linspace(1, 0.25, len(jaw)))
    parted = [0.33 + 0.262j] if mouth > 0.05 else []
    return smooth(np.concatenate([skull, parted, jaw, _NAPE]), 4)


def nose_tip(figure: Figure, body: Skeleton) -> complex:
    return complex(body.head + figure.bones.head * (0.5 + 0.14j) * body.gaze)


def head_top(figure: Figure, body: Skeleton) -> complex:
    return complex(body.head - 0.5j * figure.bones.head * body.gaze)


def _neck(figure: Figure, body: Skeleton) -> np.ndarray:
    size = figure.bones.head
    thick = 0.2 * size * (0.85 if figure.kind in ("woman", "girl") else 1.0) * figure.girth**0.4
    low, high = body.neck - 0.03 * body.spine, body.head + size * (-0.1 + 0.2j) * body.gaze
    across = 1j * body.spine
    return np.array(
        [
            low + 1.5 * thick * across,
            high + 1.1 * thick * across,
            high - 1.1 * thick * across,
            low - 1.5 * thick * across,
        ]
    )


def _tress(points: np.ndarray, width: float) -> np.ndarray:
    curve = smooth(points, 4, closed=False)
    along = np.gradient(curve)
    normal = 1j * along / np.maximum(np.abs(along), 1e-9)
    taper = width * np.sin(np.pi * np.linspace(0.3, 0.98, len(curve))) ** 0.8
    return np.concatenate([curve + normal * taper, (curve - normal * taper)[::-1]])


@cache
def _hair(hair: Hair) -> tuple[np.ndarray, ...]:
    """What covers the skull; long hair hangs from it as a tress."""
    if hair == "curls":
        angles = np.linspace(-0.35, -np.pi - 0.9, 9)
        return tuple(disc(-0.06 - 0.06j + 0.43 * np.exp(1j * angle), 0.155, 14) for angle in angles)
    if hair == "tuft":
        return (_TUFT,)
    if hair == "bald":
        return ()
    crown = smooth(np.concatenate([_CROWN, _HAIRLINES.get(hair, _HAIRLINES["long"])]), 4)
    return (crown, disc(-0.56 - 0.18j, 0.19, 20)) if hair == "bun" else (crown,)


_CROWN = trace("36,-30 20,-50 -10,-56 -38,-44 -50,-15")
_HAIRLINES: dict[Hair, np.ndarray] = {
    "short": trace("-44,18 -30,30 -14,12 2,8 6,-14 26,-22"),
    "bob": trace("-52,20 -44,44 -12,46 2,20 10,-14 30,-20"),
    "bun": trace("-45,15 -20,20 6,-10 28,-22"),
    "long": trace("-48,10 -30,24 0,5 8,-14 28,-22"),
}
_TUFT = trace("34,-30 42,-58 24,-50 20,-70 2,-54 -12,-68 -22,-50 -42,-52 -42,-30 -54,-20 -44,20 -10,-10")


def _beard(mouth: float) -> np.ndarray:
    long = 0.72 + 0.05 * mouth
    return smooth(
        np.array(
            [
                0.42 + 0.3j,
                0.46 + 0.42j,
                0.4 + 0.58j,
                0.28 + 1j * long,
                0.14 + 0.6j,
                -0.02 + 0.4j,
                0.04 + 0.2j,
                0.22 + 0.34j,
            ]
        ),
        4,
    )


def _top_hat() -> list[Piece]:
    crown = trace("-40,-40 -44,-112 36,-116 36,-42")
    band = trace("-40.5,-42 -41,-55 36.2,-57 36.2,-44")
    return [Piece(crown), Piece(band, "accent"), Piece(ellipse(-0.02 - 0.4j, 0.64 * np.exp(-0.03j), 0.1))]


def _bowler() -> list[Piece]:
    dome = smooth(trace("-42,-36 -42,-66 -2,-84 36,-66 38,-36"), 5)
    return [Piece(dome), Piece(ellipse(-0.02 - 0.36j, 0.6, 0.11))]


def _wide_hat() -> list[Piece]:
    dome = smooth(trace("-38,-34 -34,-66 0,-74 32,-66 36,-34"), 4)
    brim = smooth(
        trace("-100,-20 -50,-40 0,-44 50,-42 98,-30 50,-33 0,-33 -50,-28"),
        4,
    )
    return [
        Piece(dome),
        Piece(trace("-38,-42 -37,-52 36,-54 37,-44"), "accent"),
        Piece(brim),
    ]


def _pointed_hat() -> list[Piece]:
    cone = smooth(trace("-46,-34 -30,-80 -24,-120 -50,-150 -8,-130 20,-80 42,-36"), 4)
    brim = smooth(trace("-95,-22 -40,-42 40,-44 85,-34 40,-32 -40,-28"), 4)
    return [Piece(cone), Piece(brim)]


def _cap() -> list[Piece]:
    dome = smooth(trace("38,-28 30,-52 0,-64 -36,-56 -52,-30 -40,-16"), 4)
    return [Piece(dome), Piece(smooth(trace("20,-36 50,-34 68,-22 30,-24"), 4))]


def _turban() -> list[Piece]:
    folds = [
        Piece(ellipse(-0.05 + y * 1j, 0.5 * np.exp(1j * turn), 0.36, 24))
        for y, turn in ((-0.34, -0.2), (-0.46, 0.12), (-0.54, -0.1))
    ]
    return [
        *folds,
        Piece(disc(0.36 - 0.42j, 0.075, 12), "accent"),
        Piece(smooth(trace("34,-46 28,-80 42,-90 42,-50"), 3)),
    ]


def _crown() -> list[Piece]:
    teeth = [complex(x, -0.42 if i % 2 else -0.74) for i, x in enumerate(np.linspace(-0.44, 0.4, 9))]
    return [Piece(np.array([*teeth, 0.36 - 0.3j, -0.4 - 0.26j]), "accent")]


def _hood() -> list[Piece]:
    outline = trace("36,-36 20,-58 -20,-66 -62,-50 -56,0 -46,62 10,72 6,40 2,-5 22,-24")
    return [Piece(smooth(outline, 4))]


def _headscarf() -> list[Piece]:
    outline = trace("32,-36 10,-56 -30,-52 -52,-20 -44,22 -20,48 24,54 6,34 4,-6")
    knot = trace("24,48 40,62 28,70 16,56")
    return [Piece(smooth(outline, 4)), Piece(smooth(knot, 3), "accent")]


def _straw_hat() -> list[Piece]:
    cone = smooth(trace("-90,-16 -40,-52 0,-84 40,-54 90,-20 0,-32"), 4)
    return [Piece(cone)]


def _plumed_hat() -> list[Piece]:
    spine = smooth(trace("10,-60 -25,-95 -75,-95 -105,-60"), 5, closed=False)
    width = 0.15 * np.sin(np.pi * np.linspace(0.05, 0.95, len(spine)))
    plume = np.concatenate([spine - 1j * width, (spine + 1j * width)[::-1]])
    return [Piece(plume, "accent"), *_wide_hat()]


def _beret() -> list[Piece]:
    return [Piece(ellipse(-0.12 - 0.48j, 0.52 * np.exp(-0.22j), 0.4, 24)), Piece(disc(-0.14 - 0.7j, 0.05, 8))]


@cache
def _hat(name: Hat) -> tuple[Piece, ...]:
    return tuple(_HATS[name]())


_HATS: dict[Hat, Callable[[], list[Piece]]] = {
    "none": list,
    "top hat": _top_hat,
    "bowler": _bowler,
    "wide hat": _wide_hat,
    "pointed hat": _pointed_hat,
    "cap": _cap,
    "turban": _turban,
    "crown": _crown,
    "hood": _hood,
    "headscarf": _headscarf,
    "straw hat": _straw_hat,
    "plumed hat": _plumed_hat,
    "beret": _beret,
}
