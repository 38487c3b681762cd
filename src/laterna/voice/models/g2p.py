"""Grapheme to phoneme: the phones of a word from its letters.

Every letter has two slots, each for a phone or none; residual convolutions over the letters fill them, and the loss
sums over all ways to spread a word's phones over its slots (CTC, Graves et al. 2006). Common words that the trained
network gets wrong are exceptions: a table that is kept with the weights.

``voice/engines/studio/g2p.py`` has its answers without torch.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import ctc_loss, dropout, relu

from laterna.learning.model import Model, Phase
from laterna.voice.engines.studio.g2p import KERNEL, NAME, SLOTS, VERSION, decoded, numbered, read_table, write_table
from laterna.voice.text.dictionary import LETTERS
from laterna.voice.text.phones import PHONES, Phones

_TOGETHER = 500  # words that are said at a time


class Spellings(NamedTuple):
    """A batch of words.

    Attributes:
        letters: (B, T) numbers of letters, from 1; 0 beyond the end.
        phones: (B, P) numbers of phones, from 1; 0 beyond the end.
        weights: (B,) what each word counts.
    """

    letters: Tensor
    phones: Tensor
    weights: Tensor


class G2P(Model):
    """Says words.

    Args:
        width: channels of each layer.
        depth: layers; each sees two letters more on either side.
        drop: the share of a layer's answers that are dropped in training.
        room: bytes for the exceptions, of which each takes about 15.
    """

    name = NAME
    version = VERSION
    sizes = {"debug": {"width": 32, "depth": 2, "room": 1024, "drop": 0.0}, "base": {}}  # noqa: RUF012

    def __init__(self, width: int = 80, depth: int = 4, drop: float = 0.1, room: int = 65536) -> None:
        super().__init__()
        self.drop = drop
        self.embed = nn.Embedding(1 + len(LETTERS), width, padding_idx=0)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(depth))
        self.convs = nn.ModuleList(nn.Conv1d(width, width, KERNEL, padding=KERNEL // 2) for _ in range(depth))
        self.out = nn.Linear(width, SLOTS * (1 + len(PHONES)))
        self.exceptions: Tensor
        self.register_buffer("exceptions", torch.zeros(room, dtype=torch.uint8))

    def forward(self, letters: Tensor) -> Tensor:
        """Logits (B, T * slots, 1 + phones) of words (B, T)."""
        written = (letters > 0)[..., None]
        x = self.embed(letters)  # (B, T, width)
        for norm, conv in zip(self.norms, self.convs, strict=True):
            made = relu(conv((norm(x) * written).transpose(1, 2)).transpose(1, 2))
            x = x + dropout(made, self.drop, self.training)
        return self.out(x).view(len(letters), -1, 1 + len(PHONES))

    def phases(self) -> Sequence[Phase]:
        return [Phase("model", learning_rate=4e-3, warmup=50, decay=0.01, clip=1.0)]

    def loss(self, batch: Spellings, phase: str, step: int) -> dict[str, Tensor]:
        """CTC, for each phone."""
        said = self(batch.letters).float().log_softmax(2).transpose(0, 1)  # (T * slots, B, 1 + phones)
        slots, phones = SLOTS * (batch.letters > 0).sum(1), (batch.phones > 0).sum(1)
        each = ctc_loss(said, batch.phones, slots, phones, reduction="none") / phones
        return {"loss": (each * batch.weights).sum() / batch.weights.sum()}

    @torch.inference_mode()
    def guess(self, words: Sequence[str]) -> list[Phones]:
        """The phones of words of lower-case letters and apostrophes, by the network alone."""
        said: list[Phones] = []
        for first in range(0, len(words), _TOGETHER):
            some = words[first : first + _TOGETHER]
            best = self(padded([numbered(word) for word in some]).to(self.device)).argmax(2)
            said += [decoded(slots[: SLOTS * len(word)]) for word, slots in zip(some, best.tolist(), strict=True)]
        return said

    @property
    def known(self) -> Mapping[str, Phones]:
        """The exceptions. Those that find no room at the end are left out."""
        return read_table(self.exceptions.cpu().numpy())

    @known.setter
    def known(self, words: Mapping[str, Phones]) -> None:
        self.exceptions.copy_(torch.from_numpy(write_table(words, len(self.exceptions))))


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Rows of numbers as (rows, longest) int64, with zeros beyond their ends."""
    table = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.int64)
    for place, row in enumerate(rows):
        table[place, : len(row)] = torch.tensor(row)
    return table
