"""Where a picture's subject is: a small U-Net over a thumbnail and over what moves in it of its own.

After U-Net (Ronneberger et al. 2015, arXiv:1505.04597), at 96x54 and with 0.13 million parameters. What is other:
- beside the colours it sees how the picture differs from the one before and the one after, and how fast each place
  moves, once the camera's own movement is taken back (``editing/indexing/camera.py``): a subject in colours never seen
  in training is still known by moving otherwise than its ground;
- its deepest maps are told what is in the picture on the whole (a mean over all places, as in squeeze-and-excitation),
  for it takes all of a picture to tell who in it is the subject;
- it answers at half the resolution, which a box does not miss.

The same answers without torch: ``editing/indexing/subject.py``.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, interpolate, relu

from laterna.editing.indexing.subject import CHANNELS, NAME, VERSION
from laterna.learning.model import Model, Phase


class SubjectNet(Model):
    """Finds the subject of a picture.

    Args:
        width: maps of the first layer; the deepest have four times as many.
    """

    name = NAME
    version = VERSION
    sizes = {"debug": {"width": 8}, "base": {}}  # noqa: RUF012

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        w = width
        self.down = nn.ModuleList([_layer(CHANNELS, w, 2), _layer(w, 2 * w, 2), _layer(2 * w, 4 * w, 2)])
        self.deep = nn.ModuleList([_layer(4 * w, 4 * w), _layer(4 * w, 4 * w)])
        self.context = nn.Linear(4 * w, 4 * w)
        self.up = nn.ModuleList([_layer(6 * w, 2 * w), _layer(3 * w, w)])
        self.out = nn.Conv2d(w, 1, 1)

    def forward(self, planes: Tensor) -> Tensor:
        """Logits (B, 27, 48) of (B, 54, 96, 7) float32 planes."""
        fine = self.down[0](planes.permute(0, 3, 1, 2))  # (B, W, 27, 48)
        middle = self.down[1](fine)  # (B, 2W, 14, 24)
        maps = self.deep[0](self.down[2](middle))  # (B, 4W, 7, 12)
        maps = relu(maps + self.context(maps.mean((2, 3)))[:, :, None, None])
        maps = self.deep[1](maps)
        for layer, skip in zip(self.up, (middle, fine), strict=True):
            wide = interpolate(maps, scale_factor=2.0)[:, :, : skip.shape[2]]
            maps = layer(torch.cat([wide, skip], 1))
        return self.out(maps)[:, 0]

    def phases(self) -> Sequence[Phase]:
        return [Phase("model", learning_rate=3e-3, warmup=100, decay=0.02, clip=1.0)]

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """Cross-entropy of each place, and the share of the mask that is missed (Dice), by which small ones count."""
        planes, masks = batch
        logits = self(planes).float()
        places = binary_cross_entropy_with_logits(logits, masks)
        chances = torch.sigmoid(logits)
        shared = 2 * (chances * masks).sum((1, 2)) + 1
        dice = (1 - shared / (chances.sum((1, 2)) + masks.sum((1, 2)) + 1)).mean()
        return {"loss": places + 0.5 * dice, "places": places, "dice": dice}

    @torch.inference_mode()
    def mask(self, planes: Any) -> Any:
        """Probabilities (27, 48) of one picture's planes, (54, 96, 7) float32, as NumPy arrays."""
        given = torch.from_numpy(planes).to(self.device)
        return torch.sigmoid(self(given[None])[0].float()).cpu().numpy()


def _layer(given: int, made: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(given, made, 3, stride, 1, bias=False), nn.BatchNorm2d(made), nn.ReLU())
