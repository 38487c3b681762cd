"""What the benchmarks share: fair timing, memory of a process tree, the peers' environment, and the tables.

A benchmark is a module here with ``rows(options) -> list[Row]`` and, where it takes any, ``options(parser)``;
``run.py`` finds it by its name. Run alone it prints its table: ``python benchmarks/imports.py``.
"""

import argparse
import hashlib
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import psutil

HERE = Path(__file__).parent
CACHE = HERE / ".cache"  # footage that takes long to make
LATERNA = str(Path(sys.executable).with_name("laterna"))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table. ``met`` is None for a figure that is only told, such as a peer's."""

    figure: str
    reach: str
    measured: str
    met: bool | None
    protocol: str

    def __str__(self) -> str:
        mark = {True: "yes", False: "**no**", None: ""}[self.met]
        return f"| {self.figure} | {self.reach} | {self.measured} | {mark} | {self.protocol} |"


def table(rows: Iterable[Row]) -> str:
    """The rows in Markdown."""
    head = "| figure | reach | measured | met | protocol |\n|---|---|---|---|---|\n"
    return head + "\n".join(map(str, rows)) + "\n"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of each contender, one number a round."""

    seconds: Mapping[str, Sequence[float]]

    def median(self, name: str) -> float:
        return statistics.median(self.seconds[name])

    def ratio(self, name: str, base: str) -> float:
        """How much longer ``name`` takes than ``base``: the median of the rounds' ratios."""
        pairs = zip(self.seconds[name], self.seconds[base], strict=True)
        return statistics.median(ours / theirs for ours, theirs in pairs)


def interleaved(contenders: Mapping[str, Callable[[], object]], rounds: int = 3) -> Times:
    """Time all contenders in every round, each round from another one, so that a busy minute strikes them alike."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for turn in range(rounds):
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            started = time.perf_counter()
            contenders[name]()
            seconds[name].append(time.perf_counter() - started)
    return Times(seconds)


def peer_python() -> Path:
    """The interpreter of the peers' environment, made from ``requirements.txt`` and kept until that changes."""
    requirements, folder = HERE / "requirements.txt", HERE / ".venv"
    stamp, wanted = folder / "made-from", hashlib.sha256(requirements.read_bytes()).hexdigest()
    python = folder / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
        stamp.write_text(wanted)
    return python


def laterna(*words: object) -> str:
    """Run ``laterna WORDS`` and return its stdout; its stderr is shown when it fails."""
    done = subprocess.run([LATERNA, *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"laterna {' '.join(map(str, words))} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def peak_pss(command: Sequence[object], every: float = 0.05) -> int:
    """Run a command; the most bytes that its process tree held at once, shared pages counted by their share."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    root, peak = psutil.Process(process.pid), 0
    while process.poll() is None:
        peak = max(peak, sum(map(_pss, _tree(root))))
        time.sleep(every)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {process.returncode}.")
    return peak


def _tree(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _pss(process: psutil.Process) -> int:
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except (OSError, ProcessLookupError):  # it ended meanwhile
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def rushes(seconds: int, size: str, seed: int = 7) -> Path:
    """A folder of theatre rushes, shot once and kept until the theatre changes."""
    folder = CACHE / f"rushes-{seed}-{seconds}s-{size}-{_theatre()}"
    if not folder.exists():
        partial = folder.with_name(f"{folder.name}.partial")
        laterna("theatre", "shoot", "--seed", seed, "--seconds", seconds, "--size", size, "-o", partial)
        partial.rename(folder)
    return folder


def _theatre() -> str:
    """The first digits of the SHA-256 of the theatre's code."""
    code = b"".join(path.read_bytes() for path in sorted((HERE.parent / "src/laterna/theatre").rglob("*.py")))
    return hashlib.sha256(code).hexdigest()[:8]


def machine() -> str:
    """The machine and the versions that the figures hang on, in a line."""
    memory = psutil.virtual_memory().total / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in ("av", "numpy", "opencv-python-headless", "polars"))
    return (
        f"{_processor()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB; {platform.system()},"
        f" Python {platform.python_version()}, laterna {version('laterna')}, {libraries}"
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def parsed(module: ModuleType, words: Sequence[str] | None = None) -> argparse.Namespace:
    """A benchmark's options, from ``words`` (None: the shell's)."""
    parser = argparse.ArgumentParser(description=(module.__doc__ or "").splitlines()[0])
    if hasattr(module, "options"):
        module.options(parser)
    return parser.parse_args(words)


def main() -> None:
    """Run the benchmark that was started as a script, and print its table."""
    module = sys.modules["__main__"]
    print(table(module.rows(parsed(module))))  # type: ignore[attr-defined]
