"""How much memory a production holds, from a ten-minute source."""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import common
import numpy as np
from common import CACHE, LATERNA, Row, peak_pss, rushes

from laterna.media.audio import Audio
from laterna.media.encode import Encoding, join
from laterna.media.video import Video

MOST = 800 * 10**6
BRIEF = """\
title = "Memory"
footage = ["{footage}"]
length = {length}
size = "{size}"
narration = "The lantern is lit. A figure walks across the hill, and the evening begins."
"""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, default=600, help="length of the source")
    parser.add_argument("--shot", type=int, default=60, help="seconds that are shot; the source repeats them")
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--length", type=int, default=30, help="seconds of the film")


def rows(options: argparse.Namespace) -> list[Row]:
    film = source(options.seconds, options.shot, options.size)
    with tempfile.TemporaryDirectory() as folder:
        brief = Path(folder) / "brief.toml"
        brief.write_text(BRIEF.format(footage=film, length=options.length, size=options.size))
        peak = peak_pss([LATERNA, "produce", brief])
    protocol = (
        f"`produce` of a {options.length} s film from a {options.seconds} s {options.size} source (H.264, the theatre's"
        f" {options.shot} s repeated); highest sum of PSS over the process tree, sampled every 50 ms"
    )
    return [Row("memory of `produce`", f"<= {MOST / 1e6:.0f} MB", f"{peak / 1e6:.0f} MB", peak <= MOST, protocol)]


def source(seconds: int, shot: int, size: str) -> Path:
    """One long film: the rushes of ``shot`` seconds, joined again and again without being encoded again."""
    folder = rushes(shot, size)
    path = CACHE / f"source-{seconds}s-{folder.name}.mp4"
    if not path.exists():
        takes = [Video(take) for take in sorted(folder.glob("*.mp4"))]
        again, rest = divmod(seconds, sum(take.duration for take in takes))
        takes = takes * int(again + (rest > 0))
        encoding = Encoding(takes[0].size, takes[0].frame_rate)
        join([take.path for take in takes], path, encoding, sound=_sound(takes))
    return path


def _sound(takes: list[Video]) -> Iterator[np.ndarray]:
    for take in takes:
        yield from Audio(take.path).blocks(0, take.duration, sample_rate=48_000, channels=2)


if __name__ == "__main__":
    common.main()
