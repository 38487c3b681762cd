"""How the analyst is trained and judged.

DATA is a folder of films, or a user's labels.csv (or a folder that holds one). From films it learns camera moves: a
frame moves over them in known ways; all the rest comes from shots of the shadow theatre, of known labels. From a
labels.csv it learns what that says of its shots, and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np
import torch

from laterna.editing.describing.labels import CHOICES, NUMBERS, SETS
from laterna.editing.models.analyst import Analyst, Answers, Batch, padded
from laterna.editing.rehearsals.labelled import Labelled, graded, mirrored
from laterna.editing.rehearsals.moves import FRAMED, before_screen, footage, framed, locked_off
from laterna.editing.rehearsals.stage import staged
from laterna.editing.rehearsals.table import NAME, Row, labelled, read_labels
from laterna.errors import DataError
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits, parts
from laterna.media.files import quoted

SUFFIXES = (".mp4", ".mkv", ".mov", ".webm", ".avi", ".mpg", ".m4v")
_REAL = 0.3  # the share of samples that are of real footage, where there is some
_SCREENS = 0.4  # the share of those of a locked-off camera that are put before a plain screen
_LEARNT = 1500  # shots of footage that are learnt from, drawn when first needed
_JUDGED = 160  # and by which a model is judged


@dataclass(frozen=True)
class Scenes:
    """Shots of the theatre by their seeds, and of footage with known moves; seen a little differently each time."""

    seeds: range
    films: tuple[Path, ...]

    def __len__(self) -> int:
        return len(self.seeds)

    def sample(self, index: int, rng: np.random.Generator) -> Labelled:
        real = bool(self.films) and rng.random() < _REAL
        return varied(_moved(self.films, int(rng.integers(_LEARNT))) if real else staged(self.seeds[index]), rng)


@dataclass(frozen=True)
class Held:
    """Shots to judge by, each always the same: of the theatre, then of footage."""

    seeds: range
    films: tuple[Path, ...]

    def __len__(self) -> int:
        return len(self.seeds) + _JUDGED * bool(self.films)

    def sample(self, index: int, rng: np.random.Generator) -> Labelled:
        if index < len(self.seeds):
            return staged(self.seeds[index])
        return _moved(self.films, index - len(self.seeds))


@dataclass(frozen=True)
class Logged:
    """Shots of a user's log. ``vary``: seen a little differently each time."""

    rows: Sequence[Row]
    vary: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def sample(self, index: int, rng: np.random.Generator) -> Labelled:
        shot = labelled(self.rows[index])
        return varied(shot, rng) if self.vary else shot


def varied(shot: Labelled, rng: np.random.Generator) -> Labelled:
    """As another camera would have seen it."""
    return graded(mirrored(shot) if rng.random() < 0.5 else shot, rng)


@cache
def _moved(films: tuple[Path, ...], number: int) -> Labelled:
    """A known move over one of some films; all films and moves get their turn."""
    rng, film = np.random.default_rng((number, 5)), films[number // len(FRAMED) % len(films)]
    pictures = footage(film)
    if not locked_off(film):
        still = int(rng.integers(len(pictures)))
        pictures = pictures[still : still + 1]
    elif rng.random() < _SCREENS:
        pictures = before_screen(pictures, rng)
    return framed(pictures, FRAMED[number % len(FRAMED)], rng)


def read(data: Path, *, scenes: int = 4000) -> Splits:
    """The theatre's scenes and the films of a folder, or a user's labelled shots.

    Args:
        data: the folder, or a labels.csv.
        scenes: of the theatre to learn from; a tenth as many to choose by, and to test on.

    Raises:
        DataError: the labels make no sense, or there are fewer than three films or labelled shots.
    """
    table = data / NAME if data.is_dir() else data
    if table.is_file():
        return _logged(table)
    films = sorted(path for path in data.rglob("*") if path.suffix.lower() in SUFFIXES)
    films = [path for path in films if not path.stem.endswith(".mask")]  # the theatre's truth about another
    if 0 < len(films) < 3:
        raise DataError(
            f"{quoted(data)} has {len(films)} films: give at least three, or none to learn from the theatre."
        )
    real = [tuple(sorted(part)) for part in parts(films, lambda path: path.name)] if films else [(), (), ()]
    fewer = max(8, scenes // 10)
    seeds = [range(1_000_000 * part, 1_000_000 * part + count) for part, count in ((5, scenes), (6, fewer), (7, fewer))]
    said = [f"{scenes} shots of Laterna's shadow theatre, drawn from seeds, CC0-1.0"]
    if films:
        said.append(f"known camera moves over {len(real[0])} films: {', '.join(path.name for path in real[0])}")
    return Splits(Scenes(seeds[0], real[0]), Held(seeds[1], real[1]), Held(seeds[2], real[2]), tuple(said))


def _logged(table: Path) -> Splits:
    rows = read_labels(table)
    train, valid, test = parts(rows, lambda row: row.name, valid=0.15, test=0.2)
    said = (f"{len(rows)} shots that {table.name} labels",)
    return Splits(Logged(train, vary=True), Logged(valid), Logged(test), said)


def collate(samples: Sequence[Labelled]) -> Batch:
    """Shots of any lengths, padded."""
    pictures, flows, counts = padded([one.samples for one in samples])
    keys = np.full(pictures.shape[:2], np.nan, np.float32)
    for row, one in zip(keys, samples, strict=True):
        row[: len(one.keys)] = one.keys
    return Batch(
        pictures,
        flows,
        counts,
        torch.tensor([one.chosen() for one in samples]),
        torch.tensor([one.held() for one in samples]),
        torch.tensor([one.measured() for one in samples]),
        torch.from_numpy(keys),
    )


# How it is judged


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """The share of right words of each choice, F1 of the sets, mean errors of the numbers, and "mean" of the shares.

    "real_move" is of shots whose camera move alone is known. A figure that no sample has an answer to is left out.
    """
    analyst, shots = cast(Analyst, model), _every(samples)
    said = [one for n in range(0, len(shots), 64) for one in analyst.answers([s.samples for s in shots[n : n + 64]])]
    return _figures(shots, [_words(one) for one in said], [_sets(one) for one in said], [_numbers(one) for one in said])


def baseline(splits: Splits) -> Mapping[str, float]:
    """The same for the commonest word, the words that hold in most shots, and the mean number of the training part."""
    learnt, shots = _every(splits.train, 400), _every(splits.test)
    words = {
        name: max(choices, key=lambda word: sum(one.choices.get(name) == word for one in learnt))
        for name, choices in CHOICES.items()
    }
    sets = {
        name: {word for word in every if 2 * sum(word in one.sets[name] for one in known) > len(known)}
        for name, every in SETS.items()
        if (known := [one for one in learnt if name in one.sets])
    }
    numbers = {
        name: float(np.mean(given))
        for name in NUMBERS
        if (given := [one.numbers[name] for one in learnt if name in one.numbers])
    }
    return _figures(shots, [words] * len(shots), [sets] * len(shots), [numbers] * len(shots))


def _every(samples: Samples, most: int | None = None) -> list[Labelled]:
    count = len(samples) if most is None else min(most, len(samples))
    return [cast(Labelled, samples.sample(index, np.random.default_rng(index))) for index in range(count)]


def _figures(
    shots: Sequence[Labelled],
    words: Sequence[Mapping[str, str]],
    sets: Sequence[Mapping[str, set[str]]],
    numbers: Sequence[Mapping[str, float]],
) -> dict[str, float]:
    found = dict[str, float]()
    for name in CHOICES:
        right = [said[name] == one.choices[name] for one, said in zip(shots, words, strict=True) if _staged(one, name)]
        found |= {name: float(np.mean(right))} if right else {}
    moved = [said["move"] == one.choices["move"] for one, said in zip(shots, words, strict=True) if _only_moved(one)]
    found |= {"real_move": float(np.mean(moved))} if moved else {}
    mean = float(np.mean(list(found.values()))) if found else 0.0
    for name in SETS:
        pairs = [
            (said.get(name, set()), set(one.sets[name]))
            for one, said in zip(shots, sets, strict=True)
            if name in one.sets
        ]
        both, either = (
            sum(map(len, group)) for group in ((a & b for a, b in pairs), (x for pair in pairs for x in pair))
        )
        found |= {name: 2 * both / max(1, either)} if pairs else {}
    for name in NUMBERS:
        off = [
            abs(said[name] - one.numbers[name]) for one, said in zip(shots, numbers, strict=True) if name in one.numbers
        ]
        found |= {f"{name}_error": float(np.mean(off))} if off else {}
    return found | {"mean": mean}


def _only_moved(shot: Labelled) -> bool:
    return set(shot.choices) == {"move"} and not shot.sets and not shot.numbers


def _staged(shot: Labelled, name: str) -> bool:
    return name in shot.choices and not _only_moved(shot)


def _words(said: Answers) -> dict[str, str]:
    return {name: CHOICES[name][int(said.choices[name].argmax())] for name in CHOICES}


def _sets(said: Answers) -> dict[str, set[str]]:
    likely, found, first = (said.sets[0] > 0).tolist(), dict[str, set[str]](), 0
    for name, every in SETS.items():
        found[name] = {word for word, holds in zip(every, likely[first:], strict=False) if holds}
        first += len(every)
    return found


def _numbers(said: Answers) -> dict[str, float]:
    return dict(zip(NUMBERS, said.numbers[0].tolist(), strict=True))


recipe = Recipe(
    model=Analyst,
    read=read,
    collate=collate,
    metrics=metrics,
    baseline=baseline,
    objective="mean",
    protocol=(
        "held-out shots (scenes of the theatre from other seeds; known moves over films that were not learnt from; or"
        " rows of the log that were not): the share of right words of each choice, real_move over footage, F1 of"
        " subjects and actions, mean absolute errors of the numbers; mean is of the shares"
    ),
    steps=4000,
    batch_size=32,
    evaluate_every=200,
    ema=0.998,
    transfers=True,
)
