"""Where the shots of joined films come from: real films, the shadow theatre, plates of noise."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

import numpy as np

from laterna.editing.detection.thumbnails import LARGE, Thumbnails
from laterna.editing.joins.disturbances import Clip, Source
from laterna.editing.joins.films import Join, grade, join, paced, reframed
from laterna.editing.joins.plates import plate
from laterna.theatre.scene import Scene as PlannedScene
from laterna.theatre.scene import draw_scene, draw_setting
from laterna.theatre.take import Take

_TAKES = 4  # of a scene of the theatre
_FRAMES, _RATE = 64, 25  # of a take

Scene = Sequence[Clip]
"""Clips of one place: a film's shots, or takes of one setting."""


class Stage:
    """Scenes of the theatre, drawn when first asked for.

    Args:
        seeds: of the scenes.
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        self._seeds = seeds

    def __len__(self) -> int:
        return len(self._seeds)

    def __getitem__(self, index: int) -> Scene:
        return _takes(self._seeds[index])


@cache
def _takes(seed: int) -> Scene:
    setting = draw_setting((seed, 0))
    return [_take(draw_scene(setting, (seed, 1 + n), _FRAMES, Fraction(_RATE), negatives=0.45)) for n in range(_TAKES)]


def _take(scene: PlannedScene) -> Clip:
    small = Thumbnails(LARGE)
    pictures = Take(scene, (192, 108), masks=False).frames()
    return np.stack([small(_Drawn(picture.canvas.planes))[0] for picture in pictures])


class _Drawn:
    """A drawn picture, with what of a decoded frame a thumbnail is made from."""

    def __init__(self, planes: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
        self._planes = planes

    def luma(self, step: int = 1) -> np.ndarray:
        return self._planes[0][::step, ::step]

    def chroma(self, step: int = 1) -> tuple[np.ndarray, np.ndarray]:
        _, blue, red = self._planes
        return blue[::step, ::step], red[::step, ::step]


@dataclass(frozen=True)
class Material:
    """Where shots come from: real scenes, the theatre's, plates of noise. ``mix`` is how often each."""

    real: Sequence[Scene]
    stage: Stage
    mix: tuple[float, float, float]

    def reel(self, rng: np.random.Generator) -> Source:
        """Gives the shots of one film, of any length, each seen anew; often all in like colours.

        Many are of the same scene as the one before, and some of these from the same point of view: a new take of it.
        """
        mix = np.array(self.mix) * (len(self.real) > 0, len(self.stage) > 0, True)
        colours = grade(rng) if rng.random() < 0.6 else None
        scene: Scene = ()
        view = 0

        def shot(frames: int) -> Clip:
            nonlocal scene, view
            if not scene or rng.random() < 0.6:
                origin = int(rng.choice(3, p=mix / mix.sum()))
                if origin == 2:
                    return plate(frames, LARGE, rng)
                scenes = (self.real, self.stage)[origin]
                scene, view = scenes[int(rng.integers(len(scenes)))], int(rng.integers(2**32))
            elif rng.random() < 0.5:
                view = int(rng.integers(2**32))
            clip = scene[int(rng.integers(len(scene)))]
            return reframed(clip[paced(len(clip), frames, rng)], np.random.default_rng(view), colours)

        return shot


@dataclass
class Joins:
    """Joined films as samples, every one another. With ``whole`` they are films to judge by, each always the same."""

    material: Material
    count: int
    frames: int
    whole: bool = False
    _known: dict[int, Join] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.count

    def sample(self, index: int, rng: np.random.Generator) -> Join:
        if self.whole and index in self._known:
            return self._known[index]
        if self.whole:
            rng = np.random.default_rng((index, self.frames))
        made = join(self.material.reel(rng), self.frames, rng, whole=self.whole)
        if self.whole:
            self._known[index] = made
        return made
