"""A true-peak limiter: peaks between samples are measured once, and the gain that any level needs follows from them."""

from functools import cache

import numpy as np

from laterna.sound.envelope import slope_limited

FRAME = 48  # samples at 48 kHz: the gain is decided each millisecond
_OVERSAMPLING = 4  # ITU-R BS.1770-5, annex 2
_TAPS = 32  # the filter sees this many samples, half of them to come
_KAISER = 9.0
_FALL = 1.0  # dB a millisecond
_RISE = 0.06  # dB a millisecond: 6 dB in a tenth of a second
_MARGIN_DB = 0.1  # the gain's own movement may raise a peak by a hair


class PeakMeter:
    """The true peak of each millisecond of a stereo sound at 48 kHz, block by block."""

    def __init__(self) -> None:
        self._waiting = np.zeros((_TAPS // 2 - 1, 2), np.float32)
        self._left = np.zeros(0, np.float32)
        self._peaks: list[np.ndarray] = []

    def push(self, block: np.ndarray) -> None:
        """Measure the next block, (samples, 2) float32."""
        samples = np.concatenate([self._waiting, block])
        self._waiting = samples[-(_TAPS - 1) :]
        if len(samples) >= _TAPS:
            self._collect(np.maximum(*(_crests(channel) for channel in samples.T)))

    def finish(self) -> np.ndarray:
        """Peaks, linear, one for each millisecond begun."""
        self.push(np.zeros((_TAPS // 2, 2), np.float32))
        if len(self._left):
            self._peaks.append(self._left.max(keepdims=True))
        return np.concatenate(self._peaks) if self._peaks else np.zeros(0, np.float32)

    def _collect(self, crests: np.ndarray) -> None:
        crests = np.concatenate([self._left, crests])
        whole = len(crests) // FRAME * FRAME
        self._peaks.append(crests[:whole].reshape(-1, FRAME).max(axis=1))
        self._left = crests[whole:]


def _crests(channel: np.ndarray) -> np.ndarray:
    """The highest absolute value at each sample and on the way to the next; _TAPS - 1 fewer than given."""
    first = _TAPS // 2 - 1
    crests = np.abs(channel[first : first + len(channel) - _TAPS + 1])
    for taps in _interpolators():
        crests = np.maximum(crests, np.abs(np.convolve(channel, taps, mode="valid")))
    return crests


@cache
def _interpolators() -> list[np.ndarray]:
    """Filters (Kaiser-windowed sinc over the whole band) for the three points between two samples."""
    filters = []
    for step in range(1, _OVERSAMPLING):
        distance = np.arange(_TAPS) - (_TAPS // 2 - 1) - step / _OVERSAMPLING
        window = np.i0(_KAISER * np.sqrt(1 - (2 * distance / _TAPS) ** 2)) / np.i0(_KAISER)
        taps = np.sinc(distance) * window
        filters.append((taps / taps.sum())[::-1].astype(np.float32))
    return filters


def limiting(peaks: np.ndarray, gain_db: float, ceiling: float) -> np.ndarray:
    """Gain in dB, one value each millisecond, that keeps a sound with these peaks under ``ceiling`` dBTP.

    Args:
        peaks: what :class:`PeakMeter` measured.
        gain_db: the level that the sound is raised by, in dB; it is part of the result.
        ceiling: dBTP.
    """
    level = 20 * np.log10(np.maximum(peaks, 1e-9)) + gain_db
    return gain_db + slope_limited(np.minimum(0.0, ceiling - _MARGIN_DB - level), _FALL, _RISE)
