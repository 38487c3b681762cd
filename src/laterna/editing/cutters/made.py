"""Problems made from nothing: takes that the shadow theatre plans (none is drawn), narrations over them, music's beats.

What is known of a theatre take stands in its plan, so an index of a hundred shots takes a tenth of a second, and the
editor learns on as many problems as it likes. Narrations are made up: sentences that fit a shot, some of them several,
and a third of them none.
"""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from laterna.editing.cutters.problem import Bin, Order, Problem, marks_of
from laterna.theatre.scene import Scene, Setting, draw_scene, draw_setting
from laterna.theatre.words import Scale

_RATE = Fraction(25)
_SIZES: Mapping[str, int] = {"wide": 0, "medium": 1, "close-up": 2}
_MOVES: Mapping[str, int] = {"static": 0, "pan": 1, "tilt": 2, "zoom": 3, "track": 4, "handheld": 5}
_SPEED: Mapping[str, float] = {"static": 0.0, "pan": 0.12, "tilt": 0.08, "zoom": 0.05, "track": 0.15, "handheld": 0.06}
_FEELING: Mapping[str, tuple[float, float]] = {  # valence and arousal (Russell 1980) of the theatre's moods
    "calm": (0.4, -0.6),
    "joyful": (0.8, 0.6),
    "melancholy": (-0.5, -0.5),
    "tense": (-0.5, 0.7),
    "mysterious": (-0.2, 0.1),
    "romantic": (0.6, -0.1),
}
_EMBEDDING = 16


def bin_of(seed: int, shots: int) -> Bin:
    """A bin of theatre takes, planned like a shoot's: a few in each setting, some of them taken twice."""
    rng = np.random.default_rng([seed, 1])
    rows: list[dict[str, object]] = []
    number = 0
    while len(rows) < shots:
        setting = draw_setting((seed, 2, number))
        look = rng.normal(size=_EMBEDDING)
        sizes: list[Scale] = ["wide", "medium", "close-up"]
        for take, size in enumerate(sizes[: int(rng.integers(1, 4))]):
            group = len(rows)
            for again in range(1 + (rng.random() < 0.2)):
                seconds = float(rng.uniform(2, 10))
                scene = draw_scene(setting, (seed, 3, number, take, again), round(seconds * _RATE), _RATE, scale=size)
                rows.append(_row(scene, setting, look, number, group, rng))
        number += 1
    return Bin(**{name: np.array([row[name] for row in rows[:shots]]) for name in rows[0]})


def _row(
    scene: Scene, setting: Setting, look: np.ndarray, number: int, group: int, rng: np.random.Generator
) -> dict[str, object]:
    valence, arousal = np.clip(np.array(_FEELING[setting.mood]) + rng.normal(0, 0.15, 2), -1, 1)
    acting = sum(beat.action != "stand" for role in scene.roles for beat in role.beats)
    return {
        "length": scene.seconds,
        "key": scene.seconds * float(rng.uniform(0.1, 0.9)),
        "key_score": float(rng.beta(2, 2)),
        "quality": float(rng.beta(5, 2)),
        "scale": _SIZES[scene.framing.scale],
        "camera": _MOVES[scene.move.move],
        "motion": _SPEED[scene.move.move] * float(rng.uniform(0.5, 1.5))
        + 0.03 * min(acting, 4) * rng.uniform(0.5, 1.5),
        "valence": valence,
        "arousal": arousal,
        "setting": number,
        "group": group,
        "embedding": look + rng.normal(0, 0.5, _EMBEDDING) + 2.0 * np.eye(_EMBEDDING)[_SIZES[scene.framing.scale]],
    }


def problem_of(bin: Bin, seed: int, *, seconds: float, order: Order = "free") -> Problem:
    """A film to be cut from a bin: sentences, beats and a pace, drawn from a seed."""
    rng = np.random.default_rng([seed, 4])
    sentences = _sentences(seconds, rng)
    beat = 60 / float(rng.uniform(70, 130))
    beats = np.arange(float(rng.uniform(0, beat)), seconds, 2 * beat) if rng.random() < 0.6 else np.empty(0)
    marks, strength = marks_of(seconds, beats=beats.tolist(), sentence_ends=sentences[:, 1].tolist())
    usual = float(rng.uniform(2.2, 5.0))
    rise = float(rng.uniform(-0.4, 0.4))  # towards the end the film goes faster, or slower
    pace = usual * 2 ** (rise * (2 * marks / seconds - 1))
    match = _match(bin, len(sentences), order, rng)
    return Problem(bin, marks, strength, pace, sentences, match, order=order)


def _sentences(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """(S, 2) from and to; a fifth of the films have none."""
    found: list[tuple[float, float]] = []
    if rng.random() < 0.8:
        at = float(rng.uniform(0, 2))
        while at + 1.5 < seconds:
            length = float(rng.uniform(1.5, 5))
            found.append((at, min(seconds, at + length)))
            at += length + float(rng.uniform(0.2, 2.0))
    return np.array(found).reshape(-1, 2)


def _match(bin: Bin, count: int, order: Order, rng: np.random.Generator) -> np.ndarray:
    """(S, N): each sentence is of a shot, whose like fit it too, or of none; a documentary's follow the footage."""
    about = rng.integers(0, len(bin), count)
    if order == "kept" or rng.random() < 0.5:
        about = np.sort(about)
    near = 0.6 * (bin.setting[about, None] == bin.setting) * rng.uniform(0.3, 1, (count, len(bin)))
    fits = np.maximum(near, 0.15 * rng.random((count, len(bin))))
    fits[np.arange(count), about] = rng.uniform(0.7, 1, count)
    fits = np.where(bin.group[about, None] == bin.group, np.maximum(fits, 0.65), fits)
    fits[rng.random(count) < 1 / 3] *= 0.2
    return fits
