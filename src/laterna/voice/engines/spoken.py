"""What an engine gives for a sentence."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A sentence as an engine says it.

    Attributes:
        samples: mono float32 in -1..1, or None from an engine that makes no sound.
        sample_rate: of the samples, in Hz.
        duration: seconds.
        marks: (character, seconds) pairs in order of time: when the engine begins what it reads at that
            character of the sentence. A word may have several (a number), or none (run together with another).
    """

    samples: np.ndarray | None
    sample_rate: int
    duration: Fraction
    marks: tuple[tuple[int, Fraction], ...]
