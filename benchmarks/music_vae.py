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

DATA = HERE.parent.parent / "shared" / "data" / "jsb" / "Jsb16thSeparated.json"
ACCURACY, ONSETS, BITS = 0.951, 0.90, 48  # of 2-bar melodies; MusicVAE's flat model has .951
PUSHED = 64  # phrases that are pushed


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--drawn", type=int, default=1000, help="phrases of points of the prior, for each seed")
    parser.add_argument(
        "--seeds", type=int, default=5, help="of prior samples, whose draws differ by as much as matters"
    )


def rows(chosen: argparse.Namespace) -> list[Row]:
    network, singer, splits = load("music/vae"), load("music/melody_vae"), recipe.splits(DATA)
    assert isinstance(network, MusicVAE)
    assert isinstance(singer, MusicVAE)
    test = [splits.test.sample(index, np.random.default_rng(0)) for index in range(len(splits.test))]
    melodies = [piece for piece in test if not piece.pitches[:, 1:].any()]
    phrases = [piece for piece in test if piece.pitches[:, 1:].any()]
    with torch_threads(1):
        return [
            *returned(),
            *alike("melodies", singer, melodies, chosen.drawn, chosen.seeds),
            *alike("phrases in four voices", network, phrases, chosen.drawn, chosen.seeds),
            *pushes("phrases", network, phrases[:PUSHED]),
            *pushes("melodies", singer, melodies[:PUSHED]),
        ]


def returned() -> list[Row]:
    """What comes back of held-out phrases: of melodies by their own network, and of both by that of four voices."""
    own, both = evaluate("music/melody_vae", DATA), evaluate("music/vae", DATA)
    reaches = (("accuracy", f">= {ACCURACY}"), ("onsets", f">= {ONSETS:.2f}"), ("bits", f"<= {BITS} bits"))
    met = (own.figures["accuracy"] >= ACCURACY, own.figures["onsets"] >= ONSETS, own.figures["bits"] <= BITS)
    names = ("frames that come back", "of frames in which a note begins", "what their points cost")
    first = f"{recipe.protocol}; a voice that goes on for ever: {own.baseline['accuracy']:.3f}"
    found = [
        Row(f"2-bar melodies, {called}", reach, shown(name, own.figures[name]), reached, first)
        for (name, reach), called, reached in zip(reaches, names, met, strict=True)
    ]
    for what, prefix in (("melodies by the network of four voices", ""), ("phrases in four voices", "four_")):
        found += [
            Row(f"{what}, {called}", "", shown(name, both.figures[prefix + name]), None, "as above")
            for (name, _), called in zip(reaches, names, strict=True)
        ]
    return found


def shown(name: str, figure: float) -> str:
    return f"{figure:.1f} bits" if name == "bits" else f"{figure:.3f}"


def alike(who: str, network: MusicVAE, real: Sequence[Piece], count: int, seeds: int) -> list[Row]:
    """Phrases of points of the prior, and of those halfway between two held-out ones, beside held-out ones."""
    import torch

    every, generator = network.locate(real), torch.Generator().manual_seed(0)
    one, other = (every[torch.randint(len(every), (count,), generator=generator)] for _ in range(2))
    sampled = [piece for seed in range(seeds) for piece in network.sample(count, voices=network.voices, seed=seed)]
    found, whole = list[Row](), f"{len(FIGURES)} of {len(FIGURES)}"
    for what, phrases, reach in (
        ("prior samples, as `sample` takes them", sampled, whole),
        ("phrases of all points of the prior", network.phrases(network.prior.draw(count, 0)), ""),
        ("phrases halfway between two held-out ones", network.phrases((one + other) / 2), ""),
    ):
        made = [piece for piece in phrases if piece.pitches.any(0).sum() == network.voices]
        spreads = beside(real, made)
        within = sum(each.within for each in spreads.values())
        protocol = (
            f"{len(made)} of {len(phrases)} have {network.voices} voices; each figure (Dong et al. 2018) beside"
            f" {len(real)} held-out phrases, Wasserstein's distance to a half of them, below that of 95% of the pairs"
            f" of halves; {distinct(made):.1%} differ from all others"
        )
        found.append(
            Row(
                f"{what}, {who}: figures within the data's spread",
                reach,
                f"{within} of {len(FIGURES)}: {told(spreads)}",
                within == len(FIGURES) if reach else None,
                protocol,
            )
        )
    return found


def beside(real: Sequence[Piece], made: Sequence[Piece]) -> dict[str, Spread]:
    theirs, ours = figures(real), figures(made)
    sources = np.unique([piece.name for piece in real], return_inverse=True)[1]
    return {name: spread(ours[name], theirs[name], sources) for name in FIGURES}


def told(spreads: dict[str, Spread]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {one.made:.3f} of {one.high:.3f}" for name, one in spreads.items())


def pushes(who: str, network: MusicVAE, phrases: Sequence[Piece]) -> list[Row]:
    """What a push by 1 either way does to its attribute, and to the others."""
    found = []
    for name, measure in ATTRIBUTES.items():
        low, high = (
            np.mean([measure(one) for one in network.push(phrases, dict.fromkeys(ATTRIBUTES, 0.0) | {name: amount})])
            for amount in (-1.0, 1.0)
        )
        found.append(
            Row(
                f"{name} of {who} that are pushed by -1 and by +1",
                "",
                f"{low:.2f} and {high:.2f}",
                bool(high > low),
                f"{len(phrases)} held-out {who}, {np.mean([measure(one) for one in phrases]):.2f} as they are",
            )
        )
    return found


if __name__ == "__main__":
    common.main()
