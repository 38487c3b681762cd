"""WaveNet: speech one sample after another, from mel frames (van den Oord et al. 2016, arXiv:1609.03499).

As there, dilated causal convolutions of two taps with gates, residual and skip connections predict each sample, one of
256 values on a mu-law scale, from those before it. A sound is made by what Paine et al. 2016 (arXiv:1611.09482) call
Fast WaveNet: see :class:`laterna.voice.models.wavenet_cache.Cache`. It departs from the paper in four ways:

- The signal is emphasised before it is put on the mu-law scale, and de-emphasised when it is heard (LPCNet, Valin and
  Skoglund 2019, arXiv:1810.11846): the noise of 256 values then lies where speech hides it.
- It is conditioned on mel frames, which two small convolutions look at; what they see goes over from frame to frame
  linearly, in steps of 16 samples.
- The first layer begins as a ramp over the 256 values: the network needn't learn first that they are in order.
- Outputs of layers have no bias.

It is for listening to what autoregression can do: it is slower than real time, and MelGAN is the voice's vocoder.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, interpolate, pad

from laterna.errors import ModelError
from laterna.learning.model import Model, Phase
from laterna.voice.models.wavenet_cache import SILENCE, STEP, VALUES, Cache
from laterna.voice.spectrum import BANDS, HOP

MARGIN = 2  # frames before and after a sound that the network is told of too

_MU = 255
_EMPHASIS = 0.85
_MEAN, _SPREAD = -5.0, 2.5  # of log-mel frames, roughly


class WaveNet(Model):
    """Speaks mel frames, sample by sample.

    Args:
        channels: of each layer, of the skip connections, and of what looks at mel frames.
        conditions: numbers that tell the layers of mel frames.
        cycles, doublings: there are ``cycles * doublings`` layers; dilations double from 1 on, and begin again.
    """

    name = "voice/wavenet"
    version = 1
    sizes = {  # noqa: RUF012
        "debug": {"channels": 16, "conditions": 8, "cycles": 1, "doublings": 6},
        "base": {},
    }

    def __init__(self, channels: int = 48, conditions: int = 24, cycles: int = 2, doublings: int = 10) -> None:
        super().__init__()
        self.receptive_field = cycles * (2**doublings - 1) + 1  # samples that a prediction depends on
        self.embed = nn.Embedding(VALUES, channels)
        self.frames = nn.Sequential(nn.Conv1d(BANDS, channels, 3), nn.ReLU(), nn.Conv1d(channels, conditions, 1))
        self.dilations = [2**index for _ in range(cycles) for index in range(doublings)]
        self.layers = nn.ModuleList(Layer(channels, conditions, dilation) for dilation in self.dilations)
        self.bias = nn.Parameter(torch.zeros(channels))
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, VALUES))
        with torch.no_grad():
            ramp = torch.linspace(-1, 1, VALUES)[:, None] * torch.randn(1, channels)
            self.embed.weight.mul_(0.1).add_(ramp)

    def forward(self, codes: Tensor, mel: Tensor) -> Tensor:
        """Logits (B, N, 256) of each sample, given those before it.

        Args:
            codes: (B, N) int64, see :func:`encode`.
            mel: (B, N / 256 + 4, 80): log-mel frames with ``MARGIN`` more at both ends, see :func:`framed`.
        """
        return self.head(self.hidden(codes, self.conditions(mel))).transpose(0, 1)

    def conditions(self, mel: Tensor) -> Tensor:
        """(N / 16, B, conditions) of mel frames (B, N / 256 + 4, 80)."""
        seen = self.frames(((mel - _MEAN) / _SPREAD).transpose(1, 2))  # (B, conditions, N / 256 + 2)
        rate = HOP // STEP
        return interpolate(seen, scale_factor=rate, mode="linear")[..., rate:-rate].permute(2, 0, 1)

    def hidden(self, codes: Tensor, conditions: Tensor) -> Tensor:
        """What the head sees, (N, B, channels): time comes first, so that shifted samples lie together in memory."""
        before = pad(codes[:, :-1], (1, 0), value=SILENCE)
        x, total = self.embed(before.t()), self.bias
        for layer in self.layers:
            x, skip = layer(x, conditions)
            total = total + skip
        return total

    def phases(self) -> Sequence[Phase]:
        return [Phase("model", learning_rate=2e-3, warmup=50, clip=1.0)]

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """Cross-entropy in nats a sample, where a batch's samples are to be judged."""
        codes, mel, judged = batch
        logits = self.head(self.hidden(codes, self.conditions(mel)))
        wanted = codes.masked_fill(~judged, -100).t()
        return {"loss": cross_entropy(logits.flatten(0, 1).float(), wanted.flatten())}

    @torch.inference_mode()
    def cache(self, mel: np.ndarray) -> Cache:
        """What makes the sound of log-mel frames (frames, 80), sample by sample."""
        given = torch.from_numpy(framed(mel, 0, len(mel)))[None].to(self.device)
        tensors = {name: tensor.float().cpu().numpy() for name, tensor in self.state_dict().items()}
        return Cache(tensors, self.dilations, self.conditions(given)[:, 0].cpu().numpy())

    def speak(self, mel: np.ndarray, *, seed: int = 0, temperature: float = 1.0) -> np.ndarray:
        """Samples (256 frames) float32 at 16 kHz of log-mel frames (frames, 80).

        Args:
            mel: see ``laterna.voice.spectrum``.
            seed: of what is drawn.
            temperature: below 1 the likelier values are drawn more often still: less noise, and less life.

        Raises:
            ModelError: the temperature is below zero.
        """
        if not temperature >= 0:
            raise ModelError(f"A temperature of {temperature} draws nothing: give 0 (the likeliest values) or more.")
        if len(mel) == 0:
            return np.zeros(0, np.float32)
        return decode(self.cache(mel).sample(len(mel) * HOP, seed=seed, temperature=temperature))


class Layer(nn.Module):
    """A gated convolution over this sample and the one ``dilation`` before it."""

    def __init__(self, channels: int, conditions: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.now = nn.Linear(channels, 2 * channels)
        self.past = nn.Linear(channels, 2 * channels, bias=False)
        self.condition = nn.Linear(conditions, 2 * channels, bias=False)
        self.out = nn.Linear(channels, 2 * channels, bias=False)

    def forward(self, x: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor]:
        """(N, B, channels) for the next layer and the head, of as many and conditions (N / 16, B, conditions)."""
        past = pad(self.past(x[: -self.dilation]), (0, 0, 0, 0, self.dilation, 0))[: len(x)]
        told = self.condition(conditions)[:, None]  # (N / 16, 1, B, 2 * channels)
        added = (self.now(x) + past).unflatten(0, (-1, STEP)) + told
        # One logistic function of all is faster than two of halves: 2 * logistic(x) - 1 is tanh(x / 2).
        content, gate = added.sigmoid().flatten(0, 1).chunk(2, 2)
        rest, skip = self.out((2 * content - 1) * gate).chunk(2, 2)
        return x + rest, skip


def encode(samples: np.ndarray) -> np.ndarray:
    """The values 0..255 (N,) uint8 of samples -1..1 on the mu-law scale, after emphasis."""
    sharp = samples.astype(np.float32)
    sharp[1:] -= _EMPHASIS * samples[:-1]
    levels = np.sign(sharp) * np.log1p(_MU * np.minimum(np.abs(sharp), 1)) / np.log1p(_MU)
    return (SILENCE + np.rint(levels * (SILENCE - 1))).astype(np.uint8)


def decode(codes: np.ndarray) -> np.ndarray:
    """Samples (N,) float32 in -1..1 of values 0..255: the inverse of :func:`encode`, but for its rounding."""
    levels = (codes.astype(np.float64) - SILENCE) / (SILENCE - 1)
    samples, last = np.sign(levels) * np.expm1(np.abs(levels) * np.log1p(_MU)) / _MU, 0.0
    for index, sharp in enumerate(samples.tolist()):
        samples[index] = last = sharp + _EMPHASIS * last
    return samples.clip(-1, 1).astype(np.float32)


def framed(mel: np.ndarray, first: int, end: int) -> np.ndarray:
    """The frames from ``first`` to ``end`` of a sound's (frames, 80) with ``MARGIN`` more at both ends.

    Beyond an end of the sound its last frame stands for ever.
    """
    return mel[np.arange(first - MARGIN, end + MARGIN).clip(0, len(mel) - 1)].astype(np.float32)
