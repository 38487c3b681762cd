"""How long `make demo` takes once all is installed."""

import argparse
import shlex
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import common
from common import HERE, LATERNA, Row

MOST = 120


def rows(options: argparse.Namespace) -> list[Row]:
    """The Makefile's own lines, run in a copy of the repository's examples."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(HERE.parent / "examples", Path(folder) / "examples")
        started = time.perf_counter()
        for line in lines():
            subprocess.run([LATERNA, *line[1:]], cwd=folder, check=True)
        took = time.perf_counter() - started
    protocol = "the demo target's lines, one run, from nothing to the finished film"
    return [Row("`make demo`, installation left out", f"<= {MOST} s", f"{took:.0f} s", took <= MOST, protocol)]


def lines() -> list[list[str]]:
    """What the target types, without the installation."""
    dry = subprocess.run(
        ["make", "--dry-run", "--always-make", "demo"], cwd=HERE.parent, capture_output=True, text=True, check=True
    )
    typed = [shlex.split(line) for line in dry.stdout.splitlines() if "laterna " in line]
    return [line for line in typed if Path(line[0]).name == "laterna"]


if __name__ == "__main__":
    common.main()
