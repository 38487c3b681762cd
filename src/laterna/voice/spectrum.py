"""Mel spectra of speech, the form in which an acoustic model hands a sentence to a vocoder."""

from functools import cache
from typing import Literal

import numpy as np

SAMPLE_RATE = 16_000  # Hz
WINDOW = 1024  # samples, Hann, and the length of the Fourier transform
HOP = 256  # samples from frame to frame: 16 ms
BANDS = 80
FLOOR = 1e-5  # the least magnitude: below it lies silence
RIGHTED, CHANGED = 2, 1.5  # how often a sound is put right by its mel frames, and the greatest log gain each time

_BLOCK = 4096  # frames that are looked at at a time


def log_mel(samples: np.ndarray) -> np.ndarray:
    """Natural logarithms of mel magnitudes: (frames, 80) float32 of mono samples at 16 kHz.

    Frame ``t`` stands for samples 256 t to 256 (t + 1), so there are ``len(samples) // 256`` frames.
    """
    frames = [np.abs(part) @ mel_filters().T for part in _spectra(samples)]
    return np.log(np.maximum(np.concatenate(frames), FLOOR)).astype(np.float32)


@cache
def mel_filters(fft: int = WINDOW, bands: int = BANDS) -> np.ndarray:
    """Triangles of equal area on Slaney's mel scale (Auditory Toolbox, 1998): (bands, fft / 2 + 1) float32."""
    edges = _hertz(np.linspace(0, _mel(SAMPLE_RATE / 2), bands + 2))
    bins = np.fft.rfftfreq(fft, 1 / SAMPLE_RATE)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    area = 2 / (edges[2:] - edges[:-2])
    return (np.maximum(0, np.minimum(rising, falling)) * area[:, None]).astype(np.float32)


def window() -> np.ndarray:
    """A periodic Hann window: (1024,) float32."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


def _spectra(samples: np.ndarray, edges: Literal["reflect", "constant"] = "reflect") -> list[np.ndarray]:
    """(frames, 513) complex64 spectra, some thousand frames at a time; beyond its ends a sound is mirrored or still."""
    count = len(samples) // HOP
    margin = (WINDOW - HOP) // 2
    padded = np.pad(samples[: count * HOP].astype(np.float32), margin, edges if len(samples) > margin else "constant")
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP] if count else np.empty((0, WINDOW))
    blocks = [frames[start : start + _BLOCK] for start in range(0, max(count, 1), _BLOCK)]
    return [np.fft.rfft(block * window(), axis=1).astype(np.complex64) for block in blocks]


def _mel(hertz: float) -> float:
    return 15 + np.log(hertz / 1000) * 27 / np.log(6.4) if hertz >= 1000 else hertz * 3 / 200


def _hertz(mels: np.ndarray) -> np.ndarray:
    return np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * np.log(6.4) / 27))


def griffin_lim(log_mels: np.ndarray, iterations: int = 60, *, seed: int = 0) -> np.ndarray:
    """Samples (256 frames) float32 of log-mel frames (frames, 80), by guessing phases (Griffin and Lim 1984).

    Magnitudes are those of least error that are not negative; phases begin at random, from ``seed``.
    """
    count = len(log_mels)
    magnitudes = np.maximum(np.exp(log_mels) @ np.linalg.pinv(mel_filters()).T, 0).astype(np.float32)
    angles = np.random.default_rng(seed).uniform(-np.pi, np.pi, magnitudes.shape)
    phases = np.exp(1j * angles).astype(np.complex64)
    samples = _inverse(magnitudes * phases)
    for _ in range(iterations):
        spectra = np.concatenate(_spectra(samples))
        samples = _inverse(magnitudes * spectra / np.maximum(np.abs(spectra), 1e-9))
    return samples[: count * HOP]


def righted(samples: np.ndarray, log_mels: np.ndarray) -> np.ndarray:
    """Samples (256 frames) whose mel frames are nearer to ``log_mels`` (frames, 80) than those of ``samples``.

    Twice over, the spectrum of each frame is filtered by what its bands lack or have over; phases stay. Iterations of
    Griffin and Lim, that is, which begin with good phases.
    """
    for _ in range(RIGHTED):
        spectra = np.concatenate(_spectra(samples, "constant"))
        lacking = log_mels - np.log(np.maximum(np.abs(spectra) @ mel_filters().T, FLOOR))
        samples = _inverse(spectra * np.exp(lacking.clip(-CHANGED, CHANGED) @ spread().T))
    return samples


@cache
def spread() -> np.ndarray:
    """The share of each mel band in what is done to each frequency: (513, 80) float32."""
    filters = mel_filters().T
    return filters / np.maximum(filters.sum(1, keepdims=True), 1e-9)


def _inverse(spectra: np.ndarray) -> np.ndarray:
    """(256 frames) samples of (frames, 513) spectra, those whose spectra are nearest to these."""
    frames = np.fft.irfft(spectra, WINDOW, axis=1).astype(np.float32) * window()
    parts = WINDOW // HOP
    total = np.zeros((len(frames) + parts - 1, HOP), np.float32)
    weight = np.zeros_like(total)
    for part in range(parts):
        total[part : part + len(frames)] += frames[:, part * HOP : (part + 1) * HOP]
        weight[part : part + len(frames)] += window()[part * HOP : (part + 1) * HOP] ** 2
    margin = (WINDOW - HOP) // 2
    return (total / np.maximum(weight, 1e-3)).ravel()[margin : margin + len(frames) * HOP]
