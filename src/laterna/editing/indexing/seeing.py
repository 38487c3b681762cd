"""One film file, looked at once: its measures, and what is seen in each of its shots."""

import io
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from laterna.editing.analyse import Footage, analyse
from laterna.editing.describing import Description, Sampler, Samples, describe
from laterna.editing.indexing.camera import motion, shake
from laterna.editing.indexing.colours import descriptor, dominant
from laterna.editing.indexing.index import BOXES, SHOTS, THUMBNAILS, Schema
from laterna.editing.indexing.subject import SIZE, Box, Subject, seen, subject_network
from laterna.errors import DataError
from laterna.media.files import quoted
from laterna.media.plain import open_table, save_table
from laterna.media.shots import Shot
from laterna.media.video import Frame, Video

VERSION = 3  # of what is seen in a film: another one, and every film is looked at again
EVERY = 12  # frames between two boxes
NOBODY = "none"  # in place of an analyst
_NEAREST = Fraction(1, 20)  # of a second: a picture nearer than that shows hardly any movement
_COLOURED = 6  # pictures of a shot whose colours are counted
_WORDS = ("scale", "move", "daytime", "mood", "place", "weather")
_SETS = ("subjects", "actions")
_NUMBERS = ("valence", "arousal", "key_score")
_LATER = ("file", "caption", "transcript", "take_group")  # columns of a shot that its file alone does not tell
_TABLES: Mapping[str, Schema] = {
    "shots": {name: kind for name, kind in SHOTS.items() if name not in _LATER},
    "boxes": BOXES,
    "thumbnails": THUMBNAILS,
}
KIND = (
    f"{VERSION} { ({name: dict(schema) for name, schema in _TABLES.items()}) }"  # what Seen holds, as a part of a key
)


@dataclass(frozen=True)
class Seen:
    """A film file, measured and looked at.

    Attributes:
        footage: its measures.
        shots: a row for each shot of what is seen, see :class:`laterna.editing.indexing.index.Index`.
        boxes: the subject's, ``shot`` being the shot's number in this file.
        thumbnails: one for each shot, near its key frame.
    """

    footage: Footage
    shots: pl.DataFrame
    boxes: pl.DataFrame
    thumbnails: pl.DataFrame

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write a folder: footage (see :meth:`Footage.save`), and a Parquet file for each table."""
        folder = Path(folder)
        self.footage.save(folder / "footage")
        for name in _TABLES:
            save_table(getattr(self, name), folder / f"{name}.parquet")

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> "Seen":
        """Read what :meth:`save` wrote.

        Raises:
            DataError: a part of it is of another Laterna's.
            MediaError: a part of it is missing or broken.
        """
        folder = Path(folder)
        tables = {name: open_table(folder / f"{name}.parquet") for name in _TABLES}
        if any(dict(tables[name].schema) != dict(schema) for name, schema in _TABLES.items()):
            raise DataError(f"{quoted(folder)} is of another Laterna: index its film anew.")
        return cls(Footage.open(folder / "footage"), **tables)


def see(video: Video, *, analyst: str, progress: Callable[[int, int], None] | None = None) -> Seen:
    """Measure a film file and look at its shots, all in one decoding. Memory grows by 0.15 MB for a second of film.

    Args:
        video: the film.
        analyst: the model that describes shots: a name, a path, or ``hf:owner/name``; "none" for no words.
        progress: called with the frames that are done and all frames.

    Raises:
        MediaError: the film is broken.
        ModelError: there is no such model, or the subject network's weights are broken.
    """
    look = _Look()
    footage = analyse(video, progress=progress, watch=look.add)
    samples, pictures = look.taken()
    parts = [samples.between(shot.start_frame, shot.end_frame) for shot in footage.shots]
    described = _described(parts, analyst)
    unsaid = analyst == NOBODY
    rows, boxes, network = [], [], subject_network()
    for number, (shot, part, said) in enumerate(zip(footage.shots, parts, described, strict=True)):
        looked = _looked(shot, part, pictures, said, unsaid=unsaid)
        rows.append({"shot": number} | _ranged(shot) | _measured(footage, shot) | looked)
        boxes += [{"shot": number} | box for box in _boxes(shot, pictures, network)]
    made = {"shots": rows, "boxes": boxes, "thumbnails": [_thumbnail(video, footage, row) for row in rows]}
    return Seen(footage, **{name: pl.DataFrame(made[name], schema=dict(schema)) for name, schema in _TABLES.items()})


def _described(parts: Sequence[Samples], analyst: str) -> list[Description | None]:
    """Each shot in words; None for those too short to have a picture, and where nobody is to describe them."""
    shown = [part for part in parts if len(part.frames)]
    told = iter(describe(shown, model=analyst) if analyst != NOBODY and shown else ())
    return [next(told, None) if len(part.frames) else None for part in parts]


@dataclass(frozen=True)
class _Pictures:
    """Small pictures in order: (T, 54, 96, 3) uint8 RGB, their frames' numbers and their times."""

    pictures: np.ndarray
    frames: np.ndarray
    times: list[Fraction]

    def near(self, at: int, step: int, inside: range) -> int | None:
        """The number of the next picture that way which is far enough in time and in the same shot."""
        other = at + step
        while 0 <= other < len(self.frames) and int(self.frames[other]) in inside:
            if abs(self.times[other] - self.times[at]) >= _NEAREST:
                return other
            other += step
        return None


class _Look:
    """Takes pictures of a film while its frames pass by: the analyst's samples, and those that boxes are for."""

    def __init__(self) -> None:
        self._sampler = Sampler()
        self._more: dict[int, tuple[Fraction, np.ndarray]] = {}

    def add(self, index: int, frame: Frame) -> None:
        self._sampler.add(index, frame)
        if index % EVERY == 0:
            self._more[index] = frame.time, frame.rgb(SIZE)

    def taken(self) -> tuple[Samples, _Pictures]:
        samples = self._sampler.taken()
        every = {int(n): (samples.times[i], samples.pictures[i]) for i, n in enumerate(samples.frames)} | self._more
        order = sorted(every)
        return samples, _Pictures(np.stack([every[n][1] for n in order]), np.array(order), [every[n][0] for n in order])


def _boxes(shot: Shot, pictures: _Pictures, network: Subject) -> list[dict[str, Any]]:
    inside = range(shot.start_frame, shot.end_frame)
    rows = []
    for at in np.flatnonzero((pictures.frames >= inside.start) & (pictures.frames < inside.stop)):
        if pictures.frames[at] % EVERY:
            continue
        box = _box(int(at), inside, pictures, network)
        if box is not None:
            sides = {"x": box.x, "y": box.y, "width": box.width, "height": box.height, "score": box.score}
            rows.append({"frame": int(pictures.frames[at]), "time": str(pictures.times[at])} | sides)
    return rows


def _box(at: int, inside: range, pictures: _Pictures, network: Subject) -> Box | None:
    now = pictures.pictures[at]
    beside = (pictures.near(at, step, inside) for step in (-1, 1))
    before, after = (None if other is None else motion(now, pictures.pictures[other]) for other in beside)
    return network.box(seen(now, before, after))


def _thumbnail(video: Video, footage: Footage, row: Mapping[str, Any]) -> dict[str, Any]:
    """The kept one that is nearest to the key frame; a shot that is too short to have one is decoded for it."""
    start, end, key = (Fraction(row[name]) for name in ("start", "end", "key_time"))
    inside = [time for time in map(Fraction, footage.thumbnails["time"]) if start <= time < end]
    if inside:
        time = min(inside, key=lambda each: abs(each - key))
        jpeg = footage.thumbnails.filter(pl.col("time") == str(time))["jpeg"][0]
    else:
        time, shown = key, io.BytesIO()
        video.thumbnail(key).save(shown, "JPEG", quality=82)
        jpeg = shown.getvalue()
    return {"shot": row["shot"], "time": str(time), "jpeg": jpeg}


def _ranged(shot: Shot) -> dict[str, Any]:
    return {
        "start": str(shot.start),
        "end": str(shot.end),
        "start_frame": shot.start_frame,
        "end_frame": shot.end_frame,
    }


def _measured(footage: Footage, shot: Shot) -> dict[str, float]:
    """Means of the measures; of the nearest one where a shot is too short to have any."""
    frames = footage.frames
    inside = frames.filter(pl.col("frame").is_between(shot.start_frame, shot.end_frame - 1))
    if inside.is_empty():
        inside = frames.sort((pl.col("frame") - shot.start_frame).abs()).head(1)
    names = ("motion", "sharpness", "exposure")
    return dict(zip(names, inside.select(pl.col(name).mean() for name in names).row(0), strict=True))


def _looked(
    shot: Shot, part: Samples, pictures: _Pictures, said: Description | None, *, unsaid: bool
) -> dict[str, Any]:
    """What pictures and words tell of a shot. Its vector is the analyst's, of colours where the whole film is
    ``unsaid``; none where a shot was too short for the analyst: vectors of two kinds can't be compared."""
    inside = np.flatnonzero((pictures.frames >= shot.start_frame) & (pictures.frames < shot.end_frame))
    some = inside[np.unique(np.linspace(0, len(inside) - 1, _COLOURED).astype(int))] if len(inside) else inside
    shown = list(pictures.pictures[some]) or [np.zeros((*SIZE[::-1], 3), np.uint8)]
    middle = pictures.times[int(inside[len(inside) // 2])] if len(inside) else shot.start
    vector = _unit(said.vector) if said else descriptor(shown) if unsaid else np.zeros(0)
    key = middle if said is None else part.times[int(np.flatnonzero(part.frames == said.key_frame)[0])]
    return _words(said) | {
        "key_time": str(key),
        "shake": shake(part.flows[1:]) * SIZE[1] / SIZE[0],
        "colours": dominant(shown),
        "embedding": vector.tolist(),
    }


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(1e-6, float(np.linalg.norm(vector)))


def _words(said: Description | None) -> dict[str, Any]:
    """The labels; nothing where nobody said any."""
    if said is None:
        return dict.fromkeys(_WORDS, "") | {name: [] for name in _SETS} | dict.fromkeys(_NUMBERS, 0.0)
    words = {name: getattr(said, name) for name in (*_WORDS, *_NUMBERS)}
    return words | {name: list(getattr(said, name)) for name in _SETS}
