"""What a model of music has learnt from, kept with its weights, so that one can tell when it gives it back."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from laterna.music.originality import longest_shared, runs
from laterna.music.pieces import Piece


class Memory(nn.Module):
    """Runs of notes, in two bytes each.

    Args:
        room: for so many notes; what finds no room is not remembered.
    """

    runs: Tensor

    def __init__(self, room: int = 1 << 16) -> None:
        super().__init__()
        self.register_buffer("runs", torch.zeros(room, 2, dtype=torch.uint8))

    def learn(self, pieces: Sequence[Piece]) -> None:
        """Keep the runs of pieces in place of what was kept."""
        found = runs(pieces)[: len(self.runs)]
        self.runs.zero_()
        self.runs[: len(found)] = torch.from_numpy(found)

    def longest_shared(self, pieces: Sequence[Piece]) -> int:
        """Notes of the longest run that a voice of the pieces shares with what was learnt from."""
        return longest_shared(pieces, np.asarray(self.runs.cpu()))
