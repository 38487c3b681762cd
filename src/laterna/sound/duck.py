"""Ducking: the bed of music and location sound makes room while the narration speaks."""

import numpy as np

from laterna.sound.envelope import slope_limited

FRAME = 480  # samples at 48 kHz: 10 ms
_ATTACK = 25  # frames before a word at which the bed begins to sink; it is down when the word begins
_HOLD = 60  # frames after a word for which it stays down: longer than the pause between sentences
_RELEASE = 80  # frames in which it comes back
_QUIET_DB = 25  # below the narration's loudness: what is quieter is no word


def frame_power(block: np.ndarray) -> np.ndarray:
    """Mean power of every 10 ms of a block, (samples, 2); a rest shorter than that counts as one more."""
    count = -(-len(block) // FRAME)
    padded = np.zeros((count * FRAME, block.shape[1]), np.float32)
    padded[: len(block)] = block
    return np.mean(np.square(padded).reshape(count, -1), axis=1)


def ducking(power: np.ndarray, loudness: float, depth_db: float) -> np.ndarray:
    """Gain of the bed in dB, one value each 10 ms.

    Args:
        power: the narration's :func:`frame_power`.
        loudness: the narration's, in LUFS.
        depth_db: by how much the bed sinks, positive.
    """
    speaking = 10 * np.log10(power + 1e-12) > loudness - _QUIET_DB
    since = np.concatenate([[0], np.cumsum(speaking)])
    held = since[1:] > since[np.maximum(0, np.arange(len(speaking)) - _HOLD)]
    return slope_limited(np.where(held, -depth_db, 0.0), depth_db / _ATTACK, depth_db / _RELEASE)
