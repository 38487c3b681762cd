"""How fast the theatre shoots rushes, drawing, sound, masks and encoding included."""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import common
from common import Row

from laterna import theatre

LEAST = 90  # frames a second
SECONDS, ROUNDS, RATE = 20, 3, 30


def rows(options: argparse.Namespace) -> list[Row]:
    """Rushes of as many seeds, each shot anew."""
    speeds = [speed(seed) for seed in range(ROUNDS)]
    median = statistics.median(speeds)
    protocol = (
        f"`theatre.shoot` of {SECONDS} s of 1280x720 at {RATE} frames/s, with sound and truth, from the call to the"
        f" last file; median of {ROUNDS} seeds"
    )
    return [Row("frames/s of the theatre", f">= {LEAST}", f"{median:.0f}", median >= LEAST, protocol)]


def speed(seed: int) -> float:
    """Frames a second of one run."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        theatre.shoot(Path(folder), seed=seed, seconds=SECONDS, rate=str(RATE))
        return SECONDS * RATE / (time.perf_counter() - started)


if __name__ == "__main__":
    common.main()
