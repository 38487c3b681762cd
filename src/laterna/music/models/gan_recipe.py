"""How the GAN is trained and judged: on two bars from anywhere in pieces, by how like them what it makes is.

DATA is a table of pieces (see ``laterna.music.pieces``), or a folder of tables and scores, on a grid of 16th notes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch
from PIL import Image

from laterna.errors import DataError
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits
from laterna.music.attributes import density
from laterna.music.data import read_pieces
from laterna.music.keys import Key
from laterna.music.metrics import FIGURES, Spread, Told, distinct, figures, spread, told_apart
from laterna.music.models.gan import FRAMES, GRID, MusicGAN, Rolls
from laterna.music.notation import score_of
from laterna.music.pieces import Piece, merged
from laterna.music.roll import roll

REACH = 0.75  # of the accuracy with which made excerpts are told from real ones
_LEAST = 0.005  # by which figures may be apart at least: the halves of a few samples may be the same
_DRAWS = 20  # of an excerpt of each piece, that are told from made ones
_HEATS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)  # temperatures that are tried
_SHOWN = 6  # excerpts of a picture


class Excerpt(NamedTuple):
    """Two bars in C: 1 for minor, notes that begin in a quarter note, and the number of the piece that they are of."""

    piece: Piece
    minor: int
    density: float
    source: int


class Excerpts:
    """Stretches of two bars of pieces, once they are moved to C.

    Args:
        pieces: on a grid of 16th notes.
        every: frames from one to the next of a piece; else they begin at any quarter note, as many as fit beside one
            another.
    """

    def __init__(self, pieces: Sequence[Piece], every: int | None = None) -> None:
        self.pieces, self._every = pieces, every
        self._homes = [(_home(piece), piece.key.mode == "minor") for piece in pieces]
        lasts = [len(piece) - FRAMES for piece in pieces]
        self._places = [(n, first) for n, last in enumerate(lasts) for first in range(0, last + 1, every or FRAMES)]

    def __len__(self) -> int:
        return len(self._places)

    def sample(self, index: int, rng: np.random.Generator) -> Excerpt:
        number, first = self._places[index]
        piece, minor = self._homes[number]
        if self._every is None:
            first = GRID * int(rng.integers((len(piece) - FRAMES) // GRID + 1))
        part = piece.part(first, first + FRAMES)
        return Excerpt(part, int(minor), density(part), number)


def _home(piece: Piece) -> Piece:
    """Moved to C by the shortest way; the same pitch again is the same note."""
    return merged(piece.name, piece.to_tonic(0).pitches, piece.grid)


def read(data: Path) -> Splits:
    """Excerpts of pieces on a grid of 16th notes, and of two bars or more; see :func:`laterna.music.data.read_pieces`.

    Raises:
        DataError: there are none to learn from.
    """
    pieces = read_pieces(data)
    train, valid, test = (
        [piece for piece in part if piece.grid == GRID and len(piece) >= FRAMES]
        for part in (pieces.train, pieces.valid, pieces.test)
    )
    if not train:
        raise DataError(
            f"{data.name} has no piece of two bars on a grid of 16th notes: give a table of them, or scores."
        )
    return Splits(Excerpts(train), Excerpts(valid, FRAMES), Excerpts(test, FRAMES), pieces.told)


def collate(samples: Sequence[Excerpt]) -> Rolls:
    """A batch."""
    pitches = np.stack([one.piece.pitches for one in samples]).astype(np.int64)
    told = (torch.tensor([getattr(one, name) for one in samples]).float() for name in ("minor", "density"))
    return Rolls(torch.from_numpy(pitches), *told)


def suit(model: Model, samples: Samples) -> Model:
    """Let a model know how often which mode and density occurs among the samples to learn from."""
    network, rolls = cast(MusicGAN, model), collate(all_of(samples))
    for mode, quantiles in enumerate(network.densities):
        there = rolls.density[rolls.minor == mode]
        if len(there):
            quantiles.copy_(torch.quantile(there, torch.linspace(0, 1, len(quantiles))))
    network.minors.fill_(rolls.minor.mean())
    return network


def settle(model: Model, samples: Samples) -> None:
    """Note what was learnt from, and choose the temperature of draws by which what is made is most like it."""
    network, found = cast(MusicGAN, model), dict[float, float]()
    network.memory.learn(cast(Excerpts, samples).pieces)
    for heat in _HEATS:
        network.temperature.fill_(heat)
        found[heat] = metrics(network, samples)["far"]
    network.temperature.fill_(min(found, key=found.__getitem__))


def all_of(samples: Samples) -> list[Excerpt]:
    """Each sample once, the same at every call."""
    return [samples.sample(index, np.random.default_rng(index)) for index in range(len(samples))]


# How it is judged


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """Of as many made excerpts as there are samples, of the same modes and densities, beside these."""
    real = all_of(samples)
    return compared(real, made_like(cast(MusicGAN, model), real))


def made_like(network: MusicGAN, real: Sequence[Excerpt], seed: int = 0) -> list[Piece]:
    """Excerpts of the modes and densities of real ones."""
    rolls = collate(real)
    return [merged("", each, GRID) for each in network.write(rolls.minor, rolls.density, seed=seed).numpy()]


def compared(real: Sequence[Excerpt], made: Sequence[Piece]) -> dict[str, float]:
    """Figures of made excerpts beside real ones of the same modes and densities, in their order.

    "far": the farthest of all that has a reach, over that reach: at 1 or less all are as near as asked. "told": of one
    real excerpt of each piece and as many made ones, the share that the nearest other one tells from the other kind.
    "in_scale" and so on: how far the made ones are from half of the data, where 1 is what 95% of the data's halves stay
    below from one another. "distinct": of made ones, those unlike all others. "density", "mode": how far they are from
    what was asked on average, and how often they are in it.
    """
    spreads, told = beside(real, made), told_by_piece(real, made)
    shares = {name: one.made / max(one.high, _LEAST) for name, one in spreads.items()}
    asked = np.array([one.density for one in real])
    return {
        "far": max(*shares.values(), (0.5 + told.unlike) / REACH),
        "told": told.accuracy,
        "told_real": told.real,
        "told_made": told.made,
        **shares,
        "distinct": distinct(made),
        "density": float(np.abs(np.array([density(piece) for piece in made]) - asked).mean()),
        "mode": float(
            np.mean([(piece.key.mode == "minor") == one.minor for piece, one in zip(made, real, strict=True)])
        ),
    }


def beside(real: Sequence[Excerpt], made: Sequence[Piece]) -> dict[str, Spread]:
    """Each figure of music of made excerpts, beside the spread of the real ones' halves, of whole pieces each."""
    keys = [Key(0, "minor" if one.minor else "major") for one in real]
    theirs, ours = figures([one.piece for one in real], keys), figures(made, keys)
    sources = np.array([one.source for one in real])
    return {name: spread(ours[name], theirs[name], sources) for name in FIGURES}


def told_by_piece(real: Sequence[Excerpt], made: Sequence[Piece], draws: int = _DRAWS) -> Told:
    """How often the nearest excerpt tells real from made, where of each piece there is one: means over draws.

    Pieces repeat themselves, and so their excerpts have one another for nearest.
    """
    sources, rng, found = np.array([one.source for one in real]), np.random.default_rng(0), list[Told]()
    for _ in range(draws):
        chosen = [int(rng.choice(np.flatnonzero(sources == source))) for source in np.unique(sources)]
        found.append(told_apart([real[n].piece for n in chosen], [made[n] for n in chosen]))
    return Told(float(np.mean([one.real for one in found])), float(np.mean([one.made for one in found])))


def baseline(splits: Splits) -> Mapping[str, float]:
    """The same for independent draws: each voice's pitch in each frame as often as there in what was learnt from."""
    learnt, real = collate(all_of(splits.train)), all_of(splits.test)
    rng, pitches, voices = np.random.default_rng(0), learnt.pitches.numpy(), learnt.pitches.shape[2]
    made = []
    for one in real:
        alike = np.flatnonzero(learnt.minor.numpy() == one.minor)
        drawn = rng.choice(alike if len(alike) else len(pitches), (FRAMES, voices))
        made.append(merged("", pitches[drawn, np.arange(FRAMES)[:, None], np.arange(voices)], GRID))
    return compared(real, made)


def show(model: Model, samples: Samples) -> Image.Image:
    """Piano rolls of made excerpts, and below them real ones of the same modes and densities."""
    places = np.linspace(0, len(samples) - 1, _SHOWN).astype(int)
    real = [samples.sample(int(place), np.random.default_rng(0)) for place in places]
    rolls = collate(real)
    return picture([cast(MusicGAN, model).write(rolls.minor, rolls.density).numpy(), rolls.pitches.numpy()])


def picture(rows: Sequence[np.ndarray]) -> Image.Image:
    """Piano rolls of excerpts (B, T, V), one after another, a row each."""
    rolls = [roll(score_of(merged("", np.concatenate(list(row)), GRID))) for row in rows if row.any()]
    image = Image.new("RGB", (max((one.width for one in rolls), default=1), sum(one.height for one in rolls) or 1))
    top = 0
    for one in rolls:
        image.paste(one, (0, top))
        top += one.height
    return image


recipe = Recipe(
    model=MusicGAN,
    read=read,
    collate=collate,
    metrics=metrics,
    baseline=baseline,
    objective="-far",
    protocol=(
        "as many excerpts of two bars are made as held-out pieces have, one after another, of the same modes and"
        " densities, all in C: of figures of music (Dong et al. 2018) Wasserstein's distance to half of the real ones,"
        " over what 95% of random halves, of whole pieces, stay below from each other; the share of real and of made"
        " ones whose nearest neighbour, by piano rolls, is of their kind, of one real excerpt of each piece and as many"
        " made ones, over 20 draws; far is the largest of these over what they may be"
    ),
    steps=12_000,
    batch_size=64,
    evaluate_every=500,
    ema=0.999,
    suit=suit,
    settle=settle,
    show=show,
)
