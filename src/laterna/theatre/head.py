"""Heads in profile, with hair and headgear.

A head's own space: x towards the face, y downwards, its middle at 0 and its height 1.
"""

import numpy as np

from laterna.theatre.canvas import disc, ellipse, smooth
from laterna.theatre.costume import Piece
from laterna.theatre.figure import Figure
from laterna.theatre.skeleton import Skeleton

_JAW_HINGE = -0.05 + 0.12j
_SKULL = np.array([
    -0.1 - 0.5j, 0.15 - 0.485j, 0.33 - 0.36j, 0.395 - 0.19j,  # crown and forehead
    0.4 - 0.1j, 0.375 - 0.03j,  # brow, bridge of the nose
    0.45 + 0.07j, 0.52 + 0.135j, 0.5 + 0.165j, 0.42 + 0.175j,  # nose
    0.43 + 0.21j, 0.455 + 0.235j, 0.4 + 0.26j,  # upper lip
])  # fmt: skip
_JAW = np.array([
    0.395 + 0.268j, 0.445 + 0.295j, 0.4 + 0.335j, 0.415 + 0.4j, 0.385 + 0.46j, 0.3 + 0.485j, 0.12 + 0.42j, -0.06 + 0.33j,
])  # fmt: skip
_NAPE = np.array([-0.2 + 0.42j, -0.34 + 0.3j, -0.42 + 0.08j, -0.44 - 0.15j, -0.34 - 0.38j])
_NOSE = np.array([0, 0, 0, 0, 0, 0.1, 0.7, 1.0, 0.9, 0.15, 0, 0, 0])
_EYE = np.array([0.2 - 0.055j, 0.255 - 0.085j, 0.315 - 0.06j, 0.26 - 0.035j])


def headed(figure: Figure, body: Skeleton, mouth: float, tress: np.ndarray | None) -> list[Piece]:
    """Neck, head, hair and hat. ``mouth`` is how far it is open; ``tress`` are the points of hanging hair."""
    size = figure.bones.head

    def seen(points: np.ndarray) -> np.ndarray:
        return body.head + size * points * body.gaze

    pieces = [Piece(_neck(figure, body))]
    if tress is not None:
        pieces.append(Piece(_tress(tress, 0.2 * size)))
    pieces.append(Piece(seen(profile(figure, mouth))))
    pieces += [Piece(seen(points)) for points in _hair(figure)]
    if figure.beard:
        pieces.append(Piece(seen(_beard(mouth))))
    pieces.append(Piece(seen(_EYE), "gap"))
    return pieces + [Piece(seen(piece.points), piece.shade) for piece in _HATS.get(figure.hat, lambda: [])()]


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
    taper = width * np.sin(np.pi * np.linspace(0.22, 0.97, len(curve))) ** 0.7
    return np.concatenate([curve + normal * taper, (curve - normal * taper)[::-1]])


_CAP = np.array([0.36 - 0.3j, 0.2 - 0.5j, -0.1 - 0.56j, -0.38 - 0.44j, -0.5 - 0.15j])


def _hair(figure: Figure) -> list[np.ndarray]:
    hair = figure.hair
    if hair == "bald":
        return []
    if hair == "short":
        return [
            smooth(
                np.array([*_CAP, -0.44 + 0.18j, -0.3 + 0.3j, -0.14 + 0.12j, 0.02 + 0.08j, 0.06 - 0.14j, 0.26 - 0.22j]),
                4,
            )
        ]
    if hair == "bob":
        return [
            smooth(
                np.array([*_CAP, -0.52 + 0.2j, -0.44 + 0.44j, -0.12 + 0.46j, 0.02 + 0.2j, 0.1 - 0.14j, 0.3 - 0.2j]), 4
            )
        ]
    if hair == "bun":
        crown = smooth(np.array([*_CAP, -0.45 + 0.15j, -0.2 + 0.2j, 0.06 - 0.1j, 0.28 - 0.22j]), 4)
        return [crown, disc(-0.56 - 0.18j, 0.19, 20)]
    if hair == "curls":
        angles = np.linspace(-0.35, -np.pi - 0.9, 9)
        return [disc(-0.06 - 0.06j + 0.43 * np.exp(1j * angle), 0.155, 14) for angle in angles]
    if hair == "tuft":
        spikes = np.array([0.34 - 0.3j, 0.42 - 0.58j, 0.24 - 0.5j, 0.2 - 0.7j, 0.02 - 0.54j, -0.12 - 0.68j, -0.22 - 0.5j, -0.42 - 0.52j, -0.42 - 0.3j, -0.54 - 0.2j, -0.44 + 0.2j, -0.1 - 0.1j])  # fmt: skip
        return [spikes]
    return [smooth(np.array([*_CAP, -0.48 + 0.1j, -0.3 + 0.24j, 0.0 + 0.05j, 0.08 - 0.14j, 0.28 - 0.22j]), 4)]


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
    crown = np.array([-0.4 - 0.4j, -0.44 - 1.12j, 0.36 - 1.16j, 0.36 - 0.42j])
    band = np.array([-0.405 - 0.42j, -0.41 - 0.55j, 0.362 - 0.57j, 0.362 - 0.44j])
    return [Piece(crown), Piece(band, "accent"), Piece(ellipse(-0.02 - 0.4j, 0.64 * np.exp(-0.03j), 0.1))]


def _bowler() -> list[Piece]:
    dome = smooth(np.array([-0.42 - 0.36j, -0.42 - 0.66j, -0.02 - 0.84j, 0.36 - 0.66j, 0.38 - 0.36j]), 5)
    return [Piece(dome), Piece(ellipse(-0.02 - 0.36j, 0.6, 0.11))]


def _wide_hat() -> list[Piece]:
    dome = smooth(np.array([-0.38 - 0.34j, -0.34 - 0.66j, 0.0 - 0.74j, 0.32 - 0.66j, 0.36 - 0.34j]), 4)
    brim = smooth(
        np.array([-1.0 - 0.2j, -0.5 - 0.4j, 0 - 0.44j, 0.5 - 0.42j, 0.98 - 0.3j, 0.5 - 0.33j, 0 - 0.33j, -0.5 - 0.28j]),
        4,
    )
    return [
        Piece(dome),
        Piece(np.array([-0.38 - 0.42j, -0.37 - 0.52j, 0.36 - 0.54j, 0.37 - 0.44j]), "accent"),
        Piece(brim),
    ]


def _pointed_hat() -> list[Piece]:
    cone = smooth(
        np.array([-0.46 - 0.34j, -0.3 - 0.8j, -0.24 - 1.2j, -0.5 - 1.5j, -0.08 - 1.3j, 0.2 - 0.8j, 0.42 - 0.36j]), 4
    )
    brim = smooth(np.array([-0.95 - 0.22j, -0.4 - 0.42j, 0.4 - 0.44j, 0.85 - 0.34j, 0.4 - 0.32j, -0.4 - 0.28j]), 4)
    return [Piece(cone), Piece(brim)]


def _cap() -> list[Piece]:
    dome = smooth(np.array([0.38 - 0.28j, 0.3 - 0.52j, 0.0 - 0.64j, -0.36 - 0.56j, -0.52 - 0.3j, -0.4 - 0.16j]), 4)
    return [Piece(dome), Piece(smooth(np.array([0.2 - 0.36j, 0.5 - 0.34j, 0.68 - 0.22j, 0.3 - 0.24j]), 4))]


def _turban() -> list[Piece]:
    folds = [
        Piece(ellipse(-0.05 + y * 1j, 0.5 * np.exp(1j * turn), 0.36, 24))
        for y, turn in ((-0.34, -0.2), (-0.46, 0.12), (-0.54, -0.1))
    ]
    return [
        *folds,
        Piece(disc(0.36 - 0.42j, 0.075, 12), "accent"),
        Piece(smooth(np.array([0.34 - 0.46j, 0.28 - 0.8j, 0.42 - 0.9j, 0.42 - 0.5j]), 3)),
    ]


def _crown() -> list[Piece]:
    teeth = [complex(x, -0.42 if i % 2 else -0.74) for i, x in enumerate(np.linspace(-0.44, 0.4, 9))]
    return [Piece(np.array([*teeth, 0.36 - 0.3j, -0.4 - 0.26j]), "accent")]


def _hood() -> list[Piece]:
    outline = np.array(
        [
            0.36 - 0.36j,
            0.2 - 0.58j,
            -0.2 - 0.66j,
            -0.62 - 0.5j,
            -0.56 + 0.0j,
            -0.46 + 0.62j,
            0.1 + 0.72j,
            0.06 + 0.4j,
            0.02 - 0.05j,
            0.22 - 0.24j,
        ]
    )
    return [Piece(smooth(outline, 4))]


def _headscarf() -> list[Piece]:
    outline = np.array(
        [
            0.32 - 0.36j,
            0.1 - 0.56j,
            -0.3 - 0.52j,
            -0.52 - 0.2j,
            -0.44 + 0.22j,
            -0.2 + 0.48j,
            0.24 + 0.54j,
            0.06 + 0.34j,
            0.04 - 0.06j,
        ]
    )
    knot = np.array([0.24 + 0.48j, 0.4 + 0.62j, 0.28 + 0.7j, 0.16 + 0.56j])
    return [Piece(smooth(outline, 4)), Piece(smooth(knot, 3), "accent")]


def _straw_hat() -> list[Piece]:
    cone = smooth(np.array([-0.9 - 0.16j, -0.4 - 0.52j, 0.0 - 0.84j, 0.4 - 0.54j, 0.9 - 0.2j, 0.0 - 0.32j]), 4)
    return [Piece(cone)]


def _plumed_hat() -> list[Piece]:
    spine = smooth(np.array([0.1 - 0.6j, -0.25 - 0.95j, -0.75 - 0.95j, -1.05 - 0.6j]), 5, closed=False)
    width = 0.15 * np.sin(np.pi * np.linspace(0.05, 0.95, len(spine)))
    plume = np.concatenate([spine - 1j * width, (spine + 1j * width)[::-1]])
    return [Piece(plume, "accent"), *_wide_hat()]


def _beret() -> list[Piece]:
    return [Piece(ellipse(-0.12 - 0.48j, 0.52 * np.exp(-0.22j), 0.4, 24)), Piece(disc(-0.14 - 0.7j, 0.05, 8))]


_HATS = {
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
