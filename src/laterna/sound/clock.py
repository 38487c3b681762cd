"""When the ticks of a score are, by its tempos."""

from collections.abc import Callable

import numpy as np
from symusic.core import ScoreTick

_USUAL = 500_000  # microseconds of a quarter note, where a score says nothing: 120 a minute


def clock(score: ScoreTick) -> Callable[[np.ndarray], np.ndarray]:
    """What gives the seconds of ticks, in double precision, for a score's tempos."""
    changes = score.tempos.numpy()
    order = np.argsort(changes["time"], kind="stable")
    ticks = np.concatenate([[0], changes["time"][order]]).astype(float)
    lengths = np.concatenate([[_USUAL], changes["mspq"][order]]) / 1e6 / score.ticks_per_quarter
    starts = np.concatenate([[0.0], np.cumsum(np.diff(ticks) * lengths[:-1])])

    def seconds(at: np.ndarray) -> np.ndarray:
        piece = np.maximum(0, np.searchsorted(ticks, at, side="right") - 1)
        return starts[piece] + (at - ticks[piece]) * lengths[piece]

    return seconds
