"""Frames of voices, as networks hear them and as they draw them; every model of scores has these two ends.

Both know intervals, not pitches alone: how each voice has moved, how far apart the voices lie, and how far a note is
from the one before it and from those above it. What is learnt in one key holds in all.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from laterna.music.models.recall import LENGTHS, OFFERS, Offers
from laterna.music.pieces import FIRST, HOLD

TOKENS = FIRST + 128
_WIDEST = 24  # semitones: an interval beyond counts as that
_NONE = 2 * _WIDEST + 1  # where one of the two is silent
_INTERVALS = _NONE + 1


class Hear(nn.Module):
    """Frames that have sounded, as vectors.

    Args:
        voices: of a frame.
        width: of a vector.
    """

    def __init__(self, voices: int, width: int) -> None:
        super().__init__()
        self.voices = voices
        self.pairs = list(combinations(range(voices), 2))  # of a higher voice and a lower one
        self.sounds = nn.Embedding(voices * 128, width)
        self.holds = nn.Embedding(voices * 2, width)
        self.moves = nn.Embedding(voices * _INTERVALS, width)
        self.gaps = nn.Embedding(len(self.pairs) * _INTERVALS, width)
        for table in (self.holds, self.moves, self.gaps):
            nn.init.normal_(table.weight, std=0.1)
        with torch.no_grad():
            self.sounds.weight.copy_(torch.cat([_smooth(width, 0.5) for _ in range(voices)]))

    def forward(self, tokens: Tensor, pitches: Tensor, last: Tensor) -> Tensor:
        """(B, T, width) of tokens (B, T, V), of what sounds there, and of what did in the frame before each."""
        held = (tokens == HOLD).long()
        sounds = self.sounds(pitches + self._slots(128)) + self.holds(held + self._slots(2))
        moves = self.moves(_interval(pitches, last) + self._slots(_INTERVALS))
        high, low = ([pair[end] for pair in self.pairs] for end in (0, 1))
        gaps = _interval(pitches[..., high], pitches[..., low])
        gaps = gaps + torch.arange(len(self.pairs), device=gaps.device) * _INTERVALS
        return sounds.sum(2) + moves.sum(2) + self.gaps(gaps).sum(2)

    def _slots(self, size: int) -> Tensor:
        """Where each voice's part of a table begins."""
        return torch.arange(self.voices, device=self.holds.weight.device) * size


class Draw(nn.Module):
    """What each voice does next: one after another, from the highest down, each knowing those above it.

    Args:
        voices: of a frame.
        width: of the vectors that say what is to come.
        chain: units of the recurrent chain through a frame's voices.
        drop: the share of them that is dropped in training.
        recalls: it hears what may be said again.
    """

    def __init__(self, voices: int, width: int, chain: int, drop: float = 0.0, *, recalls: bool = False) -> None:
        super().__init__()
        self.voices = voices
        self.begin = nn.Linear(width, chain)
        self.above = nn.Embedding(voices * TOKENS, chain)
        self.before = nn.Embedding(voices * 128, chain)
        self.leads = nn.Embedding(voices * _INTERVALS, chain)
        self.meets = nn.Embedding(voices * _INTERVALS, chain)
        self.step = nn.GRUCell(chain, chain)
        self.drop = nn.Dropout(drop)
        out = [nn.Linear(chain, TOKENS) for _ in range(voices)]
        self.steps = nn.ModuleList(nn.Linear(chain, (1 + voice) * _INTERVALS, bias=False) for voice in range(voices))
        with torch.no_grad():
            for layer in out:
                layer.weight[FIRST:].copy_(_smooth(chain, 0.15))
        self.out = nn.ModuleList(out)
        if recalls:
            self.trust = nn.ModuleList(nn.Linear(chain, OFFERS * LENGTHS) for _ in range(voices))
            self.taken = nn.Embedding(voices * OFFERS * 3, chain)

    def forward(self, x: Tensor, last: Tensor, tokens: Tensor, offers: Offers | None = None) -> Tensor:
        """Logits (B, T, V, tokens) of vectors (B, T, width), of what sounded before each, and of tokens (B, T, V)."""
        if offers is not None:
            offers = Offers(*(each.flatten(0, 1) for each in offers))
        return torch.stack(list(self.chain(x, last, tokens, offers)), 2)

    def draw(
        self, x: Tensor, last: Tensor, given: Tensor, random: torch.Generator, *, temperature: float, keep: float
    ) -> Tensor:
        """Tokens (B, V) of one frame, as :func:`draw_together` does it."""
        return draw_together([(self, x)], last, given, random, may_hold=last > 0, temperature=temperature, keep=keep)

    def chain(self, x: Tensor, last: Tensor, tokens: Tensor, offers: Offers | None) -> Iterator[Tensor]:
        """Logits (B, T, tokens) of one voice after another; of ``tokens`` those of the voices above are looked at."""
        last = last.flatten(0, 1)  # (B * T, V)
        state = torch.tanh(self.begin(x)).flatten(0, 1)  # (B * T, chain)
        now, seen = list[Tensor](), torch.zeros_like(state)
        for voice in range(self.voices):
            state = self.step(seen + self.before(last[:, voice] + voice * 128), state)
            kept = self.drop(state)
            logits = self.out[voice](kept)
            intervals = self.steps[voice](kept).unflatten(1, (-1, _INTERVALS))  # to the last note, and those above
            for number, note in enumerate([last[:, voice], *now]):
                logits = logits + _by_interval(intervals[:, number], note)
            if offers is not None:
                logits = logits + self._again(kept, offers, voice)
            yield logits.view(*x.shape[:2], TOKENS)
            token = tokens[..., voice].flatten()  # drawn meanwhile, where a piece is written
            now.append(sounding(token, last[:, voice]))
            below = last[:, min(voice + 1, self.voices - 1)]
            seen = (
                self.above(token + voice * TOKENS)
                + self.leads(_interval(now[-1], last[:, voice]) + voice * _INTERVALS)
                + self.meets(_interval(now[-1], below) + voice * _INTERVALS)
            )
            if offers is not None:
                seen = seen + self.taken(self._answer(token, offers, voice)).sum(1)

    def _again(self, kept: Tensor, offers: Offers, voice: int) -> Tensor:
        """Logits (N, TOKENS) of what a voice is offered to say again."""
        lengths = offers.lengths[:, voice]  # (N, OFFERS)
        trust = self.trust[voice](kept).unflatten(1, (OFFERS, LENGTHS)).gather(2, lengths[..., None])[..., 0]
        nothing = trust.new_zeros(len(trust), TOKENS)
        return nothing.scatter_add(1, offers.tokens[:, voice], trust * (lengths > 0))

    def _answer(self, token: Tensor, offers: Offers, voice: int) -> Tensor:
        """(N, OFFERS): whether a voice took each offer: not, it did, or there was none."""
        took = torch.where(offers.lengths[:, voice] > 0, (offers.tokens[:, voice] == token[:, None]).long(), 2)
        return took + 3 * (torch.arange(OFFERS, device=took.device) + OFFERS * voice)


def draw_together(
    networks: Sequence[tuple[Draw, Tensor]],
    last: Tensor,
    given: Tensor,
    random: torch.Generator,
    offers: Offers | None = None,
    *,
    may_hold: Tensor,
    temperature: float,
    keep: float,
) -> Tensor:
    """Tokens (B, V) of one frame: those ``given`` (B, V), and in place of what is ``TOKENS`` drawn ones.

    Args:
        networks: that draw from the mean of what they expect, each with its vectors (B, width).
        last: (B, V) what sounded in the frame before.
        given: what is known.
        random: of the draw.
        offers: what may be said again.
        may_hold: (B, V) bool: the voice sounds, and its note may go on.
        temperature: of the draw, above 0.
        keep: the share of probability from which is drawn, the likeliest first.
    """
    tokens = given.clone()[:, None]  # (B, 1, V): the chains look at what has been drawn of it
    chains = [draw.chain(x[:, None], last[:, None], tokens, offers) for draw, x in networks]
    for voice, logits in enumerate(zip(*chains, strict=True)):
        drawn = _drawn(mean_of(logits)[:, 0] / temperature, may_hold[:, voice], keep, random)
        tokens[:, 0, voice] = torch.where(given[:, voice] == TOKENS, drawn, given[:, voice])
    return tokens[:, 0]


def mean_of(logits: Sequence[Tensor]) -> Tensor:
    """Logits of the mean of probabilities."""
    return torch.stack(list(logits)).float().log_softmax(-1).logsumexp(0)


def _smooth(width: int, deviation: float) -> Tensor:
    """(128, width): first vectors of pitches, at random, but alike for pitches that lie near, or octaves apart.

    They are mixed from bumps of four widths over pitch, and from pitch classes: what is learnt of a pitch tells
    of its neighbours from the first step on, which an autoencoder needs to find its points at all.
    """
    pitches = torch.arange(128.0)[:, None]
    bumps = [
        (-0.5 * ((pitches - torch.arange(0, 128, wide)) / wide).square()).exp() * wide**0.5 for wide in (1, 2, 4, 8)
    ]
    parts = torch.cat([*bumps, 1.5 * torch.eye(12).repeat(11, 1)[:128]], 1)
    mixed = (parts - parts.mean(0)) @ torch.randn(parts.shape[1], width)
    return deviation * mixed / mixed.std()


def sounding(tokens: Tensor, before: Tensor) -> Tensor:
    """The pitches of a frame's tokens, given those of the frame before; 0 for a rest."""
    return torch.where(tokens == HOLD, before, (tokens - FIRST).clamp_min(0))


def before(pitches: Tensor) -> Tensor:
    """(B, T, V): what sounds in the frame before each; nothing does before the first."""
    return pad(pitches, (0, 0, 1, -1))


def _interval(one: Tensor, other: Tensor) -> Tensor:
    """The number of the interval from another pitch up to one, or _NONE where either is silent."""
    apart = (one - other).clamp(-_WIDEST, _WIDEST) + _WIDEST
    return torch.where((one > 0) & (other > 0), apart, _NONE)


def _by_interval(likely: Tensor, note: Tensor) -> Tensor:
    """Logits (N, TOKENS) of what begins, by its interval to a note (N,): those of intervals are (N, _INTERVALS)."""
    pitches = torch.arange(TOKENS - FIRST, device=note.device)
    return pad(likely.gather(1, _interval(pitches, note[:, None])), (FIRST, 0))


def _drawn(logits: Tensor, may_hold: Tensor, keep: float, random: torch.Generator) -> Tensor:
    """A token (B,) of each row of logits (B, tokens): none that begins note 0, nor one that holds what may not be."""
    logits = logits.clone()
    logits[:, FIRST] = -torch.inf
    logits[~may_hold, HOLD] = -torch.inf
    likely, order = logits.float().softmax(1).sort(1, descending=True)
    likely = likely * ((likely.cumsum(1) - likely) < keep)
    return order.gather(1, torch.multinomial(likely, 1, generator=random))[:, 0]
