"""Footage measured by hand, so that a test can say what a film looks like without drawing it."""

import random
import shutil
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from timelines import FILES, Rushes

from laterna.editing import Footage
from laterna.editing.analyse import FRAMES, SOUND, THUMBNAILS
from laterna.media.shots import Shot, ShotTable, Transition

_EVERY = 4  # frames between two measures
_STILL = {"sharpness": 0.5, "exposure": 0.5, "black": 0.0, "white": 0.0, "motion": 0.06, "camera": 0.01}


@pytest.fixture(scope="session")
def measured() -> Callable[..., Footage]:
    """``measured(path, [seconds, ...])``: footage of shots that look nothing like each other.

    ``looks`` gives the shots' fingerprints; ``faults`` are (start, end, measures) in seconds; ``loudness`` is dB at
    each tenth of a second, None for no sound.
    """

    def make(
        path: Path | str,
        shots: Sequence[float],
        *,
        rate: Fraction | int = 25,
        looks: Sequence[int] | None = None,
        faults: Sequence[tuple[float, float, dict[str, float]]] = (),
        transitions: Sequence[Transition] | None = None,
        loudness: Sequence[float] | None = None,
    ) -> Footage:
        rate, path = Fraction(rate), Path(path)
        chance = random.Random(path.name)
        looks = looks or [chance.getrandbits(64) for _ in shots]
        rows: list[dict[str, Any]] = []
        table: list[Shot] = []
        for index, seconds in enumerate(shots):
            start = table[-1].end_frame if table else 0
            end = start + round(seconds * rate)
            into = transitions[index] if transitions else Transition("cut" if index else "start", start, start)
            table.append(Shot(start, end, start / rate, end / rate, into))
            for frame in range(start, end, _EVERY):
                row = {"frame": frame, "time": str(frame / rate), "fingerprint": looks[index]} | _STILL
                for low, high, measures in faults:
                    row |= measures if low <= frame / rate < high else {}
                rows.append(row)
        heard = [(str(Fraction(i, 10)), level, level < -60) for i, level in enumerate(loudness or ())]
        return Footage(
            path=path,
            sha256=path.name,
            duration=table[-1].end,
            frame_rate=rate,
            size=(160, 90),
            shots=ShotTable(tuple(table)),
            frames=pl.DataFrame(rows, schema=FRAMES),
            sound=pl.DataFrame(heard, schema=SOUND, orient="row"),
            thumbnails=pl.DataFrame(schema=THUMBNAILS),
        )

    return make


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, make_film: Callable[..., Path]) -> Path:
    """Files for timelines to point to; what is in them is said by hand."""
    folder = tmp_path_factory.mktemp("rushes")
    film = make_film(folder / "take_00.mp4", seconds=Fraction(1, 5), timecode="01:00:00:00", reel="A001")
    for index in range(1, FILES):
        shutil.copy(film, folder / f"take_{index:02}.mp4")
    return folder


@pytest.fixture(scope="module")
def rushes(folder: Path, measured: Callable[..., Footage]) -> Rushes:
    """``rushes([4, 5], [6], ...)``: a file for each list of the seconds of its shots."""

    def make(*files: list[float], **options: Any) -> list[Footage]:
        return [measured(folder / f"take_{i:02}.mp4", shots, **options) for i, shots in enumerate(files)]

    return make
