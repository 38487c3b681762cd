"""The shot-boundary network: from thumbnails to the cuts, dissolves, fades and wipes of a film.

The job of TransNetV2 (Souček and Lokoč 2020, arXiv:2008.04838) at less than a tenth of its size. As there, dilated
convolutions over time run over feature maps, and frames are compared with their neighbours by learnt features and by
colour histograms. It departs from it in four ways:

- Frames are compared in three more ways that need no learning: by their colours, place by place; by the direction in
  which brightness rises, so that a change of light is known for what it is; and by that at several magnifications, so
  that a zoom is.
- Comparisons are made at fifteen distances in time: of a frame with those before and after it, and of these two with
  each other. In a dissolve the three lie on a line (the production model of Hampapur et al. 1995).
- Only a few learnt maps a frame are kept, at 12x7 and 6x4, so a frame costs 2 million multiplications.
- It tells four kinds of transition: a cut at the new shot's first frame, the others at each frame that mixes shots.

It is trained and judged here; ``editing/detection/forward.py`` has its answers without torch.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, binary_cross_entropy_with_logits, interpolate, normalize, relu

from laterna.editing.detection.decode import KINDS
from laterna.editing.detection.forward import FAINT, LAGS, NAME, RARE, VERSION, ZOOMS
from laterna.learning.model import Model, Phase

_STATISTICS = 8


class Boundary(Model):
    """Finds the boundaries of shots.

    Args:
        width: maps of the first layer; the others have two and four times as many.
        head: channels of the layers that see time alone.
        depth: of these layers; each looks twice as far as the one before.
    """

    name = NAME
    version = VERSION
    sizes = {"debug": {"width": 4, "head": 16, "depth": 2}, "base": {}}  # noqa: RUF012

    def __init__(self, width: int = 16, head: int = 64, depth: int = 6) -> None:
        super().__init__()
        self.still = nn.Sequential(_shrink(3, width), _shrink(width, 2 * width))  # 24x14, 12x7
        self.embed = nn.Linear(2 * width * 6 * 4, 64)
        self.moving = nn.ModuleList(
            [Dilated(2 * width), _shrink(2 * width, 4 * width), Dilated(4 * width), Dilated(4 * width)]
        )
        self.change = nn.Linear(4 * width * 6 * 4, head)
        compared = 5 * 3 * len(LAGS)
        self.scale = nn.BatchNorm1d(compared + _STATISTICS)
        self.mix = nn.Conv1d(compared + _STATISTICS + head + 64, head, 1)
        self.time = nn.ModuleList(Step(head, 2**index) for index in range(depth))
        self.out = nn.Conv1d(head, len(KINDS), 3, padding=1)

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits (B, T, kinds) of thumbnails (B, T, 27, 48, 3) uint8 of Y, Cb, Cr."""
        batch, frames = pictures.shape[:2]
        planes = pictures.flatten(0, 1).permute(0, 3, 1, 2).float()  # (B * T, 3, 27, 48), channels last
        maps = self.still((planes - 128) / 64)
        embedded = normalize(self.embed(avg_pool2d(maps, 2, ceil_mode=True).flatten(1)), dim=1)
        for layer in self.moving:
            maps = layer(maps, frames) if isinstance(layer, Dilated) else layer(maps)
        change = relu(self.change(maps.flatten(1)))
        seen = torch.cat([embedded, change], 1).view(batch, frames, -1)
        compared = self.compare(planes, embedded, batch)  # (B, T, compared + statistics)
        compared = self.scale(compared.transpose(1, 2))
        x = relu(self.mix(torch.cat([compared, seen.transpose(1, 2)], 1)))  # (B, head, T)
        for step in self.time:
            x = step(x)
        return self.out(x).transpose(1, 2)

    def compare(self, planes: Tensor, embedded: Tensor, batch: int) -> Tensor:
        """How far frames are from others near in time, five ways, and what each is like: (B, T, features)."""
        with torch.autocast(planes.device.type, enabled=False):  # small differences of large numbers
            same, *zoomed = (_films(view, batch) for view in _structures(planes))
            others = (_films(x, batch) for x in (_colours(planes), _histogram(planes), embedded))
            colours, histogram, learnt = (_squares(x) for x in others)
            ways = [_apart(x) for x in (colours, _squares(same), histogram, learnt, _at_best([same, *zoomed]))]
            return torch.cat([*ways, _films(_statistics(planes), batch)], 2)

    def phases(self) -> Sequence[Phase]:
        return [Phase("model", learning_rate=3e-3, warmup=100, decay=0.02, clip=1.0)]

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """Cross-entropy of each kind at each frame, rare answers weighing more."""
        pictures, labels = batch
        logits = self(pictures).float()
        rare = torch.tensor(RARE, device=logits.device)
        each = binary_cross_entropy_with_logits(logits, labels, pos_weight=rare, reduction="none").mean((0, 1))
        return {"loss": each.sum(), **dict(zip(KINDS, each, strict=True))}

    @torch.inference_mode()
    def probabilities(self, pictures: np.ndarray) -> np.ndarray:
        """(frames, kinds) float32 of one film's thumbnails, (frames, 27, 48, 3) uint8."""
        given = torch.from_numpy(np.ascontiguousarray(pictures)).to(self.device)
        logits = self(given[None])[0].float()
        weighed = torch.tensor(RARE, device=logits.device).log()  # the loss makes rare answers seem likelier
        return torch.sigmoid(logits - weighed).cpu().numpy()


class Dilated(nn.Module):
    """Convolutions over time at four dilations, side by side, added to their input (DDCNN of TransNetV2)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Conv2d(channels, channels // 4, (3, 1), padding=(2**d, 0), dilation=(2**d, 1), bias=False)
            for d in range(4)
        )
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, maps: Tensor, frames: int) -> Tensor:
        _, channels, height, width = maps.shape
        # (B * T, C, H, W) to (B, C, T, H * W): the same memory when channels come last
        x = maps.permute(0, 2, 3, 1).reshape(-1, frames, height * width, channels).permute(0, 3, 1, 2)
        x = x + relu(self.norm(torch.cat([branch(x) for branch in self.branches], 1)))
        return x.permute(0, 2, 3, 1).reshape(-1, height, width, channels).permute(0, 3, 1, 2)


class Step(nn.Module):
    """A convolution over time, added to its input."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, 3, padding=dilation, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + relu(self.norm(self.conv(x)))


def _shrink(given: int, made: int) -> nn.Sequential:
    """Half the height and width."""
    return nn.Sequential(nn.Conv2d(given, made, 3, 2, 1, bias=False), nn.BatchNorm2d(made), nn.ReLU())


def _films(features: Tensor, batch: int) -> Tensor:
    """(B * T, D) to (B, T, D)."""
    return features.view(batch, -1, features.shape[1])


def _squares(vectors: Tensor) -> Tensor:
    """Squared distances between all of (B, T, D) vectors: (B, T, T)."""
    vectors = vectors.float()
    vectors = vectors - vectors.mean(1, keepdim=True)  # which leaves small differences of large numbers less rounded
    gram = vectors @ vectors.transpose(1, 2)
    squares = gram.diagonal(dim1=1, dim2=2)
    return squares[:, :, None] + squares[:, None, :] - 2 * gram


def _at_best(views: Sequence[Tensor]) -> Tensor:
    """Squared distances of unit vectors, (B, T, D) for each view, from either's first view to the other's best one."""
    alike = torch.stack([views[0] @ view.transpose(1, 2) for view in views]).amax(0)
    return 2 - 2 * torch.maximum(alike, alike.transpose(1, 2))


def _apart(squares: Tensor) -> Tensor:
    """Distances at each lag k: of t - k and t, t and t + k, t - k and t + k. (B, T, T) to (B, T, 3 * lags)

    Beyond an end of the film its last picture stands for ever.
    """
    frames = squares.shape[1]
    now = torch.arange(frames, device=squares.device)[:, None]
    lags = torch.tensor(LAGS, device=squares.device)
    before, after = (now - lags).clamp_min(0), (now + lags).clamp_max(frames - 1)
    now = now.expand_as(before)
    found = torch.cat([squares[:, a, b] for a, b in ((before, now), (now, after), (before, after))], 2)
    return (found.clamp_min(0) + 1e-5).sqrt()


def _colours(planes: Tensor) -> Tensor:
    """Brightness and colour of 16x9 places: (N, 432), scaled so that distances are of the order of 1."""
    colours = planes.reshape(-1, 3, 9, 3, 16, 3).mean((3, 5)).flatten(1)
    return colours / (64 * colours.shape[1] ** 0.5)


def _statistics(planes: Tensor) -> Tensor:
    """Means and contrasts of brightness and colour, how much there is of edges, the brightest: (N, 8)."""
    flat = planes.flatten(2)
    edges = (planes[:, :1, :, 1:] - planes[:, :1, :, :-1]).abs().flatten(2).mean(2)
    return torch.cat([flat.mean(2) / 64, flat.std(2) / 64, edges / 16, flat[:, :1].amax(2) / 64], 1)


def _structures(planes: Tensor) -> list[Tensor]:
    """Which way brightness rises at each place, whatever the light: unit vectors, (N, D) each.

    Of whole pictures first, then of their middles, magnified.
    """
    luma = planes[:, :1, :26]
    views = [luma]
    for zoom in ZOOMS:
        top, left = (round(side * (1 - 1 / zoom) / 2) for side in luma.shape[2:])
        views.append(interpolate(luma[:, :, top : 26 - top, left : 48 - left], (26, 48), mode="bilinear"))
    return [_structure(avg_pool2d(view, 2)[:, 0]) for view in views]


def _structure(luma: Tensor) -> Tensor:
    right, down = luma[:, 1:, 1:] - luma[:, 1:, :-1], luma[:, 1:, 1:] - luma[:, :-1, 1:]
    steep = (right * right + down * down + FAINT**2).rsqrt()
    return normalize(torch.cat([right * steep, down * steep], 1).flatten(1), dim=1)


def _histogram(planes: Tensor) -> Tensor:
    """Square roots of how often each of 8x4x4 colours is seen (Bhattacharyya): unit vectors (N, 128)."""
    luma, blue, red = ((plane / step).clamp(0, most).long() for plane, step, most in zip(
        (planes[:, 0], planes[:, 1] - 96, planes[:, 2] - 96), (32, 16, 16), (7, 3, 3), strict=True
    ))  # fmt: skip
    colour = (luma * 16 + blue * 4 + red).flatten(1)
    counts = torch.zeros(len(planes), 128, device=planes.device)
    counts.scatter_add_(1, colour, torch.ones_like(colour, dtype=counts.dtype))
    return (counts / colour.shape[1]).sqrt()
