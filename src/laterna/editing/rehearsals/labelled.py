"""A shot with what is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from laterna.editing.describing.labels import CHOICES, NUMBERS, SETS
from laterna.editing.describing.sampling import Samples


@dataclass(frozen=True)
class Labelled:
    """A shot's samples and its labels; what is not known is left out.

    Attributes:
        samples: at most 24 pictures, spread over the shot.
        choices: a word each of :data:`laterna.editing.describing.labels.CHOICES`.
        sets: the words that hold, of each of ``SETS``.
        numbers: of ``NUMBERS``.
        keys: (T,) how much each picture shows, 0..1; empty where unknown.
    """

    samples: Samples
    choices: Mapping[str, str]
    sets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    keys: np.ndarray = field(default_factory=lambda: np.empty(0, np.float32))

    def chosen(self) -> list[int]:
        """The number of each word, -1 where unknown."""
        return [words.index(self.choices[name]) if name in self.choices else -1 for name, words in CHOICES.items()]

    def held(self) -> list[float]:
        """0 or 1 for each word of the sets, NaN where unknown."""
        return [
            float(word in self.sets[name]) if name in self.sets else np.nan
            for name, words in SETS.items()
            for word in words
        ]

    def measured(self) -> list[float]:
        """The numbers, NaN where unknown."""
        return [self.numbers.get(name, np.nan) for name in NUMBERS]


def mirrored(shot: Labelled) -> Labelled:
    """The same, seen in a mirror."""
    samples, turned = shot.samples, np.array([-1, 1], np.float16)
    samples = samples._replace(
        pictures=samples.pictures[:, :, ::-1],
        flows=samples.flows[:, :, ::-1] * turned,
        drifts=samples.drifts[:, :, ::-1] * turned,
    )
    return Labelled(samples, shot.choices, shot.sets, shot.numbers, shot.keys)


def graded(shot: Labelled, rng: np.random.Generator) -> Labelled:
    """The same from another camera: a little brighter or darker, of more or less contrast, another white."""
    gain = rng.uniform(0.88, 1.12) * rng.uniform(0.96, 1.04, 3)
    pictures = np.clip(shot.samples.pictures * gain.astype(np.float32) + rng.uniform(-10, 10), 0, 255)
    samples = shot.samples._replace(pictures=pictures.astype(np.uint8))
    return Labelled(samples, shot.choices, shot.sets, shot.numbers, shot.keys)
