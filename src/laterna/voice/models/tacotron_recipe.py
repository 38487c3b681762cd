"""How Tacotron is trained and judged: on a manifest of recordings, with what is said in them.

DATA is a ``manifest.csv`` (see ``laterna.voice.manifest``) or its folder. Where its rows have no phones, they are spelt
by Laterna's own reading and its model of letters to phones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from PIL import Image

from laterna.errors import DataError
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits, parts
from laterna.media.files import quoted
from laterna.voice.consent import read_agreed
from laterna.voice.engines.studio.acoustic import QUIETEST
from laterna.voice.engines.studio.g2p import speller
from laterna.voice.manifest import Row, read_speech
from laterna.voice.models.tacotron import GROUP, Tacotron, Utterances, numbers, unscaled
from laterna.voice.spectrum import BANDS, HOP, SAMPLE_RATE, log_mel
from laterna.voice.text.pronounce import pronounce
from laterna.voice.timing import voiced

_AIR = 800, 2400  # samples kept before and after what is heard
_CHECKED = 96  # sentences that a look at the valid part takes
_LEAST_SEEN = 0.2  # of attention, summed over steps and three symbols
_SPOKEN = 12  # of them, spoken without being told what was said before


class Utterance(NamedTuple):
    """A sentence as it was spoken: mels (T, 80), and the true symbol of each group of frames, or -1."""

    symbols: np.ndarray
    speaker: str
    mels: np.ndarray
    places: np.ndarray


class Recordings:
    """The rows of a manifest as samples; their spectra are kept in memory, in half precision."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._kept: dict[int, Utterance] = {}

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def speakers(self) -> tuple[str, ...]:
        """Their names, sorted."""
        return tuple(sorted({row.speaker for row in self.rows}))

    def length(self, index: int) -> float:
        """About how long a sentence is, in symbols."""
        return len(self.rows[index].phones)

    def sample(self, index: int, rng: np.random.Generator) -> Utterance:
        if index not in self._kept:
            self._kept[index] = utterance(self.rows[index])
        return self._kept[index]


def utterance(row: Row) -> Utterance:
    """A recording without the silence around it, as spectra and symbols."""
    samples = read_speech(row)
    heard = voiced(samples, SAMPLE_RATE)
    first, end = max(0, heard[0][0] - _AIR[0]), heard[-1][1] + _AIR[1]
    mels = log_mel(samples[first:end])
    mels = np.pad(mels, ((0, -len(mels) % GROUP), (0, 0)), constant_values=QUIETEST)
    middles = (np.arange(len(mels) // GROUP) + 0.5) * GROUP * HOP / SAMPLE_RATE + first / SAMPLE_RATE
    places = np.searchsorted(row.ends, middles) if row.ends else np.full(len(middles), -1)
    spelt = numbers(row.phones).numpy()
    return Utterance(spelt, row.speaker, mels.astype(np.float16), places.clip(max=len(spelt) - 1))


def collate(samples: Sequence[Utterance]) -> Utterances:
    """A batch of sentences, padded to the longest."""
    steps = max(len(sample.places) for sample in samples)
    count = max(len(sample.symbols) for sample in samples)
    symbols = np.zeros((len(samples), count), np.int64)
    mels = np.full((len(samples), steps * GROUP, BANDS), QUIETEST, np.float32)
    places = np.full((len(samples), steps), -1, np.int64)
    for row, sample in enumerate(samples):
        symbols[row, : len(sample.symbols)] = sample.symbols
        mels[row, : len(sample.mels)] = sample.mels
        places[row, : len(sample.places)] = sample.places
    return Utterances(
        torch.from_numpy(symbols),
        torch.tensor([len(sample.symbols) for sample in samples]),
        [sample.speaker for sample in samples],
        torch.from_numpy(mels),
        torch.tensor([len(sample.mels) for sample in samples]),
        torch.from_numpy(places),
    )


def read(data: Path) -> Splits:
    """The recordings of a manifest, of speakers who have agreed to it.

    Raises:
        DataError: the manifest or a recording is wrong, there are fewer than three, or a consent is missing.
    """
    written, agreed = read_agreed(data)
    rows = [_spelt(row) for row in written]
    divided = parts(rows, lambda row: f"{row.audio.parent.name}/{row.audio.name}", valid=0.03, test=0.03)
    read_by = [f"{sum(row.speaker == who for row in rows)} sentences read by {one}" for who, one in agreed.items()]
    train, valid, test = map(Recordings, divided)
    return Splits(train, valid, test, tuple(read_by))


def _spelt(row: Row) -> Row:
    """A row with the symbols of its text, where the table has none."""
    if row.phones:
        return row
    try:
        return replace(row, phones=pronounce(row.text, speller()).symbols)
    except DataError as error:
        raise DataError(f"The text of {quoted(row.audio)} can't be spelt: {error}") from error


def suit(model: Model, samples: Samples) -> Model:
    """The model with room for the speakers of the samples."""
    return cast(Tacotron, model).with_speakers(cast(Recordings, samples).speakers)


# How it is judged


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """How far its frames are from the speaker's, and how it does when it speaks by itself.

    "mel": log magnitudes between its frames and the true ones, told what was said before; "length": by how much the
    sentences that it speaks by itself are too long or too short, in the mean; "lost": the share of them of which a
    symbol was passed over, or that did not end by themselves.
    """
    network, errors, lengths, lost = cast(Tacotron, model), [], [], 0
    chosen = np.linspace(0, len(samples) - 1, min(_CHECKED, len(samples))).astype(int)
    for number, index in enumerate(chosen):
        one: Utterance = samples.sample(int(index), np.random.default_rng(0))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(number)
            errors.append(_told(network, one))
        if number < _SPOKEN:
            frames, weights = network.sample_numbers(torch.from_numpy(one.symbols), one.speaker, seed=number)
            lengths.append(abs(len(frames) / len(one.mels) - 1))
            lost += passed_over(weights.numpy()) > 0
    return {"mel": float(np.mean(errors)), "length": float(np.mean(lengths)), "lost": lost / len(lengths)}


def _told(network: Tacotron, one: Utterance) -> float:
    batch = collate([one])
    there: dict[str, Any] = {name: x.to(network.device) for name, x in batch._asdict().items() if name != "speakers"}
    heard = network(batch._replace(**there))
    return float((unscaled(heard.fine.cpu()) - batch.mels).abs().mean())


def passed_over(weights: np.ndarray) -> int:
    """How many symbols attention (steps, symbols) never looked at, nor at a neighbour of theirs."""
    seen = weights.sum(0)
    near = np.pad(seen, 1)
    return int((near[:-2] + seen + near[2:] < _LEAST_SEEN).sum())


def baseline(splits: Splits) -> Mapping[str, float]:
    """The figures of a voice that makes the mean frame all the time, as long as its symbols are on average."""
    rng = np.random.default_rng(0)
    some = [cast(Utterance, splits.train.sample(i, rng)) for i in range(min(_CHECKED, len(splits.train)))]
    mean = np.concatenate([one.mels for one in some]).astype(np.float32).mean(0)
    pace = sum(len(one.mels) for one in some) / sum(len(one.symbols) for one in some)
    unseen = [cast(Utterance, splits.test.sample(i, rng)) for i in range(min(_CHECKED, len(splits.test)))]
    errors = [np.abs(one.mels.astype(np.float32) - mean).mean() for one in unseen]
    lengths = [abs(len(one.symbols) * pace / len(one.mels) - 1) for one in unseen]
    return {"mel": float(np.mean(errors)), "length": float(np.mean(lengths)), "lost": 0.0}


def show(model: Model, samples: Samples) -> Image.Image:
    """Three sentences: the speaker's spectrum, the network's own, and where it looked."""
    network, rows = cast(Tacotron, model), []
    for index in range(min(3, len(samples))):
        one: Utterance = samples.sample(index, np.random.default_rng(0))
        frames, weights = network.sample_numbers(torch.from_numpy(one.symbols), one.speaker)
        looked = np.kron(weights.numpy().T, np.ones((3, GROUP)))
        rows += [_grey(one.mels.astype(np.float32).T, -11, 1), _grey(frames.numpy().T, -11, 1), _grey(looked, 0, 1)]
    width = max(row.shape[1] for row in rows)
    padded = [np.pad(row, ((0, 4), (0, width - row.shape[1])), constant_values=255) for row in rows]
    return Image.fromarray(np.concatenate(padded))


def _grey(picture: np.ndarray, dark: float, light: float) -> np.ndarray:
    """Low rows at the bottom, 0..255."""
    return (255 * ((picture[::-1] - dark) / (light - dark)).clip(0, 1)).astype(np.uint8)


recipe = Recipe(
    model=Tacotron,
    read=read,
    collate=collate,
    metrics=metrics,
    baseline=baseline,
    objective="-mel",
    protocol=(
        "on held-out sentences: mean absolute error of natural-log mel magnitudes, told what was said before; and of"
        " twelve spoken freely, how far their length is off, and the share that skips a symbol"
    ),
    steps=20_000,
    batch_size=24,
    evaluate_every=500,
    ema=0.999,
    suit=suit,
    show=show,
)
