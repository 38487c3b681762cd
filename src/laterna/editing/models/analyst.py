"""The shot analyst: from a shot's pictures to what a camera log would say of it.

A convolutional network looks at each picture, another at how the picture moves, and recurrent networks put them
together over time (the form of Donahue et al. 2015, arXiv:1411.4389). From it this one departs in three ways:

- Motion comes in as two coarse fields of measured flow, since the picture before and since that of a second before,
  each beside four numbers that fit it as a camera would move it: right, down, closer, around; places weigh by how much
  there is to see in them, since on a plain wall nothing seems to move. A field looks alike over any footage, so what is
  learnt of it carries over.
- Camera moves are told from motion alone, by a recurrent network of their own, which never sees what a picture shows.
- Answers a sample does not have (a user's log seldom has all) cost nothing.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, binary_cross_entropy_with_logits, cross_entropy, mse_loss, pad, relu
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from laterna.editing.describing.labels import CHOICES, NUMBERS, SETS
from laterna.editing.describing.sampling import CELLS, MOST, SIZE, Samples
from laterna.learning.model import Model, Phase

_STEEP = 6.0  # grey levels between neighbouring pixels: half of what can be seen at all
_AGREES = 0.01  # picture heights a second
_EVERY = 256  # shots that are described at a time hold so many pictures


class Batch(NamedTuple):
    """Shots, padded to one length.

    Attributes:
        pictures: (B, T, 54, 96, 3) uint8.
        flows: (B, T, 9, 16, 4), since the picture before and since a second before, see :class:`Samples`.
        counts: (B,) pictures of each.
        choices: (B, choices) the number of each word, -1 where unknown.
        sets: (B, words of all sets) 0 or 1, NaN where unknown.
        numbers: (B, numbers), NaN where unknown.
        keys: (B, T) how much each picture shows, 0..1, NaN where unknown.
    """

    pictures: Tensor
    flows: Tensor
    counts: Tensor
    choices: Tensor
    sets: Tensor
    numbers: Tensor
    keys: Tensor


class Answers(NamedTuple):
    """Logits (B, words) of each choice and of the sets, numbers (B, numbers), logits of keys (B, T), vectors (B, D)."""

    choices: Mapping[str, Tensor]
    sets: Tensor
    numbers: Tensor
    keys: Tensor
    vectors: Tensor


class Analyst(Model):
    """Describes shots.

    Args:
        width: maps of the first layer that sees pictures; the others have up to four times as many.
        hidden: units of the recurrent network, each way.
        drop: the share of units that is dropped in training.
    """

    name: ClassVar[str] = "editing/analyst"
    version: ClassVar[int] = 2
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {"debug": {"width": 4, "hidden": 16, "drop": 0.0}, "base": {}}

    def __init__(self, width: int = 16, hidden: int = 96, drop: float = 0.2) -> None:
        super().__init__()
        widths = (3, width, 2 * width, 3 * width, 4 * width)
        self.look = nn.Sequential(*(_shrink(*pair) for pair in pairwise(widths)))  # 6x4
        self.seen = nn.Linear(4 * width * 4 * 6, hidden)
        self.flow = nn.Sequential(_shrink(5, width, 1), _shrink(width, 2 * width), _shrink(2 * width, 2 * width))  # 4x3
        self.moved = nn.Linear(2 * width * 3 * 4 + 8, hidden // 2)
        self.move = nn.GRU(hidden // 2 + 8, hidden // 2, batch_first=True, bidirectional=True)
        self.read = nn.GRU(hidden + hidden // 2, hidden, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(drop)
        still = {name: nn.Linear(4 * hidden, len(words)) for name, words in CHOICES.items() if name != "move"}
        self.choices = nn.ModuleDict(still | {"move": nn.Linear(2 * hidden + 16, len(CHOICES["move"]))})
        self.sets = nn.Linear(4 * hidden, sum(map(len, SETS.values())))
        self.numbers = nn.Linear(4 * hidden, len(NUMBERS))
        self.key = nn.Linear(2 * hidden, 1)

    def forward(self, pictures: Tensor, flows: Tensor, counts: Tensor) -> Answers:
        """What is to be said of shots; see :class:`Batch`."""
        batch, frames = pictures.shape[:2]
        planes = pictures.flatten(0, 1).permute(0, 3, 1, 2).float() / 64 - 2  # (B * T, 3, 54, 96)
        seen = relu(self.seen(self.look(planes).flatten(1)))
        fields = flows.flatten(0, 1).permute(0, 3, 1, 2).float()  # (B * T, 4, 9, 16)
        weights = textured(planes)  # (B * T, 9, 16)
        with torch.autocast(fields.device.type, enabled=False):  # sums over places need all their digits
            camera = torch.cat([_even(fitted(field, weights)) for field in fields.split(2, 1)], 1)  # (B * T, 8)
        maps = self.flow(torch.cat([_even(fields), weights[:, None]], 1)).flatten(1)
        moved = relu(self.moved(torch.cat([maps, camera], 1)))
        seen, moved, camera = (x.view(batch, frames, -1) for x in (seen, moved, camera))
        known = torch.arange(frames, device=counts.device) < counts[:, None]  # (B, T)
        path = _over(self.move, torch.cat([moved, camera], 2), counts)
        camera = torch.cat([_pooled(path, known), _averaged(camera, known)], 1)  # (B, 2 * hidden + 16)
        read = _over(self.read, torch.cat([seen, moved], 2), counts)  # (B, T, 2 * hidden)
        vectors = _pooled(read, known)  # (B, 4 * hidden)
        both, camera = self.drop(vectors), self.drop(camera)
        said = {name: head(camera if name == "move" else both) for name, head in self.choices.items()}
        return Answers(said, self.sets(both), self.numbers(both), self.key(read)[..., 0], vectors)

    def phases(self) -> Sequence[Phase]:
        return [Phase("model", learning_rate=1.5e-3, warmup=100, decay=0.02, clip=1.0)]

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """What each answer costs, where it is known."""
        said = self(batch.pictures, batch.flows, batch.counts)
        each = {
            name: _where(batch.choices[:, i] >= 0, _entropy, logits.float(), batch.choices[:, i])
            for i, (name, logits) in enumerate((name, said.choices[name]) for name in CHOICES)
        }
        for name, given, true, cost in (
            ("sets", said.sets, batch.sets, binary_cross_entropy_with_logits),
            ("numbers", said.numbers, batch.numbers, mse_loss),
            ("keys", said.keys, batch.keys, binary_cross_entropy_with_logits),
        ):
            each[name] = _where(~true.isnan(), cost, given.float(), true)
        return {"loss": sum(each.values(), torch.zeros(())), **each}

    @torch.inference_mode()
    def answers(self, shots: Sequence[Samples]) -> list[Answers]:
        """What is to be said of each of the shots, all of one batch of one."""
        found = list[Answers]()
        together = max(1, _EVERY // MOST)
        for first in range(0, len(shots), together):
            some = shots[first : first + together]
            pictures, flows, counts = (x.to(self.device) for x in padded(some))
            said = self(pictures, flows, counts)
            for n in range(len(some)):
                row = slice(n, n + 1)
                found.append(
                    Answers(
                        {name: logits[row] for name, logits in said.choices.items()},
                        said.sets[row],
                        said.numbers[row],
                        said.keys[row, : len(some[n].pictures)],
                        said.vectors[row],
                    )
                )
        return found


def padded(shots: Sequence[Samples]) -> tuple[Tensor, Tensor, Tensor]:
    """Pictures (B, T, 54, 96, 3), flows (B, T, 9, 16, 4) and counts (B,) of shots of different lengths."""
    counts = [len(shot.pictures) for shot in shots]
    pictures = np.zeros((len(shots), max(counts), *SIZE[::-1], 3), np.uint8)
    flows = np.zeros((len(shots), max(counts), *CELLS[::-1], 4), np.float32)
    for row, (shot, count) in enumerate(zip(shots, counts, strict=True)):
        pictures[row, :count] = shot.pictures
        flows[row, :count, ..., :2], flows[row, :count, ..., 2:] = shot.flows, shot.drifts
    return torch.from_numpy(pictures), torch.from_numpy(flows), torch.tensor(counts)


def textured(planes: Tensor) -> Tensor:
    """How much there is to see in each cell of pictures (N, 3, 54, 96): (N, 9, 16), 0..1."""
    luma = 64 * planes.mean(1, keepdim=True)
    right, down = (luma[..., 1:, 1:] - luma[..., 1:, :-1]).abs(), (luma[..., 1:, 1:] - luma[..., :-1, 1:]).abs()
    steep = avg_pool2d(pad(right + down, (0, 1, 0, 1)), 6)[:, 0]
    return steep / (steep + _STEEP)


def fitted(fields: Tensor, weights: Tensor) -> Tensor:
    """How a camera would have moved: (N, 4) right, down, closer, around, of fields (N, 2, rows, columns).

    Least squares over the picture, weighed by ``weights`` (N, rows, columns) and, twice over, by how well a place
    agrees (Holland and Welsch 1977): actors go their own ways.
    """
    rows, columns = fields.shape[2:]
    y = torch.linspace(-0.5, 0.5, rows, device=fields.device)[:, None].expand(rows, columns).flatten()
    x = torch.linspace(-0.9, 0.9, columns, device=fields.device)[None].expand(rows, columns).flatten()
    one, none = torch.ones_like(x), torch.zeros_like(x)
    parts = torch.stack([torch.stack([one, none, x, -y], 1), torch.stack([none, one, y, x], 1)])  # (2, places, 4)
    moved, agree = fields.flatten(2), weights.flatten(1) + 1e-3
    weigh, found = agree, fields.new_zeros(len(fields), 4)
    for _ in range(3):
        square = torch.einsum("np,cpi,cpj->nij", weigh, parts, parts) + 1e-6 * torch.eye(4, device=fields.device)
        found = torch.linalg.solve(square, torch.einsum("np,cpi,ncp->ni", weigh, parts, moved))
        off = (moved - torch.einsum("cpi,ni->ncp", parts, found)).square().sum(1)  # (N, places)
        weigh = agree / (1 + off / (off.median(1, keepdim=True).values + _AGREES**2))
    return found


def _even(motion: Tensor) -> Tensor:
    """Motion of a hundredth of a picture height a second is told as well as of a whole one."""
    return motion.sign() * (1 + 50 * motion.abs()).log()


def _shrink(given: int, made: int, step: int = 2) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(given, made, 3, step, 1, bias=False), nn.BatchNorm2d(made), nn.ReLU())


def _over(network: nn.GRU, x: Tensor, counts: Tensor) -> Tensor:
    """A recurrent network over shots (B, T, given) of different lengths: (B, T, made)."""
    packed = pack_padded_sequence(x, counts.cpu(), batch_first=True, enforce_sorted=False)
    return pad_packed_sequence(network(packed)[0], batch_first=True, total_length=x.shape[1])[0]


def _pooled(x: Tensor, known: Tensor) -> Tensor:
    """The mean and the most of (B, T, D) over time: (B, 2 * D)."""
    known = known[..., None]
    mean = (x * known).sum(1) / known.sum(1)
    return torch.cat([mean, x.masked_fill(~known, -1).amax(1)], 1)


def _averaged(x: Tensor, known: Tensor) -> Tensor:
    """Mean and standard deviation of (B, T, D) over time: (B, 2 * D)."""
    known = known[..., None]
    count = known.sum(1)
    mean = (x * known).sum(1) / count
    spread = ((x - mean[:, None]).square() * known).sum(1) / count
    return torch.cat([mean, (spread + 1e-6).sqrt()], 1)


def _entropy(logits: Tensor, words: Tensor) -> Tensor:
    return cross_entropy(logits, words)


def _where(known: Tensor, cost: Any, given: Tensor, true: Tensor) -> Tensor:
    """What the known answers cost."""
    return cost(given[known], true[known]) if known.any() else given.sum() * 0
