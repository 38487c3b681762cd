"""Breath in place of voice: voiced sounds made of noise that the same throat shapes."""

import numpy as np

from laterna.voice.pitch import STEP, Pitch

_WINDOW = 0.025  # seconds
_OVERLAP = 4  # windows at a time
_SMOOTH = 0.0018  # seconds of quefrency that are kept: formants, without the harmonics of voices up to 500 Hz
_ROUNDS = 3  # in which the envelope is drawn up to the harmonics' peaks
_LOW = 600.0  # Hz: below it breath fades by 6 dB an octave, for no voice feeds it
_SOFTER = 0.3  # of the voice's amplitude
_TURN = 5  # frames over which voice and breath take turns


def whispered(
    samples: np.ndarray, sample_rate: int, pitch: Pitch, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Speech whose voiced sounds are breath to a ``share`` of 0 to 1; the rest stays as it is.

    Noise is shaped by each frame's spectral envelope (its cepstrum cut off, raised to the peaks as in Röbel and Rodet's
    true envelope of 2005) and fades below 600 Hz.

    Args:
        samples: mono float32.
        sample_rate: in Hz.
        pitch: of the samples; it tells what is voiced.
        share: how much of the voice becomes breath.
        rng: makes the noise.
    """
    hop = round(_WINDOW * sample_rate / _OVERLAP)
    window = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(hop * _OVERLAP) + 0.5) / (hop * _OVERLAP)))
    voice = _frames(samples, hop) * window
    noise = np.fft.rfft(_frames(rng.standard_normal(len(samples)), hop) * window)
    envelope = _envelope(np.abs(np.fft.rfft(voice)), sample_rate)
    hertz = np.fft.rfftfreq(hop * _OVERLAP, 1 / sample_rate)
    breath = np.fft.irfft(noise * envelope * (hertz / np.hypot(hertz, _LOW)), hop * _OVERLAP)
    loudness = np.sqrt(np.square(voice).sum(1) / np.maximum(np.square(breath).sum(1), 1e-12))
    made = _overlapped(breath * (loudness * _SOFTER)[:, None] * window, hop)[: len(samples)]
    wide = np.convolve(pitch.voiced, np.ones(_TURN), "same") > 0
    voiced = np.convolve(np.pad(wide.astype(float), _TURN // 2, "edge"), np.ones(_TURN) / _TURN, "valid")
    mixed = share * np.interp(np.arange(len(samples)) / sample_rate, np.arange(len(voiced)) * STEP, voiced)
    return (samples * np.sqrt(1 - mixed) + made * np.sqrt(mixed)).astype(np.float32)


def _frames(samples: np.ndarray, hop: int) -> np.ndarray:
    """(frames, 4 hop): windows that overlap so that each sample lies in four."""
    count = -(-len(samples) // hop) + _OVERLAP - 1
    padded = np.zeros((count + _OVERLAP - 1) * hop)
    padded[(_OVERLAP - 1) * hop :][: len(samples)] = samples
    return np.lib.stride_tricks.sliding_window_view(padded, hop * _OVERLAP)[::hop]


def _overlapped(frames: np.ndarray, hop: int) -> np.ndarray:
    """The sound of :func:`_frames`, windowed twice."""
    parts = frames.reshape(len(frames), _OVERLAP, hop)
    total = np.zeros((len(frames) + _OVERLAP - 1, hop))
    for part in range(_OVERLAP):
        total[part : part + len(frames)] += parts[:, part]
    return total.ravel()[(_OVERLAP - 1) * hop :] * (2 / _OVERLAP)


def _envelope(magnitudes: np.ndarray, sample_rate: int) -> np.ndarray:
    """(frames, bins): a smooth line over each spectrum's peaks."""
    spectrum = np.log(np.maximum(magnitudes, 1e-6))
    size = 2 * (spectrum.shape[1] - 1)
    kept = round(_SMOOTH * sample_rate)
    lifter = np.zeros(size)
    lifter[:kept] = lifter[size - kept + 1 :] = 1
    line = np.full_like(spectrum, -np.inf)
    for _ in range(_ROUNDS):
        cepstrum = np.fft.irfft(np.maximum(spectrum, line), size) * lifter
        line = np.fft.rfft(cepstrum).real
    return np.exp(line)
