"""Runs every benchmark and rewrites RESULTS.md. ``python benchmarks/run.py [NAME...]`` runs some of them."""

import datetime
import importlib
import sys
import time

from common import HERE, machine, parsed, table

NAMES = [path.stem for path in sorted(HERE.glob("*.py")) if "\ndef rows(" in path.read_text()]
RESULTS = HERE / "RESULTS.md"
START, END = "<!-- {} -->\n", "<!-- /{} -->\n"


def section(name: str) -> str:
    """Run one benchmark; its part of the results."""
    module = importlib.import_module(name)
    started = time.perf_counter()
    rows = module.rows(parsed(module, []))
    took = time.perf_counter() - started
    title = (module.__doc__ or name).splitlines()[0].rstrip(".")
    note = f"`python benchmarks/{name}.py`, {datetime.date.today()}, {took:.0f} s. {machine()}."
    return f"{START.format(name)}## {title}\n\n{table(rows)}\n{note}\n{END.format(name)}"


def replaced(text: str, name: str, part: str) -> str:
    """``text`` with the part of one benchmark put in place of its last one, or at the end."""
    start, end = START.format(name), END.format(name)
    if start not in text:
        return f"{text.rstrip()}\n\n{part}"
    before, _, rest = text.partition(start)
    return before + part + rest.partition(end)[2]


def main() -> None:
    for name in sys.argv[1:] or NAMES:
        print(f"{name}...", file=sys.stderr)
        part = section(name)
        print(part)
        RESULTS.write_text(replaced(RESULTS.read_text(), name, part))


if __name__ == "__main__":
    main()
