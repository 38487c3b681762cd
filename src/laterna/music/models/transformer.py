"""A Transformer that writes music frame by frame: all voices of a frame at once, each hearing those above it.

After Music Transformer (Huang et al. 2018, arXiv:1809.04281): self-attention that knows how far back each frame lies.

Where it departs from the paper:
- a step is a frame of all voices, not a note: a piece in four voices takes a quarter of the steps;
  the voices of a frame follow from one another in a small recurrent chain, so that their joint probability is exact;
- it hears and draws intervals beside pitches (``voices.py``), and hears for how long each note has sounded;
- it reads pieces in C major or A minor, and writes in those, to be moved to the key that is wanted; most samples that
  it learns from are in any key, and it is told so: else it would learn the few pieces that there are by heart;
- two such networks learn side by side, each with a recurrent layer below its attention, and the mean of what they
  expect counts: of so few pieces any one learns too much by heart;
- what followed where the same had sounded before is offered to it again (``recall.py``);
- it may be told in advance what some voices sound, now and later (a melody to harmonise, the ends of a gap to fill), by
  convolutions that look both ways, and the mode, and how far off the end is;
- it looks no further back than it learnt to, but for what is offered to it.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, gelu, pad

from laterna.learning.model import Model, Phase
from laterna.learning.threads import torch_threads
from laterna.music.keys import Key
from laterna.music.models.memory import Memory
from laterna.music.models.recall import Offers, Recall, all_offers
from laterna.music.models.voices import TOKENS, Draw, Hear, before, draw_together, mean_of, sounding
from laterna.music.pieces import HOLD, Piece, moved_tokens

UNKNOWN = TOKENS  # of what is told in advance: nothing
C_MAJOR, A_MINOR, NO_SIGNS, ANY_KEY = range(4)  # what may be told of a piece's key; NO_SIGNS is one of both
GRIDS = 1, 2, 4  # frames of a quarter note
BEATS = 16  # quarter notes after which a frame's place is counted anew
FARTHEST = 64  # quarter notes to the end that are told apart, at most
_LONGEST = 32  # 16th notes that a note has sounded for, told apart
_REACH = 256  # frames that it looks back at
_DILATIONS = (1, 3, 9)  # of the convolutions that see what is told in advance
AHEAD = 2 * sum(_DILATIONS)  # frames that they see on either side


class Frames(NamedTuple):
    """A batch of pieces.

    Attributes:
        tokens: (B, T, V) of each voice, the highest first.
        pitches: (B, T, V) MIDI numbers that sound there, held ones too; 0 for a rest.
        given: (B, T, V) tokens that are told in advance, or UNKNOWN.
        counts: (B,) frames of each piece.
        grids: (B,) frames of a quarter note: 1, 2 or 4.
        keys: (B,) what is told of each one's key: C_MAJOR, A_MINOR, NO_SIGNS or ANY_KEY.
        left: (B,) frames from the first one to the end, or -1 where it is not told.
        first: (B,) where the first frame lies in the piece, in frames.
    """

    tokens: Tensor
    pitches: Tensor
    given: Tensor
    counts: Tensor
    grids: Tensor
    keys: Tensor
    left: Tensor
    first: Tensor


class MusicTransformer(Model):
    """The next frame from those before it.

    Args:
        width: of a frame.
        depth: layers of attention.
        heads: of attention.
        chain: units of the recurrent chain through a frame's voices.
        voices: of a frame.
        drop: the share of a layer's answers that are dropped in training.
        hide: the share of frames, and of looks back at them, that are hidden in training.
        members: networks that learn each by itself; the mean of what they expect counts.
    """

    memory: Memory
    name: ClassVar[str] = "music/transformer"
    version = 4
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "debug": {"width": 32, "depth": 2, "heads": 2, "chain": 32, "drop": 0.0, "hide": 0.0},
        "base": {},
    }

    def __init__(
        self,
        width: int = 128,
        depth: int = 2,
        heads: int = 4,
        chain: int = 104,
        voices: int = 4,
        drop: float = 0.4,
        hide: float = 0.1,
        members: int = 2,
    ) -> None:
        super().__init__()
        self.voices = voices
        self.told = nn.Embedding(voices * (TOKENS + 1), width)
        self.ahead = nn.ModuleList(nn.Conv1d(width, width, 5, padding=2 * d, dilation=d) for d in _DILATIONS)
        self.place = nn.Embedding(BEATS * max(GRIDS), width)
        self.key = nn.Embedding(ANY_KEY + 1, width)
        self.grid = nn.Embedding(max(GRIDS) + 1, width)
        self.end = nn.Embedding(FARTHEST + 2, width)
        self.members = nn.ModuleList(_Member(width, depth, heads, chain, voices, drop, hide) for _ in range(members))
        self.memory = Memory()
        for table in (self.told, self.place, self.key, self.grid, self.end):
            nn.init.normal_(table.weight, std=0.1)

    def phases(self) -> Sequence[Phase]:
        return [Phase("model", optimizer="muon", learning_rate=2.5e-3, betas=(0.9, 0.98), warmup=100, decay=0.1)]

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """Nats of a frame: of all its voices that were not told; of one member, on average."""
        nats = torch.stack([_nats(logits, batch) for logits in self._each(batch)]).mean(0)
        real = torch.arange(nats.shape[1], device=nats.device) < batch.counts[:, None]
        return {"loss": (nats.sum(2) * real).sum() / real.sum()}

    def nats(self, batch: Frames) -> Tensor:
        """(B, T, V): how surprised it is by each voice, given all frames before and the voices above; 0 where told."""
        return _nats(self(batch), batch)

    def forward(self, batch: Frames) -> Tensor:
        """Logits (B, T, V, tokens)."""
        return mean_of(self._each(batch))

    def _each(self, batch: Frames) -> list[Tensor]:
        """Logits (B, T, V, tokens) of each member."""
        told, offers = self._told(batch), all_offers(batch.tokens, batch.pitches, batch.grids)
        last, frames = before(batch.pitches), torch.arange(batch.tokens.shape[1], device=self.device)[:, None]
        ages = frames - torch.where(batch.tokens == HOLD, 0, frames).cummax(1)[0]
        ages = _counted(ages, batch.pitches, batch.grids)
        return [member(told, batch.tokens, batch.pitches, last, ages, offers) for member in self.members]

    def _told(self, batch: Frames) -> Tensor:
        """(B, T, width): all that is known in advance of each frame."""
        given = (
            self.told(batch.given + torch.arange(self.voices, device=self.device) * (TOKENS + 1)).sum(2).transpose(1, 2)
        )  # (B, width, T)
        for conv in self.ahead:
            given = given + gelu(conv(given))
        frames = torch.arange(batch.tokens.shape[1], device=self.device)
        grids = batch.grids[:, None]
        place = (batch.first[:, None] + frames) % (BEATS * grids) * (max(GRIDS) // grids)
        left = ((batch.left[:, None] - frames) // grids).clamp(0, FARTHEST)
        left = torch.where(batch.left[:, None] < 0, FARTHEST + 1, left)
        whole = self.key(batch.keys) + self.grid(batch.grids)  # (B, width)
        return given.transpose(1, 2) + self.place(place) + self.end(left) + whole[:, None]

    def fill(
        self, given: np.ndarray, count: int, *, grid: int, key: Key, temperature: float = 1.0, seed: int = 0
    ) -> list[Piece]:
        """Write pieces where ``given`` (T, V) tokens are -1.

        Args:
            given: a whole piece.
            count: of pieces, that are written at once.
            grid: frames of a quarter note: 1, 2 or 4.
            key: of the pieces; the network is told its mode.
            temperature: of the draw, above 0.
            seed: of the draw.
        """
        without_signs = np.where(given < 0, UNKNOWN, moved_tokens(given, key.from_signs))
        told = torch.from_numpy(without_signs).long().repeat(count, 1, 1).to(self.device)
        mode = C_MAJOR if key.mode == "major" else A_MINOR
        numbers = ([len(given)], [grid], [mode], [len(given)], [0])
        batch = Frames(told, torch.zeros_like(told), told, *(torch.tensor(n * count).to(told) for n in numbers))
        with torch_threads(1):
            drawn = self.sample(batch, temperature=temperature, seed=seed).cpu().numpy()
        tokens = torch.from_numpy(np.where(given < 0, moved_tokens(drawn, -key.from_signs), given))
        sounds = [torch.zeros_like(tokens[:, 0])]
        for frame in tokens.unbind(1):
            sounds.append(sounding(frame, sounds[-1]))
        pitches = torch.stack(sounds[1:], 1).numpy().astype(np.int16)
        held = (tokens == HOLD).numpy() & (pitches > 0)
        return [Piece("", *one, grid) for one in zip(pitches, held, strict=True)]

    @torch.inference_mode()
    def sample(self, batch: Frames, *, temperature: float = 1.0, keep: float = 0.98, seed: int = 0) -> Tensor:
        """Write pieces: the tokens (B, T, V) that were given, and in place of the unknown ones sampled ones.

        No sampled note lasts longer than those that it tells apart: longer ones it has not learnt, and would not end.

        Args:
            batch: what is told; of ``tokens`` and ``pitches`` the shape alone matters.
            temperature: of the draw, above 0; below 1 likelier notes are drawn more often.
            keep: the share of probability from which is drawn, the likeliest first (Holtzman et al. 2019).
            seed: of the draw.
        """
        random = torch.Generator().manual_seed(seed)
        told, tokens = self._told(batch), batch.given.clone()
        pitches = ages = torch.zeros_like(tokens[:, 0])  # (B, V) of the frame before
        members = cast(list[_Member], list(self.members))
        counted = ages[:, None]
        pasts = [_Past(told.new_zeros(told[:, :1].shape), None, [None] * len(member.blocks)) for member in members]
        recall = Recall((tokens.shape[0], tokens.shape[1], tokens.shape[2]), batch.grids)
        for frame in range(tokens.shape[1]):
            networks = list[tuple[Draw, Tensor]]()
            for number, member in enumerate(members):
                x, pasts[number] = member.expect(told[:, frame : frame + 1] + pasts[number].heard, pasts[number])
                networks.append((member.draw, x[:, 0]))
            now = draw_together(
                networks,
                pitches,
                tokens[:, frame],
                random,
                recall.offers(),
                may_hold=(pitches > 0) & (counted[:, 0] <= _LONGEST),
                temperature=temperature,
                keep=keep,
            )
            tokens[:, frame], last, pitches = now, pitches, sounding(now, pitches)
            recall.hear(now, pitches)
            ages = torch.where(now == HOLD, ages + 1, 0)
            counted = _counted(ages[:, None], pitches[:, None], batch.grids)
            pasts = [
                past._replace(heard=member.heard(now[:, None], pitches[:, None], last[:, None], counted))
                for member, past in zip(members, pasts, strict=True)
            ]
        return tokens


def _nats(logits: Tensor, batch: Frames) -> Tensor:
    """(B, T, V) of each token; 0 where it was told."""
    each = cross_entropy(logits.flatten(0, 2).float(), batch.tokens.flatten(), reduction="none")
    return each.view(batch.tokens.shape) * (batch.given == UNKNOWN)


def _counted(ages: Tensor, pitches: Tensor, grids: Tensor) -> Tensor:
    """(B, T, V): for how many 16th notes what sounds has, from 1 on, up to a longest; 0 for a rest."""
    ages = (ages * (max(GRIDS) // grids[:, None, None])).clamp_max(_LONGEST) + 1
    return torch.where(pitches > 0, ages, 0)


class _Past(NamedTuple):
    """What a member keeps of the frames before: the last one as it was heard, and what its layers do."""

    heard: Tensor
    state: tuple[Tensor, Tensor] | None
    caches: list[Tensor | None]


class _Member(nn.Module):
    """One network: it hears, goes on from frame to frame, looks back, and draws."""

    def __init__(self, width: int, depth: int, heads: int, chain: int, voices: int, drop: float, hide: float) -> None:
        super().__init__()
        self.hide = hide
        self.hear = Hear(voices, width)
        self.age = nn.Embedding(voices * (_LONGEST + 2), width)
        self.drop = nn.Dropout(drop)
        self.near = nn.LSTM(width, width, batch_first=True)
        self.blocks = nn.ModuleList(_Block(width, heads, drop, hide) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.draw = Draw(voices, width, chain, drop, recalls=True)
        nn.init.normal_(self.age.weight, std=0.1)

    def forward(
        self, told: Tensor, tokens: Tensor, pitches: Tensor, last: Tensor, ages: Tensor, offers: Offers
    ) -> Tensor:
        """Logits (B, T, V, tokens) of whole pieces."""
        heard = pad(self.heard(tokens, pitches, last, ages), (0, 0, 1, -1))
        if self.training:  # some frames are not heard at all
            heard = heard * (torch.rand(*heard.shape[:2], 1, device=heard.device) >= self.hide)
        x, _ = self.expect(told + heard, _Past(heard, None, [None] * len(self.blocks)))
        return cast(Tensor, self.draw(x, last, tokens, offers))

    def heard(self, tokens: Tensor, pitches: Tensor, last: Tensor, ages: Tensor) -> Tensor:
        """(B, T, width): what has sounded in each frame, and for how long."""
        slots = torch.arange(ages.shape[2], device=ages.device) * (_LONGEST + 2)
        return cast(Tensor, self.hear(tokens, pitches, last) + self.age(ages + slots).sum(2))

    def expect(self, x: Tensor, past: _Past) -> tuple[Tensor, _Past]:
        """(B, T, width) that says what is to come, of what is told and heard (B, T, width) after the past."""
        x = self.drop(x)
        near, state = self.near(x, past.state)
        x, caches = x + self.drop(near), list[Tensor | None]()
        for block, cache in zip(self.blocks, past.caches, strict=True):
            x, kept = block(x, cache)
            caches.append(kept)
        return self.norm(x), _Past(past.heard, state, caches)


class _Block(nn.Module):
    """Causal self-attention with relative positions, and two layers on each frame; both normed before."""

    def __init__(self, width: int, heads: int, drop: float, hide: float) -> None:
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.project = nn.Linear(width, 3 * width)
        self.far = nn.Parameter(torch.randn(heads, _REACH, width // heads) * 0.02)  # of each distance, 0 first
        self.join = nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.drop, self.hide = nn.Dropout(drop), nn.Dropout(hide)

    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(B, T, width) after those whose keys and values are in the cache (2, B, heads, before, width / heads)."""
        attended, cache = self._attend(self.norms[0](x), cache)
        x = x + self.drop(attended)
        return x + self.drop(self.narrow(gelu(self.widen(self.norms[1](x))))), cache

    def _attend(self, x: Tensor, cache: Tensor | None) -> tuple[Tensor, Tensor]:
        query, *new = self.project(x).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)  # each (B, h, T, d)
        kept = torch.stack(new) if cache is None else torch.cat([cache, torch.stack(new)], 3)[..., -_REACH:, :]
        scores = query @ kept[0].transpose(2, 3) + self._by_distance(query, kept.shape[3])
        weights = (scores / math.sqrt(query.shape[3])).softmax(3)
        return self.join((self.hide(weights) @ kept[1]).transpose(1, 2).flatten(2)), kept

    def _by_distance(self, query: Tensor, count: int) -> Tensor:
        """(B, h, T, count): what each query gives for how far back each key lies; the future is out of reach."""
        asked = query.shape[2]
        back = self.far[:, :count].flip(1).transpose(1, 2)  # (h, d, count)
        if asked == 1:  # the queries of a batch as rows of one matrix
            return (query[:, :, 0].transpose(0, 1) @ back).transpose(0, 1)[:, :, None]
        back = pad(back, (count - back.shape[2], 0), mode="replicate")  # out of reach, and masked
        scores = query @ back  # (B, h, T, count): the last column is distance 0
        skewed = pad(scores, (1, 0)).flatten(2)[:, :, count:].unflatten(2, (asked, count))  # row i moved to its place
        near = torch.ones(asked, count, dtype=torch.bool, device=query.device).tril().triu(1 - _REACH)
        return skewed.masked_fill(~near, -math.inf)
