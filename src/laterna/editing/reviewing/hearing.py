"""Faults of the sound, found block by block: clipped peaks, silent gaps, clicks.

Clipped peaks are told by their flat tops: between two crossings of nine tenths of the loudest level, a smooth wave
rises as far as its slope there lets it, a clipped one hardly. That holds after a lossy codec has made ripples of the
flat tops, too. A click is a bend of the wave far stronger than any nearby that is over within milliseconds.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from laterna.editing.reviewing.finding import Finding, spans

HOP = Fraction(1, 1000)  # seconds: what is measured of a sound is kept for each
_CLIPPING = 0.89  # of full scale, -1 dBFS; peaks below were not clipped by a file's own format
_THRESHOLD = 0.9  # of the loudest level
_FLAT = 0.45  # of the height that a smooth wave would rise to above the threshold
_PEAKS = 4  # clipped ones, to be sure
_SILENT = 10 ** (-60 / 20)  # -60 dBFS
_PAUSE = Fraction(2)  # seconds; a shorter silence is a pause
_DROPOUT = Fraction(1, 25)  # seconds, where sound breaks off and sets in without a fade
_LOUD = 10 ** (-45 / 20)
_EDGE = 15  # hops in which sound that breaks off falls from loud to silent
_BEND = 0.02  # of full scale; a fainter click is not heard
_CLICK = 8.0  # times the bends nearby
_NEAR, _AWAY = 3, 40  # hops from a click in which it rings out, and up to which it is compared


@dataclass
class _Heard:
    """One hop each: the highest sample, the strongest bend; and when peaks were clipped, in seconds."""

    peaks: list[np.ndarray]
    bends: list[np.ndarray]
    clipped: list[float]


class Ear:
    """Hears a sound in blocks; keeps eight bytes of each millisecond.

    Args:
        sample_rate: in Hz.
    """

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._hop = max(1, round(sample_rate * HOP))
        self._left: np.ndarray | None = None  # the hop that is not whole yet, after two samples of the one before
        self._first = 0  # the position of the next hop
        self._heard = _Heard([], [], [])

    def add(self, block: np.ndarray) -> None:
        """Hear the next block, (samples, channels) float32."""
        if self._left is None:
            self._left = np.repeat(block[:1], 2, axis=0)
        samples = np.concatenate([self._left, block])
        hops = (len(samples) - 2) // self._hop
        whole, self._left = samples[: 2 + hops * self._hop], samples[hops * self._hop :]
        if not hops:
            return
        waves = np.ascontiguousarray(whole.T)  # (channels, samples), for the highest of two is found fastest so
        bends = np.abs(np.diff(waves, 2)).max(axis=0)
        peaks = np.abs(waves[:, 2:]).max(axis=0)
        self._heard.bends.append(bends.reshape(hops, -1).max(axis=1))
        self._heard.peaks.append(peaks.reshape(hops, -1).max(axis=1))
        if float(peaks.max()) >= _CLIPPING:
            at = np.concatenate([clipped_peaks(wave) for wave in waves])
            self._heard.clipped += sorted(float(self._first + one) / self._rate for one in at)
        self._first += hops * self._hop

    def findings(self, end: Fraction) -> Iterator[Finding]:
        """What was found; ``end`` is the film's, in seconds."""
        if not self._heard.peaks:
            return
        peaks, bends = np.concatenate(self._heard.peaks), np.concatenate(self._heard.bends)
        hop = Fraction(self._hop, self._rate)
        yield from _clipping(self._heard.clipped)
        yield from _silences(peaks, hop, end)
        yield from _clicks(bends, peaks, hop)


def clipped_peaks(wave: np.ndarray) -> np.ndarray:
    """Where the flat tops of a wave (samples,) start, as positions; mean heights tell, which ripples hardly change."""
    size = np.abs(wave)
    level = _THRESHOLD * min(max(float(size.max()), _CLIPPING), 1.0)  # a codec's ripples go beyond full scale
    above = np.flatnonzero(np.diff(np.concatenate([[False], size >= level, [False]]).astype(np.int8)))
    starts, ends = above[::2], above[1::2]
    inside = (starts > 0) & (ends < len(wave)) & (ends - starts >= 4)
    starts, ends = starts[inside], ends[inside]
    if not len(starts):
        return starts
    slope = np.minimum(size[starts] - size[starts - 1], size[ends - 1] - size[ends])
    height = np.add.reduceat(np.append(size, 0), np.stack([starts, ends], 1).ravel())[::2] / (ends - starts) - level
    smooth = slope * (ends - starts) / 6  # a parabola's mean height, from its slope at the foot and its width
    return starts[height < _FLAT * smooth]


def _clipping(seconds: list[float]) -> Iterator[Finding]:
    times = [Fraction(one).limit_denominator(48_000) for one in seconds]
    for start, end in spans(((time, time + HOP) for time in times), Fraction(1, 2)):
        count = sum(1 for time in times if start <= time < end)
        if count >= _PEAKS:
            sentence = f"{count} peaks of the sound are clipped: lower it before it is recorded or mixed."
            yield Finding("clipping", start, end, "error", float(count), float(_PEAKS - 1), sentence)


def _silences(peaks: np.ndarray, hop: Fraction, end: Fraction) -> Iterator[Finding]:
    silent = np.flatnonzero(np.diff(np.concatenate([[False], peaks < _SILENT, [False]]).astype(np.int8)))
    for first, after in zip(silent[::2].tolist(), silent[1::2].tolist(), strict=True):
        start, stop = first * hop, after * hop
        seconds, inside = stop - start, first > 0 and after < len(peaks)
        if not first and after == len(peaks):
            yield Finding("silence", start, end, "warning", float(seconds), 0.0, "The whole film is silent.")
        elif inside and seconds >= _DROPOUT and _breaks_off(peaks, first, after):
            sentence = f"The sound drops out for {float(seconds):.2f} s: it breaks off and sets in without a fade."
            yield Finding("silence", start, stop, "error", float(seconds), float(_DROPOUT), sentence)
        elif seconds > _PAUSE:
            sentence = f"Nothing is heard for {float(seconds):.1f} s, more than {_PAUSE} s."
            yield Finding("silence", start, stop, "warning", float(seconds), float(_PAUSE), sentence)


def _breaks_off(peaks: np.ndarray, first: int, after: int) -> bool:
    """Whether it is loud on both sides of a silence, at once."""
    sides = peaks[max(0, first - _EDGE) : first], peaks[after : after + _EDGE]
    return all(len(side) and float(np.median(side)) > _LOUD for side in sides)


def _clicks(bends: np.ndarray, peaks: np.ndarray, hop: Fraction) -> Iterator[Finding]:
    candidates = np.flatnonzero(bends > _BEND)
    found = []
    for at in candidates.tolist():
        around = np.concatenate([bends[max(0, at - _AWAY) : max(0, at - _NEAR)], bends[at + _NEAR + 1 : at + _AWAY]])
        if (
            at >= _NEAR
            and at + _NEAR < len(bends)
            and len(around)
            and bends[at] > _CLICK * max(float(around.max()), 1e-4)
        ):
            found.append((at * hop, (at + 1) * hop, float(bends[at] / max(float(around.max()), 1e-4))))
    for start, end in spans(((start, end) for start, end, _ in found), Fraction(1, 50)):
        times = max(value for begin, _, value in found if start <= begin < end)
        level = 20 * math.log10(max(float(peaks[int(start / hop)]), 1e-6))
        sentence = f"A click at {level:.0f} dBFS, {times:.0f} times as sharp as the sound around it."
        yield Finding("click", start, end, "error", round(times, 1), _CLICK, sentence)
