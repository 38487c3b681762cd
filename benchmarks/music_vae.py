"""MusicVAE: how truly phrases come back, whether phrases of any point are like real ones, and what pushes do."""

import argparse
from collections.abc import Sequence

import common
import numpy as np
from common import HERE, Row

from laterna.learning import evaluate, load
from laterna.learning.threads import torch_threads
from laterna.music.attributes import ATTRIBUTES
from laterna.music.metrics import FIGURES, Spread, distinct, figures, spread
from laterna.music.models.vae import MusicVAE
from laterna.music.models.vae_recipe import recipe
from laterna.music.pieces import Piece

NAME, DATA = "music/vae", HERE.parent.parent / "shared" / "data" / "jsb" / "Jsb16thSeparated.json"
ACCURACY, ONSETS, BITS = 0.951, 0.90, 48  # of 2-bar melodies; MusicVAE's flat model has .951
PUSHED = 64  # phrases that are pushed


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--drawn", type=int, default=2000, help="points of the prior")


def rows(chosen: argparse.Namespace) -> list[Row]:
    network, splits = load(NAME), recipe.splits(DATA)
    assert isinstance(network, MusicVAE)
    test = [splits.test.sample(index, np.random.default_rng(0)) for index in range(len(splits.test))]
    melodies = [piece for piece in test if not piece.pitches[:, 1:].any()]
    phrases = [piece for piece in test if piece.pitches[:, 1:].any()]
    with torch_threads(1):
        return [*returned(), *prior(network, melodies, phrases, chosen.drawn), *pushes(network, phrases[:PUSHED])]


def returned() -> list[Row]:
    """What comes back of held-out phrases."""
    found, protocol = evaluate(NAME, DATA), recipe.protocol
    figures, base = found.figures, found.baseline
    return [
        Row(
            "2-bar melodies, frames that come back",
            f">= {ACCURACY}",
            f"{figures['accuracy']:.3f}",
            figures["accuracy"] >= ACCURACY,
            f"{protocol}; a voice that goes on for ever: {base['accuracy']:.3f}",
        ),
        Row(
            "the same, of frames in which a note begins",
            f">= {ONSETS:.2f}",
            f"{figures['onsets']:.3f}",
            figures["onsets"] >= ONSETS,
            "as above",
        ),
        Row(
            "the same, their points",
            f"<= {BITS} bits",
            f"{figures['bits']:.1f} bits",
            figures["bits"] <= BITS,
            "as above",
        ),
        Row("phrases in four voices, frames that come back", "", f"{figures['four_accuracy']:.3f}", None, "as above"),
        Row("the same, of frames in which a note begins", "", f"{figures['four_onsets']:.3f}", None, "as above"),
        Row("the same, their points", "", f"{figures['four_bits']:.1f} bits", None, "as above"),
    ]


def prior(network: MusicVAE, melodies: Sequence[Piece], phrases: Sequence[Piece], count: int) -> list[Row]:
    """Phrases of points of the prior, beside held-out ones with as many voices."""
    import torch

    points = torch.randn(count, network.latent, generator=torch.Generator().manual_seed(0))
    made = network.phrases(points, seed=0)
    found = []
    for who, real, voices in (("melodies", melodies, 1), ("phrases in four voices", phrases, 4)):
        alike = [piece for piece in made if piece.pitches.any(0).sum() == voices]
        spreads = beside(real, alike)
        protocol = (
            f"{len(alike)} of {count} points have {voices} voices; each figure (Dong et al. 2018) beside {len(real)}"
            " held-out phrases, Wasserstein's distance to a half of them, below that of 95% of the pairs of halves"
        )
        within = sum(one.within for one in spreads.values())
        found += [
            Row(
                f"prior samples, {who}: figures within the data's spread",
                f"{len(FIGURES)} of {len(FIGURES)}",
                f"{within} of {len(FIGURES)}: {told(spreads)}",
                within == len(FIGURES),
                protocol,
            ),
            Row(f"the same, {who} that differ from all others", "", f"{distinct(alike):.1%}", None, protocol),
        ]
    return found


def beside(real: Sequence[Piece], made: Sequence[Piece]) -> dict[str, Spread]:
    theirs, ours = figures(real), figures(made)
    sources = np.unique([piece.name for piece in real], return_inverse=True)[1]
    return {name: spread(ours[name], theirs[name], sources) for name in FIGURES}


def told(spreads: dict[str, Spread]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {one.made:.3f} of {one.high:.3f}" for name, one in spreads.items())


def pushes(network: MusicVAE, phrases: Sequence[Piece]) -> list[Row]:
    """What a push by 1 either way does to its attribute, and to the others."""
    found = []
    for name, measure in ATTRIBUTES.items():
        low, high = (
            np.mean([measure(one) for one in network.push(phrases, dict.fromkeys(ATTRIBUTES, 0.0) | {name: amount})])
            for amount in (-1.0, 1.0)
        )
        found.append(
            Row(
                f"{name} of phrases that are pushed by -1 and by +1",
                "",
                f"{low:.2f} and {high:.2f}",
                bool(high > low),
                f"{len(phrases)} held-out phrases, {np.mean([measure(one) for one in phrases]):.2f} as they are",
            )
        )
    return found


if __name__ == "__main__":
    common.main()
