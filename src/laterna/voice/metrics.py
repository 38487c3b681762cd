"""How near made speech comes to recorded speech.

Sounds are mono samples at 16 kHz, made at the same times as what was recorded; what either has over is left out.
"""

import numpy as np
import soxr

from laterna.errors import DataError
from laterna.voice.spectrum import FLOOR, SAMPLE_RATE, mel_filters

CEPSTRA_RATE = 200  # frames a second

_FRAME, _STEP, _FFT, _BANDS, _ORDER = 400, 80, 512, 40, 24  # of cepstra: samples of 25 and 5 ms; coefficients
_QUIET = 60.0  # dB below the loudest frame: what lies below it is silence

_RATE = 10_000  # Hz; all that follows is of intelligibility, as its paper has it
_HEARD, _HOP, _POINTS = 256, 128, 512  # samples of a frame, from frame to frame, and of its Fourier transform
_THIRDS, _LOWEST = 15, 150.0  # bands of a third of an octave, and the middle of the lowest in Hz
_SEGMENT = 30  # frames: 384 ms
_SILENT = 40.0  # dB below the loudest frame


def mel_cepstral_distortion(reference: np.ndarray, made: np.ndarray) -> float:
    """The mean distance of two sounds' mel cepstra in dB, frame by frame, where speech is (Kubichek 1993).

    Cepstra are the 24 coefficients after the first of 40 mel bands, in frames of 25 ms every 5 ms.

    Raises:
        DataError: the reference is silent.
    """
    reference, made = _together(reference, made)
    loud = spoken(reference)
    return cepstral_distance(mel_cepstra(reference)[loud], mel_cepstra(made)[loud])


def mel_cepstra(samples: np.ndarray) -> np.ndarray:
    """Coefficients 1 to 24 of 40 log-mel bands: (frames, 24), in frames of 25 ms every 5 ms."""
    cosines = np.cos(np.pi * np.outer(np.arange(_BANDS) + 0.5, np.arange(1, _ORDER + 1)) / _BANDS) * 2 / _BANDS
    return _log_bands(samples) @ cosines


def spoken(samples: np.ndarray) -> np.ndarray:
    """(frames,) bool: which of the frames are less than 60 dB below the loudest."""
    loudest = _log_bands(samples).max(1)
    return loudest > loudest.max() - _QUIET * np.log(10) / 20


def cepstral_distance(one: np.ndarray, two: np.ndarray) -> float:
    """The mean distance in dB of (frames, 24) cepstra that belong together."""
    return float(10 / np.log(10) * np.sqrt(2 * ((one - two) ** 2).sum(1)).mean())


def intelligibility(reference: np.ndarray, made: np.ndarray) -> float:
    """ESTOI: how well ``made`` would be understood, up to 1 (Jensen and Taal 2016).

    Raises:
        DataError: the reference has less than 0.4 s of speech.
    """
    pair = [soxr.resample(sound, SAMPLE_RATE, _RATE) for sound in _together(reference, made)]
    bands = _thirds(*pair)  # (2, frames, bands)
    if bands.shape[1] < _SEGMENT:
        raise DataError("There is less than 0.4 s of speech, too little to judge how well it is understood: take more.")
    segments = np.lib.stride_tricks.sliding_window_view(bands, _SEGMENT, axis=1)  # (2, segments, bands, frames)
    one, two = _unit(_unit(segments, 3), 2)
    return float((one * two).sum() / (len(one) * _SEGMENT))


def _together(reference: np.ndarray, made: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    count = min(len(reference), len(made))
    if not np.any(reference[:count]):
        raise DataError("The reference is silent, so nothing can be compared with it: give a recording of speech.")
    return reference[:count], made[:count]


def _log_bands(samples: np.ndarray) -> np.ndarray:
    """Log magnitudes of mel bands: (frames, 40)."""
    frames = _frames(np.pad(samples, (0, _FRAME)), _FRAME, _STEP) * np.hanning(_FRAME)
    power = np.abs(np.fft.rfft(frames, _FFT, axis=1)) ** 2
    return np.log(np.maximum(power @ mel_filters(_FFT, _BANDS).T, FLOOR**2)) / 2


def _thirds(reference: np.ndarray, made: np.ndarray) -> np.ndarray:
    """Magnitudes of bands of a third of an octave where the reference is not silent: (2, frames, bands)."""
    window = np.hanning(_HEARD + 2)[1:-1]
    frames = np.stack([_frames(sound, _HEARD, _HOP) * window for sound in (reference, made)])
    levels = 20 * np.log10(np.linalg.norm(frames[0], axis=1) + 1e-12)
    joined = [_joined(sound[levels > levels.max() - _SILENT]) for sound in frames]
    again = np.stack([_frames(sound, _HEARD, _HOP) * window for sound in joined])
    bins = np.fft.rfftfreq(_POINTS, 1 / _RATE)
    middles = _LOWEST * 2.0 ** (np.arange(_THIRDS) / 3)
    low, high = (np.abs(bins - (middles * 2 ** (side / 6))[:, None]).argmin(1) for side in (-1, 1))
    places = np.arange(len(bins))
    chosen = (places >= low[:, None]) & (places < high[:, None])  # (bands, bins)
    return np.sqrt(np.abs(np.fft.rfft(again, _POINTS)) ** 2 @ chosen.T)


def _joined(frames: np.ndarray) -> np.ndarray:
    """Frames that overlap by half, added up."""
    total = np.zeros((len(frames) + 1, _HOP))
    total[:-1] += frames[:, :_HOP]
    total[1:] += frames[:, _HOP:]
    return total.ravel()


def _frames(samples: np.ndarray, length: int, hop: int) -> np.ndarray:
    if len(samples) < length:
        return np.empty((0, length))
    return np.lib.stride_tricks.sliding_window_view(samples, length)[::hop]


def _unit(x: np.ndarray, axis: int) -> np.ndarray:
    """Without its mean, and of length 1."""
    x = x - x.mean(axis, keepdims=True)
    return x / (np.linalg.norm(x, axis=axis, keepdims=True) + 1e-12)
