"""Functions that another process can import and call."""

import os
from pathlib import Path


def process() -> str:
    """Which process this is; it prints besides, as a library might."""
    os.write(1, b"a library says something")
    return str(os.getpid())


def read(path: str) -> str:
    return Path(path).read_text()
