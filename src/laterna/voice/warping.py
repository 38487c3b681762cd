"""Speech compared with speech that was said at another pace: dynamic time warping (Sakoe and Chiba 1978)."""

from typing import NamedTuple

import numpy as np

from laterna.errors import DataError
from laterna.voice.metrics import CEPSTRA_RATE, cepstral_distance, mel_cepstra, spoken
from laterna.voice.pitch import STEP, track
from laterna.voice.spectrum import SAMPLE_RATE


class Compared(NamedTuple):
    """How near made speech comes to a recording, where both are paired frame by frame.

    Attributes:
        distortion: mel-cepstral distortion in dB.
        pitch: root mean square error of F0 in semitones, where both are voiced.
        voicing: the share of frames in which only one of them is voiced.
    """

    distortion: float
    pitch: float
    voicing: float


def compared(reference: np.ndarray, made: np.ndarray) -> Compared:
    """Compare two sounds of the same words, mono at 16 kHz, whatever their lengths.

    Raises:
        DataError: the reference is silent.
    """
    cepstra = [mel_cepstra(sound)[::2] for sound in (reference, made)]  # every 10 ms
    one, two = path(cepstra[0], cepstra[1])
    said = spoken(reference)[::2][one]
    if not reference.any():
        raise DataError("The reference is silent: there is nothing to compare speech with.")
    one, two = one[said], two[said]
    distortion = cepstral_distance(cepstra[0][one], cepstra[1][two])
    hertz = [_pitches(sound, frames) for sound, frames in ((reference, one), (made, two))]
    voiced = [row > 0 for row in hertz]
    both = voiced[0] & voiced[1]
    apart = 12 * np.log2(hertz[0][both] / hertz[1][both])
    pitch = float(np.sqrt((apart**2).mean())) if both.any() else 0.0
    return Compared(distortion, pitch, float((voiced[0] != voiced[1]).mean()))


def _pitches(sound: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Hz at each of some frames of cepstra; the last of them may lie beyond the last whole frame of pitch."""
    hertz = track(sound, SAMPLE_RATE).hertz
    return hertz[(frames * 2 / CEPSTRA_RATE / STEP).astype(int).clip(max=len(hertz) - 1)]


def path(one: np.ndarray, two: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The frames of (N, D) and (M, D) that belong together, in order, from both beginnings to both ends."""
    squares = (one**2).sum(1)[:, None] + (two**2).sum(1) - 2 * one @ two.T
    costs = np.sqrt(np.maximum(squares, 0))
    rows, columns = costs.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0
    for diagonal in range(rows + columns - 1):
        i = np.arange(max(0, diagonal - columns + 1), min(rows, diagonal + 1))
        j = diagonal - i
        before = np.minimum(np.minimum(total[i, j + 1], total[i + 1, j]), total[i, j])
        total[i + 1, j + 1] = costs[i, j] + before
    return _back(total)


def _back(total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    i, j = total.shape[0] - 1, total.shape[1] - 1
    pairs = [(i, j)]
    while (i, j) != (1, 1):
        steps = ((i - 1, j - 1), (i - 1, j), (i, j - 1))
        i, j = min(steps, key=lambda step: total[step])
        pairs.append((i, j))
    found = np.array(pairs[::-1]) - 1
    return found[:, 0], found[:, 1]
