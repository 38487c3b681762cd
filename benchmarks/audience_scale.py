"""An audience of 20 million events: loaded, profiled and factorised, with its memory and how time grows."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import common
from common import CACHE, Row, peak_pss

MOST = 6 * 10**9
STRAIGHT = 1.3  # how many times more than in proportion the time may grow
PER_USER, PER_ITEM = 100, 400  # events
SEED = 1


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--small", type=int, default=2_000_000, help="events from which growth is measured")
    parser.add_argument("--width", type=int, default=64, help="dimensions of the factors")
    parser.add_argument("--rounds", type=int, default=4, help="of least squares, over users and items")
    parser.add_argument("--work", nargs=2, metavar=("FOLDER", "OUT"), help=argparse.SUPPRESS)


def rows(chosen: argparse.Namespace) -> list[Row]:
    if chosen.work:
        work(Path(chosen.work[0]), Path(chosen.work[1]), chosen)
        return []
    small, large = (measured(events, chosen) for events in (chosen.small, chosen.events))
    steps = ", ".join(f"{step} {seconds:.0f} s" for step, seconds in large["seconds"].items())
    times = chosen.events / chosen.small
    growth = {step: seconds / small["cpu"][step] / times for step, seconds in large["cpu"].items()}
    whole = sum(large["cpu"].values()) / sum(small["cpu"].values()) / times
    peak = large["peak"]
    protocol = (
        f"one process opens {chosen.events:,} made events ({large['users']:,} users, {large['items']:,} items, a"
        f" Parquet file of {large['bytes'] / 1e6:.0f} MB in the order of users), tells one profile and fits ALS"
        f" ({chosen.width} dimensions, {chosen.rounds} rounds); highest PSS, sampled every 50 ms"
    )
    told = ", ".join(f"{step} {ratio:.2f}" for step, ratio in growth.items())
    return [
        Row(
            "memory of load, profile and ALS", f"<= {MOST / 1e9:.0f} GB", f"{peak / 1e9:.2f} GB", peak <= MOST, protocol
        ),
        Row("the same from fewer", "", f"{small['peak'] / 1e9:.2f} GB", None, f"{chosen.small:,} events"),
        Row("how long that takes", "", steps, None, "the clock's seconds, whatever else runs"),
        Row(
            f"CPU time of {times:.0f} times as much",
            f"<= {STRAIGHT} x {times:.0f}",
            f"{whole:.2f} x {times:.0f} ({told})",
            whole <= STRAIGHT,
            f"from {chosen.small:,} to {chosen.events:,} events, with as many for each user and item",
        ),
        Row("made events", "", f"{large['made']:.0f} s", None, f"`generate` and `save` of {chosen.events:,}, clock"),
    ]


def measured(events: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Make an audience unless it was made before, and let a process of its own work on it."""
    folder = CACHE / f"audience-{SEED}-{events}"
    command = [sys.executable, __file__, "--width", chosen.width, "--rounds", chosen.rounds]
    if not folder.exists():
        started = time.perf_counter()
        made(events, folder)
        (folder / "seconds").write_text(f"{time.perf_counter() - started}")
    with tempfile.TemporaryDirectory() as out:
        told = Path(out) / "told.json"
        peak = peak_pss([*command, "--work", folder, told])
        found = json.loads(told.read_text())
    size = (folder / "events.parquet").stat().st_size
    return found | {"peak": peak, "bytes": size, "made": float((folder / "seconds").read_text())}


def made(events: int, folder: Path) -> None:
    from laterna.audience.generate import generate

    partial = folder.with_name(f"{folder.name}.partial")
    generate(events // PER_USER, events // PER_ITEM, events, seed=SEED).save(partial)
    partial.rename(folder)


def work(folder: Path, out: Path, chosen: argparse.Namespace) -> None:
    """What is measured."""
    from laterna.audience.catalogue import Catalogue
    from laterna.audience.events import Events
    from laterna.audience.interactions import Interactions
    from laterna.audience.models.als import ALS
    from laterna.audience.models.histories import Histories
    from laterna.audience.profile import profile

    seconds, cpu = {}, {}

    @contextmanager
    def timed(step: str) -> Iterator[None]:
        clock, spent = time.perf_counter(), time.process_time()
        yield
        seconds[step], cpu[step] = time.perf_counter() - clock, time.process_time() - spent

    with timed("load"):
        events = Events.open(folder / "events.parquet")
        catalogue = Catalogue.open(folder / "catalogue.parquet")
    with timed("profile"):
        profile(events, events.frame["user"][len(events) // 2], catalogue)
    with timed("code"):
        past = Interactions.of(events)
    del events
    with timed("ALS"):
        model = ALS(width=chosen.width, rounds=chosen.rounds, half_life=0.0, regularisation=0.01).suited(past)
        model.fit(Histories(past), seed=0)
    told = {"seconds": seconds, "cpu": cpu, "users": len(past.users), "items": len(past.items)}
    out.write_text(json.dumps(told))


if __name__ == "__main__":
    common.main()
