"""A recurrent network that writes music frame by frame: the baseline of the Transformer, with the same two ends.

Long short-term memory (Hochreiter and Schmidhuber 1997) of what has sounded; it is told nothing else but the grid, the
place in the bar, and what the Transformer is told of the key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, pad

from laterna.learning.model import Model, Phase
from laterna.music.models import transformer_recipe
from laterna.music.models.transformer import ANY_KEY, BEATS, GRIDS, Frames
from laterna.music.models.voices import Draw, Hear, before


class MusicLSTM(Model):
    """The next frame from those before it.

    Args:
        width: of a frame, and units of each layer.
        depth: layers.
        chain: units of the recurrent chain through a frame's voices.
        voices: of a frame.
        drop: the share of a layer's answers that is dropped in training.
    """

    name: ClassVar[str] = "music/lstm"
    version = 2
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "debug": {"width": 32, "depth": 1, "chain": 32, "drop": 0.0},
        "base": {},
    }

    def __init__(self, width: int = 256, depth: int = 2, chain: int = 128, voices: int = 4, drop: float = 0.25) -> None:
        super().__init__()
        self.voices = voices
        self.hear = Hear(voices, width)
        self.place = nn.Embedding(BEATS * max(GRIDS), width)
        self.grid = nn.Embedding(max(GRIDS) + 1, width)
        self.key = nn.Embedding(ANY_KEY + 1, width)
        self.drop = nn.Dropout(drop)
        self.lstm = nn.LSTM(width, width, depth, batch_first=True, dropout=drop)
        self.draw = Draw(voices, width, chain, drop)

    def phases(self) -> Sequence[Phase]:
        return [Phase("model", optimizer="muon", learning_rate=2.5e-3, betas=(0.9, 0.98), warmup=100, decay=0.05)]

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """Nats of a frame."""
        each = cross_entropy(self(batch).flatten(0, 2).float(), batch.tokens.flatten(), reduction="none")
        nats = each.view(batch.tokens.shape).sum(2)
        real = torch.arange(nats.shape[1], device=nats.device) < batch.counts[:, None]
        return {"loss": (nats * real).sum() / real.sum()}

    def forward(self, batch: Frames) -> Tensor:
        """Logits (B, T, V, tokens)."""
        last, frames = before(batch.pitches), torch.arange(batch.tokens.shape[1], device=self.device)
        place = (batch.first[:, None] + frames) % (BEATS * batch.grids[:, None])
        whole = self.grid(batch.grids) + self.key(batch.keys)
        place = self.place(place * (max(GRIDS) // batch.grids[:, None])) + whole[:, None]
        heard = pad(self.hear(batch.tokens, batch.pitches, last), (0, 0, 1, -1))
        x, _ = self.lstm(self.drop(heard + place))
        return cast(Tensor, self.draw(self.drop(x), last, batch.tokens))


recipe = replace(transformer_recipe.recipe, model=MusicLSTM, settle=None)
