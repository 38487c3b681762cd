"""Gain that follows a sound: the curve that a ducker and a limiter share, and its application to blocks."""

import numpy as np


def slope_limited(gain_db: np.ndarray, fall: float, rise: float) -> np.ndarray:
    """The highest curve nowhere above ``gain_db`` that falls by at most ``fall`` and rises by at most ``rise`` a frame.

    It looks ahead: where the gain has to drop, it has begun to fall soon enough to be down in time.

    Args:
        gain_db: wanted gain in dB, one value a frame.
        fall, rise: dB a frame, positive.
    """
    index = np.arange(len(gain_db))
    risen = np.minimum.accumulate(gain_db - rise * index) + rise * index
    return np.minimum.accumulate((risen + fall * index)[::-1])[::-1] - fall * index


def sample_gain(gain_db: np.ndarray, frame: int, start: int, end: int) -> np.ndarray:
    """Linear gain for samples ``start`` to ``end`` (exclusive) from a curve of one value per ``frame`` samples.

    Between frames it runs straight; nowhere in a frame is it above the frame's own value. Shape (samples, 1) float32.
    """
    first, last = start // frame, -(-end // frame)
    padded = np.pad(gain_db, 1, mode="edge")[first : last + 2]
    edges = 10 ** (np.minimum(padded[:-1], padded[1:]) / 20)  # the gain where frames meet
    positions = np.arange(first, last + 1) * frame
    gain = np.interp(np.arange(start, end), positions, edges)
    return gain.astype(np.float32)[:, np.newaxis]
