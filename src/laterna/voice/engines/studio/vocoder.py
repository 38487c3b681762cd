"""MelGAN in NumPy: the studio's voice sounds its mel frames without torch, which a production can't spare memory for.

The network itself, and what each part of it is for, stands in ``voice/models/melgan.py``; a test holds the two to one
another.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from laterna.learning.answering import answering
from laterna.voice.spectrum import BANDS, HOP, SAMPLE_RATE, WINDOW, mel_filters, righted

NAME, VERSION = "voice/melgan", 1
MEAN, SPREAD = -5.0, 2.5  # of log-mel frames, roughly: what the network sees of them
SLOPE = 0.2  # of leaky ReLU below zero
LOUDEST = 4.0  # the greatest log gain of a source
LEVEL = 0.4  # log-mel frames of both sources together, as they are: filters begin there
MIDDLE, OCTAVES = 150.0, (-1.58, 1.73)  # Hz, and how far a pitch may be from it: 50 to 500 Hz
PITCHES, NEAR = 128, 2  # steps between these, and how many next to the likeliest count too
PULSE = 0.6  # samples: the width of a pulse


class Vocoder:
    """The trained generator.

    Args:
        weights: its tensors by name, float32; those of the discriminators are not needed.
        rates: of its upsamplings.
    """

    def __init__(self, weights: Mapping[str, np.ndarray], rates: Sequence[int]) -> None:
        given = {name.removeprefix("generator."): tensor for name, tensor in weights.items()}
        self._bias = {name.removesuffix(".bias"): tensor for name, tensor in given.items() if name.endswith(".bias")}
        self._kernel = {name: _folded(given, name) for name in self._bias if "discriminators" not in name}
        self._rates = rates
        self._depth = sum(name.startswith("stacks.0.wide.") for name in self._bias)
        self._hop = HOP // math.prod(rates)
        self._window = _hann(4 * self._hop).astype(np.float32)
        self._envelope, self._noise = envelope(4 * self._hop), noise()

    def speak(self, mel: np.ndarray) -> np.ndarray:
        """Samples (256 frames) float32 of log-mel frames (frames, 80); see ``laterna.voice.spectrum``."""
        if not len(mel):
            return np.zeros(0, np.float32)
        given = (mel - np.float32(MEAN)) / np.float32(SPREAD)
        heard = self._stack("pitch.stack", self._convolved("pitch.first", given))
        voice = pulses(hertz(self._convolved("pitch.last", _leaky(heard))))
        x = self._stack("stacks.0", self._convolved("first", given))
        for index, rate in enumerate(self._rates):
            x = self._stack(f"stacks.{index + 1}", self._risen(f"rises.{index}", _leaky(x), rate))
        base = _between(mel, HOP // self._hop) @ self._envelope.T - np.float32(LEVEL)
        filters = self._convolved("last", _leaky(x))  # (T, 3 bins)
        return righted(self._sound(base, filters, voice), mel)

    def _stack(self, name: str, x: np.ndarray) -> np.ndarray:
        """Dilated convolutions, each added to its input (T, channels)."""
        for d in range(self._depth):
            wide = self._convolved(f"{name}.wide.{d}", _leaky(x), 3**d)
            x = x + self._convolved(f"{name}.narrow.{d}", _leaky(wide))
        return x

    def _convolved(self, layer: str, x: np.ndarray, dilation: int = 1) -> np.ndarray:
        """A convolution of (T, given), with nothing beyond its ends."""
        kernel = self._kernel[layer]  # (made, given, taps)
        made, given, taps = kernel.shape
        side = taps // 2 * dilation
        padded = np.pad(x, ((side, side), (0, 0)))
        seen = np.concatenate([padded[tap * dilation : tap * dilation + len(x)] for tap in range(taps)], 1)
        return seen @ kernel.transpose(2, 1, 0).reshape(taps * given, made) + self._bias[layer]

    def _risen(self, layer: str, x: np.ndarray, rate: int) -> np.ndarray:
        """A transposed convolution of (T, given) to (rate T, made), of twice ``rate`` taps."""
        kernel = self._kernel[layer]  # (given, made, 2 rate)
        given, made, taps = kernel.shape
        parts = (x @ kernel.transpose(0, 2, 1).reshape(given, taps * made)).reshape(len(x), 2, rate, made)
        summed = np.zeros((len(x) + 1, rate, made), np.float32)
        summed[:-1] = parts[:, 0]
        summed[1:] += parts[:, 1]
        return summed.reshape(-1, made)[rate // 2 : rate // 2 + rate * len(x)] + self._bias[layer]

    def _sound(self, base: np.ndarray, filters: np.ndarray, voice: np.ndarray) -> np.ndarray:
        """Samples of the voice's pulses and of noise, filtered by what is learnt beside a base (T, bins)."""
        louder, hissing, turned = np.split(filters, 3, axis=1)
        noise = self._spectra(np.resize(self._noise, len(voice)))
        noise *= np.float32(evenness(len(self._window))) / np.sqrt(np.abs(noise) ** 2 + np.float32(1e-6))
        spectra = np.exp(np.minimum(base + louder, LOUDEST)) * np.exp(1j * turned) * self._spectra(voice)
        spectra += np.exp(np.minimum(base + hissing, LOUDEST)) * noise
        frames = np.fft.irfft(spectra, axis=1).astype(np.float32) * (self._window / np.float32(1.5))
        total = np.zeros((len(frames) + 3, self._hop), np.float32)
        for part in range(4):
            total[part : part + len(frames)] += frames[:, part * self._hop : (part + 1) * self._hop]
        start = 3 * self._hop // 2
        return total.ravel()[start : start + len(voice)]

    def _spectra(self, samples: np.ndarray) -> np.ndarray:
        """(T, bins) complex64."""
        padded = np.pad(samples, 3 * self._hop // 2)
        frames = np.lib.stride_tricks.sliding_window_view(padded, len(self._window))[:: self._hop]
        return np.fft.rfft(frames * self._window, axis=1).astype(np.complex64)


def read(folder: Path) -> Vocoder:
    """The vocoder that a folder holds.

    Raises:
        ModelError: see :func:`laterna.learning.answering.answering`.
    """
    return answering(folder, NAME, VERSION, _tried)


def _tried(weights: Mapping[str, np.ndarray], config: Mapping[str, Any]) -> Vocoder:
    vocoder = Vocoder(weights, config["rates"])
    vocoder.speak(np.zeros((1, BANDS), np.float32))
    return vocoder


def hertz(logits: np.ndarray) -> np.ndarray:
    """The likeliest pitch of each frame (frames, PITCHES), between the steps, in Hz.

    It is rounded to a quarter of a hertz, so that no rounding of the network's sums moves a pulse.
    """
    near = np.abs(np.arange(PITCHES) - logits.argmax(1)[:, None]) <= NEAR
    shares = np.exp(logits - logits.max(1, keepdims=True)) * near
    octaves = (shares * np.linspace(*OCTAVES, PITCHES, dtype=np.float32)).sum(1) / shares.sum(1)
    return np.round(np.exp2(octaves) * MIDDLE * 4) / 4


def pulses(hertz: np.ndarray) -> np.ndarray:
    """A pulse for each period of a pitch (frames): (256 frames) float32 of mean power 1."""
    rates = _between(hertz.astype(np.float64)[:, None], HOP)[:, 0]
    cycles = rates.cumsum() / SAMPLE_RATE
    periods = (SAMPLE_RATE / rates).astype(np.float32)
    away = ((cycles + 0.5) % 1 - 0.5).astype(np.float32) * periods  # samples to the nearest pulse
    return np.exp(-0.5 * (away / np.float32(PULSE)) ** 2) * np.sqrt(periods / np.float32(PULSE * math.pi**0.5))


def analysis_basis(fft: int) -> np.ndarray:
    """Windowed Fourier transform: (fft + 2, fft) float32, from samples to real parts and imaginary ones."""
    transform = np.fft.rfft(np.eye(fft), axis=1).T
    return (np.concatenate([transform.real, transform.imag]) * _hann(fft)).astype(np.float32)


def synthesis_basis(fft: int) -> np.ndarray:
    """Its inverse, windowed again: (fft + 2, fft) float32. Frames a quarter of ``fft`` apart add up to the sound."""
    unit = np.eye(fft // 2 + 1)
    frames = np.concatenate([np.fft.irfft(unit, fft), np.fft.irfft(1j * unit, fft)])
    return (frames * _hann(fft) / 1.5).astype(np.float32)  # squares of the window add up to 1.5


def envelope(fft: int) -> np.ndarray:
    """What makes log magnitudes of a Fourier transform, roughly, of log-mel frames: (fft / 2 + 1, 80) float32."""
    middles = mel_filters(WINDOW).argmax(1) * SAMPLE_RATE / WINDOW
    bins = np.fft.rfftfreq(fft, 1 / SAMPLE_RATE)
    return np.stack([np.interp(bins, middles, unit) for unit in np.eye(BANDS)], 1).astype(np.float32)


def evenness(fft: int) -> float:
    """The usual magnitude of noise of power 1, windowed: all of it is made as loud, at all times and frequencies."""
    return math.sqrt((_hann(fft) ** 2).sum())


def noise() -> np.ndarray:
    """Two seconds of white noise of power 1, always the same; speech needs no other."""
    return np.random.default_rng(0).standard_normal(2 * SAMPLE_RATE).astype(np.float32)


def _hann(length: int) -> np.ndarray:
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)


def _between(rows: np.ndarray, rate: int) -> np.ndarray:
    """(T, n) to (rate T, n), linearly from middle to middle."""
    places = ((np.arange(rate * len(rows)) + 0.5) / rate - 0.5).clip(0, len(rows) - 1)
    before = places.astype(int)
    share = (places - before).astype(rows.dtype)[:, None]
    return rows[before] * (1 - share) + rows[np.minimum(before + 1, len(rows) - 1)] * share


def _folded(given: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """A kernel of its direction and length: weight normalisation (Salimans and Kingma 2016, arXiv:1602.07868)."""
    length, direction = (given[f"{name}.parametrizations.weight.original{part}"] for part in (0, 1))
    return direction * (length / np.sqrt((direction**2).sum((1, 2), keepdims=True)))


def _leaky(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, np.float32(SLOPE) * x)
