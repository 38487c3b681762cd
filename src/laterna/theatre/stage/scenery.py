"""Cut paper for the stage: trees, houses, boats, drawn at random, one unit high, standing on the origin."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from laterna.theatre.canvas import disc, ellipse, smooth, trace

Tone = Literal["paper", "light", "accent", "grain"]


class Motion(NamedTuple):
    """``spin``: turns about ``centre``; ``bob``: floats. ``speed`` in radians a second, ``size`` in units."""

    kind: Literal["spin", "bob"]
    centre: complex
    speed: float
    size: float = 0.0


class Cut(NamedTuple):
    """One piece of paper: (N,) complex points; how far its top sways in a breeze; how it moves by itself."""

    points: np.ndarray
    tone: Tone = "paper"
    sway: float = 0.0
    motion: Motion | None = None


Maker = Callable[[np.random.Generator], list[Cut]]


def box(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([left + 1j * top, right + 1j * top, right + 1j * bottom, left + 1j * bottom])


def stalk(path: np.ndarray, start: float, end: float) -> np.ndarray:
    """A band along ``path`` (N,) whose half-width goes from ``start`` to ``end``."""
    ahead = np.gradient(path)
    normal = 1j * ahead / np.maximum(np.abs(ahead), 1e-9)
    width = np.linspace(start, end, len(path)) * normal
    return np.concatenate([path + width, (path - width)[::-1]])


def pine(rng: np.random.Generator) -> list[Cut]:
    tiers, spread = int(rng.integers(5, 9)), rng.uniform(0.16, 0.26)
    right: list[complex] = []
    for tier in range(tiers):
        low = 0.93 - 0.86 * tier / tiers
        width = spread * (1 - tier / tiers) ** 0.85 * rng.uniform(0.85, 1.15)
        right += [width - 1j * (1 - low) - 0.02j, 0.42 * width - 1j * (1 - low + 0.05)]
    left = [complex(-z.real * rng.uniform(0.85, 1.15), z.imag) for z in reversed(right)]
    return [Cut(np.array([0.02 + 0j, 0.02 - 0.06j, *right, -1j, *left, -0.02 - 0.06j, -0.02 + 0j]), sway=0.03)]


def leafy(rng: np.random.Generator) -> list[Cut]:
    lean, height = rng.normal(0, 0.05), rng.uniform(0.38, 0.55)
    trunk = stalk(np.array([0, 0.3 * lean - 0.5j * height, lean - 1j * (height + 0.15)]), 0.04, 0.02)
    crown = []
    for _ in range(int(rng.integers(6, 10))):
        angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.22)
        centre = lean - 1j * (height + 0.24) + reach * complex(1.25 * np.cos(angle), np.sin(angle))
        crown.append(Cut(_leaves(centre, rng.uniform(0.11, 0.19), rng), sway=0.045))
    return [Cut(trunk, sway=0.02), *crown]


def _leaves(centre: complex, radius: float, rng: np.random.Generator) -> np.ndarray:
    """A clump of leaves: a circle with a restless edge."""
    corners = 30
    edge = radius * (1 + rng.uniform(-0.13, 0.13, corners))
    return centre + edge * np.exp(2j * np.pi * np.arange(corners) / corners)


def poplar(rng: np.random.Generator) -> list[Cut]:
    width = rng.uniform(0.09, 0.15)
    heights = np.linspace(0.08, 1, 12)
    half = width * np.sin(np.pi * np.linspace(0.1, 0.97, 12) ** 0.7) * rng.uniform(0.82, 1.15, 12)
    outline = np.concatenate([half - 1j * heights, (-half * rng.uniform(0.9, 1.1, 12) - 1j * heights)[::-1]])
    return [Cut(box(-0.018, -0.2, 0.018, 0.01)), Cut(smooth(outline, 3), sway=0.05)]


def sapling(rng: np.random.Generator) -> list[Cut]:
    """A winter tree as it looks from far away."""
    return bare(rng, forks=3)


def bare(rng: np.random.Generator, forks: int = 5) -> list[Cut]:
    """A winter tree: branches that fork."""
    cuts: list[Cut] = []

    def grow(base: complex, direction: complex, width: float, depth: int) -> None:
        length = (0.34 if depth == 0 else 0.25 * 0.82**depth) * rng.uniform(0.8, 1.15)
        bend = direction * np.exp(1j * rng.normal(0, 0.16))
        tip = base + length * bend
        cuts.append(Cut(stalk(np.array([base, base + 0.5 * length * direction, tip]), width, width * 0.62), sway=0.03))
        if depth < forks:
            twigs = 2 if depth > 3 or rng.random() < 0.65 else 3
            for angle in np.linspace(-0.5, 0.5, twigs) + rng.normal(0, 0.14, twigs):
                grow(tip, bend / abs(bend) * np.exp(1j * angle * 1.1), width * 0.62, depth + 1)

    grow(0j, -1j * np.exp(1j * rng.normal(0, 0.08)), 0.04, 0)
    return cuts


def palm(rng: np.random.Generator) -> list[Cut]:
    lean = rng.normal(0, 0.18)
    top = lean - 0.78j
    cuts = [Cut(stalk(smooth(np.array([0, 0.2 * lean - 0.4j, top]), 5, closed=False), 0.026, 0.015), sway=0.06)]
    for angle in np.linspace(-2.9, -0.25, 9) + rng.normal(0, 0.12, 9):
        reach = rng.uniform(0.24, 0.36)
        tip = top + reach * np.exp(1j * angle) + 0.16j * reach / 0.3 * (0.6 + abs(np.cos(angle)))
        crest = top + 0.6 * reach * np.exp(1j * angle) - 0.04j
        spine = smooth(np.array([top, crest, tip]), 6, closed=False)
        cuts.append(Cut(_frond(spine), sway=0.08))
    return cuts


def _frond(spine: np.ndarray) -> np.ndarray:
    """A leaf whose lower edge is cut into a comb."""
    count = len(spine)
    depth = 0.065 * np.sin(np.pi * np.linspace(0.08, 1, count)) ** 0.8
    comb = spine + 1j * depth * np.where(np.arange(count) % 2, 1.0, 0.35)
    return np.concatenate([spine - 0.008j, comb[::-1]])


def bamboo(rng: np.random.Generator) -> list[Cut]:
    """Two or three canes with sprays of narrow leaves."""
    cuts: list[Cut] = []
    for foot in rng.uniform(-0.09, 0.09, int(rng.integers(2, 4))):
        lean, tall = rng.normal(0, 0.1), rng.uniform(0.85, 1.15)
        path = smooth(foot + np.array([0, 0.25 * lean - 0.5j * tall, lean - 1j * tall]), 5, closed=False)
        cuts.append(Cut(stalk(path, 0.012, 0.005), sway=0.07))
        cuts += [Cut(_spray(base, rng), sway=0.09) for base in path[4:]]
    return cuts


def _spray(base: complex, rng: np.random.Generator) -> np.ndarray:
    """A few drooping leaves from one point, in one piece."""
    angles = np.sort(rng.uniform(-0.35, np.pi + 0.35, 5))
    tips = rng.uniform(0.09, 0.17, 5) * np.exp(1j * angles)
    leaves = [base + np.array([0, 0.4 * tip * np.exp(-0.16j), tip, 0.4 * tip * np.exp(0.16j)]) for tip in tips]
    return np.concatenate(leaves)


def bush(rng: np.random.Generator) -> list[Cut]:
    return [
        Cut(_leaves(complex(x, -rng.uniform(0.15, 0.5)), rng.uniform(0.3, 0.5), rng), sway=0.03)
        for x in np.linspace(-0.6, 0.6, int(rng.integers(3, 6)))
    ]


def grass(rng: np.random.Generator) -> list[Cut]:
    """A tuft of blades, in one piece."""
    feet = np.sort(rng.uniform(-0.5, 0.5, 7))
    outline: list[complex] = []
    for x, lean, high in zip(feet, rng.normal(0, 0.28, 7), rng.uniform(0.45, 1.0, 7), strict=True):
        bend = x + 0.25 * lean - 0.55j * high
        outline += [x - 0.03, bend - 0.02, x + lean - 1j * high, bend + 0.02, x + 0.03]
    return [Cut(np.array([*outline, 0.4 + 0.1j, -0.4 + 0.1j]), sway=0.22)]


def reeds(rng: np.random.Generator) -> list[Cut]:
    cuts = grass(rng)
    for _ in range(int(rng.integers(1, 4))):
        x, lean = rng.uniform(-0.4, 0.4), rng.normal(0, 0.12)
        tip = x + lean - 1.05j
        cuts += [
            Cut(stalk(np.array([x, x + 0.3 * lean - 0.5j, tip]), 0.012, 0.009), sway=0.2),
            Cut(ellipse(tip - 0.03j, 0.12j, 0.27, 12), sway=0.2),
        ]
    return cuts


def flower(rng: np.random.Generator) -> list[Cut]:
    lean = rng.normal(0, 0.12)
    tip = lean - 1j
    head = disc(tip, 0.07, 14) + 0.045 * np.exp(2j * np.pi * np.arange(14) * 3 / 14)
    tone: Tone = "accent" if rng.random() < 0.5 else "paper"
    leaf = ellipse(0.4 * lean - 0.4j + 0.07, 0.1 * np.exp(-0.6j), 0.3, 10)
    return [
        Cut(stalk(np.array([0, 0.3 * lean - 0.5j, tip]), 0.014, 0.01), sway=0.2),
        Cut(leaf, sway=0.2),
        Cut(head, tone, 0.2),
    ]


def cactus(rng: np.random.Generator) -> list[Cut]:
    cuts = [Cut(smooth(box(-0.07, -0.98, 0.07, 0.02), 5))]
    for side in (-1, 1):
        low, high = rng.uniform(0.3, 0.5), rng.uniform(0.6, 0.85)
        bend = np.array([0, 0.13 * side, 0.19 * side - 0.03j, 0.2 * side - 1j * (high - low)]) - 1j * low
        cuts.append(Cut(stalk(smooth(bend, 5, closed=False), 0.05, 0.04)))
    return cuts


def rock(rng: np.random.Generator) -> list[Cut]:
    angles = np.linspace(np.pi, 2 * np.pi, int(rng.integers(6, 9)))
    radii = rng.uniform(0.75, 1.1, len(angles))
    return [Cut(np.concatenate([radii * np.exp(1j * angles) * (1 + 0j), [1.2 + 0.1j, -1.2 + 0.1j]]))]


def _windows(left: float, top: float, right: float, bottom: float, rng: np.random.Generator, lit: float) -> list[Cut]:
    columns, rows = max(1, round((right - left) / 0.2)), max(1, round((bottom - top) / 0.3))
    cuts = []
    for column in range(columns):
        for row in range(rows):
            if rng.random() < lit:
                x = left + (right - left) * (column + 0.5) / columns
                y = top + (bottom - top) * (row + 0.5) / rows
                cuts.append(Cut(box(x - 0.035, y - 0.055, x + 0.035, y + 0.055), "light"))
                cuts.append(Cut(box(x - 0.004, y - 0.055, x + 0.004, y + 0.055)))
    return cuts


def house(rng: np.random.Generator) -> list[Cut]:
    half, wall = rng.uniform(0.28, 0.5), rng.uniform(0.42, 0.62)
    eaves = half * rng.uniform(1.08, 1.2)
    peak = rng.uniform(-0.15, 0.15) if rng.random() < 0.6 else half * 0.75
    roof = np.array([-eaves - 1j * wall, peak - 1j, (0 if abs(peak) < 0.2 else -half * 0.75) - 1j, eaves - 1j * wall])
    if abs(peak) >= 0.2:  # a hipped roof
        roof = np.array([-eaves - 1j * wall, -peak - 0.92j, peak - 0.92j, eaves - 1j * wall])
    x = rng.uniform(-0.5, 0.5) * half
    chimney = box(x - 0.04, -1.06, x + 0.04, -0.6)
    return [
        Cut(box(-half, -wall - 0.02, half, 0.05)),
        Cut(chimney),
        Cut(roof),
        *_windows(-half, -wall + 0.02, half, -0.08, rng, 0.45),
    ]


def tower_house(rng: np.random.Generator) -> list[Cut]:
    """A tall town house with a stepped or pointed gable."""
    half, wall = rng.uniform(0.18, 0.26), rng.uniform(0.68, 0.8)
    if rng.random() < 0.4:
        steps = int(rng.integers(3, 5))
        right = []
        for step in range(steps):
            x, y = half * (1 - step / steps), wall + (1 - wall) * step / steps
            right += [x - 1j * y, x - 1j * (y + (1 - wall) / steps)]
        roof = np.array([*right, *[complex(-z.real, z.imag) for z in reversed(right)]])
    else:
        roof = np.array([half * 1.1 - 1j * wall, -1j, -half * 1.1 - 1j * wall])
    return [Cut(box(-half, -wall - 0.02, half, 0.05)), Cut(roof), *_windows(-half, -wall, half, -0.1, rng, 0.5)]


def church(rng: np.random.Generator) -> list[Cut]:
    nave = trace("10,5 10,-34 16,-46 62,-46 68,-34 68,5")
    spire = np.array([-0.13 - 0.55j, rng.uniform(-0.005, 0.005) - 0.97j, 0.13 - 0.55j])
    cross = [Cut(box(-0.007, -1.06, 0.007, -0.95)), Cut(box(-0.03, -1.03, 0.03, -1.016))]
    lights = [Cut(_arched(x - 0.2j, 0.035, 0.13), "light") for x in (0.24, 0.38, 0.52)]
    return [Cut(nave), Cut(box(-0.11, -0.56, 0.11, 0.05)), Cut(spire), *cross, *lights]


def _arched(base: complex, half: float, height: float) -> np.ndarray:
    top = base - 1j * (height - half)
    return np.concatenate([[base - half], top + half * np.exp(1j * np.linspace(np.pi, 2 * np.pi, 8)), [base + half]])


def castle(rng: np.random.Generator) -> list[Cut]:
    cuts = [Cut(_battlement(-0.62, 0.62, 0.36))]
    for x in (-0.62, -0.22, 0.2, 0.6):
        half, high = rng.uniform(0.07, 0.12), rng.uniform(0.5, 0.8)
        cuts.append(Cut(box(x - half, -high, x + half, 0.05)))
        if rng.random() < 0.7:
            peak = np.array(
                [x - half * 1.3 - 1j * high, x - 1j * (high + rng.uniform(0.2, 0.34)), x + half * 1.3 - 1j * high]
            )
            cuts.append(Cut(peak))
        else:
            cuts.append(Cut(_battlement(x - half * 1.25, x + half * 1.25, high + 0.08, high - 0.02)))
        cuts.append(Cut(_arched(x - 1j * high * 0.72, 0.02, 0.08), "light"))
    return cuts


def _battlement(left: float, right: float, high: float, low: float = -0.05) -> np.ndarray:
    teeth = max(3, round((right - left) / 0.07))
    xs = np.linspace(left, right, 2 * teeth + 1)
    top = [complex(x, -(high if (i // 2) % 2 == 0 else high - 0.045)) for i, x in enumerate(np.repeat(xs, 2)[1:-1])]
    return np.array([left - 1j * low, *top, right - 1j * low])


def windmill(rng: np.random.Generator) -> list[Cut]:
    body = trace("-17,3 -10,-58 10,-58 17,3")
    cap = trace("-12,-57 -6,-68 6,-68 12,-57")
    hub, speed, phase = -0.6j, rng.uniform(0.5, 1.6) * rng.choice([-1, 1]), rng.uniform(0, 1.5)
    cuts = [Cut(body), Cut(smooth(cap, 4)), *_windows(-0.08, -0.5, 0.08, -0.2, rng, 0.6)]
    for blade in range(4):
        arm = np.exp(1j * (phase + blade * np.pi / 2))
        sail = trace("5,-0.5 5,0.5 12,7.5 44,8.5 44,-0.8")
        cuts.append(Cut(hub + sail * arm, motion=Motion("spin", hub, speed)))
    return cuts


def minaret(rng: np.random.Generator) -> list[Cut]:
    half = rng.uniform(0.035, 0.055)
    balcony = rng.uniform(0.6, 0.72)
    return [
        Cut(box(-half, -0.86, half, 0.05)),
        Cut(
            np.array(
                [
                    -half * 2 - 1j * (balcony + 0.03),
                    half * 2 - 1j * (balcony + 0.03),
                    half - 1j * balcony + 0.06j,
                    -half - 1j * balcony + 0.06j,
                ]
            )
        ),
        Cut(_onion(-0.84j, half * 1.35, 0.15)),
        Cut(_arched(-0.78j, half * 0.35, 0.07), "light"),
    ]


def dome(rng: np.random.Generator) -> list[Cut]:
    half, wall = rng.uniform(0.28, 0.4), rng.uniform(0.38, 0.5)
    arches = [Cut(_arched(x - 0.05j, 0.05, 0.22), "light") for x in np.linspace(-half * 0.65, half * 0.65, 3)]
    return [Cut(box(-half, -wall, half, 0.05)), Cut(_onion(-1j * wall + 0.02j, half * 0.82, 0.98 - wall)), *arches]


def _onion(base: complex, half: float, height: float) -> np.ndarray:
    right = trace("80,0 102,-25 82,-55 35,-74 8,-84 3,-95")
    right = smooth(right, 4, closed=False)
    outline = np.concatenate([right, [-1.0j], -np.conj(right)[::-1]])
    return base + half * outline.real + 1j * height * outline.imag


def lighthouse(rng: np.random.Generator) -> list[Cut]:
    body = trace("-10,5 -6.2,-78 6.2,-78 10,5")
    return [
        Cut(body),
        Cut(box(-0.09, -0.81, 0.09, -0.775)),
        Cut(box(-0.045, -0.92, 0.045, -0.8)),
        Cut(box(-0.033, -0.9, 0.033, -0.82), "light"),
        Cut(trace("-7,-91 0,-100 7,-91")),
    ]


def boat(rng: np.random.Generator) -> list[Cut]:
    side, bob = rng.choice([-1, 1]), Motion("bob", 0j, rng.uniform(0.8, 1.5), 0.012)
    hull = trace("-42,-10 -34,4 30,4 46,-14 30,-9")
    mast = box(-0.008, -1.0, 0.008, -0.08)
    sail = smooth(trace("3,-95 30,-50 36,-17 3,-15"), 3)
    jib = trace("-3,-90 -36,-17 -3,-17")
    tone: Tone = "accent" if rng.random() < 0.3 else "paper"
    parts: list[tuple[np.ndarray, Tone]] = [(hull, "paper"), (mast, "paper"), (sail, tone), (jib, tone)]
    return [Cut(_mirrored(part, side), shade, motion=bob) for part, shade in parts]


def ship(rng: np.random.Generator) -> list[Cut]:
    """Three masts and furled yards, at anchor."""
    bob = Motion("bob", 0j, 0.7, 0.006)
    hull = smooth(trace("-60,-20 -55,5 40,5 62,-18 40,-13 -40,-13"), 3)
    parts = [hull, stalk(trace("55,-15 88,-30"), 0.01, 0.004)]
    for x, high in ((-0.35, 0.8), (0.0, 1.0), (0.32, 0.86)):
        parts.append(box(x - 0.011, -high, x + 0.011, -0.1))
        for share in (0.45, 0.68, 0.88):
            reach = 0.2 * (1.25 - share)
            parts.append(ellipse(x - 1j * high * share, reach, 0.13, 12))
        parts.append(stalk(np.array([x - 1j * high, x + 0.22 - 0.13j]), 0.002, 0.002))
        parts.append(stalk(np.array([x - 1j * high, x - 0.22 - 0.13j]), 0.002, 0.002))
    return [Cut(part, motion=bob) for part in parts]


def _mirrored(points: np.ndarray, side: int) -> np.ndarray:
    return points if side > 0 else -np.conj(points)


def lamp_post(rng: np.random.Generator) -> list[Cut]:
    return [
        Cut(box(-0.014, -0.84, 0.014, 0.02)),
        Cut(box(-0.04, -0.05, 0.04, 0.02)),
        Cut(trace("-4.5,-85 -7,-97 7,-97 4.5,-85")),
        Cut(trace("-3,-86.5 -4.8,-95.5 4.8,-95.5 3,-86.5"), "light"),
        Cut(trace("-8.5,-96.5 0,-103 8.5,-96.5")),
    ]


def fence(rng: np.random.Generator) -> list[Cut]:
    posts = [Cut(box(x - 0.05, -rng.uniform(0.85, 1.0), x + 0.05, 0.1)) for x in np.arange(-2, 2.01, 0.5)]
    return [*posts, Cut(box(-2.2, -0.75, 2.2, -0.65)), Cut(box(-2.2, -0.4, 2.2, -0.3))]


def roof(rng: np.random.Generator) -> list[Cut]:
    """A city roof with chimneys, an aerial or a water tank."""
    half = rng.uniform(0.3, 0.6)
    wall = rng.uniform(0.45, 0.7)
    peak = rng.choice([-half, 0, half * 0.6])
    cuts = [
        Cut(box(-half, -wall, half, 0.3)),
        Cut(np.array([-half * 1.05 - 1j * wall, peak - 1j * (wall + rng.uniform(0.1, 0.28)), half * 1.05 - 1j * wall])),
        *_windows(-half, -wall, half, 0.05, rng, 0.4),
    ]
    for _ in range(int(rng.integers(1, 4))):
        x, high = rng.uniform(-0.8, 0.8) * half, wall + rng.uniform(0.18, 0.32)
        cuts += [Cut(box(x - 0.04, -high, x + 0.04, -wall + 0.1)), Cut(box(x - 0.055, -high - 0.025, x + 0.055, -high))]
    if rng.random() < 0.4:
        x = rng.uniform(-0.6, 0.6) * half
        cuts.append(Cut(box(x - 0.005, -wall - 0.4, x + 0.005, -wall)))
        cuts += [
            Cut(box(x - w, -wall - y, x + w, -wall - y + 0.008)) for w, y in ((0.1, 0.38), (0.07, 0.33), (0.12, 0.27))
        ]
    return cuts


def balloon(rng: np.random.Generator) -> list[Cut]:
    """A hot-air balloon; it hangs in the sky, so its origin is its basket."""
    drift = Motion("bob", 0j, 0.4, 0.05)
    bag = smooth(trace("-10,-30 -36,-68 -24,-100 24,-100 36,-68 10,-30"), 5)
    parts = [bag, box(-0.07, -0.12, 0.07, 0.0)]
    parts += [stalk(np.array([x * 1.4 - 0.32j, x - 0.1j]), 0.005, 0.005) for x in (-0.06, 0.06)]
    stripe = smooth(trace("-3,-31 -11,-68 -6,-99 6,-99 11,-68 3,-31"), 4)
    return [*[Cut(part, motion=drift) for part in parts], Cut(stripe, "accent", motion=drift)]


def arcade(rng: np.random.Generator) -> list[Cut]:
    """A row of oriental arches on columns, to be seen through; its middle arch stands on the origin."""
    curve = smooth(trace("62,-50 66,-60 45,-78 12,-86 0,-95"), 4, closed=False)
    half = np.concatenate([[0.62 + 0.05j], curve, [-1.6j, 0.78 - 1.6j, 0.78 + 0.05j]])
    return [Cut(part + 1.56 * bay) for bay in range(-2, 3) for part in (half, -np.conj(half))]


def column(rng: np.random.Generator) -> list[Cut]:
    high = rng.choice([1.0, 1.0, rng.uniform(0.4, 0.7)])
    cuts = [Cut(box(-0.075, -high, 0.075, 0.02)), Cut(box(-0.11, -0.06, 0.11, 0.02))]
    return [*cuts, Cut(box(-0.12, -1.0, 0.12, -0.93))] if high == 1.0 else cuts


def mushroom(rng: np.random.Generator) -> list[Cut]:
    cap = np.concatenate([0.42 * np.exp(1j * np.linspace(np.pi, 2 * np.pi, 14)) - 0.58j, [0.1 - 0.52j, -0.1 - 0.52j]])
    return [Cut(trace("-10,5 -6,-60 6,-60 10,5")), Cut(cap)]


def plank(rng: np.random.Generator) -> list[Cut]:
    """The seam of a boarded floor, seen from above its edge."""
    long = rng.uniform(1.5, 5)
    return [Cut(box(-long, -0.08, long, 0.08), "grain")]


def cobble(rng: np.random.Generator) -> list[Cut]:
    return [Cut(ellipse(0j, rng.uniform(0.7, 1.2), rng.uniform(0.28, 0.4), 10), "grain")]


def tile(rng: np.random.Generator) -> list[Cut]:
    """A row of roof tiles."""
    arcs = [x + 0.5 * np.exp(1j * np.linspace(np.pi, 0, 7)) for x in range(4)]
    return [Cut(stalk(np.concatenate(arcs), 0.05, 0.05), "grain")]


def furrow(rng: np.random.Generator) -> list[Cut]:
    """A ripple of sand or a fold of earth."""
    long = rng.uniform(1, 3)
    crest = np.array([-long, -0.3 * long - 0.16j, 0.3 * long - 0.12j, long + 0.05j])
    path = smooth(crest, 4, closed=False)
    return [Cut(np.concatenate([path, (path + 0.12j * np.sin(np.linspace(0, np.pi, len(path))))[::-1]]), "grain")]
