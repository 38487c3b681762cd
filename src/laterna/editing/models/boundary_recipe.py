"""How the shot-boundary network is trained and judged: on joins of real clips and of the shadow theatre's takes.

DATA is a folder of films, searched through; a film's own cuts part it into clips. A film is either trained on, chosen
by or tested on, whole.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from laterna.editing.detection.decode import KINDS, transitions
from laterna.editing.detection.score import Score, near
from laterna.editing.detection.thumbnails import LARGE, Thumbnails
from laterna.editing.joins.disturbances import Clip
from laterna.editing.joins.films import Join
from laterna.editing.joins.reels import Joins, Material, Stage
from laterna.editing.models.boundary import Boundary
from laterna.editing.shots import ShotDetector
from laterna.errors import DataError
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits, parts
from laterna.media.files import quoted
from laterna.media.shots import Transition
from laterna.media.video import Video

SUFFIXES = (".mp4", ".mkv", ".mov", ".webm", ".avi", ".mpg", ".m4v")
_LONGEST = 1500  # frames of one file that are read
_LEAST = 12  # frames of a clip
_SHOWN_FILMS, _SHOWN = 8, 20  # films looked through for mistakes, and the most mistakes that are shown
_GREEN, _RED = (150, 54, 34), (82, 90, 240)  # Y, Cb, Cr


def read(data: Path, *, scenes: int = 40, films: int = 32, frames: tuple[int, int] = (128, 500)) -> Splits:
    """The films of a folder and the theatre's scenes, joined.

    Args:
        data: the folder.
        scenes: of the theatre to train on; a fifth as many to choose by, and to judge by.
        films: joined to choose by, and as many to judge by.
        frames: of a training sample, and of each of these films.

    Raises:
        DataError: the folder has fewer than three films.
    """
    files = divided(data)
    real = [[clips for path in part if (clips := clips_of(path))] for part in files]
    fewer = max(2, scenes // 5)
    stages = [Stage(range(1_000_000 * part, 1_000_000 * part + n)) for part, n in ((1, scenes), (2, fewer), (3, fewer))]
    mixes = ((0.5, 0.4, 0.1), (0.6, 0.4, 0.0), (0.6, 0.4, 0.0))
    train, valid, test = (Material(*part) for part in zip(real, stages, mixes, strict=True))
    return Splits(
        Joins(train, 100_000, frames[0]),
        Joins(valid, films, frames[1], whole=True),
        Joins(test, films, frames[1], whole=True),
        (
            f"joins of {len(real[0])} films: {', '.join(path.name for path in files[0])}",
            f"{scenes} scenes of Laterna's shadow theatre, drawn from seeds, CC0-1.0",
        ),
    )


def divided(folder: Path) -> list[list[Path]]:
    """The films under a folder: to learn from, to choose by, to test on."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    films = sorted(path for path in found if not path.stem.endswith(".mask"))  # the theatre's truth about another
    if len(films) < 3:
        raise DataError(
            f"{quoted(folder)} has {len(films)} films, and at least three are needed: to learn from, to choose by and "
            f"to test on; add more ({', '.join(SUFFIXES)})."
        )
    return [sorted(part) for part in parts(films, lambda path: path.name)]


def clips_of(path: Path) -> list[Clip]:
    """A film's shots as thumbnails, (frames, 54, 96, 3) uint8 each."""
    small, pictures, video = Thumbnails(LARGE), [], Video(path)
    detector = ShotDetector(video, "classical")
    for frame in video.frames():
        detector.add(frame)
        pictures.append(small(frame)[0])
        if len(pictures) == _LONGEST:
            break
    shots = detector.shots()
    spans = (shots.clean_frames(index) for index in range(len(shots)))
    return [np.stack(pictures[first:end]) for first, end in spans if end - first >= _LEAST]


def collate(samples: Sequence[Join]) -> tuple[Tensor, Tensor]:
    """(B, T, 27, 48, 3) uint8 and (B, T, kinds) float32."""
    pictures = np.stack([sample.pictures for sample in samples])
    return torch.from_numpy(pictures), torch.from_numpy(np.stack([labels(sample) for sample in samples]))


def labels(film: Join) -> np.ndarray:
    """(frames, kinds) float32: 1 at a cut's first frame, and at each frame that a gradual transition mixes."""
    marked = np.zeros((len(film.pictures), len(KINDS)), np.float32)
    for found in film.transitions:
        marked[max(0, found.first_frame) : found.last_frame + 1, KINDS.index(found.kind)] = 1
    return marked


# How it is judged


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """Figures of the network on whole joined films."""
    network, score = cast(Boundary, model), Score()
    for index in range(len(samples)):
        film: Join = samples.sample(index, np.random.default_rng(index))
        score.add(transitions(network.probabilities(film.pictures)), film.transitions, film.negatives)
    return score.figures()


def mistakes(model: Model, samples: Samples) -> Image.Image | str:
    """A strip of frames for each mistake in the first films: green round a missed transition, red round a false one."""
    network, strips = cast(Boundary, model), []
    for index in range(min(_SHOWN_FILMS, len(samples))):
        film: Join = samples.sample(index, np.random.default_rng(index))
        found = transitions(network.probabilities(film.pictures))
        for ours, theirs, tint in ((film.transitions, found, _GREEN), (found, film.transitions, _RED)):
            lonely = (one for one in ours if not any(near(one, other) for other in theirs))
            strips += [_strip(film.pictures, one, tint) for one in lonely]
    rgb = [cv2.cvtColor(strip[..., [0, 2, 1]], cv2.COLOR_YCrCb2RGB) for strip in strips[:_SHOWN]]
    return Image.fromarray(np.concatenate(rgb)) if rgb else f"no mistake in {_SHOWN_FILMS} films"


def _strip(pictures: Clip, found: Transition, tint: tuple[int, int, int]) -> np.ndarray:
    """Frames side by side, from some before a transition to some after it, in a frame of Y, Cb and Cr."""
    around = np.linspace(found.first_frame - 6, found.last_frame + 6, 16).round().astype(int)
    strip = np.concatenate(list(pictures[around.clip(0, len(pictures) - 1)]), axis=1)
    return cv2.copyMakeBorder(strip, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=tint)


def baseline(splits: Splits) -> Mapping[str, float]:
    """The same figures for a threshold on the change of brightness, the best one for cuts on the validation films."""
    steps = range(4, 44, 4)
    best = max(steps, key=lambda least: _by_threshold(splits.valid, least)["cuts_f1"])
    return _by_threshold(splits.test, best)


def _by_threshold(samples: Samples, least: float) -> dict[str, float]:
    score = Score()
    for index in range(len(samples)):
        film: Join = samples.sample(index, np.random.default_rng(index))
        luma = film.pictures[..., 0].astype(np.float32)
        change = np.abs(np.diff(luma, axis=0)).mean((1, 2))
        found = [Transition("cut", int(t), int(t)) for t in np.flatnonzero(change > least) + 1]
        score.add(found, film.transitions, film.negatives)
    return score.figures()


def _recipe(**sizes: Any) -> Recipe:
    return Recipe(
        model=Boundary,
        read=partial(read, **sizes),
        collate=collate,
        metrics=metrics,
        baseline=baseline,
        objective="quality",
        protocol=(
            "on films joined of held-out clips and takes, with hard negatives: cuts within 2 frames, gradual"
            " transitions that touch the true span dilated by 2 frames, one to one; share of negatives with a"
            " false alarm"
        ),
        steps=5000,
        batch_size=8,
        evaluate_every=250,
        ema=0.998,
        show=mistakes,
    )


recipe = _recipe()
small = _recipe(scenes=2, films=3, frames=(48, 200))
"""The same with little data, for tests."""
