"""How WaveNet is trained and judged: on recordings of speech, by how likely each sample is after those before it.

DATA is a manifest.csv, or the folder of one, with its speakers' consent; its texts are not used.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import cross_entropy

from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits, parts
from laterna.voice.consent import read_agreed
from laterna.voice.manifest import Row, read_speech
from laterna.voice.models.melgan_recipe import picture
from laterna.voice.models.wavenet import MARGIN, WaveNet, decode, encode, framed
from laterna.voice.models.wavenet_cache import SILENCE, VALUES
from laterna.voice.spectrum import HOP, log_mel

_CHOSEN, _TESTED = 8, 24  # sentences of the valid and the test part that are looked at
_JUDGED = 312  # frames of each: five seconds
_SHOWN = 120  # frames at a recording's beginning that are shown
_COUNTED = 400  # excerpts that the baseline counts
_DOUBT = 20.0  # how often a value must have been seen until its followers are believed half


class Excerpt(NamedTuple):
    """Values (N,) int64 on the mu-law scale, their frames (N / 256 + 4, 80), and which are to be judged (N,) bool."""

    codes: np.ndarray
    mel: np.ndarray
    judged: np.ndarray


class Excerpts:
    """Stretches of recordings: their beginnings, judged whole, or a random place, judged once enough was heard.

    Args:
        rows: the recordings.
        frames: of a sample; shorter recordings are filled up with silence, which is not judged.
        context: frames at its start that are heard and not judged: the receptive field.
        whole: whether each sample is the beginning of its recording, and no longer than that.
    """

    def __init__(self, rows: Sequence[Row], frames: int, context: int = 0, *, whole: bool = False) -> None:
        self._rows, self._frames, self._context, self._whole = rows, frames, context, whole

    def __len__(self) -> int:
        return len(self._rows)

    def sample(self, index: int, rng: np.random.Generator) -> Excerpt:
        samples = read_speech(self._rows[index])
        samples = np.pad(samples, (0, max(0, HOP - len(samples))))
        mel, codes = log_mel(samples), encode(samples)
        frames = min(self._frames, len(mel)) if self._whole else self._frames
        first = 0 if self._whole else max(0, int(rng.integers(-self._context, max(1, len(mel) - frames))))
        heard = codes[first * HOP : min(first + frames, len(mel)) * HOP]
        judged = np.zeros(frames * HOP, bool)
        judged[self._context * HOP if first else 0 : len(heard)] = True
        filled = np.pad(heard, (0, len(judged) - len(heard)), constant_values=SILENCE)
        return Excerpt(filled.astype(np.int64), framed(mel, first, first + frames), judged)


def read(data: Path, *, frames: int = 24, context: int = 8) -> Splits:
    """The recordings of a manifest, of speakers who have agreed to it.

    Args:
        data: the manifest, or its folder.
        frames: of a sample to learn from.
        context: as many of them are heard and not judged.

    Raises:
        DataError: the manifest is wrong, names fewer than three recordings, or a consent is missing.
    """
    rows, agreed = read_agreed(data)
    train, valid, test = parts(rows, lambda row: f"{row.audio.parent.name}/{row.audio.name}", valid=0.03, test=0.03)
    return Splits(
        Excerpts(train, frames, context),
        Excerpts(valid[:_CHOSEN], _JUDGED, whole=True),
        Excerpts(test[:_TESTED], _JUDGED, whole=True),
        tuple(f"{sum(row.speaker == who for row in rows)} sentences read by {one}" for who, one in agreed.items()),
    )


def collate(samples: Sequence[Excerpt]) -> tuple[Tensor, ...]:
    """(B, N) values, (B, N / 256 + 4, 80) frames, and (B, N) whether a value is judged."""
    return tuple(torch.from_numpy(np.stack(part)) for part in zip(*samples, strict=True))


# How it is judged


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """How surprised the network is by a sample, given those before it and the mel frames: nats and bits."""
    network, lost, count = cast(WaveNet, model), 0.0, 0
    for index in range(len(samples)):
        excerpt: Excerpt = samples.sample(index, np.random.default_rng(index))
        codes, mel, _ = (tensor.to(network.device) for tensor in collate([excerpt]))
        lost += float(cross_entropy(network(codes, mel)[0], codes[0], reduction="sum"))
        count += len(excerpt.codes)
    return _figures(lost / count)


def baseline(splits: Splits) -> Mapping[str, float]:
    """The same for how often each value follows each other one in the recordings that are learnt from."""
    pairs = np.zeros((VALUES, VALUES))
    for index in np.linspace(0, len(splits.train) - 1, min(_COUNTED, len(splits.train))).astype(int):
        excerpt: Excerpt = splits.train.sample(int(index), np.random.default_rng(int(index)))
        codes = excerpt.codes[excerpt.judged]
        np.add.at(pairs, (codes[:-1], codes[1:]), 1)
    alone = (pairs.sum(0) + 1) / (pairs.sum() + VALUES)
    following = (pairs + _DOUBT * alone) / (pairs.sum(1, keepdims=True) + _DOUBT)
    heard = [splits.test.sample(index, np.random.default_rng(index)).codes for index in range(len(splits.test))]
    surprise = [-np.log(following[np.r_[SILENCE, codes[:-1]], codes]) for codes in heard]
    return _figures(float(np.concatenate(surprise).mean()))


def _figures(nats: float) -> dict[str, float]:
    return {"nats": nats, "bits": nats / float(np.log(2))}


def spectrograms(model: Model, samples: Samples) -> Image.Image:
    """The beginning of a recording, above what the network makes of its mel frames."""
    excerpt: Excerpt = samples.sample(0, np.random.default_rng(0))
    mel = excerpt.mel[MARGIN:-MARGIN][:_SHOWN]
    sounds = decode(excerpt.codes[: len(mel) * HOP]), cast(WaveNet, model).speak(mel)
    return Image.fromarray(np.concatenate([picture(sound) for sound in sounds]))


def _recipe(frames: int, context: int) -> Recipe:
    return Recipe(
        model=WaveNet,
        read=partial(read, frames=frames, context=context),
        collate=collate,
        metrics=metrics,
        baseline=baseline,
        objective="-bits",
        protocol=(
            "negative log-likelihood of a sample at 16 kHz, as one of 256 values on the mu-law scale of the emphasised"
            " signal, given all before it and the mel frames: in the first five seconds of held-out recordings"
        ),
        steps=20_000,
        batch_size=4,
        evaluate_every=500,
        ema=0.999,
        show=spectrograms,
    )


recipe = _recipe(24, 8)
small = _recipe(4, 1)
"""The same with shorter samples, for tests of the debug size."""
