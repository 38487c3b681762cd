"""The shot analyst: on takes of the theatre that it never saw, over footage with known camera moves, on real clips."""

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import numpy as np
from common import HERE, Row, main

from laterna.editing.describing import Description, Sampler, Samples, describe
from laterna.editing.models.analyst_recipe import Held, read
from laterna.editing.rehearsals.labelled import Labelled
from laterna.editing.rehearsals.moves import FRAMED, footage, framed
from laterna.editing.rehearsals.stage import staged
from laterna.media.video import Video

REACH = {"scale": 0.95, "move": 0.95, "daytime": 0.95, "mood": 0.85}
OVER_FOOTAGE = 0.9
TAKES = (4.0, 12.0)  # seconds, as `laterna theatre shoot` makes them
DATA = HERE.parent.parent / "shared/data"
HEADS = ("bbaf2n", "brbk7n", "lbbc2a", "lrwp9a", "pwij3p", "sbia1a", "swiz3n")
REAL = {  # what a person sees; none of these labels was learnt from
    **{f"talking_heads/{name}.mpg": {"scale": "close-up", "move": "static"} for name in HEADS},
    **{f"footage/asl/{name}.mkv": {"scale": "medium", "move": "static"} for name in ("again", "eat", "school", "milk")},
    "footage/people.mp4": {"scale": "wide", "move": "static", "daytime": "day"},
    "footage/elf.mp4": {"move": "handheld"},
    "footage/monster.mp4": {"move": "handheld"},
}


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--takes", type=int, default=200)
    parser.add_argument("--first", type=int, default=9_000_000, help="seed of the takes")


def rows(chosen: argparse.Namespace) -> list[Row]:
    """The share of right words, the commonest word's beside it."""
    seeds = range(chosen.first, chosen.first + chosen.takes)
    takes = [staged(seed, TAKES) for seed in seeds]
    said = described([one.samples for one in takes])
    protocol = f"{len(takes)} takes of {TAKES[0]:g} to {TAKES[1]:g} s, seeds {seeds[0]} on; the commonest word beside"
    found = []
    for name, reach in REACH.items():
        right, common = shares(takes, said, name)
        found.append(Row(f"{name}, theatre", f">= {reach}", f"{right:.3f} ({common:.3f})", right >= reach, protocol))
    for name in ("weather", "place"):
        right, common = shares(takes, said, name)
        found.append(Row(f"{name}, theatre", "", f"{right:.3f} ({common:.3f})", None, protocol))
    return [*found, *held_out(), *over_footage(), *real()]


def described(shots: Sequence[Samples]) -> list[Description]:
    return [one for n in range(0, len(shots), 40) for one in describe(shots[n : n + 40])]


def shares(shots: Sequence[Labelled], said: Sequence[Description], name: str) -> tuple[float, float]:
    """Of right words, and of the commonest one."""
    words = [one.choices[name] for one in shots]
    right = np.mean([getattr(one, name) == word for one, word in zip(said, words, strict=True)])
    return float(right), Counter(words).most_common(1)[0][1] / len(words)


def held_out() -> list[Row]:
    """Known moves over those films of the footage that training leaves out."""
    if not (DATA / "footage").exists():
        return []
    test = cast(Held, read(DATA / "footage").test)
    shots = [test.sample(n, np.random.default_rng(0)) for n in range(len(test.seeds), len(test))]
    right, common = shares(shots, described([one.samples for one in shots]), "move")
    names = ", ".join(film.name for film in test.films)
    protocol = f"{len(shots)} shots of a frame that moves over {names}, none learnt from"
    return [
        Row(
            "camera move over footage",
            f">= {OVER_FOOTAGE}",
            f"{right:.3f} ({common:.3f})",
            right >= OVER_FOOTAGE,
            protocol,
        )
    ]


def over_footage() -> list[Row]:
    """Known moves over locked-off clips of people, none of which was learnt from."""
    films = [DATA / "talking_heads" / f"{name}.mpg" for name in HEADS]
    if not films[0].exists():
        return []
    rng = np.random.default_rng(1)
    shots = [framed(footage(film), move, rng) for film in films for move in FRAMED for _ in range(6)]
    right, common = shares(shots, described([one.samples for one in shots]), "move")
    protocol = f"{len(shots)} shots: {', '.join(FRAMED)} of a frame over {len(films)} talking heads, none learnt from"
    return [
        Row(
            "the same over faces before a plain screen",
            "",
            f"{right:.3f} ({common:.3f})",
            None,
            f"{protocol}; what it misses are static shots, whose moving heads it takes for a hand's unrest",
        )
    ]


def real() -> list[Row]:
    """What a person says of real clips as they are: which answers hold off the theatre."""
    known: Mapping[Path, Mapping[str, str]] = {DATA / name: words for name, words in REAL.items()}
    films = [film for film in known if film.exists()]
    if not films:
        return []
    said = described([sampled(film) for film in films])
    found = []
    for name in ("scale", "move"):
        right = [getattr(one, name) == known[f][name] for f, one in zip(films, said, strict=True) if name in known[f]]
        protocol = f"{len(right)} real clips as they are, labelled by a person"
        found.append(Row(f"{name}, real clips", "", f"{np.mean(right):.2f}", None, protocol))
    return found


def sampled(film: Path) -> Samples:
    """A film's first 12 seconds."""
    sampler, video = Sampler(), Video(film)
    count = 0
    for count, frame in enumerate(video.frames(0, min(video.duration, Fraction(12))), start=1):
        sampler.add(count - 1, frame)
    return sampler.taken().between(0, count)


if __name__ == "__main__":
    main()
