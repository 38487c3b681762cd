"""How long the package and its help take to start, over a bare interpreter."""

import argparse
import subprocess
import sys

import common
from common import LATERNA, Row, interleaved


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=15)


def rows(options: argparse.Namespace) -> list[Row]:
    commands = {
        "bare": [sys.executable, "-c", "pass"],
        "import": [sys.executable, "-c", "import laterna"],
        "help": [LATERNA, "--help"],
    }
    for command in commands.values():  # compiled and in the page cache, as the second time on any machine
        _run(command)
    times = interleaved({name: lambda c=command: _run(c) for name, command in commands.items()}, options.rounds)
    protocol = f"median of {options.rounds} interleaved runs, less that of `python -c pass`"
    return [
        _row("`import laterna`", times.median("import") - times.median("bare"), 0.15, protocol),
        _row("`laterna --help`", times.median("help") - times.median("bare"), 0.4, protocol),
    ]


def _row(figure: str, seconds: float, most: float, protocol: str) -> Row:
    return Row(figure, f"<= {most} s", f"{seconds:.3f} s", seconds <= most, protocol)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    common.main()
