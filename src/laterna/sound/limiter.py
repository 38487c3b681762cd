"""A true-peak limiter: peaks between samples are measured once, and the gain that any level needs follows from them."""

import numpy as np
import soxr

from laterna.sound.envelope import slope_limited

FRAME = 48  # samples at 48 kHz: the gain is decided each millisecond
_OVERSAMPLING = 4  # ITU-R BS.1770-5, annex 2
_FALL = 1.0  # dB a millisecond
_RISE = 0.06  # dB a millisecond: 6 dB in a tenth of a second
_MARGIN_DB = 0.1  # the gain's own movement may raise a peak by a hair


class PeakMeter:
    """The true peak of each millisecond of a stereo sound at 48 kHz, block by block."""

    def __init__(self) -> None:
        self._upsampler = soxr.ResampleStream(1, _OVERSAMPLING, 2, dtype="float32", quality="HQ")
        self._left = np.zeros((0, 2), np.float32)
        self._peaks: list[np.ndarray] = []

    def push(self, block: np.ndarray) -> None:
        """Measure the next block, (samples, 2) float32."""
        self._collect(self._upsampler.resample_chunk(np.ascontiguousarray(block)))

    def finish(self) -> np.ndarray:
        """Peaks, linear, one for each millisecond begun."""
        self._collect(self._upsampler.resample_chunk(np.zeros((0, 2), np.float32), last=True))
        if len(self._left):
            self._peaks.append(np.abs(self._left).max(keepdims=True).reshape(1))
        return np.concatenate(self._peaks) if self._peaks else np.zeros(0, np.float32)

    def _collect(self, samples: np.ndarray) -> None:
        samples = np.concatenate([self._left, samples])
        size = FRAME * _OVERSAMPLING
        count = len(samples) // size
        if count:
            frames = np.abs(samples[: count * size]).reshape(count, size * 2)
            self._peaks.append(frames.max(axis=1))
        self._left = samples[count * size :]


def limiting(peaks: np.ndarray, gain_db: float, ceiling: float) -> np.ndarray:
    """Gain in dB, one value each millisecond, that keeps a sound with these peaks under ``ceiling`` dBTP.

    Args:
        peaks: what :class:`PeakMeter` measured.
        gain_db: the level that the sound is raised by, in dB; it is part of the result.
        ceiling: dBTP.
    """
    level = 20 * np.log10(np.maximum(peaks, 1e-9)) + gain_db
    return gain_db + slope_limited(np.minimum(0.0, ceiling - _MARGIN_DB - level), _FALL, _RISE)
