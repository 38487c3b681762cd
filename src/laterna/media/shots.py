"""Shots and the transitions between them, on the decoder's time."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal, get_args

from laterna.errors import DataError
from laterna.media.files import quoted, regular_file, write_text

TransitionKind = Literal["start", "cut", "dissolve", "fade", "wipe"]


@dataclass(frozen=True, slots=True)
class Transition:
    """How a shot comes in. ``first_frame`` to ``last_frame`` (inclusive) are the frames that mix both shots.

    At a cut, as at the start of a film, both are the new shot's first frame. ``confidence`` is in 0..1.
    """

    kind: TransitionKind
    first_frame: int
    last_frame: int
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Shot:
    """Frames ``start_frame`` up to, not including, ``end_frame``, from ``start`` to ``end`` seconds.

    Shots tile their film: one ends where the next starts. A gradual transition is shared out at its middle.
    """

    start_frame: int
    end_frame: int
    start: Fraction
    end: Fraction
    transition_in: Transition


@dataclass(frozen=True)
class ShotTable(Sequence[Shot]):
    """The shots of one film in order."""

    shots: tuple[Shot, ...]

    def __len__(self) -> int:
        return len(self.shots)

    def __iter__(self) -> Iterator[Shot]:
        return iter(self.shots)

    def __getitem__(self, index: Any) -> Any:
        return self.shots[index]

    def clean_frames(self, index: int) -> tuple[int, int]:
        """First frame and end frame (exclusive) of a shot without the frames it shares in a gradual transition."""
        shot = self.shots[index]
        gradual_in = shot.transition_in.kind not in ("start", "cut")
        first = shot.transition_in.last_frame + 1 if gradual_in else shot.start_frame
        end = shot.end_frame
        if index + 1 < len(self.shots):
            end = min(end, self.shots[index + 1].transition_in.first_frame)
        return min(first, end), end

    def to_json(self) -> list[dict[str, Any]]:
        """A list of shots, seconds as numbers, as ``laterna editing shots --json`` prints it."""
        return [
            {
                "start_frame": shot.start_frame,
                "end_frame": shot.end_frame,
                "start": float(shot.start),
                "end": float(shot.end),
                "transition_in": {
                    "kind": shot.transition_in.kind,
                    "first_frame": shot.transition_in.first_frame,
                    "last_frame": shot.transition_in.last_frame,
                    "confidence": round(shot.transition_in.confidence, 4),
                },
            }
            for shot in self.shots
        ]

    @classmethod
    def from_json(cls, rows: Any, name: str = "The shot table") -> "ShotTable":
        """Read what :meth:`to_json` gave; times come back to within a microsecond.

        Args:
            rows: a list of shots.
            name: how errors call the table.

        Raises:
            DataError: a row lacks a field, or frames are out of order.
        """
        try:
            shots = tuple(_shot(row) for row in rows)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise DataError(f"{name} has a row that lacks or garbles {error}: write it again.") from error
        if any(a.end_frame != b.start_frame for a, b in pairwise(shots)):
            raise DataError(f"{name} has shots that do not follow one another: sort its rows by start_frame.")
        return cls(shots)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "ShotTable":
        """Read a ``.shots.json`` file."""
        try:
            return cls.from_json(json.loads(regular_file(path).read_text(encoding="utf-8")), quoted(path))
        except ValueError as error:
            raise DataError(f"{quoted(path)} is not a shot table: make it with `laterna editing shots`.") from error

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a ``.shots.json`` file."""
        write_text(path, json.dumps(self.to_json(), indent=1) + "\n")


def _shot(row: dict[str, Any]) -> Shot:
    entry = row["transition_in"]
    if entry["kind"] not in get_args(TransitionKind):
        raise ValueError(f"the transition kind {entry['kind']!r}")
    if not 0 <= row["start_frame"] < row["end_frame"]:
        raise ValueError(f"the frames {row['start_frame']} to {row['end_frame']}")
    return Shot(
        start_frame=int(row["start_frame"]),
        end_frame=int(row["end_frame"]),
        start=Fraction(row["start"]).limit_denominator(1_000_000),
        end=Fraction(row["end"]).limit_denominator(1_000_000),
        transition_in=Transition(
            entry["kind"], int(entry["first_frame"]), int(entry["last_frame"]), float(entry["confidence"])
        ),
    )
