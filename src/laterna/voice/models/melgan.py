"""MelGAN: from the mel frames of a sentence to its sound (Kumar et al. 2019, arXiv:1910.06711).

As there, transposed convolutions raise the rate of the frames, stacks of dilated residual convolutions follow each of
them, weights are normalised, and discriminators that hear the raw waveform at several scales teach the generator, by a
hinge loss and by their features. It departs from it so that a processor can train it in an hour and speaks in no time:

- The convolutions do not make samples but filters for a source of pulses and noise (Wang et al. 2019,
  arXiv:1904.12088), which an inverse Fourier transform applies: it does most of the upsampling (iSTFTNet, Kaneko et al.
  2022, arXiv:2203.02395; Li et al. 2023, arXiv:2309.09493, have both). So a voice has a pitch from the first minute on.
- The pitch of the pulses is found in the mel frames by a small network of its own, which learns it as a choice among
  steps (Kim et al. 2018, arXiv:1802.06182).
- Noise has phases by chance, and the same magnitude at all times and frequencies: its filters alone shape it.
- Filters begin where the mel frames say, so that only what they leave open is learnt, and silence stays silent.
- A stack of convolutions sees the mel frames before they are upsampled, and shortcuts are the identity.
- A spectral loss stays all along: distances of log-mel frames and of spectra at three resolutions (Yamamoto et al.
  2020, arXiv:1910.11480). Until ``warm`` steps it is the only one: the spectral warm start.
- When it speaks, what it made is put right twice by the mel frames, as Griffin and Lim's algorithm would (1984): voices
  that it never heard need that most.
- Discriminators are narrow, without groups, and begin with a stride of two.
- Weights that are kept for speaking alone may lack the discriminators: training begins with fresh ones then.

It is trained and judged here; ``voice/engines/studio/vocoder.py`` speaks without torch.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import (
    avg_pool1d,
    conv1d,
    conv_transpose1d,
    cross_entropy,
    interpolate,
    l1_loss,
    leaky_relu,
    relu,
)
from torch.nn.utils.parametrizations import weight_norm

from laterna.learning.model import Model, Phase
from laterna.voice.engines.studio.vocoder import (
    LEVEL,
    LOUDEST,
    MEAN,
    MIDDLE,
    NAME,
    NEAR,
    OCTAVES,
    PITCHES,
    PULSE,
    SLOPE,
    SPREAD,
    VERSION,
    analysis_basis,
    envelope,
    evenness,
    noise,
    synthesis_basis,
)
from laterna.voice.spectrum import (
    BANDS,
    CHANGED,
    FLOOR,
    HOP,
    RIGHTED,
    SAMPLE_RATE,
    WINDOW,
    mel_filters,
    spread,
    window,
)

_RESOLUTIONS = ((256, 64, 24), (512, 128, 40), (WINDOW, HOP, BANDS))  # window, hop and bands of what is compared
_FAINT = 1e-3  # the least magnitude of a spectrum that is told from silence
_MEL, _FOOLED, _FEATURES = 4.0, 0.3, 20.0  # weights of losses: by their gradients, the spectral ones lead


class MelGAN(Model):
    """Speaks mel frames.

    Args:
        width: channels at the rate of the frames.
        rates: of the upsamplings, even; the inverse Fourier transform does the rest of the 256.
        widths: channels after each upsampling.
        depth: residual convolutions in a stack, of dilations 1, 3, 9...
        judges: channels of the layers of a discriminator.
        scales: discriminators; each hears half the rate of the one before.
        warm: steps with the spectral loss alone.
    """

    analysis: Tensor
    synthesis: Tensor
    squares: Tensor
    bands: Tensor
    spread: Tensor
    name = NAME
    version = VERSION
    exports = ("mel",)
    axes = {0: "batch", 1: "frames"}  # noqa: RUF012
    sizes = {  # noqa: RUF012
        "debug": {"width": 32, "widths": (32,), "depth": 1, "judges": (8, 8, 8), "scales": 2, "warm": 4},
        "base": {},
    }

    def __init__(
        self,
        width: int = 128,
        rates: Sequence[int] = (2,),
        widths: Sequence[int] = (112,),
        depth: int = 3,
        judges: Sequence[int] = (16, 32, 64, 128, 128),
        scales: int = 3,
        warm: int = 3000,
    ) -> None:
        super().__init__()
        self.warm = warm
        self.generator = Generator(width, rates, widths, depth)
        self.discriminators = nn.ModuleList(Discriminator(judges, 2**scale) for scale in range(scales))
        for name, values in (
            ("analysis", analysis_basis(WINDOW)[:, None]),
            ("synthesis", 1.5 * synthesis_basis(WINDOW)[:, None]),
            ("squares", window()[None, None] ** 2),
            ("bands", mel_filters()),
            ("spread", spread()),
        ):
            self.register_buffer(name, torch.from_numpy(values), persistent=False)

    def forward(self, mel: Tensor) -> Tensor:
        """Samples (B, 256 frames) of log-mel frames (B, frames, 80); see ``laterna.voice.spectrum``."""
        filters, logits = self.generator(mel)
        places = torch.arange(mel.shape[1] * HOP, device=mel.device)
        hiss = self.generator.noise[places % len(self.generator.noise)]
        exact = (_hertz(logits) * 4).round() / 4  # so that no rounding of sums moves a pulse
        return self.righted(self.generator.sound(mel, filters, exact, hiss), mel)

    @torch.inference_mode()
    def speak(self, mel: np.ndarray) -> np.ndarray:
        """Samples (256 frames) float32 of log-mel frames (frames, 80)."""
        given = torch.from_numpy(np.ascontiguousarray(mel, np.float32)).to(self.device)
        return self(given[None])[0].cpu().numpy()

    def righted(self, samples: Tensor, mel: Tensor) -> Tensor:
        """Samples (B, N) whose mel frames are nearer to those given (B, frames, 80); ``laterna.voice.spectrum`` too."""
        margin = (WINDOW - HOP) // 2
        weight = conv_transpose1d(torch.ones_like(mel[:1, :, :1]).mT, self.squares, stride=HOP, padding=margin)
        for _ in range(RIGHTED):
            real, imaginary = conv1d(samples[:, None], self.analysis, stride=HOP, padding=margin).chunk(2, 1)
            bands = self.bands @ (real.square() + imaginary.square()).clamp_min(1e-20).sqrt()
            lacking = (mel.mT - bands.clamp_min(FLOOR).log()).clamp(-CHANGED, CHANGED)
            gain = (self.spread @ lacking).exp()
            spectra = torch.cat([gain * real, gain * imaginary], 1)
            made = conv_transpose1d(spectra, self.synthesis, stride=HOP, padding=margin)
            samples = (made / weight.clamp_min(1e-3))[:, 0]
        return samples

    def example(self) -> tuple[Tensor, ...]:
        return (torch.randn(2, 12, BANDS, generator=torch.Generator().manual_seed(0)) - 5,)

    def phases(self) -> Sequence[Phase]:
        rates: dict[str, Any] = {"learning_rate": 1e-3, "betas": (0.8, 0.99), "clip": 10.0}
        return [
            Phase("generator", ("generator",), warmup=20, **rates),
            Phase("discriminator", ("discriminators",), start=self.warm, **(rates | {"learning_rate": 5e-4})),
        ]

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """Of samples (B, N), their mel frames (B, N / 256, 80), and Hz or 0 for each: what a phase minimises."""
        samples, mel, hertz = batch
        if phase == "discriminator":
            with torch.no_grad():
                made, _ = self._made(mel, hertz)
            return {
                "loss": torch.stack(
                    [_hinge(cast(Discriminator, judge), samples, made) for judge in self.discriminators]
                ).mean()
            }
        made, told = self._made(mel, hertz)
        with torch.autocast(samples.device.type, enabled=False):
            spectra, mels = self.apart(samples, made)
        losses = {"spectra": spectra, "mel": mels, **told}
        total = spectra + _MEL * mels + told["pitch"] + told["buzz"]
        if step >= self.warm:
            fooled, features = self._fooled(samples, made)
            losses |= {"fooled": fooled, "features": features}
            total = total + _FOOLED * fooled + _FEATURES * features
        return {"loss": total, **losses}

    def apart(self, samples: Tensor, made: Tensor) -> tuple[Tensor, Tensor]:
        """How far two sounds (B, N) are apart: in spectra and in log-mel frames, at three resolutions."""
        spectra, mels = [], []
        for fft, hop, bands in _RESOLUTIONS:
            one, two = (_spectrum(sound, fft, hop) for sound in (samples, made))
            convergence = (one - two).norm(dim=(1, 2)) / (one.norm(dim=(1, 2)) + 1)
            spectra.append(convergence.mean() + l1_loss(two.clamp_min(_FAINT).log(), one.clamp_min(_FAINT).log()))
            filters = torch.from_numpy(mel_filters(fft, bands)).to(samples.device)
            one, two = ((filters @ magnitudes).clamp_min(FLOOR).log() for magnitudes in (one, two))
            mels.append(l1_loss(two, one))
        return torch.stack(spectra).mean(), torch.stack(mels).mean()

    def _made(self, mel: Tensor, hertz: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Samples (B, N) at the pitch that was measured, and losses of the source.

        They are how unlikely that pitch seems to the network, and the share of pulses where there is none: of two
        sounds as loud, spectra tell noise worse from pulses than ears do.
        """
        filters, logits = self.generator(mel)
        with torch.autocast(mel.device.type, enabled=False):
            filters, logits, voiced = filters.float(), logits.float(), hertz > 0
            louder, hissing, _ = filters.chunk(3, 1)
            shares = torch.sigmoid(2 * (louder - hissing)).mean(1).unflatten(1, (mel.shape[1], -1)).mean(2)
            told = {"pitch": _unheard(logits, hertz), "buzz": (shares * ~voiced).mean()}
            sung = torch.where(voiced, hertz, _hertz(logits.detach()))
            hiss = torch.randn(len(mel), mel.shape[1] * HOP, device=mel.device)
            return self.generator.sound(mel, filters, sung, hiss), told

    def _fooled(self, samples: Tensor, made: Tensor) -> tuple[Tensor, Tensor]:
        """How little the discriminators take what was made for real, and how far their features are apart."""
        fooled, features = [], []
        for judge in self.discriminators:
            with torch.no_grad():
                _, real = judge(samples)
            verdict, false = judge(made)
            fooled.append(-verdict.float().mean())
            features += [l1_loss(b.float(), a.float()) for a, b in zip(real, false, strict=True)]
        return torch.stack(fooled).mean(), torch.stack(features).mean()

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """Take weights; where all discriminators are missing, the present ones stay."""
        if not any(name.startswith("discriminators.") for name in state_dict):
            kept = {k: v for k, v in self.state_dict().items() if k.startswith("discriminators.")}
            state_dict = kept | dict(state_dict)
        return super().load_state_dict(state_dict, strict, assign)


class Generator(nn.Module):
    """Mel frames to a sound: to what a source of pulses and noise is filtered by, and the pitch of the pulses."""

    envelope: Tensor
    noise: Tensor
    analysis: Tensor
    synthesis: Tensor

    def __init__(self, width: int, rates: Sequence[int], widths: Sequence[int], depth: int) -> None:
        super().__init__()
        self.hop = HOP // math.prod(rates)
        self.fft = 4 * self.hop
        self.bins = self.fft // 2 + 1
        self.even = evenness(self.fft)
        self.first = weight_norm(nn.Conv1d(BANDS, width, 5, padding=2))
        self.stacks = nn.ModuleList([Stack(width, depth)])
        self.pitch = Pitch(width // 2, depth)
        self.rises = nn.ModuleList()
        for rate, made in zip(rates, widths, strict=True):
            rise = nn.ConvTranspose1d(width, made, 2 * rate, rate, rate // 2)
            self.rises.append(weight_norm(rise))
            self.stacks.append(Stack(made, depth))
            width = made
        last = nn.Conv1d(width, 3 * self.bins, 1)
        nn.init.normal_(last.weight, std=0.01)
        self.last = weight_norm(last)
        for name, values in (
            ("envelope", envelope(self.fft)),
            ("analysis", analysis_basis(self.fft)),
            ("synthesis", synthesis_basis(self.fft)),
            ("noise", noise()),
        ):
            self.register_buffer(name, torch.from_numpy(values), persistent=False)

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Of mel frames (B, frames, 80): filters (B, 3 bins, T), and how likely each pitch is (B, PITCHES, frames)."""
        given = ((mel - MEAN) / SPREAD).transpose(1, 2)
        x = self.stacks[0](self.first(given))  # (B, channels, frames)
        for rise, stack in zip(self.rises, self.stacks[1:], strict=True):
            x = stack(rise(leaky_relu(x, SLOPE)))
        return self.last(leaky_relu(x, SLOPE)), self.pitch(given)

    def sound(self, mel: Tensor, filters: Tensor, hertz: Tensor, hiss: Tensor) -> Tensor:
        """Samples (B, N): pulses of a pitch (B, frames) and noise, (N) or (B, N), once they are filtered.

        Filters are the log gain of the pulses, that of the noise, and the phase of the pulses.
        """
        given = interpolate(mel.transpose(1, 2), scale_factor=HOP // self.hop, mode="linear")  # (B, 80, T)
        base = self.envelope @ given - LEVEL  # (B, bins, T)
        louder, hissing, turned = filters.chunk(3, 1)
        voice, breath = ((base + gain).clamp_max(LOUDEST).exp() for gain in (louder, hissing))
        cosine, sine = voice * turned.cos(), voice * turned.sin()
        real, imaginary = self.spectra(_pulses(hertz))
        others = self.spectra(hiss.expand(mel.shape[0], -1))
        breath = breath * self.even / (others[0].square() + others[1].square() + 1e-6).sqrt()
        parts = [
            cosine * real - sine * imaginary + breath * others[0],
            cosine * imaginary + sine * real + breath * others[1],
        ]
        margin = (self.fft - self.hop) // 2
        return conv_transpose1d(torch.cat(parts, 1), self.synthesis[:, None], stride=self.hop, padding=margin)[:, 0]

    def spectra(self, samples: Tensor) -> tuple[Tensor, ...]:
        """Real and imaginary parts (B, bins, T) of samples (B, N)."""
        margin = (self.fft - self.hop) // 2
        return conv1d(samples[:, None], self.analysis[:, None], stride=self.hop, padding=margin).chunk(2, 1)


class Pitch(nn.Module):
    """Hears the pitch of mel frames, among steps from the lowest to the highest."""

    def __init__(self, width: int, depth: int) -> None:
        super().__init__()
        self.first = weight_norm(nn.Conv1d(BANDS, width, 5, padding=2))
        self.stack = Stack(width, depth)
        self.last = weight_norm(nn.Conv1d(width, PITCHES, 1))

    def forward(self, given: Tensor) -> Tensor:
        """Logits (B, PITCHES, frames)."""
        return self.last(leaky_relu(self.stack(self.first(given)), SLOPE))


def _steps(like: Tensor) -> Tensor:
    """Octaves from the middle of the range, of each step of pitch: (PITCHES, 1)."""
    return torch.linspace(*OCTAVES, PITCHES, device=like.device)[:, None]


def _hertz(logits: Tensor) -> Tensor:
    """The likeliest pitch of each frame (B, frames), between the steps, in Hz."""
    places = torch.arange(PITCHES, device=logits.device)[:, None]
    near = (places - logits.argmax(1, keepdim=True)).abs() <= NEAR
    shares = logits.softmax(1) * near
    return ((shares * _steps(logits)).sum(1) / shares.sum(1)).exp2() * MIDDLE


def _unheard(logits: Tensor, hertz: Tensor) -> Tensor:
    """Cross-entropy of the pitch (B, frames) where there is one; a step's neighbours are nearly as right."""
    width = (OCTAVES[1] - OCTAVES[0]) / (PITCHES - 1)
    away = (hertz / MIDDLE).clamp_min(1e-3).log2()[:, None] - _steps(logits)  # (B, PITCHES, frames)
    wanted = (-0.5 * (away / width) ** 2).softmax(1)
    voiced = hertz > 0
    return (cross_entropy(logits, wanted, reduction="none") * voiced).sum() / voiced.sum().clamp_min(1)


def _pulses(hertz: Tensor) -> Tensor:
    """A pulse for each period of a pitch (B, frames): (B, 256 frames) of mean power 1."""
    rates = interpolate(hertz.double()[:, None], scale_factor=HOP, mode="linear")[:, 0]  # (B, N)
    cycles = rates.cumsum(1) / SAMPLE_RATE
    periods = (SAMPLE_RATE / rates).float()
    away = ((cycles + 0.5) % 1 - 0.5).float() * periods  # samples to the nearest pulse
    return (-0.5 * (away / PULSE) ** 2).exp() * (periods / (PULSE * math.pi**0.5)).sqrt()


class Stack(nn.Module):
    """Dilated convolutions, each added to its input."""

    def __init__(self, channels: int, depth: int) -> None:
        super().__init__()
        self.wide = nn.ModuleList(
            weight_norm(nn.Conv1d(channels, channels, 3, padding=3**d, dilation=3**d)) for d in range(depth)
        )
        self.narrow = nn.ModuleList(weight_norm(nn.Conv1d(channels, channels, 1)) for _ in range(depth))

    def forward(self, x: Tensor) -> Tensor:
        for wide, narrow in zip(self.wide, self.narrow, strict=True):
            x = x + narrow(leaky_relu(wide(leaky_relu(x, SLOPE)), SLOPE))
        return x


class Discriminator(nn.Module):
    """Convolutions over a waveform at one scale: what each layer sees, and a verdict for each of some places."""

    def __init__(self, widths: Sequence[int], scale: int) -> None:
        super().__init__()
        self.scale = scale
        given, strides = (1, *widths), (2, *(4,) * (len(widths) - 2), 1)
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv1d(a, b, kernel, stride, kernel // 2))
            for a, b, kernel, stride in zip(given, widths, (15,) * (len(widths) - 1) + (5,), strides, strict=False)
        )
        self.verdict = weight_norm(nn.Conv1d(widths[-1], 1, 3, padding=1))

    def forward(self, samples: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Verdicts, higher for what is real, and features of each layer, of samples (B, N)."""
        x, seen = avg_pool1d(samples[:, None], self.scale), []
        for layer in self.layers:
            x = leaky_relu(layer(x), SLOPE)
            seen.append(x)
        return self.verdict(x).float(), seen


def _hinge(judge: Discriminator, samples: Tensor, made: Tensor) -> Tensor:
    """The discriminator's loss on what is real and on what was made."""
    real, false = judge(torch.cat([samples, made]))[0].chunk(2)
    return relu(1 - real).mean() + relu(1 + false).mean()


def _spectrum(samples: Tensor, window: int, hop: int) -> Tensor:
    """Magnitudes (B, bins, frames)."""
    hann = torch.hann_window(window, device=samples.device)
    spectrum = torch.stft(samples, window, hop, window=hann, return_complex=True)
    return (spectrum.real**2 + spectrum.imag**2).clamp_min(1e-8).sqrt()
