"""Music by the GAN: whether its two bars are like those of Bach's chorales that it never saw, varied, and no copies."""

import argparse
import time
from collections.abc import Mapping, Sequence
from typing import cast

import common
import numpy as np
from common import HERE, Row

from laterna.learning import load
from laterna.learning.store import bundled_store
from laterna.learning.threads import torch_threads
from laterna.music.attributes import density
from laterna.music.keys import Key
from laterna.music.metrics import FIGURES, distinct, figures, nearest, told_apart
from laterna.music.models.gan import FRAMES, GRID, MusicGAN
from laterna.music.models.gan_recipe import (
    REACH,
    Excerpt,
    Excerpts,
    all_of,
    baseline,
    beside,
    made_like,
    recipe,
    told_by_piece,
)
from laterna.music.pieces import Piece

JSB = HERE.parent.parent / "shared" / "data" / "jsb" / "Jsb16thSeparated.json"
DISTINCT, ROOM = 0.95, 1.5e6  # the least share of distinct ones; bytes of its weights
NAMES = ("in-scale rate", "qualified-note rate (8ths or longer)", "pitch classes in a bar", "empty beats", "polyphony")


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seeds", type=int, default=5, help="of which figures are means")


def rows(chosen: argparse.Namespace) -> list[Row]:
    """How like real ones made excerpts are, then how they obey and what they cost."""
    network, splits = load("music/gan"), recipe.splits(JSB)
    assert isinstance(network, MusicGAN)
    real, train = all_of(splits.test), cast(Excerpts, splits.train).pieces
    learnt, everywhere = all_of(Excerpts(train, FRAMES)), all_of(Excerpts(train, GRID))
    with torch_threads(1):
        made = [made_like(network, real, seed) for seed in range(chosen.seeds)]
        return [
            *alike(real, made, "test"),
            *alike(learnt, [made_like(network, learnt, seed) for seed in range(2)], "training"),
            *told(real, made, learnt, baseline(splits)),
            *copies(real, made, everywhere),
            *obeyed(real, made),
            *cost(network),
        ]


def alike(real: Sequence[Excerpt], made: Sequence[Sequence[Piece]], part: str) -> list[Row]:
    """Each figure of music, beside the spread of the data's halves."""
    keys = [Key(0, "minor" if one.minor else "major") for one in real]
    means = [figures(pieces, keys) for pieces in made]
    theirs, spreads = figures([one.piece for one in real], keys), [beside(real, pieces) for pieces in made]
    pieces = len({one.source for one in real})
    protocol = (
        f"Wasserstein distance of made excerpts to half of the {len(real)} of {pieces} {part} pieces; reach: what 95%"
        f" of 1000 random halves, by pieces, stay below from each other; {len(made)} seeds"
    )
    found = []
    for figure, name in zip(FIGURES, NAMES, strict=True):
        away, high = float(np.mean([one[figure].made for one in spreads])), spreads[0][figure].high
        mean = float(np.mean([one[figure].mean() for one in means]))
        measured = f"{away:.4f} (means {mean:.3f}, real {theirs[figure].mean():.3f})"
        found.append(Row(f"{name}, {part} part", f"<= {high:.4f}", measured, away <= high, protocol))
    return found


def told(
    real: Sequence[Excerpt], made: Sequence[Sequence[Piece]], learnt: Sequence[Excerpt], trivial: Mapping[str, float]
) -> list[Row]:
    """How often the nearest neighbour tells made from real ones."""
    each = [told_by_piece(real, pieces) for pieces in made]
    accuracy, of_real, of_made = (
        float(np.mean([getattr(one, name) for one in each])) for name in ("accuracy", "real", "made")
    )
    every = [told_apart([one.piece for one in real], pieces).accuracy for pieces in made]
    others = told_apart([one.piece for one in real], [one.piece for one in _like(real, learnt)]).accuracy
    share = float(np.mean([distinct(pieces) for pieces in made]))
    distance = "piano rolls in C, by the share of what either sounds and the other does not"
    protocol = f"leave-one-out, one excerpt of each test piece and as many made ones, 20 draws; {distance}"
    apart = f"{accuracy:.1%} (of real {of_real:.1%}, of made {of_made:.1%})"
    noise = f"{trivial['told']:.1%} (of real {trivial['told_real']:.1%}, of made {trivial['told_made']:.1%})"
    return [
        Row("told from real ones by the nearest neighbour", f"<= {REACH:.0%}", apart, accuracy <= REACH, protocol),
        Row("the same, independent draws of each voice and frame", "", noise, None, protocol),
        Row(
            "the same, of all test excerpts",
            "",
            f"{np.mean(every):.1%}",
            None,
            f"{len(real)} of each, though pieces repeat themselves; training excerpts in place of made: {others:.1%}",
        ),
        Row(
            "distinct excerpts",
            f">= {DISTINCT:.0%}",
            f"{share:.1%}",
            share >= DISTINCT,
            f"of {len(real)}; of the real ones {distinct([one.piece for one in real]):.1%}",
        ),
    ]


def copies(real: Sequence[Excerpt], made: Sequence[Sequence[Piece]], learnt: Sequence[Excerpt]) -> list[Row]:
    """How far the nearest training excerpt is."""
    known = [one.piece for one in learnt]
    ours = np.concatenate([nearest(pieces, known) for pieces in made])
    theirs = nearest([one.piece for one in real], known)
    low, middle = np.percentile(ours, [5, 50])
    return [
        Row(
            "distance to the nearest training excerpt",
            "",
            f"{middle:.3f}, the nearest 5% below {low:.3f}",
            None,
            f"medians, of {len(known)} from each quarter note on; test excerpts: {np.median(theirs):.3f},"
            f" {np.percentile(theirs, 5):.3f}; the same as one: made {(ours == 0).mean():.1%}, test"
            f" {(theirs == 0).mean():.1%}",
        )
    ]


def obeyed(real: Sequence[Excerpt], made: Sequence[Sequence[Piece]]) -> list[Row]:
    """Whether mode and density are as they were asked."""
    asked = np.array([one.density for one in real])
    got = [np.array([density(piece) for piece in pieces]) for pieces in made]
    error = float(np.mean([np.abs(one - asked).mean() for one in got]))
    follows = float(np.mean([np.corrcoef(one, asked)[0, 1] for one in got]))
    kept = float(np.mean([_in_mode(real, pieces) for pieces in made]))
    own = _in_mode(real, [one.piece for one in real])
    return [
        Row(
            "density off what was asked",
            "",
            f"{error:.2f}",
            None,
            f"notes in a quarter note; correlation {follows:.2f}",
        ),
        Row("in the mode that was asked for", "", f"{kept:.0%}", None, f"of the best key; real excerpts: {own:.0%}"),
    ]


def cost(network: MusicGAN) -> list[Row]:
    began = time.process_time()
    network.sample(100)
    took = time.process_time() - began
    room = sum(path.stat().st_size for path in (bundled_store() / network.name).rglob("*.safetensors"))
    return [
        Row("writing 100 excerpts", "", f"{took:.2f} s", None, "CPU seconds, one thread"),
        Row("bundled weights", f"<= {ROOM / 1e6:g} MB", f"{room / 1e6:.2f} MB", room <= ROOM, "without the critic's"),
    ]


def _like(real: Sequence[Excerpt], learnt: Sequence[Excerpt]) -> list[Excerpt]:
    """Others of the same modes, drawn at random."""
    rng, modes = np.random.default_rng(0), np.array([one.minor for one in learnt])
    return [learnt[int(rng.choice(np.flatnonzero(modes == one.minor)))] for one in real]


def _in_mode(real: Sequence[Excerpt], pieces: Sequence[Piece]) -> float:
    return float(np.mean([(piece.key.mode == "minor") == one.minor for piece, one in zip(pieces, real, strict=True)]))


if __name__ == "__main__":
    common.main()
