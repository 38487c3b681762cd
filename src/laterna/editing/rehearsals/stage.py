"""Shots of the shadow theatre, drawn when first asked for."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import numpy as np

from laterna.editing.describing.labels import EMOTIONS
from laterna.editing.describing.sampling import RATE, Sampler
from laterna.editing.rehearsals.labelled import Labelled
from laterna.theatre.scene import draw_scene, draw_setting, main_action
from laterna.theatre.take import Notes, Take
from laterna.theatre.truth import ShotTruth, Span

_SIZE = (160, 90)
_SECONDS = (1.2, 8.0)  # of a shot


@cache
def staged(seed: int, seconds: tuple[float, float] = _SECONDS) -> Labelled:
    """A shot of a setting of its own, of a length within bounds."""
    rng = np.random.default_rng((seed, 2))
    frames = max(2, round(float(rng.uniform(*seconds)) * RATE))
    take = Take(draw_scene(draw_setting((seed, 0)), (seed, 1), frames, Fraction(RATE)), _SIZE, masks=False)
    notes, sampler = Notes(take), Sampler()
    for picture in notes.taken(take.frames()):
        sampler.see(picture.index, Fraction(picture.index, RATE), picture.rgb())
    samples = sampler.taken().between(0, frames)
    truth = notes.shot()
    keys = shown(truth, take.scene.negatives, _SIZE)
    mood = EMOTIONS[truth.mood]
    return Labelled(
        samples,
        {name: getattr(truth, name) for name in ("scale", "move", "daytime", "mood", "weather", "place")},
        {
            "subjects": sorted({actor.kind for actor in truth.actors}),
            "actions": sorted({main_action(role) for role in take.scene.roles}),
        },
        {"valence": mood[0], "arousal": mood[1], "key": float(keys.mean())},
        keys[samples.frames],
    )


def shown(truth: ShotTruth, disturbed: Sequence[Span], size: tuple[int, int]) -> np.ndarray:
    """How much each frame of a shot shows, (frames,) 0..1: actors in the picture, large, and doing something.

    A third each is for how much of the actors is seen, for the height of the tallest, and for whether any of them does
    more than stand; nothing is shown while a flash or a passer-by is in the way.
    """
    count = truth.end_frame - truth.start_frame
    seen = np.mean([actor.poses[..., 2].mean(1).clip(0, 1) for actor in truth.actors], 0)
    tall = np.max([np.ptp(actor.poses[..., 1].clip(0, size[1]), 1) / size[1] for actor in truth.actors], 0)
    acts = np.zeros(count)
    for span in (span for actor in truth.actors for span in actor.actions if span.kind != "stand"):
        acts[max(0, span.first_frame - truth.start_frame) : max(0, span.last_frame + 1 - truth.start_frame)] = 1
    shows = (seen + tall + acts) / 3
    for span in disturbed:
        shows[max(0, span.first_frame) : span.last_frame + 1] = 0
    return shows.astype(np.float32)
