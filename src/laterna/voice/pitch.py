"""The pitch of speech: its fundamental frequency, 200 times a second, and where it has one.

After Boersma 1993 (Accurate short-term analysis of the fundamental frequency): the autocorrelation of a windowed frame,
divided by that of the window, and the cheapest path through its peaks. It departs from him in three points: frequencies
above 100 Hz are looked for in half as long a window, in which they hold stiller; treble counts little, and frames made
of it are noise; and a path that leaves the voice's range by an octave is taken again within it.
"""

from dataclasses import dataclass

import numpy as np
import soxr

STEP = 0.005  # seconds from frame to frame
LOWEST, HIGHEST = 50.0, 500.0  # Hz

_RATE = 8000  # Hz at which it is looked for
_HOP = round(STEP * _RATE)
_LONG, _SHORT = 480, 240  # samples of a window: three periods of 50 Hz, and of 100 Hz
_SPLIT = 80  # samples: longer periods are looked for in the long window, shorter ones in the short
_CANDIDATES = 4  # peaks of each window
_BLOCK = 2048  # frames that are looked at at a time

_VOICED = 0.45  # the autocorrelation of a frame that may as well be noise
_QUIET = 0.03  # of the loudest frame's peak: what lies below it has no pitch
_HISS = 0.1  # the least share of its power that a frame with a pitch has below some 1000 Hz
_OCTAVE = 0.02  # what a frame gains for each octave that its pitch is higher: of two peaks alike, the higher
_JUMP = 0.7  # what a leap of an octave from one frame to the next costs
_TURN = 0.28  # what it costs to begin or end a voiced stretch


@dataclass(frozen=True, slots=True, eq=False)
class Pitch:
    """The pitch of a sound in frames; frame ``t`` stands for the moment ``t * STEP`` seconds.

    Attributes:
        hertz: (frames,) float64, 50 to 500; 0 where the sound has no pitch.
        strength: (frames,) float64 in 0..1, how alike one period is to the next; 0 where there is no pitch.
    """

    hertz: np.ndarray
    strength: np.ndarray

    @property
    def voiced(self) -> np.ndarray:
        """(frames,) bool: where the sound has a pitch."""
        return self.hertz > 0

    @property
    def median(self) -> float:
        """Hz; 0 where nothing is voiced."""
        return float(np.median(self.hertz[self.voiced])) if self.voiced.any() else 0.0

    def stretches(self) -> list[tuple[int, int]]:
        """(first, end) frames of each voiced stretch."""
        edges = np.flatnonzero(np.diff(np.concatenate([[False], self.voiced, [False]]).astype(np.int8)))
        return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def track(samples: np.ndarray, sample_rate: int) -> Pitch:
    """The pitch of one voice.

    Args:
        samples: mono float32.
        sample_rate: in Hz.
    """
    slow = samples if sample_rate == _RATE else soxr.resample(samples, sample_rate, _RATE)
    count = -(-len(slow) // _HOP)
    if not count or not np.any(slow):
        return Pitch(np.zeros(count), np.zeros(count))
    padded = np.pad(slow.astype(np.float32), (_LONG // 2, _LONG // 2 + _HOP))
    periods, strengths, power = _candidates(padded, count)
    hertz = np.where(strengths > 0, _RATE / periods, 0.0)
    score = np.where(strengths > 0, strengths + _OCTAVE * np.log2(np.maximum(hertz, LOWEST) / LOWEST), -np.inf)
    loudness = _loudness(padded, count)
    share = np.maximum(power / np.maximum(_power(samples, sample_rate, count), 1e-12), 1e-6)
    unvoiced = _VOICED + np.maximum(0, 2 - loudness / loudness.max() * (1 + _VOICED) / _QUIET)
    unvoiced += np.maximum(0, np.log10(_HISS / share))
    for _ in range(2):
        chosen = _path(np.column_stack([unvoiced, score]), np.column_stack([np.zeros(count), hertz]))
        rows, voiced = np.arange(count), chosen > 0
        place = np.maximum(chosen - 1, 0)
        found = np.where(voiced, hertz[rows, place], 0.0)
        likely = _likely(hertz, found)
        if likely[rows, place][voiced].all():
            break
        score = np.where(likely, score, -np.inf)
    return Pitch(found, np.where(voiced, strengths[rows, place], 0.0))


def _likely(hertz: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Which frequencies are within an octave of the voice's usual range, after De Looze and Hirst 2008."""
    if not found.any():
        return hertz > 0
    low, high = np.percentile(found[found > 0], [25, 75])
    return (hertz > low / 2) & (hertz < high * 2)


def _loudness(padded: np.ndarray, count: int) -> np.ndarray:
    """The peak of each frame's middle."""
    margin = (_LONG - _SHORT) // 2
    frames = np.lib.stride_tricks.sliding_window_view(padded[margin:], _SHORT)[::_HOP][:count]
    return np.maximum(frames.max(1), -frames.min(1)).astype(np.float64)


def _power(samples: np.ndarray, sample_rate: int, count: int) -> np.ndarray:
    """The mean square of each frame's middle, treble too."""
    total = np.concatenate([[0], np.cumsum(np.square(samples, dtype=np.float64))])
    middle = np.arange(count) * _HOP
    first, end = ((middle + side) * sample_rate // _RATE for side in (-_SHORT // 4, _SHORT // 4))
    return (total[np.minimum(end, len(samples))] - total[np.clip(first, 0, len(samples))]) / (end - first)


def _candidates(padded: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Periods in samples and their strengths: (frames, candidates) each; strength 0 where there is no such peak.

    The third array is the frames' power without their treble.
    """
    found = []
    for first in range(0, count, _BLOCK):
        size = min(_BLOCK, count - first)
        part = padded[first * _HOP :][: (size - 1) * _HOP + _LONG]
        far, _ = _autocorrelation(part, _LONG, 0)
        near, power = _autocorrelation(part, _SHORT, (_LONG - _SHORT) // 2)
        peaks = _peaks(near, round(_RATE / HIGHEST), _SPLIT), _peaks(far, _SPLIT, round(_RATE / LOWEST))
        found.append([*(np.concatenate(pair, axis=1) for pair in zip(*peaks, strict=True)), power])
    periods, strengths, powers = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return periods, strengths, powers


def _autocorrelation(padded: np.ndarray, width: int, margin: int) -> tuple[np.ndarray, np.ndarray]:
    """(frames, lags) of each frame under a Hann window, 1 at lag 0, as if none had been laid over it; and its power."""
    lags = (_SPLIT if width == _SHORT else round(_RATE / LOWEST)) + 2
    size = width + lags - lags % 16 + 16
    window = (0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(width) + 0.5) / width)).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded[margin : len(padded) - margin], width)[::_HOP]
    frames = (frames - frames.mean(1, keepdims=True)) * window
    spectra = np.fft.rfft(np.vstack([window, frames]), size, axis=1)
    taper = np.cos(np.linspace(0, np.pi / 2, spectra.shape[1])) ** 8  # so that peaks are as round as parabolas
    alike = np.fft.irfft((spectra.real**2 + spectra.imag**2) * taper, axis=1)[:, :lags]
    power = alike[1:, 0] / np.square(window).sum()
    alike /= np.maximum(alike[:, :1], 1e-12)
    return alike[1:] / alike[0], power


def _peaks(correlation: np.ndarray, shortest: int, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """The highest peaks between two lags, set by a parabola between samples."""
    before, here, after = (correlation[:, shortest + shift : longest + 1 + shift] for shift in (-1, 0, 1))
    heights = np.where((here > before) & (here >= after) & (here > 0), here, 0)
    chosen = np.argpartition(-heights, _CANDIDATES, axis=1)[:, :_CANDIDATES]
    left, peak, right = (np.take_along_axis(part, chosen, axis=1) for part in (before, here, after))
    curve = np.minimum(left - 2 * peak + right, -1e-9)
    shift = np.clip((left - right) / (2 * curve), -0.5, 0.5)
    strength = np.where(np.take_along_axis(heights, chosen, axis=1) > 0, peak - (left - right) * shift / 4, 0)
    periods = np.clip(chosen + shortest + shift, _RATE / HIGHEST, _RATE / LOWEST)
    return periods, np.clip(strength, 0, 1)


def _path(scores: np.ndarray, hertz: np.ndarray) -> np.ndarray:
    """The candidate of each frame on the best path; 0 is the unvoiced one."""
    height = np.log2(np.where(hertz > 0, hertz, 1))
    voiced = hertz > 0
    back = np.zeros(scores.shape, np.intp)
    best = scores[0]
    columns = np.arange(scores.shape[1])
    for frame in range(1, len(scores)):
        turned = voiced[frame - 1][:, None] != voiced[frame]
        leap = np.abs(height[frame - 1][:, None] - height[frame])
        reached = best[:, None] - np.where(turned, _TURN, _JUMP * leap)
        back[frame] = reached.argmax(0)
        best = reached[back[frame], columns] + scores[frame]
    chosen = np.zeros(len(scores), np.intp)
    chosen[-1] = best.argmax()
    for frame in range(len(scores) - 1, 0, -1):
        chosen[frame - 1] = back[frame, chosen[frame]]
    return chosen
