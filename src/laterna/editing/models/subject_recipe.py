"""How the subject network is trained and judged: on the shadow theatre, and on its actors before a user's grounds.

DATA is a folder of films, searched through, whose pictures are grounds to set actors before; their own subjects need
no labels. Judged on unseen takes of the theatre as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from laterna.editing.indexing.stagings import Staged, grounds
from laterna.editing.indexing.subject import SIZE, Box, boxed
from laterna.editing.models.subject import SubjectNet
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits
from laterna.media.kinds import kind_named

_LEAST = 0.002  # of a picture: a subject of less is not asked for
_SHOWN = 24


def read(data: Path, *, scenes: int = 500, judged: int = 300) -> Splits:
    """The theatre's takes, and the pictures of a folder's films.

    Args:
        data: the folder.
        scenes: of the theatre to train on.
        judged: pictures to choose by, and as many to judge by, four of a scene.
    """
    suffixes = kind_named("video").suffixes
    files = sorted(p for p in data.rglob("*") if p.suffix.lower() in suffixes and not p.stem.endswith(".mask"))
    fewer = max(2, judged // 4)
    return Splits(
        Staged(range(4_000_000, 4_000_000 + scenes), grounds(files), 100_000),
        Staged(range(5_000_000, 5_000_000 + fewer), (), judged, learning=False),
        Staged(range(6_000_000, 6_000_000 + fewer), (), judged, learning=False),
        (
            f"{scenes} takes of Laterna's shadow theatre, drawn from seeds, CC0-1.0",
            f"as grounds, pictures of {len(files)} films: {', '.join(path.name for path in files) or 'none'}",
        ),
    )


def collate(samples: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[Tensor, Tensor]:
    """(B, 54, 96, 7) and (B, 27, 48) float32."""
    planes, masks = zip(*samples, strict=True)
    return torch.from_numpy(np.stack(planes)), torch.from_numpy(np.stack(masks))


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """Mean IoU of boxes where there is a subject, how many are missed; how often there is a box and no subject."""
    network = cast(SubjectNet, model)
    return _figures(samples, lambda planes: boxed(network.mask(planes)))


def baseline(splits: Splits) -> Mapping[str, float]:
    """The same figures for one box on every picture: the mean of those of the training part."""
    chance = np.random.default_rng(0)
    truths = [boxed(splits.train.sample(index, chance)[1]) for index in range(min(200, len(splits.train)))]
    sides = np.mean([(b.x, b.y, b.width, b.height) for b in truths if b is not None] or [(0, 0, 1, 1)], axis=0)
    x, y, width, height = (float(side) for side in sides)
    mean = Box(x, y, width, height, 1.0)
    return _figures(splits.test, lambda planes: mean)


def _figures(samples: Samples, find: Any) -> dict[str, float]:
    overlaps, alarms, empty = [], 0, 0
    for index in range(len(samples)):
        planes, mask = samples.sample(index, np.random.default_rng(index))
        truth, found = boxed(mask) if mask.mean() >= _LEAST else None, find(planes)
        if truth is not None:
            overlaps.append(truth.overlap(found) if found is not None else 0.0)
        elif mask.max() == 0:
            empty, alarms = empty + 1, alarms + (found is not None)
    missed = float(np.mean([overlap == 0 for overlap in overlaps])) if overlaps else 0.0
    return {"iou": float(np.mean(overlaps or [0.0])), "missed": missed, "false_boxes": alarms / max(1, empty)}


def show(model: Model, samples: Samples) -> Image.Image:
    """Pictures with the true box in green and the one that is found in red."""
    network, tiles = cast(SubjectNet, model), []
    for index in range(min(_SHOWN, len(samples))):
        planes, mask = samples.sample(index, np.random.default_rng(index))
        picture = cv2.resize((planes[..., :3] * 64 + 128).clip(0, 255).astype(np.uint8), (2 * SIZE[0], 2 * SIZE[1]))
        for box, ink in ((boxed(mask), (40, 220, 90)), (boxed(network.mask(planes)), (240, 60, 50))):
            if box is not None:
                _draw(picture, box, ink)
        tiles.append(picture)
    rows = [np.concatenate(tiles[first : first + 6], 1) for first in range(0, len(tiles) - len(tiles) % 6, 6)]
    return Image.fromarray(np.concatenate(rows) if rows else tiles[0])


def _draw(picture: np.ndarray, box: Box, ink: tuple[int, int, int]) -> None:
    width, height = picture.shape[1], picture.shape[0]
    near = round(box.x * width), round(box.y * height)
    far = round((box.x + box.width) * width) - 1, round((box.y + box.height) * height) - 1
    cv2.rectangle(picture, near, far, ink, 1)


recipe = Recipe(
    model=SubjectNet,
    read=read,
    collate=collate,
    metrics=metrics,
    baseline=baseline,
    objective="iou",
    protocol=(
        "pictures of unseen takes of the shadow theatre; the box round all actors in sight, a box that is missed"
        " counting 0; pictures of which they cover less than 0.2% are left out"
    ),
    steps=3000,
    batch_size=16,
    evaluate_every=250,
    ema=0.998,
    show=show,
)
small = replace(recipe, read=partial(read, scenes=3, judged=8), batch_size=4)
"""The same with little data, for tests."""
