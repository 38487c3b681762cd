"""A GAN of two bars in four voices: convolutions that write piano rolls, and a critic that tells them from real ones.

After DCGAN (Radford et al. 2016, arXiv:1511.06434), whose generator grows a picture from noise by convolutions and
whose critic shrinks it; taught by Wasserstein's distance with a gradient penalty (Gulrajani et al. 2017,
arXiv:1704.00028). Mode and density are told to both (Mirza & Osindero 2014, arXiv:1411.1784).

Where it departs from them:
- it grows along time alone: pitches are channels, each voice has its own, as all music is in C here;
- the generator gives each frame of a voice a pitch, and whether to go on with the note before instead, which it does
  mostly: so notes have lengths from the start;
- both are drawn by their chances, by Gumbel noise (Kusner & Hernández-Lobato 2016, arXiv:1611.04051), and for good: the
  critic hears no blends, and gradients pass as if it did. Without that noise its excerpts were too much alike;
- the critic is shown what all voices sound together, pitch classes, held notes and heights too, which say more plainly
  what chords and lines are;
- it is shown how much its batch varies (Karras et al. 2018, arXiv:1710.10196), so that the generator has to;
- it steps twice as often as the generator, not five times, at a higher rate (Heusel et al. 2017, arXiv:1706.08500), and
  half of each batch bears the penalty, which is dear.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import pairwise
from operator import mul
from typing import Any, ClassVar, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, leaky_relu, one_hot, pad, relu

from laterna.learning.model import Model, Phase
from laterna.learning.threads import torch_threads
from laterna.music.keys import Mode
from laterna.music.models.memory import Memory
from laterna.music.pieces import Piece, merged

GRID, FRAMES = 4, 32  # frames of a quarter note, and of an excerpt
_FIRST = 4  # frames that the noise is made to; each convolution doubles them
_USUAL, _USUALLY_OFF = 3.75, 0.9  # notes that begin in a quarter note, and by how much that differs
_QUANTILES = 33
_MIDDLE = 60  # MIDI number from which the critic counts heights, in octaves
_COOL = 0.6  # temperature of draws while it is not known which is best: it learns at 1, which leaves stray notes
_PENALTY, _DRIFT = 10.0, 1e-3


class Rolls(NamedTuple):
    """A batch of excerpts in C.

    Attributes:
        pitches: (B, T, V) MIDI numbers that sound, the highest voice first; 0 for a rest.
        minor: (B,) 1 for minor, 0 for major.
        density: (B,) notes of all voices that begin in a quarter note, on average.
    """

    pitches: Tensor
    minor: Tensor
    density: Tensor


class MusicGAN(Model):
    """Excerpts of two bars from noise, mode and density.

    Args:
        width: of the generator's last layers; its first ones have twice as many channels.
        latent: numbers of noise.
        judge: channels of the critic's first layers.
        lowest: MIDI number of each voice, the highest voice first.
        pitches: of each voice, from its lowest one up.
    """

    name: ClassVar[str] = "music/gan"
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "debug": {"width": 24, "latent": 16, "judge": 32},
        "base": {},
    }
    frames = FRAMES
    memory: Memory
    densities: Tensor
    minors: Tensor
    temperature: Tensor

    def __init__(
        self,
        width: int = 112,
        latent: int = 64,
        judge: int = 160,
        lowest: Sequence[int] = (54, 48, 44, 36),
        pitches: int = 32,
    ) -> None:
        super().__init__()
        self.latent, self.lowest, self.pitches = latent, tuple(lowest), pitches
        self.generator = Generator(width, latent, self.lowest, pitches)
        self.critic = Critic(judge, self.lowest, pitches)
        self.memory = Memory()
        usual = torch.linspace(_USUAL - 2 * _USUALLY_OFF, _USUAL + 2 * _USUALLY_OFF, _QUANTILES)
        self.register_buffer("densities", usual.repeat(2, 1))  # quantiles of what was learnt from: of major, of minor
        self.register_buffer("minors", torch.tensor(0.5))  # its share in minor
        self.register_buffer("temperature", torch.tensor(_COOL))  # of draws, unless another one is asked for

    def phases(self) -> Sequence[Phase]:
        rates: dict[str, Any] = {"betas": (0.0, 0.9), "clip": None}
        return [
            Phase("critic", ("critic",), learning_rate=7e-4, **rates),
            Phase("generator", ("generator",), every=2, learning_rate=5e-4, **rates),
        ]

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """How badly the critic tells made from real; or how well it tells them, for the generator."""
        told = batch.minor, batch.density
        noise = torch.randn(len(batch.pitches), self.latent, device=batch.pitches.device)
        if phase == "generator":
            return {"loss": -self.critic(self.generator(noise, *told), *told).mean()}
        with torch.no_grad():
            made = self.generator(noise, *told)
        real = self.sounds(batch.pitches).to(made)
        verdicts = self.critic(real, *told), self.critic(made, *told)
        apart = verdicts[0].mean() - verdicts[1].mean()
        penalty = self._penalty(real, made, told)
        drift = sum(verdict.square().mean() for verdict in verdicts)
        return {"loss": _PENALTY * penalty + _DRIFT * drift - apart, "apart": apart, "penalty": penalty}

    def _penalty(self, real: Tensor, made: Tensor, told: tuple[Tensor, ...]) -> Tensor:
        """How far the critic's slope is from 1, somewhere between real and made ones."""
        some = (len(real) + 1) // 2
        share = torch.rand(some, 1, 1, 1, device=real.device)
        between = (share * real[:some] + (1 - share) * made[:some]).requires_grad_()
        verdicts = self.critic(between, *(each[:some] for each in told))
        (slope,) = torch.autograd.grad(verdicts.sum(), between, create_graph=True)
        return (slope.flatten(1).norm(dim=1) - 1).square().mean()

    def sample(
        self,
        count: int,
        *,
        mode: Mode | None = None,
        density: float | None = None,
        temperature: float | None = None,
        seed: int = 0,
    ) -> list[Piece]:
        """Excerpts of two bars of 4/4 in C, at four frames of a quarter note, the highest of four voices first.

        Args:
            count: of excerpts.
            mode: of them; else each is drawn, as often as in what was learnt from.
            density: notes of all voices that begin in a quarter note, some 2 to 6; else drawn likewise.
            temperature: of the draw of each note, 0 or more, below 1 likelier ones are drawn more often; else that at
                which its music was most like what it learnt from.
            seed: of all that is drawn.
        """
        random = np.random.default_rng(seed)
        minor = random.random(count) < float(self.minors) if mode is None else np.full(count, mode == "minor")
        quantiles = self.densities.cpu().double().numpy()
        spots, places = np.linspace(0, 1, quantiles.shape[1]), random.random(count)
        dense = [np.interp(place, spots, quantiles[int(m)]) for place, m in zip(places, minor, strict=True)]
        told = minor.astype(np.float32), np.full(count, density) if density is not None else np.array(dense)
        asked = (torch.from_numpy(each).float() for each in told)
        pitches = self.write(*asked, temperature=temperature, seed=seed).numpy()
        return [merged("", each, GRID) for each in pitches]  # a pitch that goes on is one note

    @torch.inference_mode()
    def write(self, minor: Tensor, density: Tensor, *, temperature: float | None = None, seed: int = 0) -> Tensor:
        """Pitches (B, T, V), as in :class:`Rolls`, of excerpts of those modes and densities (B,)."""
        random = torch.Generator().manual_seed(seed)
        noise = torch.randn(len(minor), self.latent, generator=random)
        told = (each.to(self.device) for each in (noise, minor, density))
        heat = float(self.temperature) if temperature is None else temperature
        with torch_threads(1):
            made = self.generator(*told, temperature=heat, random=random)
        sounds = made.argmax(2).transpose(1, 2).cpu()  # (B, T, V)
        return torch.where(sounds > 0, sounds - 1 + torch.tensor(self.lowest), 0)

    def sounds(self, pitches: Tensor) -> Tensor:
        """One-hot (B, V, pitches + 1, T) of pitches (B, T, V): a rest, or how high; others are moved by octaves."""
        above = pitches - torch.tensor(self.lowest, device=pitches.device)
        above = torch.where(above < 0, above % 12, above)
        above = torch.where(above < self.pitches, above, self.pitches - 12 + (above - self.pitches) % 12)
        return one_hot(torch.where(pitches > 0, above + 1, 0), self.pitches + 1).permute(0, 2, 3, 1)

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """Take weights; where all of the critic's are missing, as in those kept for writing alone, its own stay."""
        if not any(name.startswith("critic.") for name in state_dict):
            kept = {name: tensor for name, tensor in self.state_dict().items() if name.startswith("critic.")}
            state_dict = kept | dict(state_dict)
        return super().load_state_dict(state_dict, strict, assign)


class Generator(nn.Module):
    """Noise to the one-hot sounds of each voice and frame."""

    classes: Tensor

    def __init__(self, width: int, latent: int, lowest: Sequence[int], pitches: int) -> None:
        super().__init__()
        self.voices, self.kinds = len(lowest), pitches + 1
        widths = (2 * width, 2 * width, width * 3 // 2, width * 5 // 4)
        self.told = nn.Linear(2, 32)
        self.first = nn.Linear(latent + 32, _FIRST * widths[0])
        self.norms = nn.ModuleList(map(nn.BatchNorm1d, widths))
        self.convs = nn.ModuleList(nn.Conv1d(a, b, 5, padding=2) for a, b in pairwise(widths))
        self.tell = nn.ModuleList(nn.Linear(32, made) for made in widths[1:])
        self.pitch = nn.Conv1d(widths[-1], self.voices * self.kinds, 3, padding=1)
        self.chord = nn.Conv1d(widths[-1], 12, 3, padding=1)
        self.hold = nn.Conv1d(widths[-1], self.voices, 3, padding=1)
        nn.init.constant_(cast(Tensor, self.hold.bias), 1.0)
        self.register_buffer("classes", pitch_classes(lowest, pitches), persistent=False)

    def forward(
        self,
        noise: Tensor,
        minor: Tensor,
        density: Tensor,
        *,
        temperature: float = 1.0,
        random: torch.Generator | None = None,
    ) -> Tensor:
        """(B, V, pitches + 1, T): 1 for what sounds, 0 for all else."""
        told = self.told(_scaled(minor, density))  # (B, 32)
        x = self.first(torch.cat([noise, told], 1)).unflatten(1, (-1, _FIRST))  # (B, channels, 4)
        x = relu(self.norms[0](x))
        for conv, norm, tell in zip(self.convs, self.norms[1:], self.tell, strict=True):
            x = norm(conv(interpolate(x, scale_factor=2.0))) + tell(told)[..., None]
            x = relu(x)  # (B, channels, 8), then 16, then 32
        logits = self.pitch(x).float().unflatten(1, (self.voices, self.kinds))
        logits = logits + torch.einsum("vkc,bct->bvkt", self.classes, self.chord(x).float())
        holds = self.hold(x).float()
        drawn, on, off = (temperature * _gumbel(each.shape, random).to(each) for each in (logits, holds, holds))
        return _sung(_chosen(logits + drawn), _decided(holds + on - off))


class Critic(nn.Module):
    """How real sounds seem, blended ones too."""

    classes: Tensor
    heights: Tensor

    def __init__(self, width: int, lowest: Sequence[int], pitches: int) -> None:
        super().__init__()
        voices, widths = len(lowest), (width, width, width * 3 // 2, width * 2)
        self.below = [number - min(lowest) for number in lowest]
        self.span = max(self.below) + pitches
        self.first = nn.Conv1d(voices * (pitches + 1) + self.span + 12 + 2 * voices + 2, width, 3, padding=1)
        self.convs = nn.ModuleList(nn.Conv1d(a, b, 4, 2, 1) for a, b in pairwise(widths))
        self.join = nn.Linear(widths[-1] * _FIRST + 1, width)
        self.last = nn.Linear(width, 1)
        heights = (torch.tensor(lowest)[:, None] + torch.arange(pitches) - _MIDDLE) / 12
        self.register_buffer("classes", pitch_classes(lowest, pitches), persistent=False)
        self.register_buffer("heights", pad(heights, (1, 0)), persistent=False)

    def forward(self, sounds: Tensor, minor: Tensor, density: Tensor) -> Tensor:
        """(B,) of sounds (B, V, pitches + 1, T)."""
        chords = torch.einsum("vkc,bvkt->bct", self.classes, sounds)
        held = pad((sounds[..., 1:] * sounds[..., :-1]).sum(2), (1, 0))  # (B, V, T)
        heights = torch.einsum("vk,bvkt->bvt", self.heights, sounds)
        silent = reduce(mul, (1 - self._laid(sounds[:, v, 1:], below) for v, below in enumerate(self.below)))
        told = _scaled(minor, density)[..., None].expand(-1, -1, sounds.shape[3])
        shown = [sounds.flatten(1, 2), 1 - silent, chords, held, heights, told]
        x = leaky_relu(self.first(torch.cat(shown, 1)), 0.2)
        for conv in self.convs:
            x = leaky_relu(conv(x), 0.2)  # (B, channels, 16), then 8, then 4
        x = x.flatten(1)
        varied = (x.float().var(0, unbiased=False) + 1e-8).sqrt().mean().expand(len(x), 1)
        return self.last(leaky_relu(self.join(torch.cat([x, varied], 1)), 0.2))[:, 0].float()

    def _laid(self, voice: Tensor, below: int) -> Tensor:
        """A voice's pitches (B, pitches, T) among those of all voices (B, span, T)."""
        return pad(voice, (0, 0, below, self.span - below - voice.shape[1]))


def pitch_classes(lowest: Sequence[int], pitches: int) -> Tensor:
    """(V, pitches + 1, 12): 1 where a voice's sound is of a pitch class; a rest is of none."""
    numbers = torch.tensor(lowest)[:, None] + torch.arange(pitches)
    return pad(one_hot(numbers % 12, 12).float(), (0, 0, 1, 0))


def _scaled(minor: Tensor, density: Tensor) -> Tensor:
    return torch.stack([2 * minor - 1, (density - _USUAL) / _USUALLY_OFF], 1).float()


def _gumbel(shape: torch.Size, random: torch.Generator | None) -> Tensor:
    """Noise that makes the largest of some logits a draw by their softmax; of two, their difference by the sigmoid."""
    return -(-torch.rand(shape, generator=random).clamp(1e-6, 1 - 1e-6).log()).log()


def _chosen(logits: Tensor) -> Tensor:
    """One-hot (B, V, kinds, T) of the likeliest kind; its gradient is that of the softmax."""
    likely = logits.softmax(2)
    hard = one_hot(logits.argmax(2), logits.shape[2]).permute(0, 1, 3, 2)
    return hard + likely - likely.detach()


def _decided(logits: Tensor) -> Tensor:
    """1 where a logit is above 0; its gradient is that of the sigmoid."""
    likely = logits.sigmoid()
    return (logits > 0).float() + likely - likely.detach()


def _sung(pitches: Tensor, holds: Tensor) -> Tensor:
    """What sounds: a frame's own pitch (B, V, kinds, T), or where it holds (B, V, T) what sounded in the one before."""
    sounds = [pitches[..., 0]]
    for frame in range(1, pitches.shape[3]):
        own = pitches[..., frame]
        sounds.append(own + holds[..., None, frame] * (sounds[-1] - own))
    return torch.stack(sounds, 3)
