"""Tacotron 2: mel spectra from phones (Shen et al. 2018, arXiv:1712.05884), small enough for a laptop.

An encoder reads the phones; a recurrent decoder looks at one place of them at a time, and makes a few frames a step.

Where it departs from the paper:
- it reads phones, word boundaries and marks, not characters, and several speakers, each an embedding;
- a step makes ``group`` frames (the reduction factor of the first Tacotron, Wang et al. 2017, arXiv:1703.10135), and
  beside each of them some ``DETAIL`` that only the postnet hears of, which is as large as the rest: it works on all
  frames at once, which costs little, and makes sharp what a step leaves blurred;
- attention is guided (Tachibana et al. 2018, arXiv:1710.08969): towards the true place where the data say when each
  phone ends, along the diagonal where they don't; it learns where to look now, not through where it looked before;
- the second recurrent layer feeds nothing back to attention, so that training runs it over all steps at once;
- while it speaks, the prenet's dropout is at half its strength, with which it is understood better, and attention may
  go back by one symbol and on by a few in a step: it neither leaps nor starts again.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, dropout, pad, relu

from laterna.errors import ModelError
from laterna.learning.model import Model, Phase
from laterna.voice.engines.studio.acoustic import BEYOND, NAME, NOISE, QUIETEST, SLOWEST, SPREAD, VERSION, window
from laterna.voice.spectrum import BANDS, HOP, SAMPLE_RATE
from laterna.voice.text.phones import SYMBOLS

GROUP = 4  # frames made in a step: 64 ms
VOICE, KEYS = 32, 96  # units of a speaker, and of attention's keys
DETAIL, LAYERS = 64, 4  # units that tell the postnet more of a frame, and the postnet's layers
REACH = 10  # symbols on both sides that attention sees of where it looked before
_DIAGONAL = 0.2  # the width of the guide where phone times are unknown, as a share of the sentence
_FRAMES_A_SECOND = SAMPLE_RATE / HOP
_NEAR = 1.5  # symbols: its width where they are known


class Utterances(NamedTuple):
    """A batch of sentences as they were spoken; what is beyond a sentence's end is silence.

    Attributes:
        symbols: (B, N) numbers of symbols, from 1; 0 beyond the end.
        symbol_counts: (B,) of each sentence.
        speakers: B names.
        mels: (B, T, 80) log magnitudes; T is a whole number of groups.
        frame_counts: (B,) of each sentence.
        places: (B, T / group) the true symbol of each step, or -1 where it is unknown.
    """

    symbols: Tensor
    symbol_counts: Tensor
    speakers: Sequence[str]
    mels: Tensor
    frame_counts: Tensor
    places: Tensor


class Heard(NamedTuple):
    """What the network says when it is told at each step what was said before (teacher forcing).

    Attributes:
        coarse, fine: (B, T, 80) scaled mels, before and after the postnet.
        stops: (B, T / group) logits of having ended.
        alignment: (B, T / group, N) the weights of attention.
    """

    coarse: Tensor
    fine: Tensor
    stops: Tensor
    alignment: Tensor


class Tacotron(Model):
    """Phones to mel frames.

    Args:
        speakers: their names.
        width: of the encoder.
        attention, decoder: units of the two recurrent layers of the decoder.
        prenet: units of what sees the last frame.
        group: frames made in a step.
        postnet: units of its layers.
    """

    name, version = NAME, VERSION
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "debug": {"width": 32, "attention": 48, "decoder": 48, "prenet": 32, "postnet": 48},
        "base": {},
    }

    def __init__(
        self,
        speakers: Sequence[str] = ("",),
        width: int = 160,
        attention: int = 256,
        decoder: int = 256,
        prenet: int = 128,
        group: int = GROUP,
        postnet: int = 192,
    ) -> None:
        super().__init__()
        self.speakers, self.group = tuple(speakers), group
        memory = width + VOICE
        self.embed = nn.Embedding(1 + len(SYMBOLS), width, padding_idx=0)
        self.voices = nn.Embedding(len(self.speakers), VOICE)
        self.convs = nn.ModuleList(_Conv(width, width) for _ in range(3))
        self.read = nn.LSTM(width, width // 2, batch_first=True, bidirectional=True)
        self.prenet = nn.ModuleList([nn.Linear(BANDS, prenet), nn.Linear(prenet, prenet)])
        self.seen = nn.Linear(prenet, 4 * attention)
        self.looked = nn.Linear(memory + attention, 4 * attention, bias=False)
        self.query = nn.Linear(attention, KEYS, bias=False)
        self.key = nn.Linear(memory, KEYS)
        self.where = nn.Conv1d(2, KEYS, 2 * REACH + 1, padding=REACH, bias=False)
        self.energy = nn.Parameter(torch.randn(KEYS) / KEYS**0.5)
        self.decode = nn.LSTM(attention + memory, decoder, batch_first=True)
        self.frames = nn.Linear(decoder + memory, group * (BANDS + DETAIL))
        self.stop = nn.Linear(decoder + memory, 1)
        self.enter = _Conv(BANDS + DETAIL, postnet)
        self.postnet = nn.ModuleList(_Conv(postnet, postnet) for _ in range(LAYERS - 1))
        self.correction = nn.Conv1d(postnet, BANDS, 5, padding=2)

    def with_speakers(self, names: Sequence[str]) -> "Tacotron":
        """This network with room for more speakers, who begin as the mean of those it knows."""
        speakers = (*self.speakers, *(name for name in names if name not in self.speakers))
        if self.speakers == ("",):  # fresh: it has learnt no voice yet
            speakers = tuple(names)
        wider = Tacotron(**self.config | {"speakers": list(speakers)})
        kept, mean = self.state_dict(), self.voices.weight.detach().mean(0, keepdim=True)
        rows = [self.voices.weight[[self.speakers.index(name)]] if name in self.speakers else mean for name in speakers]
        wider.load_state_dict(kept | {"voices.weight": torch.cat(rows)})
        wider.card = self.card
        return wider

    def phases(self) -> Sequence[Phase]:
        return [Phase("model", learning_rate=1.5e-3, betas=(0.9, 0.99), warmup=200, decay=1e-6, clip=1.0)]

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """Errors of the frames before and after the postnet, of the end, and of where attention looked."""
        heard = self(batch)
        target = scaled(batch.mels)
        spoken = (torch.arange(target.shape[1], device=target.device) < batch.frame_counts[:, None]).float()
        each = spoken[..., None] / (spoken.sum() * BANDS)
        coarse, fine = (((x - target).abs() * each).sum() for x in (heard.coarse, heard.fine))
        ended = 1 - spoken[:, self.group - 1 :: self.group]
        stop = binary_cross_entropy_with_logits(heard.stops, ended, pos_weight=ended.new_tensor(3.0))
        guide = ((heard.alignment * _astray(batch, heard.alignment)).sum((1, 2)) / batch.frame_counts).mean()
        total = coarse + fine + 0.3 * stop + self.group * guide
        return {"loss": total, "coarse": coarse, "fine": fine, "stop": stop, "guide": self.group * guide}

    def forward(self, batch: Utterances) -> Heard:
        """Every frame from those before it, all of them known."""
        memory, unread = self.encode(batch.symbols, batch.symbol_counts, batch.speakers)
        before = pad(scaled(batch.mels)[:, self.group - 1 :: self.group], (0, 0, 1, -1))  # (B, S, 80)
        looks, alignment = self._look(memory, unread, self.seen(self._seen_before(before)))
        decoded, _ = self.decode(looks)
        both = torch.cat([decoded, looks[..., -memory.shape[2] :]], 2)
        made = self.frames(both).view(len(memory), -1, BANDS + DETAIL)  # (B, S, group * 144) to (B, T, 144)
        return Heard(made[..., :BANDS], self._corrected(made), self.stop(both)[..., 0], alignment)

    def encode(self, symbols: Tensor, counts: Tensor, speakers: Sequence[str]) -> tuple[Tensor, Tensor]:
        """(B, N, width + voice) of what is to be said, and (B, N) where there is nothing."""
        if unknown := next((name for name in speakers if name not in self.speakers), None):
            raise ModelError(f"This voice has no speaker {unknown!r}: choose {', '.join(self.speakers)}.")
        unread = torch.arange(symbols.shape[1], device=symbols.device) >= counts[:, None]
        x = self.embed(symbols).transpose(1, 2)
        for conv in self.convs:
            x = (x + relu(conv(x))) * ~unread[:, None]
        packed = nn.utils.rnn.pack_padded_sequence(x.transpose(1, 2), counts.cpu(), True, enforce_sorted=False)
        read, _ = nn.utils.rnn.pad_packed_sequence(self.read(packed)[0], True, total_length=symbols.shape[1])
        whose = torch.tensor([self.speakers.index(name) for name in speakers], device=self.device)
        voices = self.voices(whose)[:, None].expand(-1, symbols.shape[1], -1)
        return torch.cat([read, voices], 2), unread

    def _seen_before(self, frames: Tensor, noise: float = 1.0) -> Tensor:
        """The last frame of each step through the prenet, whose dropout stays on, in some measure, when it speaks."""
        for layer in self.prenet:
            x = relu(layer(frames))
            frames = noise * dropout(x, 0.5, True) + (1 - noise) * x
        return frames

    def _look(self, memory: Tensor, unread: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """(B, S, attention + memory) states with what they looked at, and the weights of attention (B, S, N)."""
        keys, hidden = self.key(memory), memory.new_zeros(len(memory), seen.shape[2] // 4)
        cell, context = hidden, memory.new_zeros(len(memory), memory.shape[2])
        last = pad(memory.new_ones(len(memory), 1), (0, memory.shape[1] - 1))
        total, looks, weights = last, [], []
        for now in seen.unbind(1):
            hidden, cell = lstm_cell(now + self.looked(torch.cat([context, hidden], 1)), cell)
            last = self._attend(hidden, keys, last, total, unread)
            total = total + last
            context = (last[:, None] @ memory)[:, 0]
            looks.append(torch.cat([hidden, context], 1))
            weights.append(last)
        return torch.stack(looks, 1), torch.stack(weights, 1)

    def _attend(self, hidden: Tensor, keys: Tensor, last: Tensor, total: Tensor, unread: Tensor) -> Tensor:
        """Location-sensitive attention (Chorowski et al. 2015, arXiv:1506.07503): weights (B, N)."""
        where = self.where(torch.stack([last, total.clamp(max=4)], 1).detach()).transpose(1, 2)  # (B, N, keys)
        energy = torch.tanh(keys + where + self.query(hidden)[:, None]) @ self.energy
        return energy.masked_fill(unread, -1e4).softmax(1)

    def _corrected(self, made: Tensor) -> Tensor:
        """Fine frames (B, T, 80) of coarse ones with their detail (B, T, 144)."""
        x = relu(self.enter(made.transpose(1, 2)))
        for conv in self.postnet:
            x = x + relu(conv(x))
        return made[..., :BANDS] + self.correction(x).transpose(1, 2)

    def sample(self, symbols: Sequence[str], speaker: str = "", *, seed: int = 0) -> tuple[Tensor, Tensor]:
        """Say a sentence: (T, 80) log mel magnitudes, and the weights of attention (T / group, N).

        Args:
            symbols: of ``laterna.voice.text.phones``.
            speaker: one of ``speakers``.
            seed: of the prenet's dropout.

        Raises:
            ModelError: there is no such speaker, or a symbol is none.
        """
        return self.sample_numbers(numbers(symbols), speaker, seed=seed)

    @torch.inference_mode()
    def sample_numbers(self, symbols: Tensor, speaker: str = "", *, seed: int = 0) -> tuple[Tensor, Tensor]:
        """What :meth:`sample` gives, of the numbers (N,) of symbols."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            steps = list(self._said(symbols[None], speaker))
        made = torch.cat([frames for frames, _ in steps], 1)
        made = torch.cat([made, made[:, -1:].expand(-1, BEYOND, -1)], 1)  # training had silence beyond the end
        return unscaled(self._corrected(made))[0, :-BEYOND], torch.cat([weights for _, weights in steps])

    def _said(self, symbols: Tensor, speaker: str) -> Iterator[tuple[Tensor, Tensor]]:
        """Frames with their detail (1, group, 144), and the weights of attention (1, N), to the end of the sentence."""
        count = symbols.shape[1]
        memory, _ = self.encode(symbols.to(self.device), torch.tensor([count]), [speaker])
        keys, hidden = self.key(memory), memory.new_zeros(1, self.query.in_features)
        cell, context, state = hidden, memory.new_zeros(1, memory.shape[2]), None
        last = pad(memory.new_ones(1, 1), (0, count - 1))
        total, frame, far = last, memory.new_zeros(1, 1, BANDS), torch.arange(count, device=self.device)[None]
        place, stayed = 0, 0
        for step in range(math.ceil(count * SLOWEST * _FRAMES_A_SECOND / self.group)):
            seen = self.seen(self._seen_before(frame, NOISE))[:, 0]
            hidden, cell = lstm_cell(seen + self.looked(torch.cat([context, hidden], 1)), cell)
            first, end = window(place, stayed, count)
            last = self._attend(hidden, keys, last, total, (far < first) | (far >= end))
            total, before, place = total + last, place, max(place, int(last.argmax()))
            stayed = stayed + 1 if place == before else 0
            context = last @ memory[0]
            decoded, state = self.decode(torch.cat([hidden, context], 1)[:, None], state)
            both = torch.cat([decoded[:, 0], context], 1)
            if step and place >= count - 2 and self.stop(both).item() > 0:
                return  # these frames would lie beyond the end, where nothing was learnt
            made = self.frames(both).view(1, self.group, BANDS + DETAIL)
            frame = made[:, -1:, :BANDS]
            yield made, last


class _Conv(nn.Module):
    """A convolution over five places, normed over the batch."""

    def __init__(self, given: int, made: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(given, made, 5, padding=2, bias=False)
        self.norm = nn.BatchNorm1d(made)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x))


def numbers(symbols: Sequence[str]) -> Tensor:
    """Symbols by their numbers, from 1: (N,) int64."""
    if unknown := next((symbol for symbol in symbols if symbol not in SYMBOLS), None):
        raise ModelError(f"{unknown!r} is no phone of this voice: use {' '.join(SYMBOLS)}.")
    return torch.tensor([1 + SYMBOLS.index(symbol) for symbol in symbols])


def scaled(mels: Tensor) -> Tensor:
    """Log magnitudes as the network sees them: 0 for silence, 2 on average where something sounds."""
    return (mels - QUIETEST) / SPREAD


def unscaled(mels: Tensor) -> Tensor:
    """The inverse of :func:`scaled`."""
    return mels * SPREAD + QUIETEST


def lstm_cell(gates: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    """A step of an LSTM: hidden state and cell of (B, 4 * units) gates, in torch's order."""
    enter, keep, new, leave = gates.chunk(4, 1)
    cell = keep.sigmoid() * cell + enter.sigmoid() * new.tanh()
    return leave.sigmoid() * cell.tanh(), cell


def _astray(batch: Utterances, alignment: Tensor) -> Tensor:
    """How wrong each place is at each step, 0..1: (B, S, N); 0 beyond the end of the sound."""
    _, steps, count = alignment.shape
    at = torch.arange(steps, device=alignment.device)
    ends = (batch.frame_counts[:, None] * steps / batch.mels.shape[1]).clamp_min(1)  # in steps
    sizes = batch.symbol_counts[:, None]
    known = batch.places >= 0
    target = torch.where(known, batch.places, at / ends * (sizes - 1))[..., None]  # (B, S, 1) symbols
    width = torch.where(known, _NEAR, _DIAGONAL * sizes)[..., None]
    off = (torch.arange(count, device=alignment.device) - target) / width
    return (1 - torch.exp(-0.5 * off * off)) * (at < ends)[..., None]
