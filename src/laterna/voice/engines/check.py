"""Whether an engine keeps its promises."""

import numpy as np

from laterna.errors import DataError
from laterna.voice.engines.engine import Engine, Voice, voices_of
from laterna.voice.engines.spoken import Spoken

_TRIAL = "The lantern was lit at seven, and the show began."


def check_engine(engine: Engine, text: str = _TRIAL, language: str = "en", voice: str = "") -> None:
    """Speak a sentence and see that the engine keeps the promises of :class:`Engine`.

    Args:
        engine: what is checked.
        text: the sentence.
        language: one of the engine's.
        voice: one of its voices; "" for the usual one.

    Raises:
        DataError: a promise it breaks.
    """
    _check(Voice(engine, language, voice or next(iter(voices_of(engine)), "")), text)


def _check(voice: Voice, text: str) -> None:
    name = str(voice)
    spoken, again = (voice.speak(text) for _ in range(2))
    times = [time for _, time in spoken.marks]
    if not times or times != sorted(times) or not 0 <= times[0] <= times[-1] <= spoken.duration:
        raise DataError(f"The engine {name!r} gives marks that don't follow one another within the sentence.")
    if any(not 0 <= character < len(text) for character, _ in spoken.marks):
        raise DataError(f"The engine {name!r} marks characters that the sentence doesn't have.")
    bounds = [time for _, start, end in spoken.phones for time in (start, end)]
    if bounds != sorted(bounds) or (bounds and not 0 <= bounds[0] <= bounds[-1] <= spoken.duration):
        raise DataError(f"The engine {name!r} gives phones that don't follow one another within the sentence.")
    if spoken.samples is not None:
        _check_samples(name, spoken.samples)
    if not _alike(spoken, again):
        raise DataError(f"The engine {name!r} says the same sentence in two ways.")
    if voice.speak(text, speed=1.5).duration >= spoken.duration:
        raise DataError(f"The engine {name!r} is no shorter at a speed of 1.5.")


def _check_samples(name: str, samples: np.ndarray) -> None:
    if samples.ndim != 1 or samples.dtype != np.float32:
        raise DataError(f"The engine {name!r} gives samples that are not mono float32.")
    if not len(samples) or not 0 < float(np.abs(samples).max()) <= 1:
        raise DataError(f"The engine {name!r} gives silence, or samples beyond -1..1.")


def _alike(one: Spoken, other: Spoken) -> bool:
    if one.samples is None or other.samples is None:
        return one.samples is other.samples and one.marks == other.marks
    return (one.marks, one.phones) == (other.marks, other.phones) and np.array_equal(one.samples, other.samples)
