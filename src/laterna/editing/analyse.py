"""All that the choice of shots needs to know of a film, from one decoding of its pictures and one of its sound."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import polars as pl

from laterna.editing.measures import Measure, Meter
from laterna.editing.shots import ShotDetector
from laterna.errors import DataError, LaternaError
from laterna.media.audio import Audio
from laterna.media.files import quoted, sha256, write_text
from laterna.media.plain import save_table
from laterna.media.shots import ShotTable
from laterna.media.video import Frame, Video

_THREADS = 3  # of the decoder, on any machine: several films may be measured at once
_THUMBNAIL = 320  # pixels wide
_SAMPLES = 6  # measured frames a second
_SOUND_RATE = 16_000
_BLOCK = _SOUND_RATE // 10  # 100 ms
_QUIETEST = -100.0  # dB
_SILENCE = -60.0  # LUFS; quieter is silence in any film
_SILENCE_BELOW = 35.0  # LU under a film's loud parts is silence too

FRAMES = {
    "frame": pl.Int64,
    "time": pl.String,  # seconds, an exact fraction
    "sharpness": pl.Float32,
    "exposure": pl.Float32,
    "black": pl.Float32,
    "white": pl.Float32,
    "motion": pl.Float32,
    "camera": pl.Float32,
    "fingerprint": pl.UInt64,
}
THUMBNAILS = {"time": pl.String, "jpeg": pl.Binary}
SOUND = {"start": pl.String, "loudness": pl.Float32, "silent": pl.Boolean}

_TABLES = ("frames", "sound", "thumbnails")


@dataclass(frozen=True)
class Footage:
    """A film file, measured.

    Attributes:
        path, sha256: the file that was measured.
        duration: of its picture, in seconds.
        size: (width, height) as shown.
        frames: a row for each measured frame, about six a second: ``frame``, ``time`` (an exact fraction of
            seconds, as text) and what :class:`laterna.editing.measures.Measure` says.
        sound: a row for each 100 ms: ``start`` (as ``time``), ``loudness`` (LUFS of the mono mix), ``silent``. None
            for a film without sound.
        thumbnails: a row for about each second: ``time`` (as in ``frames``), ``jpeg`` (320 pixels wide).
    """

    path: Path
    sha256: str
    duration: Fraction
    frame_rate: Fraction
    size: tuple[int, int]
    shots: ShotTable
    frames: pl.DataFrame
    sound: pl.DataFrame
    thumbnails: pl.DataFrame

    def thumbnail(self, start: Fraction, end: Fraction) -> tuple[Fraction, bytes] | None:
        """Time and JPEG of the one nearest to the middle of [``start``, ``end``) seconds; None where none was kept."""
        inside = [(abs(2 * time - start - end), row) for row, time in enumerate(self._times()) if start <= time < end]
        if not inside:
            return None
        row = min(inside)[1]
        return Fraction(self.thumbnails["time"][row]), self.thumbnails["jpeg"][row]

    def _times(self) -> list[Fraction]:
        return [Fraction(time) for time in self.thumbnails["time"]]

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write a folder of shots.json, a Parquet file for each table and, last, about.json."""
        folder = Path(folder)
        self.shots.save(folder / "shots.json")
        for name in _TABLES:
            save_table(getattr(self, name), folder / f"{name}.parquet")
        write_text(folder / "about.json", json.dumps(self._about(), indent=1) + "\n")

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> "Footage":
        """Read what :meth:`save` wrote.

        Raises:
            DataError: the folder is no analysis, or a part of it is missing or broken.
        """
        folder = Path(folder)
        try:
            about = json.loads((folder / "about.json").read_text())
            return cls(
                path=Path(about["path"]),
                sha256=about["sha256"],
                duration=Fraction(about["duration"]),
                frame_rate=Fraction(about["frame_rate"]),
                size=(about["size"][0], about["size"][1]),
                shots=ShotTable.open(folder / "shots.json"),
                **{name: pl.read_parquet(folder / f"{name}.parquet", glob=False) for name in _TABLES},
            )
        except (LaternaError, OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
            raise DataError(f"{quoted(folder)} is no whole analysis of a film: analyse the film again.") from error

    def to_json(self) -> dict[str, Any]:
        """Everything but the thumbnails, the tables as lists of rows."""
        return self._about() | {
            "shots": self.shots.to_json(),
            "frames": self.frames.to_dicts(),
            "sound": self.sound.to_dicts(),
        }

    def _about(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "sha256": self.sha256,
            "duration": str(self.duration),
            "frame_rate": str(self.frame_rate),
            "size": list(self.size),
        }


def analyse(
    video: Video,
    *,
    progress: Callable[[int, int], None] | None = None,
    watch: Callable[[int, Frame], None] | None = None,
) -> Footage:
    """Measure a film for cutting: its shots, sharpness, exposure, motion, fingerprints, loudness and silences.

    Args:
        video: the film.
        progress: called with the frames that are done and all frames.
        watch: is shown each frame with its number, for who wants more of the same decoding.

    Raises:
        MediaError: the film's pictures or its sound are broken.
    """
    detector = ShotDetector(video)
    meter = Meter(video.frame_rate, max(1, round(video.frame_rate / _SAMPLES)))
    measures = []
    thumbnails: list[tuple[str, bytes]] = []
    due = Fraction(0)
    for index, frame in enumerate(video.frames(threads=_THREADS)):
        if progress is not None:
            progress(index, video.frame_count)
        if watch is not None:
            watch(index, frame)
        luma = detector.add(frame)
        if (measure := meter.add(frame, luma)) is not None:
            measures.append(measure)
        if frame.time >= due:
            thumbnails.append((str(frame.time), _thumbnail(frame, video)))
            due = frame.time + 1
    shots = detector.shots()
    return Footage(
        path=video.path,
        sha256=sha256(video.path),
        duration=video.duration,
        frame_rate=video.frame_rate,
        size=video.size,
        shots=shots,
        frames=_frames(measures, shots),
        sound=_sound(Audio(video.path)) if video.has_audio else pl.DataFrame(schema=SOUND),
        thumbnails=pl.DataFrame(thumbnails, schema=THUMBNAILS, orient="row"),
    )


def _thumbnail(frame: Frame, video: Video) -> bytes:
    size = _THUMBNAIL, max(1, round(_THUMBNAIL * video.height / video.width))
    _, jpeg = cv2.imencode(".jpg", frame.rgb(size)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])
    return jpeg.tobytes()


def _frames(measures: list[Measure], shots: ShotTable) -> pl.DataFrame:
    """The measures as a table. Motion across the start of a shot is none: the next measure's stands for it."""
    starts = np.array([shot.transition_in.first_frame for shot in shots])
    columns: dict[str, list[Any]] = {name: [getattr(m, name) for m in measures] for name in FRAMES if name != "time"}
    columns["time"] = [str(measure.time) for measure in measures]
    since = np.array([measure.since for measure in measures])
    unknown = np.searchsorted(starts, columns["frame"], "right") != np.searchsorted(starts, since, "right")
    unknown |= since == columns["frame"]
    table = pl.DataFrame(columns, schema=FRAMES)
    known = pl.when(~pl.Series(unknown))
    return table.with_columns(
        known.then(name)
        .otherwise(None)
        .fill_null(strategy="backward")
        .fill_null(strategy="forward")
        .fill_null(0)
        .alias(name)
        for name in ("motion", "camera")
    )


def _sound(audio: Audio) -> pl.DataFrame:
    """Loudness of every 100 ms: mean square behind the K-weighting of ITU-R BS.1770-5, of the mono mix."""
    loudness = np.concatenate(
        [_loudness(block[:, 0]) for block in audio.blocks(sample_rate=_SOUND_RATE, channels=1, size=_BLOCK * 50)]
        or [np.empty(0)]
    )
    loud = float(np.quantile(loudness, 0.95)) if loudness.size else 0.0
    return pl.DataFrame(
        {
            "start": [str(Fraction(index, 10)) for index in range(len(loudness))],
            "loudness": loudness,
            "silent": loudness < max(_SILENCE, loud - _SILENCE_BELOW),
        },
        schema=SOUND,
    )


def _loudness(samples: np.ndarray) -> np.ndarray:
    blocks = np.pad(samples, (0, -len(samples) % _BLOCK)).reshape(-1, _BLOCK)
    power = np.abs(np.fft.rfft(blocks)) ** 2 * _k_weights()
    mean_square = 2 * power.sum(axis=1) / _BLOCK**2
    return np.maximum(_QUIETEST, 10 * np.log10(np.maximum(mean_square, 1e-12)) - 0.691)


def _k_weights() -> np.ndarray:
    """|H|^2 of BS.1770's two filters (given there for 48 kHz) at the frequencies of a block's spectrum."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(_BLOCK, 1 / _SOUND_RATE) / 48_000)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    return np.abs(shelf * high_pass) ** 2
