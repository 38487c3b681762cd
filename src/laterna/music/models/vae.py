"""MusicVAE: phrases of music as points of a space, between which one can walk (Roberts et al. 2018, arXiv:1803.05428).

An encoder reads a phrase to a Gaussian; a decoder writes a phrase from a point: a conductor gives a vector for each
bar, and from it a second recurrent network writes the bar frame by frame, hearing what it wrote. A prior says how
likely points are.

Where it departs from the paper:
- a frame holds up to four voices; a melody is a phrase of which the highest voice alone sounds, so that one network
  can know melodies and four-part phrases; a smaller one knows melodies alone, and better;
- the prior is learnt with the rest, for one Gaussian fits no points of music: bits are saved, and points that are drawn
  from it are like those of phrases;
- what is sampled of the prior's points is read back and written anew, some fifty times over, before it is given;
- a point knows no key: phrases are read in C major or A minor, and written in the key that goes with the point (any of
  12, all as likely), so that points between others are in that key too;
- each frame has a place of its own in what is read and in what a bar is written from, so that no recurrent state has to
  carry all of a phrase;
- phrases may cost so many bits for each of their voices, in the mean of a batch, before any are charged (after the free
  bits of Kingma et al. 2016, arXiv:1606.04934), so that rich phrases may cost what plain ones save; and many more at
  first, so that it learns to tell phrases apart before it learns to be brief;
- while it learns, what it wrote before is hidden at many frames: it has to ask the point for the notes themselves, not
  for their intervals alone, or one wrong note would move all that follow;
- gated recurrent units (Cho et al. 2014, arXiv:1406.1078) in place of long short-term memory.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, pad, relu

from laterna.learning.model import Model, Phase
from laterna.learning.threads import torch_threads
from laterna.music.attributes import ATTRIBUTES
from laterna.music.keys import SIGNATURES, Mode
from laterna.music.models.memory import Memory
from laterna.music.models.prior import Prior
from laterna.music.models.voices import TOKENS, Draw, Hear, before, sounding
from laterna.music.pieces import HOLD, VOICES, Piece, tokens_of

GRID, BAR = 4, 16  # frames of a quarter note, and of a bar
_GENEROUS = 5.0  # times as many bits are free at a training's first step as at its end
_PARTS = 6  # Gaussians of which each number of a point may be
_TRIED = 4  # points that are drawn for each phrase that is wanted
_ANEW, _ON_THE_WAY = 48, 0.8  # times that a phrase of the prior is read and written anew; the temperature till the last
_TOGETHER = 512  # phrases that are read at a time
_NORMAL = 0.5 * math.log(2 * math.pi * math.e)  # nats of a standard Gaussian


class Phrases(NamedTuple):
    """A batch of phrases without signs: tokens and pitches (B, T, V), the highest voice first."""

    tokens: Tensor
    pitches: Tensor


class MusicVAE(Model):
    """Phrases to points, and points to phrases.

    Args:
        bars: of a phrase, of 4/4.
        voices: of a frame.
        width: of a frame.
        hidden: units of the recurrent layers.
        latent: dimensions of the space.
        slot: dimensions of a frame's own place in a bar.
        chain: units of the recurrent chain through a frame's voices.
        belief: units of the prior's layers.
        bits: free for each voice of a phrase, in the mean of a batch, once the training is no longer young.
        young: the share of a training over which they fall to that from five times as many, as the square of what is
            left of it.
        hide: the share of frames at which it does not hear what it wrote before, in training.
    """

    name: ClassVar[str] = "music/vae"
    version: ClassVar[int] = 3
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "debug": {"width": 32, "hidden": 48, "latent": 16, "slot": 16, "chain": 32, "belief": 48, "young": 0.0},
        "base": {},
    }
    memory: Memory
    attributes: Tensor

    def __init__(
        self,
        bars: int = 2,
        voices: int = 4,
        width: int = 128,
        hidden: int = 256,
        latent: int = 96,
        slot: int = 64,
        chain: int = 128,
        belief: int = 128,
        bits: float = 44.0,
        young: float = 0.3,
        hide: float = 0.75,
    ) -> None:
        super().__init__()
        self.bars, self.voices, self.latent = bars, voices, latent
        self.bits, self.young, self.hide = bits, young, hide
        self.hear = Hear(voices, width)
        self.place = nn.Embedding(BAR, width)
        self.read = nn.GRU(width, hidden // 2, batch_first=True, bidirectional=True)
        self.note = nn.Linear(hidden + width, slot)
        self.gather = nn.Linear(BAR * slot, hidden)
        self.spread = nn.Linear(bars * hidden, 2 * latent)
        self.begin = nn.Linear(latent, hidden)
        self.bar = nn.Linear(latent, bars * hidden)
        self.conduct = nn.GRU(hidden, hidden, batch_first=True)
        self.start = nn.Linear(hidden, hidden)
        self.slots = nn.Linear(hidden, BAR * slot)
        self.write = nn.GRU(width + slot, hidden, batch_first=True)
        self.draw = Draw(voices, hidden + slot, chain)
        self.prior = Prior(latent, belief, _PARTS)
        with torch.no_grad():  # points that tell phrases apart from the first step on, or the prior swallows them all
            self.spread.weight[:latent] *= 4
            self.spread.bias[latent:] -= 1
        self.memory = Memory()
        self.register_buffer("attributes", torch.zeros(len(ATTRIBUTES), latent))  # from low to high, of each

    @property
    def frames(self) -> int:
        """Of a phrase."""
        return self.bars * BAR

    def phases(self) -> Sequence[Phase]:
        return [Phase("model", optimizer="muon", learning_rate=4e-3, betas=(0.9, 0.98), warmup=50)]

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """Nats of a phrase: of what is written from its point, and of what points cost beyond the batch's free bits."""
        batch = self._own(batch)
        mean, deviation = self.encode(batch)
        points = mean + deviation * torch.randn_like(mean)
        nats, cost = self.nats(batch, points), self.cost(points, deviation)
        voices = (batch.pitches > 0).any(1).sum(1)
        loss = nats.mean() + relu((cost - self._free_nats() * voices).mean())
        return {"loss": loss, "nats": nats.mean(), "bits": cost.mean() / math.log(2)}

    def _free_nats(self) -> float:
        """What a point may cost for each of its voices, at where the training stands."""
        left = max(0.0, 1 - self.over / self.young) if self.young else 0.0
        return self.bits * math.log(2) * (1 + (_GENEROUS - 1) * left**2)

    def encode(self, batch: Phrases) -> tuple[Tensor, Tensor]:
        """Means and standard deviations (B, latent) of where phrases lie."""
        batch = self._own(batch)
        x = self.hear(batch.tokens, batch.pitches, before(batch.pitches)) + self._places(batch.tokens.shape[1])
        notes = relu(self.note(torch.cat([x, self.read(x)[0]], 2)))  # (B, T, slot)
        bars = relu(self.gather(notes.unflatten(1, (self.bars, BAR)).flatten(2)))  # (B, bars, hidden)
        mean, log_deviation = self.spread(bars.flatten(1)).float().chunk(2, 1)
        return mean, log_deviation.clamp(-6, 2).exp()

    def cost(self, points: Tensor, deviation: Tensor) -> Tensor:
        """(B,) nats of points (B, latent) drawn with these deviations: a draw of their divergence from the prior.

        Those of the key that goes with each are among them.
        """
        return self.prior.nats(points) - (deviation.log() + _NORMAL).sum(1) + math.log(SIGNATURES)

    def nats(self, batch: Phrases, points: Tensor) -> Tensor:
        """(B,) of what is written from points (B, latent), each frame after the true ones before it."""
        batch = self._own(batch)
        last = before(batch.pitches)
        heard = pad(self.hear(batch.tokens, batch.pitches, last), (0, 0, 1, -1))
        if self.training:
            known = torch.rand(*heard.shape[:2], 1, device=heard.device) >= self.hide
            heard, last = heard * known, last * known
        heard = heard + self._places(heard.shape[1])
        begin, slots = self.plan(points)
        rows = torch.cat([heard.unflatten(1, (self.bars, BAR)), slots], 3).flatten(0, 1)  # (B * bars, 16, ...)
        written, _ = self.write(rows, begin.flatten(0, 1)[None])
        both = torch.cat([written.unflatten(0, begin.shape[:2]), slots], 3).flatten(1, 2)
        logits = self.draw(both, last, batch.tokens)
        nats = cross_entropy(logits.flatten(0, 2).float(), batch.tokens.flatten(), reduction="none")
        return nats.view(batch.tokens.shape).sum((1, 2))

    def plan(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """What the conductor gives: a state that begins each bar (B, bars, hidden), and frames (B, bars, 16, slot)."""
        begin = torch.tanh(self.begin(points))
        bars = self.bar(points).unflatten(1, (self.bars, -1))
        plans = torch.tanh(self.conduct(bars, begin[None].contiguous())[0] + bars)
        return torch.tanh(self.start(plans)), relu(self.slots(plans)).unflatten(2, (BAR, -1))

    def _own(self, batch: Phrases) -> Phrases:
        """The voices that it knows, the highest ones, on its device."""
        return Phrases(*(tensor[..., : self.voices].to(self.device) for tensor in batch))

    def _places(self, count: int) -> Tensor:
        """(1, T, width): of frames in their bars."""
        return self.place(torch.arange(count, device=self.device) % BAR)[None]

    @torch.inference_mode()
    def decode(self, points: Tensor, *, temperature: float = 1.0, keep: float = 1.0, seed: int = 0) -> Phrases:
        """Write a phrase of each point (B, latent).

        Args:
            points: of the prior, or as :meth:`encode` gives them.
            temperature: of the draw, above 0; below 1 likelier notes are drawn more often.
            keep: the share of probability from which is drawn, the likeliest first; near 0 the likeliest alone.
            seed: of the draw.
        """
        random, (begin, slots) = torch.Generator().manual_seed(seed), self.plan(points)
        unknown = torch.full((len(points), self.voices), TOKENS, device=points.device)
        pitches, heard = torch.zeros_like(unknown), points.new_zeros(len(points), 1, self.place.embedding_dim)
        tokens, sounds = list[Tensor](), list[Tensor]()
        for frame in range(self.frames):
            bar, place = divmod(frame, BAR)
            if place == 0:
                state = begin[None, :, bar].contiguous()
            slot = slots[:, bar, place]
            written, state = self.write(torch.cat([heard + self.place.weight[place], slot[:, None]], 2), state)
            both = torch.cat([written[:, 0], slot], 1)
            now = self.draw.draw(both, pitches, unknown, random, temperature=temperature, keep=keep)
            last, pitches = pitches, sounding(now, pitches)
            heard = self.hear(now[:, None], pitches[:, None], last[:, None])
            tokens.append(now)
            sounds.append(pitches)
        silent = (0, VOICES - self.voices)
        return Phrases(pad(torch.stack(tokens, 1), silent), pad(torch.stack(sounds, 1), silent))

    def locate(self, pieces: Sequence[Piece]) -> Tensor:
        """Where phrases of the network's length lie: means (B, latent)."""
        return self.gaussians(pieces)[0]

    @torch.no_grad()
    def gaussians(self, pieces: Sequence[Piece]) -> tuple[Tensor, Tensor]:
        """The Gaussians of phrases of the network's length: means and deviations (B, latent)."""
        parts = [self.encode(batch(pieces[n : n + _TOGETHER])) for n in range(0, len(pieces), _TOGETHER)]
        mean, deviation = (torch.cat(one) for one in zip(*parts, strict=True))
        return mean, deviation

    def phrases(self, points: Tensor, *, temperature: float = 1.0, keep: float = 1.0, seed: int = 0) -> list[Piece]:
        """What :meth:`decode` writes, as pieces without signs."""
        with torch_threads(1):
            made = self.decode(points, temperature=temperature, keep=keep, seed=seed)
        tokens, pitches = made.tokens.cpu().numpy(), made.pitches.cpu().numpy().astype(np.int16)
        return [Piece("", p, (t == HOLD) & (p > 0), GRID) for t, p in zip(tokens, pitches, strict=True)]

    def blend(self, one: Piece, other: Piece, steps: int, **drawn: Any) -> list[Piece]:
        """Phrases that lie between two, with the signs of the first; ``drawn`` as :meth:`phrases` takes it."""
        begin, end = self.locate([one, other.to_signs_of(one)])
        shares = torch.arange(1, steps + 1, device=self.device)[:, None] / (steps + 1)
        return [made.moved(-one.from_signs) for made in self.phrases(torch.lerp(begin, end, shares), **drawn)]

    def push(self, pieces: Sequence[Piece], amounts: Mapping[str, float], **drawn: Any) -> list[Piece]:
        """Phrases with so much more of attributes, by their names; ``drawn`` as :meth:`phrases` takes it."""
        way = self.attributes.new_tensor([amounts[name] for name in ATTRIBUTES]) @ self.attributes
        made = self.phrases(self.locate(pieces) + way, **drawn)
        return [phrase.moved(-piece.from_signs) for phrase, piece in zip(made, pieces, strict=True)]

    def sample(
        self, count: int, *, mode: Mode | None = None, voices: int = 4, temperature: float = 1.0, seed: int = 0
    ) -> list[Piece]:
        """Phrases of points drawn from the prior, each followed by the one that lies nearest, as points know them.

        More are tried than are wanted, and those taken that are as asked for. Each is then read to a Gaussian and
        written anew from a point of it, many times over (after Rezende et al. 2014, arXiv:1401.4082): near some points
        of the prior lies no phrase, and this leads to where phrases do. No step away from what is asked for is taken.

        Args:
            count: of phrases.
            mode: of them, if enough turn out to be in it.
            voices: that sound in each, likewise.
            temperature: of the first and the last draw of notes.
            seed: of all that is drawn.
        """

        def wrong(piece: Piece) -> int:
            apart = abs(int(piece.pitches.any(0).sum()) - voices)
            return 2 * apart + (mode is not None and piece.key.mode != mode)

        drawn, written, away, *seeds = np.random.SeedSequence(seed).generate_state(3 + _ANEW).tolist()
        random = torch.Generator().manual_seed(away)
        with torch_threads(1):
            tried = self.phrases(self.prior.draw(_TRIED * count, drawn), temperature=temperature, seed=written)
            made = sorted(tried, key=wrong)[:count]
            for left, each in zip(reversed(range(_ANEW)), seeds, strict=True):
                mean, deviation = self.gaussians(made)
                points = mean + deviation * torch.randn(mean.shape, generator=random).to(mean)
                anew = self.phrases(points, temperature=_ON_THE_WAY if left else temperature, seed=each)
                made = [new if wrong(new) <= wrong(old) else old for old, new in zip(made, anew, strict=True)]
            return [made[index] for index in _walk(self.locate(made))]


class MelodyVAE(MusicVAE):
    """The same for melodies alone."""

    name: ClassVar[str] = "music/melody_vae"
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "debug": {**MusicVAE.sizes["debug"], "voices": 1},
        "base": {"voices": 1, "width": 96, "hidden": 192, "latent": 32, "chain": 96, "belief": 256, "bits": 46.5},
    }


class LongMusicVAE(MusicVAE):
    """The same for phrases of sixteen bars, which the conductor leads."""

    name: ClassVar[str] = "music/long_vae"
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        size: {**given, "bars": 16, "bits": 160.0} for size, given in MusicVAE.sizes.items()
    }


def batch(pieces: Sequence[Piece]) -> Phrases:
    """Phrases of one length, moved to the key that has no signs."""
    pieces = [piece.moved(piece.from_signs) for piece in pieces]
    pitches = np.stack([piece.pitches for piece in pieces]).astype(np.int64)
    return Phrases(torch.from_numpy(np.stack([tokens_of(piece) for piece in pieces])), torch.from_numpy(pitches))


def _walk(points: Tensor) -> list[int]:
    """The places of points (B, latent) in an order in which the nearest of those left comes next."""
    left = list(range(len(points)))
    order = [left.pop(0)]
    while left:
        away = (points[left] - points[order[-1]]).norm(dim=1)
        order.append(left.pop(int(away.argmin())))
    return order
