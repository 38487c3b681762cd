"""How MelGAN is trained and judged: on recordings of speech, by what it makes of their own mel frames.

DATA is a manifest.csv, or the folder of one, with its speakers' consent; its texts are not used.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import soxr
import torch
from PIL import Image
from torch import Tensor

from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits, parts
from laterna.voice.consent import read_agreed
from laterna.voice.manifest import Row, read_speech
from laterna.voice.metrics import intelligibility, mel_cepstral_distortion
from laterna.voice.models.melgan import MelGAN
from laterna.voice.spectrum import HOP, SAMPLE_RATE, griffin_lim, log_mel

WINDOW_FRAMES = 32  # of a training sample
_JUDGED = 40  # sentences of a part that are looked at
_RARE = 2  # times fewer samples than the most frequent speaker: rarer ones are drawn more often
_VOICED = 0.6  # the least autocorrelation of a frame with a pitch
_WARPED, _LEVELLED, _SILENCED, _SMOOTHED = 0.3, 0.5, 0.1, 0.3  # shares of training samples
_MARGIN = 4  # frames at both ends of a training sample that its own mel frames need


class Speech(NamedTuple):
    """Samples (N) float32, their log-mel frames (N / 256, 80), and the pitch of each in Hz, 0 where there is none."""

    samples: np.ndarray
    mel: np.ndarray
    hertz: np.ndarray


class Sentences:
    """Whole recordings."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def sample(self, index: int, rng: np.random.Generator) -> Speech:
        samples = read_speech(self._rows[index])
        samples = samples[: len(samples) // HOP * HOP]
        return Speech(samples, log_mel(samples), pitch(samples))


class Excerpts:
    """Half a second of a recording each, at other levels, speeds and with silences; mel frames may be smoothed.

    Frames of an acoustic model are smoother than those of recordings, and a vocoder has to bear both.
    """

    def __init__(self, rows: Sequence[Row], frames: int = WINDOW_FRAMES) -> None:
        self._rows, self._frames = rows, frames

    def __len__(self) -> int:
        return len(self._rows)

    def sample(self, index: int, rng: np.random.Generator) -> Speech:
        length = (self._frames + 2 * _MARGIN) * HOP
        part = _excerpt(read_speech(self._rows[index]), length, rng)
        if rng.random() < _SILENCED:
            part[rng.integers(length) :] = 0
        middle = slice(_MARGIN, -_MARGIN)
        mel = log_mel(part)[middle]
        mel = _smoothed(mel, rng) if rng.random() < _SMOOTHED else mel
        return Speech(part[_MARGIN * HOP : -_MARGIN * HOP], mel, pitch(part)[middle])


def pitch(samples: np.ndarray) -> np.ndarray:
    """The pitch of each mel frame in Hz, 0 where there is none: (frames,) float32.

    The first peak of a frame's autocorrelation that is nearly the highest: quick, and right for most frames, which is
    what learning asks for; ``laterna.voice.pitch`` tracks it with more care.
    """
    size, count = 640, len(samples) // HOP
    margin = (size - HOP) // 2
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, (margin, margin + HOP)), size)[::HOP][:count]
    window = np.hanning(size + 2)[1:-1]
    spectra = np.fft.rfft(np.concatenate([window[None], (frames - frames.mean(1, keepdims=True)) * window]), 2 * size)
    alike = np.fft.irfft(np.abs(spectra) ** 2)[:, : size // 2 + 2]
    power = alike[1:, :1]
    alike = alike[1:] / np.maximum(power, 1e-12) / (alike[0] / alike[0, 0])  # (frames, lags)
    lags = np.arange(32, size // 2 + 1)  # 500 to 50 Hz
    before, here, after = (alike[:, lags + side] for side in (-1, 0, 1))
    strength = np.where((here > before) & (here >= after), here - 0.02 * np.log2(lags / lags[0]), 0)
    best = (strength > 0.9 * strength.max(1, initial=1e-6, keepdims=True)).argmax(1)
    rows = np.arange(count)
    a, b, c = (part[rows, best] for part in (before, here, after))
    curve = a - 2 * b + c
    period = lags[best] + np.where(curve < 0, (a - c) / np.where(curve < 0, 2 * curve, 1), 0)
    voiced = (strength[rows, best] > _VOICED) & (power[:, 0] > 1e-3)
    return np.where(voiced, SAMPLE_RATE / period, 0).astype(np.float32)


def _excerpt(samples: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """So many samples from anywhere in a recording, perhaps faster or slower, and louder or softer."""
    speed = np.exp(rng.uniform(-0.2, 0.2)) if rng.random() < _WARPED else 1.0
    taken = round(length * speed)
    samples = np.pad(samples, (0, max(0, taken - len(samples))))
    start = rng.integers(0, len(samples) - taken, endpoint=True)
    part = samples[start : start + taken]
    if speed != 1.0:
        part = soxr.resample(part, SAMPLE_RATE * speed, SAMPLE_RATE)
    part = np.pad(part, (0, max(0, length - len(part))))[:length]
    if rng.random() < _LEVELLED:
        part = part * np.float32(min(10 ** (rng.uniform(-15, 6) / 20), 0.99 / max(np.abs(part).max(), 1e-3)))
    return part.astype(np.float32)


def read(data: Path) -> Splits:
    """The recordings of a manifest, of speakers who have agreed to it; rare ones are learnt from more often.

    Raises:
        DataError: the manifest is wrong, names fewer than three recordings, or a consent is missing.
    """
    rows, agreed = read_agreed(data)
    train, valid, test = parts(rows, lambda row: f"{row.speaker}/{row.audio.name}")
    counts = Counter(row.speaker for row in rows)
    return Splits(
        Excerpts(_balanced(train)),
        Sentences(valid[:_JUDGED]),
        Sentences(test[:_JUDGED]),
        tuple(f"{count} sentences read by {agreed[speaker]}" for speaker, count in counts.most_common()),
    )


def collate(samples: Sequence[Speech]) -> tuple[Tensor, Tensor, Tensor]:
    """(B, N) samples, (B, frames, 80) mel frames, and (B, frames) pitches."""
    return tuple(torch.from_numpy(np.stack(part)) for part in zip(*samples, strict=True))  # type: ignore[return-value]


def _balanced(rows: Sequence[Row]) -> list[Row]:
    counts = Counter(row.speaker for row in rows)
    most = max(counts.values())
    return [row for row in rows for _ in range(max(1, most // (_RARE * counts[row.speaker])))]


def _smoothed(mel: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Frames as a network might predict them: a little smoother over time and bands, and a little wrong."""
    side = rng.uniform(0, 0.25, 2)
    for axis, share in enumerate(side):
        padded = np.pad(mel, [(1, 1) if axis == a else (0, 0) for a in (0, 1)], "edge")
        before, after = (padded[:-2], padded[2:]) if axis == 0 else (padded[:, :-2], padded[:, 2:])
        mel = (1 - 2 * share) * mel + share * (before + after)
    return (mel + rng.normal(0, rng.uniform(0, 0.1), mel.shape)).astype(np.float32)


# How it is judged


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """How far the sound that is made of whole recordings' mel frames is from them."""
    return _figures(samples, lambda mel: cast(MelGAN, model).speak(mel))


def baseline(splits: Splits) -> Mapping[str, float]:
    """The same for 60 iterations of Griffin and Lim's algorithm."""
    return _figures(splits.test, griffin_lim)


def _figures(samples: Samples, speak: Callable[[np.ndarray], np.ndarray]) -> dict[str, float]:
    found = []
    for index in range(len(samples)):
        speech: Speech = samples.sample(index, np.random.default_rng(index))
        made = speak(speech.mel)
        apart = np.abs(log_mel(made) - speech.mel).mean()
        found.append((apart, *(judge(speech.samples, made) for judge in (mel_cepstral_distortion, intelligibility))))
    return dict(zip(("mel", "mcd", "estoi"), map(float, np.mean(found, axis=0)), strict=True))


def spectrogram(model: Model, samples: Samples) -> Image.Image:
    """A recording, what Griffin and Lim's algorithm makes of its mel frames, and what the network does."""
    speech: Speech = samples.sample(0, np.random.default_rng(0))
    sounds = (speech.samples, griffin_lim(speech.mel), cast(MelGAN, model).speak(speech.mel))
    return Image.fromarray(np.concatenate([picture(sound[: 3 * SAMPLE_RATE]) for sound in sounds]))


def picture(samples: np.ndarray) -> np.ndarray:
    """A spectrogram: 257 frequencies from the top down, every 4 ms, as grey levels of 80 dB; (258, frames) uint8."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, 256), 512)[::64]
    levels = 20 * np.log10(np.abs(np.fft.rfft(frames * np.hanning(512), axis=1)) + 1e-5)
    grey = ((levels + 50) / 80).clip(0, 1)[:, ::-1].T * 255
    return np.pad(grey.astype(np.uint8), ((0, 1), (0, 0)), constant_values=255)


recipe = Recipe(
    model=MelGAN,
    read=read,
    collate=collate,
    metrics=metrics,
    baseline=baseline,
    objective="estoi",
    protocol=(
        "on whole held-out recordings, from their own mel frames: mean distance of log-mel frames, mel-cepstral"
        " distortion in dB (24 coefficients, 25 ms every 5 ms), and ESTOI; the baseline is Griffin-Lim, 60 iterations"
    ),
    steps=25_000,
    batch_size=16,
    evaluate_every=1000,
    ema=0.999,
    show=spectrogram,
)
