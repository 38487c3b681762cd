"""What is known of a take or a film, exactly: written as JSON beside it.

Frames are counted from 0; ``end_frame`` is exclusive, and ``first_frame`` and ``last_frame`` are inclusive, as in
:class:`laterna.media.shots.ShotTable`. Joints are in pixels, (0, 0) the middle of the top left pixel.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from laterna.errors import DataError
from laterna.media.files import quoted, write_text
from laterna.media.shots import ShotTable
from laterna.theatre.words import JOINTS

VERSION = 1


@dataclass(frozen=True, slots=True)
class Span:
    """Something that goes on from ``first_frame`` to ``last_frame``: an action, or a hard negative."""

    kind: str
    first_frame: int
    last_frame: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A sound with a cause in the picture: ``time`` in seconds, the actor's ``label`` or 0."""

    kind: str
    time: float
    label: int


@dataclass
class Cast:
    """One actor in one shot.

    ``label`` is the actor's value in the mask. ``poses`` has the shape (frames, joints, 3): x, y, and how well the
    joint is seen: 2 in sight, 1 hidden by something, 0 outside the picture. Its first row is ``start_frame`` of the
    shot; joints are in the order of ``JOINTS[plan]``.
    """

    label: int
    kind: str
    plan: str
    name: str
    actions: list[Span]
    poses: np.ndarray = field(repr=False)


@dataclass
class ShotTruth:
    """All that is known of one shot; ``start_frame`` to ``end_frame`` covers its part of transitions too.

    ``camera`` has a row for every frame: shift x and y in picture heights, zoom factor, roll in radians.
    """

    start_frame: int
    end_frame: int
    place: str
    daytime: str
    weather: str
    mood: str
    scale: str
    move: str
    direction: str
    palette: str
    caption: str
    actors: list[Cast]
    camera: np.ndarray = field(repr=False)


@dataclass
class Truth:
    """What is known of one film: its shots and transitions, each shot's content, hard negatives and sounds."""

    seed: int
    size: tuple[int, int]
    rate: Fraction
    frames: int
    cuts: ShotTable
    shots: list[ShotTruth]
    negatives: list[Span]
    sounds: list[Heard]

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "seed": self.seed,
            "size": list(self.size),
            "rate": str(self.rate),
            "frames": self.frames,
            "shots": self.cuts.to_json(),
            "contents": [_shot_json(shot) for shot in self.shots],
            "negatives": [asdict(span) for span in self.negatives],
            "sounds": [asdict(sound) for sound in self.sounds],
            "joints": {plan: list(JOINTS[plan]) for plan in sorted({a.plan for s in self.shots for a in s.actors})},
        }

    @classmethod
    def from_json(cls, data: Any) -> "Truth":
        """Read what :meth:`to_json` gave.

        Raises:
            DataError: it is of another version, or lacks a field.
        """
        try:
            if data["version"] != VERSION:
                raise DataError(f"The truth is of version {data['version']}, not {VERSION}: shoot the take again.")
            return cls(
                seed=data["seed"],
                size=(data["size"][0], data["size"][1]),
                rate=Fraction(data["rate"]),
                frames=data["frames"],
                cuts=ShotTable.from_json(data["shots"]),
                shots=[_shot(entry) for entry in data["contents"]],
                negatives=[Span(**entry) for entry in data["negatives"]],
                sounds=[Heard(**entry) for entry in data["sounds"]],
            )
        except (KeyError, TypeError, IndexError, ValueError) as error:
            raise DataError(f"The truth lacks or garbles {error}: shoot the take again.") from error

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "Truth":
        """Read the JSON beside a take or a film."""
        try:
            return cls.from_json(json.loads(Path(path).read_text()))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise DataError(f"{quoted(path)} is not the truth of a take: shoot it again.") from error

    def save(self, path: str | os.PathLike[str]) -> None:
        write_text(path, json.dumps(self.to_json(), separators=(",", ":")) + "\n")


def _shot_json(shot: ShotTruth) -> dict[str, Any]:
    entry = {key: getattr(shot, key) for key in ShotTruth.__dataclass_fields__ if key not in ("actors", "camera")}
    entry["camera"] = np.round(shot.camera, 5).tolist()
    entry["actors"] = [
        {
            "label": actor.label,
            "kind": actor.kind,
            "plan": actor.plan,
            "name": actor.name,
            "actions": [asdict(span) for span in actor.actions],
            "poses": np.round(actor.poses, 1).tolist(),
        }
        for actor in shot.actors
    ]
    return entry


def _shot(entry: dict[str, Any]) -> ShotTruth:
    actors = [
        Cast(**(actor | {"actions": [Span(**span) for span in actor["actions"]], "poses": np.array(actor["poses"])}))
        for actor in entry["actors"]
    ]
    return ShotTruth(**(entry | {"actors": actors, "camera": np.array(entry["camera"])}))
