"""Places: layers of paper, mist and water that make hills, harbours or roofs, and the ground of the actors."""

from collections.abc import Callable

import numpy as np

from laterna.theatre.canvas import smooth, trace
from laterna.theatre.palette import Palette
from laterna.theatre.stage import scenery
from laterna.theatre.stage.layer import Paper
from laterna.theatre.stage.scenery import Cut, Maker
from laterna.theatre.stage.workshop import XS, Landscape, Workshop, noise
from laterna.theatre.words import Daytime, Place


def landscape(
    place: Place, palette: Palette, daytime: Daytime, rng: np.random.Generator, *, sun: float = 0.0, haze: float = 0.5
) -> Landscape:
    """Build a place at random.

    Args:
        place: which.
        palette: its colours.
        daytime: windows and lamps are lit outside the day.
        rng: chooses everything else.
        sun: stage x of the sun or moon, for its glitter on water.
        haze: how thick the mist between layers is, 0..1.
    """
    workshop = Workshop(palette, daytime, rng, sun, haze)
    surface = _PLACES[place](workshop)
    return workshop.finished(surface)


def _hills(w: Workshop) -> str:
    w.aloft()
    count = int(w.rng.integers(3, 6))
    for index, depth in enumerate(np.linspace(0.12, 0.72, count)):
        layer = w.paper(float(depth))
        w.land(layer, 0.1 + 0.17 * index / count, w.rng.uniform(0.1, 0.26), w.rng.uniform(0.7, 1.6))
        if index == count // 2 and w.chance(0.6):
            maker = w.pick(scenery.castle, scenery.church, scenery.windmill, scenery.house)
            w.plant(layer, maker, int(w.rng.integers(1, 3)), (0.1, 0.16), span=(-0.8, 0.8), sink=0.1)
        if index:
            tree = w.pick(scenery.leafy, scenery.poplar, scenery.pine)
            w.plant(layer, tree, int(w.rng.integers(4, 22)), (0.03 + 0.07 * depth, 0.06 + 0.13 * depth))
        w.mist(float(depth), 0.05 + 0.2 * index / count, 0.36, 0.55)
    stage = w.stage(w.rng.uniform(0.01, 0.035))
    w.floor(stage, scenery.furrow, 30, 0.05)
    _tufts(w, stage, scenery.grass, 150)
    _solitaire(w, stage)
    _foreground(w)
    return "grass"


def _mountains(w: Workshop) -> str:
    w.aloft()
    for index, depth in enumerate((0.08, 0.2, 0.34)[: int(w.rng.integers(2, 4))]):
        layer = w.paper(depth)
        w.land(layer, 0.0 + 0.1 * index, w.rng.uniform(0.35, 0.6), w.rng.uniform(0.6, 1.1), sharp=1.0)
        w.mist(depth, -0.02 + 0.08 * index, 0.3, 0.8)
    for depth in (0.5, 0.7):
        layer = w.paper(depth)
        w.land(layer, 0.12 + 0.2 * depth, 0.1, 0.9)
        w.plant(layer, scenery.pine, int(w.rng.integers(40, 110)), (0.05 + 0.06 * depth, 0.08 + 0.16 * depth))
        w.mist(depth, 0.1 + 0.15 * depth, 0.38, 0.6)
    stage = w.stage(w.rng.uniform(0.015, 0.045))
    w.floor(stage, scenery.cobble, 50, 0.016)
    _tufts(w, stage, scenery.rock, 26, (0.008, 0.03))
    _tufts(w, stage, scenery.grass, 60)
    _foreground(w)
    return "gravel"


def _forest(w: Workshop) -> str:
    tree = w.pick(scenery.pine, scenery.bare, scenery.leafy, scenery.bamboo, scenery.pine)
    far = w.paper(0.1)
    w.land(far, 0.12, 0.2, 1.0)
    w.mist(0.1, 0.0, 0.35, 0.7)
    for depth, count in ((0.25, 34), (0.45, 24), (0.68, 14)):
        layer = w.paper(depth)
        w.land(layer, 0.22 + 0.1 * depth, 0.05, 0.8)
        low = 0.2 + 0.3 * depth
        dense = 0.55 if tree in (scenery.bare, scenery.bamboo) else 1.0
        maker = scenery.sapling if tree is scenery.bare and depth < 0.5 else tree
        w.plant(layer, maker, int(count * dense * w.rng.uniform(0.7, 1.2)), (low, low + 0.28), evenly=True)
        w.mist(depth, -0.1 + 0.2 * depth, 0.36, 0.65)
    stage = w.stage(0.02)
    w.floor(stage, scenery.furrow, 26, 0.04)
    _tufts(w, stage, scenery.grass, 120)
    _tufts(w, stage, scenery.mushroom, int(w.rng.integers(0, 14)), (0.015, 0.04))
    for side in (-1, 1):
        if w.chance(0.7):
            w.plant(stage, tree, 1, (0.75, 1.0), span=(0.55 * side, 1.1 * side))
    _foreground(w)
    return "leaves"


def _village(w: Workshop) -> str:
    w.aloft()
    far = w.paper(0.12)
    w.land(far, 0.12, 0.16, 1.1)
    w.mist(0.12, 0.04, 0.34, 0.5)
    town = w.pick(scenery.house, scenery.tower_house)
    for depth, count in ((0.3, 26), (0.5, 17), (0.7, 9)):
        layer = w.paper(depth)
        w.land(layer, 0.18 + 0.14 * depth, 0.05, 1.0)
        if w.chance(0.6):
            w.plant(layer, w.pick(scenery.church, scenery.church, scenery.windmill), 1, (0.28, 0.36), span=(-0.8, 0.8))
        w.plant(layer, town, count, (0.08 + 0.16 * depth, 0.11 + 0.2 * depth), evenly=True, sink=0.05)
        w.plant(layer, w.pick(scenery.poplar, scenery.leafy, scenery.sapling), count // 2, (0.08 + 0.1 * depth, 0.2))
        w.mist(depth, 0.08 + 0.1 * depth, 0.38, 0.55)
    stage = w.stage(0.008)
    w.floor(stage, scenery.cobble, 110, 0.016)
    w.plant(stage, scenery.lamp_post, 3, (0.42, 0.5), span=(-1.5, 1.5), evenly=True)
    if w.chance(0.5):
        w.plant(stage, scenery.fence, 5, (0.05, 0.07), span=(-1.8, 1.8), evenly=True)
    _foreground(w)
    return "stone"


def _harbour(w: Workshop) -> str:
    w.aloft()
    line = float(w.rng.uniform(0.1, 0.18))
    coast = w.paper(0.12)
    w.land(coast, line - 0.01, w.rng.uniform(0.06, 0.16), 0.8)
    w.ridge = np.minimum(w.ridge, line)
    if w.chance(0.7):
        w.plant(coast, scenery.tower_house, 18, (0.04, 0.08), span=(0.2, 1.6), sink=0.1)
    if w.chance(0.7):
        w.plant(coast, scenery.lighthouse, 1, (0.2, 0.28), span=(-1.0, 1.0))
    boats = w.paper(0.3)
    w.ridge = np.full_like(XS, line + 0.002)
    w.plant(boats, w.pick(scenery.ship, scenery.boat), int(w.rng.integers(1, 4)), (0.2, 0.42), span=(-1.0, 1.0), sink=0)
    w.plant(boats, scenery.boat, int(w.rng.integers(2, 7)), (0.05, 0.14), span=(-1.5, 1.5), sink=0)
    w.water(line)
    near = w.paper(0.6)
    w.ridge = np.full_like(XS, 0.27)
    w.plant(near, scenery.boat, int(w.rng.integers(0, 3)), (0.2, 0.36), span=(-1.1, 1.1), sink=0)
    stage = w.stage(0.0, 0.95)
    w.floor(stage, scenery.plank, 40, 0.03)
    w.plant(stage, scenery.lamp_post, 2, (0.45, 0.55), span=(-1.2, 1.2), evenly=True)
    w.plant(stage, _bollard, 8, (0.04, 0.05), span=(-2, 2), evenly=True)
    return "wood"


def _bollard(rng: np.random.Generator) -> list[Cut]:
    return [Cut(scenery.box(-0.2, -0.8, 0.2, 0.1)), Cut(scenery.box(-0.33, -1.0, 0.33, -0.75))]


def _desert(w: Workshop) -> str:
    w.aloft()
    far = w.paper(0.1)
    if w.chance(0.5):
        w.land(far, 0.1, 0.3, 0.9, sharp=0.35)
    else:
        w.land(far, 0.15, 0.05, 1.0)
        w.plant(far, w.pick(_pyramid, scenery.dome, scenery.minaret), int(w.rng.integers(3, 9)), (0.1, 0.3), sink=0.1)
    w.mist(0.1, 0.02, 0.3, 0.7)
    for depth in (0.28, 0.45, 0.65):
        layer = w.paper(depth)
        w.ridge = 0.17 + 0.16 * depth - 0.12 * _dunes(w.rng, 0.8 + 0.7 * depth)
        w.lay(layer)
        plant = w.pick(scenery.palm, scenery.cactus)
        w.plant(layer, plant, int(w.rng.integers(0, 8)), (0.06 + 0.12 * depth, 0.12 + 0.2 * depth))
        w.mist(depth, 0.08 + 0.12 * depth, 0.36, 0.4)
    stage = w.stage(0.03)
    w.floor(stage, scenery.furrow, 46, 0.06)
    _tufts(w, stage, scenery.rock, 14, (0.006, 0.03))
    if w.chance(0.6):
        w.plant(stage, w.pick(scenery.palm, scenery.cactus), 2, (0.4, 0.75), span=(-1.1, 1.1), evenly=True)
    return "sand"


def _dunes(rng: np.random.Generator, wavelength: float) -> np.ndarray:
    """Waves that lean to one side, as sand does."""
    phase = XS / wavelength + 0.5 * noise(XS, wavelength * 1.5, rng) + rng.random()
    saw = phase % 1
    lean = 0.68
    wave = np.where(saw < lean, saw / lean, (1 - saw) / (1 - lean))
    return np.sin(wave * np.pi / 2) ** 2 * (0.5 + noise(XS, wavelength * 2, rng))


def _pyramid(rng: np.random.Generator) -> list[Cut]:
    return [Cut(trace("-85,5 0,-100 85,5"))]


def _rooftops(w: Workshop) -> str:
    for depth, count in ((0.15, 60), (0.35, 34), (0.6, 18)):
        layer = w.paper(depth)
        w.land(layer, 0.16 + 0.16 * depth, 0.08, 0.7)
        if w.chance(0.55):
            w.plant(layer, w.pick(scenery.church, scenery.dome, scenery.castle), 1, (0.25, 0.4), span=(-0.8, 0.8))
        maker = w.pick(scenery.roof, scenery.tower_house, scenery.roof)
        w.plant(layer, maker, count, (0.1 + 0.15 * depth, 0.16 + 0.28 * depth), evenly=True, sink=0.25)
        w.mist(depth, 0.06 + 0.1 * depth, 0.4, 0.6)
    stage = w.stage(0.0, 0.96)
    w.floor(stage, scenery.tile, 50, 0.022)
    w.plant(stage, _chimney, int(w.rng.integers(2, 5)), (0.1, 0.2), span=(-1.4, 1.4), evenly=True)
    if w.chance(0.4):
        w.plant(stage, _clothes_line, 1, (0.4, 0.4), span=(-0.6, 0.6))
    return "stone"


def _chimney(rng: np.random.Generator) -> list[Cut]:
    pots = [Cut(scenery.box(x - 0.09, -1.0, x + 0.09, -0.7)) for x in (-0.18, 0.18)]
    return [Cut(scenery.box(-0.35, -0.72, 0.35, 0.1)), Cut(scenery.box(-0.42, -0.8, 0.42, -0.7)), *pots]


def _clothes_line(rng: np.random.Generator) -> list[Cut]:
    rope = 0.8 * np.linspace(-1, 1, 15) - 0.93j + 0.06j * (1 - np.linspace(-1, 1, 15) ** 2)
    cuts = [Cut(scenery.stalk(rope, 0.003, 0.003))]
    cuts += [Cut(scenery.box(x - 0.012, -1, x + 0.012, 0.02)) for x in (-0.8, 0.8)]
    for x in np.arange(-0.62, 0.6, 0.22):
        long = rng.uniform(0.16, 0.3)
        cloth = np.array([x - 0.88j, x + 0.15 - 0.88j, x + 0.15 - (0.88 - long) * 1j, x - (0.88 - long) * 1j])
        cuts.append(Cut(cloth, "accent" if rng.random() < 0.5 else "paper", 0.1))
    return cuts


def _lake(w: Workshop) -> str:
    w.aloft()
    line = float(w.rng.uniform(0.12, 0.2))
    far = w.paper(0.1)
    w.land(far, line - 0.16, w.rng.uniform(0.25, 0.5), 0.8, sharp=1.0 if w.chance(0.5) else 0.0)
    w.mist(0.1, line - 0.12, line + 0.02, 0.7)
    shore = w.paper(0.3)
    w.land(shore, line - 0.02, 0.08, 1.0)
    w.plant(shore, w.pick(scenery.pine, scenery.poplar, scenery.leafy), 60, (0.04, 0.13))
    w.water(line)
    if w.chance(0.6):
        near = w.paper(0.55)
        w.ridge = np.full_like(XS, 0.26)
        w.plant(near, scenery.boat, 1, (0.2, 0.3), span=(-0.7, 0.7), sink=0)
    stage = w.stage(0.025)
    w.floor(stage, scenery.cobble, 40, 0.014)
    _tufts(w, stage, scenery.reeds, 60, (0.04, 0.13))
    _tufts(w, stage, scenery.grass, 60)
    if w.chance(0.5):
        _solitaire(w, stage)
    _foreground(w)
    return "grass"


def _palace(w: Workshop) -> str:
    far = w.paper(0.1)
    w.land(far, 0.15, 0.12, 1.0)
    w.mist(0.1, 0.03, 0.3, 0.5)
    for depth, count in ((0.25, 18), (0.45, 11), (0.65, 6)):
        layer = w.paper(depth)
        w.land(layer, 0.2 + 0.12 * depth, 0.02, 1.0)
        w.plant(layer, scenery.dome, count, (0.12 + 0.18 * depth, 0.2 + 0.3 * depth), evenly=True)
        w.plant(layer, scenery.minaret, count // 2, (0.3 + 0.2 * depth, 0.42 + 0.3 * depth), evenly=True)
        w.plant(layer, w.pick(scenery.palm, scenery.poplar), count // 2, (0.12, 0.2 + 0.15 * depth))
        w.mist(depth, 0.02 + 0.15 * depth, 0.38, 0.55)
    stage = w.stage(0.0, 0.95)
    w.floor(stage, scenery.plank, 46, 0.03)
    if w.chance(0.6):
        w.plant(stage, _balustrade, 14, (0.09, 0.09), span=(-2.6, 2.6), evenly=True)
    else:
        w.plant(stage, scenery.column, 4, (0.5, 0.62), span=(-1.6, 1.6), evenly=True)
    if w.chance(0.35):
        frame = w.paper(1.25, 1.0, before=True)
        frame.place(scenery.arcade(w.rng), complex(0, 0.6), float(w.rng.uniform(1.15, 1.3)))
    return "stone"


def _balustrade(rng: np.random.Generator) -> list[Cut]:
    cuts = [Cut(scenery.box(-1.2, -1.0, 1.2, -0.86)), Cut(scenery.box(-1.2, -0.14, 1.2, 0.05))]
    belly = trace("5,-90 5,-70 11,-40 5,-10 -5,-10 -11,-40 -5,-70 -5,-90")
    return cuts + [Cut(smooth(belly, 3) + x) for x in np.arange(-1, 1.1, 0.33)]


def _meadow(w: Workshop) -> str:
    w.aloft()
    for index, depth in enumerate((0.14, 0.34, 0.58)):
        layer = w.paper(depth)
        w.land(layer, 0.16 + 0.12 * depth, 0.07, 1.3)
        if index == 1:
            maker = w.pick(scenery.windmill, scenery.windmill, scenery.house, scenery.church)
            w.plant(layer, maker, int(w.rng.integers(1, 4)), (0.18, 0.34), span=(-0.9, 0.9), sink=0.06)
        w.plant(
            layer,
            w.pick(scenery.poplar, scenery.leafy, scenery.bush),
            int(w.rng.integers(4, 16)),
            (0.03, 0.06 + 0.16 * depth),
        )
        w.mist(depth, 0.08 + 0.12 * depth, 0.37, 0.5)
    stage = w.stage(0.015)
    w.floor(stage, scenery.furrow, 24, 0.05)
    _tufts(w, stage, scenery.grass, 180, (0.02, 0.07))
    _tufts(w, stage, scenery.flower, 50, (0.03, 0.09))
    if w.chance(0.4):
        w.plant(stage, scenery.fence, 6, (0.07, 0.09), span=(-2, 2), evenly=True)
    if w.chance(0.5):
        _solitaire(w, stage)
    _foreground(w)
    return "grass"


def _tufts(w: Workshop, layer: Paper, maker: Maker, count: int, size: tuple[float, float] = (0.012, 0.04)) -> None:
    w.plant(layer, maker, count, size, span=(-3, 3))


def _solitaire(w: Workshop, stage: Paper) -> None:
    """One great tree beside the actors."""
    if w.chance(0.45):
        side = w.rng.choice([-1, 1])
        tree = w.pick(scenery.leafy, scenery.bare, scenery.pine, scenery.poplar)
        w.plant(stage, tree, 1, (0.55, 0.9), span=(0.45 * side, 0.8 * side))


def _foreground(w: Workshop) -> None:
    """Dark leaves at the edges of the picture, which make it deep."""
    if w.chance(0.45):
        layer = w.paper(1.45, 1.0, before=True)
        w.ridge = np.full_like(XS, 0.53)
        w.plant(
            layer, w.pick(scenery.grass, scenery.reeds, scenery.flower, scenery.bush), 26, (0.08, 0.2), span=(-3, 3)
        )
    if w.chance(0.3):
        layer = w.paper(1.35, 1.0, before=True)
        side = int(w.rng.choice([-1, 1]))
        for cut in scenery.bare(w.rng):  # a bough that reaches in from above
            bough = (cut.points * np.exp(-1j * side * 2.2)) * 0.85 + complex(side * 1.1, -0.62)
            layer.land(bough)


_PLACES: dict[Place, Callable[[Workshop], str]] = {
    "hills": _hills,
    "mountains": _mountains,
    "forest": _forest,
    "village": _village,
    "harbour": _harbour,
    "desert": _desert,
    "rooftops": _rooftops,
    "lake": _lake,
    "palace": _palace,
    "meadow": _meadow,
}
