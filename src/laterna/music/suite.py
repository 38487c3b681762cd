"""Music of any length: one composition, or movements that follow one another."""

import math
from collections.abc import Sequence

import numpy as np
from symusic.core import ScoreTick

from laterna.errors import DataError
from laterna.media.moods import Mood
from laterna.music.compose import SHORTEST, compose

MOVEMENT = 120.0  # seconds of the longest: the model plans no further, and the time it takes grows with their square
MOVEMENTS = 15  # that are composed; what is longer hears them again, from the first on
LONGEST = 4 * 3600.0  # seconds: no score is longer


def suite(
    *,
    seconds: float = 30.0,
    mood: Mood = "calm",
    key: str = "",
    tempo: float = 0.0,
    model: str = "music/transformer",
    seed: int = 0,
) -> ScoreTick:
    """Compose music of any length: up to two minutes as one piece, else in movements of equal length.

    Each movement has a key of its own unless one is asked for; after fifteen of them they are heard again, in their
    order. Music of less than four seconds is four seconds long, to be cut off.

    Args:
        seconds: of the music, up to four hours.
        mood: calm, bright, joyful, solemn, wistful, sombre or tense; it chooses mode, pace and daring.
        key: such as "D minor"; else the mood's choice.
        tempo: quarter notes a minute, 20 to 300; else the mood's.
        model: that writes it.
        seed: of all that is drawn; it is the first movement's own.

    Raises:
        DataError: the length, the key or the tempo can't be.
        ModelError: there is no such model.
    """
    if not 0 < seconds <= LONGEST:
        raise DataError(f"{seconds:g} s is no length for music: ask for up to {LONGEST:g} seconds.")
    count = math.ceil(seconds / MOVEMENT)
    each = max(SHORTEST, seconds / count)
    seeds = [seed, *(int(np.random.default_rng([seed, n]).integers(1 << 31)) for n in range(1, min(count, MOVEMENTS)))]
    movements = [compose(seconds=each, mood=mood, key=key, tempo=tempo, model=model, seed=one) for one in seeds]
    return _joined([movements[n % len(movements)] for n in range(count)], each)


def _joined(movements: Sequence[ScoreTick], seconds: float) -> ScoreTick:
    """Movements of one tempo, each of so many seconds, one after another."""
    whole = movements[0].copy()
    quarters = round(seconds * whole.tempos[0].qpm / 60)
    for number, movement in enumerate(movements[1:], 1):
        later = movement.shift_time(number * quarters * whole.ticks_per_quarter)
        whole.key_signatures.extend(later.key_signatures)
        whole.markers.extend(later.markers)
        for track, more in zip(whole.tracks, later.tracks, strict=True):
            track.notes.extend(more.notes)
    return whole
