"""The project index: how long ten minutes take, and how well the subject's boxes fit, on the theatre and on DAVIS."""

import argparse
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import memory
import numpy as np
from common import CACHE, HERE, LATERNA, Row, main, rushes

from laterna import editing
from laterna.editing.indexing.subject import Box
from laterna.media.encode import Encoding, VideoWriter
from laterna.media.video import Video

MOST = 0.35  # of real time
LEAST = 0.5  # mean IoU
DAVIS = HERE.parents[1] / "shared" / "data" / "davis"
SIZE = "640x360"


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, default=600, help="length of the source that is timed")
    parser.add_argument("--shot", type=int, default=60, help="seconds of it that are shot; the source repeats them")
    parser.add_argument("--analyst", default="editing/analyst", help="what describes shots; none for nobody")
    parser.add_argument("--seeds", type=int, nargs="*", default=(8101, 8102, 8103), help="of rushes with subjects")


def rows(chosen: argparse.Namespace) -> list[Row]:
    return [*_speed(chosen), *_boxes(chosen.seeds), *_davis()]


# Speed


def _speed(chosen: argparse.Namespace) -> list[Row]:
    film = memory.source(chosen.seconds, chosen.shot, "1280x720")
    with tempfile.TemporaryDirectory() as folder:
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [LATERNA, "editing", "index", film, "-o", f"{folder}/index", "--analyst", chosen.analyst]
        subprocess.run([str(word) for word in command], check=True, stderr=subprocess.DEVNULL)
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    length = float(Video(film).duration)
    protocol = (
        f"`laterna editing index` of one {length:.0f} s film at 720p ({chosen.shot} s of rushes repeated), analyst"
        f" {chosen.analyst}, start included, no transcript"
    )
    told = f"{spent / length:.3f}x of one core ({spent:.0f} s)"
    return [
        Row("index 10 minutes of 720p", f"<= {MOST}x", f"{wall / length:.3f}x", wall <= MOST * length, protocol),
        Row("the same in CPU time", "", told, None, "user and system time of all threads, whatever else runs"),
    ]


# Boxes


def _boxes(seeds: list[int]) -> list[Row]:
    found, fixed, missed = [], [], 0
    for seed in seeds:
        takes = sorted(path for path in rushes(60, SIZE, seed).glob("take_*.mp4"))
        index = _indexed(takes)
        for number, take in enumerate(takes):
            boxes = _by_frame(index, number)
            for frame, truth in _truths(take.with_suffix(".mask.mkv")):
                box = boxes.get(frame)
                missed += box is None
                found.append(0.0 if box is None else box.overlap(truth))
                fixed.append(Box(0.3, 0.25, 0.4, 0.75, 1).overlap(truth))
    protocol = (
        f"every 12th frame of {len(seeds)} x 60 s of unseen rushes at {SIZE} where an actor is in sight; truth: the"
        " box round all actors in the mask; no box counts 0"
    )
    told = f"{np.mean(found):.3f} (median {np.median(found):.3f}, {missed / len(found):.1%} missed)"
    return [
        Row("mean IoU of subject boxes", f">= {LEAST}", told, bool(np.mean(found) >= LEAST), protocol),
        Row("one fixed box, the middle and below", "", f"{np.mean(fixed):.3f}", None, "the same frames"),
    ]


def _indexed(films: list[Path]) -> editing.Index:
    with tempfile.TemporaryDirectory() as folder:
        return editing.index(films, out=Path(folder) / "index", analyst="none")


def _by_frame(index: editing.Index, file: int) -> dict[int, Box]:
    shots = index.shots.filter(index.shots["file"] == file)["shot"].to_list()
    rows = index.boxes.filter(index.boxes["shot"].is_in(shots)).iter_rows(named=True)
    return {r["frame"]: Box(r["x"], r["y"], r["width"], r["height"], r["score"]) for r in rows}


def _truths(mask: Path) -> Iterator[tuple[int, Box]]:
    with av.open(str(mask)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if number % 12 == 0 and (box := _round(picture.to_ndarray(format="gray") > 0)) is not None:
                yield number, box


def _round(mask: np.ndarray) -> Box | None:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    height, width = mask.shape
    left, top, right, bottom = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    return Box(left / width, top / height, (right - left) / width, (bottom - top) / height, 1.0)


def _davis() -> list[Row]:
    if not DAVIS.is_dir():
        return []
    told, fixed = {}, []
    for pictures in sorted((DAVIS / "JPEGImages" / "480p").iterdir()):
        boxes = _by_frame(_indexed([_film(pictures)]), 0)
        overlaps = []
        for number, path in enumerate(sorted((DAVIS / "Annotations" / "480p" / pictures.name).iterdir())):
            truth = _round(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) > 0) if number % 12 == 0 else None
            if truth is not None:
                box = boxes.get(number)
                overlaps.append(0.0 if box is None else box.overlap(truth))
                fixed.append(Box(0.2, 0.1, 0.6, 0.8, 1).overlap(truth))
        told[pictures.name] = float(np.mean(overlaps))
    each = ", ".join(f"{name} {value:.2f}" for name, value in told.items())
    mean = f"{np.mean(list(told.values())):.3f} ({each})"
    protocol = "every 12th frame of 4 DAVIS-2016 sequences, of which nothing was learnt; the mask's box"
    return [
        Row("mean IoU of subject boxes, real footage", "", mean, None, protocol),
        Row("one fixed box in the middle, real footage", "", f"{np.mean(fixed):.3f}", None, "the same frames"),
    ]


def _film(pictures: Path) -> Path:
    path = CACHE / f"davis-{pictures.name}.mp4"
    if not path.exists():
        frames = [cv2.imread(str(file))[..., ::-1] for file in sorted(pictures.iterdir())]
        size = frames[0].shape[1] // 2 * 2, frames[0].shape[0] // 2 * 2
        with VideoWriter(path, Encoding(size, Fraction(24), crf=16), sample_rate=None) as film:
            for frame in frames:
                film.write(np.ascontiguousarray(frame[: size[1], : size[0]]))
    return path


if __name__ == "__main__":
    main()
