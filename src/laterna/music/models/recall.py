"""What a writer may say again: where a piece has been before where it is now, and how it went on then.

Attention learns to look that up from much text (Olsson et al. 2022, arXiv:2209.11895), not from a few hundred pieces;
so it is looked up, and a network only learns how far to trust it, as pointers to what was read do (See et al. 2017,
arXiv:1704.04368).
"""

from typing import NamedTuple

import torch
from torch import Tensor

OFFERS = 3  # of each voice: where it alone sounded the same, where the highest one did, and where all together did
LENGTHS = 6  # of what was the same, told apart: shorter than a quarter note, and from 1, 2, 4, 8 and 16 of them on
_FINEST = 4  # frames of a quarter note


class Offers(NamedTuple):
    """How each voice went on where the same had sounded before: for how long the longest, and of such the last.

    Attributes:
        tokens: (..., V, OFFERS) that followed there.
        lengths: (..., V, OFFERS) how long it was the same, 0 to LENGTHS - 1; at 0 nothing is offered. They are coarse,
            since a network would know pieces by their exact ones.
    """

    tokens: Tensor
    lengths: Tensor


class Recall:
    """Looks back, frame after frame, for the longest stretch that has just sounded again.

    A note must begin in it, and nothing is offered once a stretch overlaps with its return: else a chord that is held,
    or a figure that goes round, would be offered for ever.

    Args:
        shape: pieces, frames and voices that there is to be room for.
        grids: (B,) frames of a quarter note.
    """

    def __init__(self, shape: tuple[int, int, int], grids: Tensor) -> None:
        pieces, frames, voices = shape
        self._tokens = grids.new_zeros(pieces, voices, frames)
        self._pitches = grids.new_full((pieces, voices, frames), -1)
        self._same = grids.new_zeros(pieces, voices + 1, frames)  # frames before each, and before now, that are alike
        each, first = torch.arange(voices, device=grids.device), grids.new_zeros(voices)
        self._whose = torch.stack([each, first, first + voices], 1)  # (V, OFFERS): rows of what was the same
        self._places = torch.arange(frames, device=grids.device)
        self._held = grids.new_zeros(pieces, voices + 1, 1)  # frames since a note began
        self._sixteenths, self._now = _FINEST // grids[:, None, None], 0

    def offers(self) -> Offers:
        """Of the next frame: (B, V, OFFERS)."""
        since = (self._now - self._places).clamp_min(0)  # how far back each place lies
        same = torch.where(self._same > self._held, self._same, 0)
        same = same * (same <= since).all(2, keepdim=True)  # else it goes round
        places = (same * len(self._places) + self._places).argmax(2, keepdim=True)  # (B, V + 1, 1)
        same = same.gather(2, places) * self._sixteenths
        lengths = (same.clamp_min(1).log2().long() - 1).clamp(0, LENGTHS - 1)
        places, lengths = (of[:, self._whose, 0] for of in (places, lengths))
        return Offers(self._tokens.gather(2, places), lengths)

    def hear(self, tokens: Tensor, pitches: Tensor) -> None:
        """The next frame: its tokens, and what sounds, (B, V)."""
        alike = self._pitches == pitches[..., None]
        alike = torch.cat([alike, alike.all(1, keepdim=True)], 1)
        self._same = torch.where(alike, self._same + 1, 0).roll(1, 2)
        if self._now:
            self._held = torch.where(alike[..., self._now - 1, None], self._held + 1, 0)
        self._tokens[..., self._now], self._pitches[..., self._now] = tokens, pitches
        self._now += 1


def all_offers(tokens: Tensor, pitches: Tensor, grids: Tensor) -> Offers:
    """Of all frames of pieces (B, T, V): (B, T, V, OFFERS)."""
    recall, found = Recall((tokens.shape[0], tokens.shape[1], tokens.shape[2]), grids), list[Offers]()
    for frame in range(tokens.shape[1]):
        found.append(recall.offers())
        recall.hear(tokens[:, frame], pitches[:, frame])
    return Offers(*(torch.stack(each, 1) for each in zip(*found, strict=True)))
