"""Where the beats of music are: known for a score, tracked in a sound.

After Ellis 2007 (Beat Tracking by Dynamic Programming, Journal of New Music Research 36): onsets are where the bands of
a mel spectrum grow louder, and beats are laid on them as evenly as can be, by dynamic programming.

Where it departs from the paper: the few periods after which onsets come again most are all tried, and that one is taken
whose beats are most like the onsets, as two vectors are. Twice the period misses onsets, half of it beats on nothing.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

import numpy as np
from symusic.core import ScoreTick

from laterna.media.audio import Audio
from laterna.sound.clock import clock

_RATE = 16_000  # Hz
_HOP, _WINDOW = 160, 1024  # samples: a frame each 10 ms
_FRAMES = _RATE / _HOP  # a second
_BANDS, _LOWEST, _HIGHEST = 40, 30.0, 7_500.0  # Hz
_FLOOR = 1e-7  # power of a band below which nothing is heard; a full sine has about 0.1
_GROWTH = 4  # frames over which a band has to grow: a singer's note takes that long to begin
_LOCAL = 150  # frames whose mean onset is no onset
_SOFT = 2.0  # frames of the blur before onsets are looked at
_SLOWEST, _FASTEST = 40.0, 220.0  # beats a minute
_USUAL, _OCTAVES = 90.0, 1.4  # beats a minute that are likeliest, and how far off others are, as a deviation
_TRIED = 5  # periods
_LATE = 2.0  # frames after it began that an onset is found: of clicks none, of sung notes four
_EVEN = 100.0  # how much evenness is worth against onsets


def score_beats(score: ScoreTick) -> tuple[float, ...]:
    """The seconds of a score's beats, by its tempos and metres, from its start to its last note's end."""
    return tuple(clock(score)(score.get_beats().astype(float)).tolist())


def beats(audio: Audio, *, until: Fraction | None = None) -> tuple[float, ...]:
    """Track the beats of music: their seconds, in order; none where nothing begins, or under two seconds.

    Args:
        audio: the music.
        until: seconds of it that are heard; None for all.
    """
    grown = np.concatenate([*_growth(_mel(audio, until))])
    if len(grown) < 2 * _FRAMES:
        return ()
    onsets = _onsets(grown)
    if not onsets.any():
        return ()
    found = [(period, _laid(onsets, period)) for period in _periods(onsets)]
    _, best = max(found, key=lambda one: onsets[one[1]].sum() / np.sqrt(len(one[1])) * _likely(one[0]))
    return tuple(((best - _LATE) / _FRAMES).clip(0).tolist())


def _mel(audio: Audio, until: Fraction | None) -> Iterator[np.ndarray]:
    """(frames, bands) log power, block by block; frame n is centred on sample n * hop."""
    bands = _filters()
    window = np.hanning(_WINDOW)
    window /= window.sum()
    left, end = np.zeros(_WINDOW // 2, np.float32), np.zeros((_WINDOW // 2, 1), np.float32)
    for block in chain(audio.blocks(0, until, sample_rate=_RATE, channels=1, size=_RATE), [end]):
        samples = np.concatenate([left, block[:, 0]])
        count = max(0, (len(samples) - _WINDOW) // _HOP + 1)
        frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[: count * _HOP : _HOP]
        yield np.log10(_FLOOR + np.abs(np.fft.rfft(frames * window)) ** 2 @ bands)
        left = samples[count * _HOP :]


def _filters() -> np.ndarray:
    """(bins, bands): triangles that overlap, evenly spaced in mel (O'Shaughnessy 1987)."""
    lowest, highest = 2595 * np.log10(1 + np.array([_LOWEST, _HIGHEST]) / 700)
    mel = np.linspace(lowest, highest, _BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    hertz = np.fft.rfftfreq(_WINDOW, 1 / _RATE)[:, np.newaxis]
    rising, falling = (hertz - edges[:-2]) / np.diff(edges)[:-1], (edges[2:] - hertz) / np.diff(edges)[1:]
    return np.maximum(0, np.minimum(rising, falling))


def _growth(mel: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """How much the bands have grown at each frame, in tens of dB, the mean of all."""
    before = np.full((_GROWTH, _BANDS), np.log10(_FLOOR))
    for block in mel:
        bands = np.concatenate([before, block])
        yield np.maximum(0, bands[_GROWTH:] - bands[:-_GROWTH]).mean(1)
        before = bands[-_GROWTH:]


def _onsets(grown: np.ndarray) -> np.ndarray:
    """How much begins at each frame, as a multiple of its deviation; what always grows is no onset."""
    begun = np.maximum(0, grown - np.convolve(grown, np.ones(_LOCAL) / _LOCAL, "same"))
    reach = np.arange(-round(4 * _SOFT), round(4 * _SOFT) + 1)
    blur = np.exp(-0.5 * (reach / _SOFT) ** 2)
    onsets = np.convolve(begun, blur / blur.sum(), "same")[: len(grown)]
    spread = onsets.std()
    return onsets / spread if spread > 1e-6 else np.zeros(len(grown))


def _periods(onsets: np.ndarray) -> np.ndarray:
    """The frames after which onsets come again most, the likeliest few."""
    shortest, longest = int(60 * _FRAMES / _FASTEST), int(60 * _FRAMES / _SLOWEST)
    size = len(onsets) + longest + 1
    again = np.fft.irfft(np.abs(np.fft.rfft(onsets - onsets.mean(), size)) ** 2, size)[: longest + 2]
    lags = np.arange(shortest, longest + 1)
    peaks = lags[(again[lags] >= again[lags - 1]) & (again[lags] >= again[lags + 1])]
    peaks = peaks if len(peaks) else lags[[again[lags].argmax()]]
    return peaks[np.argsort(-again[peaks] * _likely(peaks), kind="stable")[:_TRIED]]


def _likely(period: np.ndarray) -> np.ndarray:
    """How likely a beat of so many frames is, 1 at most."""
    octaves = np.log2(60 * _FRAMES / period / _USUAL)
    return np.exp(-0.5 * (octaves / _OCTAVES) ** 2)


def _laid(onsets: np.ndarray, period: int) -> np.ndarray:
    """The frames of beats, about ``period`` apart, that meet the most onsets and are the most even."""
    back = np.arange(-2 * period, -(period // 2) + 1)
    uneven = -_EVEN * np.log(-back / period) ** 2
    reached = np.concatenate([np.zeros(2 * period), onsets])  # what is before the start costs nothing
    came = np.full(len(reached), -1)
    for frame in range(2 * period, len(reached)):
        worth = reached[frame + back] + uneven
        best = int(worth.argmax())
        reached[frame] += worth[best]
        came[frame] = frame + back[best]
    last = len(reached) - period + int(reached[-period:].argmax())
    found = []
    while last >= 2 * period:
        found.append(last - 2 * period)
        last = int(came[last])
    return np.array(found[::-1])
