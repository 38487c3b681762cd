"""Films joined from real clips, with known transitions and hard negatives, to measure shot detection on.

``film(out, seed=3)`` writes a film and, beside it as ``.json``, its truth: ``{"shots": ShotTable, "negatives":
[{"kind", "first_frame", "last_frame"}]}``. The clips are those of ``../shared/data``.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from laterna.media.encode import Encoding, VideoWriter
from laterna.media.files import write_text
from laterna.media.shots import Shot, ShotTable, Transition, TransitionKind
from laterna.media.video import Video

DATA = Path(__file__).parents[2] / "shared" / "data"
SIZE = 320, 180
RATE = Fraction(25)

Pictures = np.ndarray  # (frames, height, width, 3) uint8
Effect = Callable[[Pictures, np.random.Generator], tuple[Pictures, int, int]]

TRANSITIONS: dict[TransitionKind, float] = {"cut": 0.58, "dissolve": 0.18, "fade": 0.12, "wipe": 0.12}


@dataclass
class _Film:
    """The pictures so far; the last shot's tail may still be mixed with the next shot's head."""

    pictures: list[np.ndarray]
    boundaries: list[Transition]
    negatives: list[dict[str, object]]


def clips() -> list[Path]:
    """Every clip: a film file, or a folder of JPEG pictures."""
    films = [p for p in (DATA / "footage").rglob("*") if p.suffix in (".mp4", ".mkv")]
    heads = (DATA / "talking_heads").glob("*.mpg")
    return sorted([*films, *heads, *(DATA / "davis/JPEGImages/480p").iterdir()])


def film(out: Path, *, seed: int, shots: int = 20, among: Sequence[Path] | None = None) -> Path:
    """Write a film of ``shots`` shots and its truth; the same seed gives the same film. ``among`` are its clips."""
    rng = np.random.default_rng(seed)
    among = clips() if among is None else among
    negatives = NEGATIVES | {"whip": partial(_whip, among=among)}
    made = _Film([], [Transition("start", 0, 0)], [])
    chosen = _no_repeats(among, shots, rng)
    for index, clip in enumerate(chosen):
        pictures = _pictures(clip, int(rng.integers(45, 110)), rng)
        kind = list(NEGATIVES)[int(rng.integers(len(NEGATIVES)))] if rng.random() < 0.4 else None
        if kind is not None:
            pictures, first, last = negatives[kind](pictures, rng)
        _append(made, pictures, rng, first=index == 0)
        if kind is not None:
            start = len(made.pictures) - len(pictures)
            made.negatives.append({"kind": kind, "first_frame": start + first, "last_frame": start + last})
    _write(made, out)
    return out


def _no_repeats(paths: Sequence[Path], count: int, rng: np.random.Generator) -> list[Path]:
    chosen: list[Path] = []
    while len(chosen) < count:
        path = paths[int(rng.integers(len(paths)))]
        if not chosen or path != chosen[-1]:
            chosen.append(path)
    return chosen


def _pictures(clip: Path, count: int, rng: np.random.Generator) -> Pictures:
    """``count`` pictures of a clip, or as many as it has, from a random point."""
    if clip.is_dir():
        names = sorted(clip.glob("*.jpg"))
        start = int(rng.integers(max(1, len(names) - count)))
        shown = (cv2.imread(str(name)) for name in names[start : start + count])
        return np.stack([cv2.resize(p, SIZE, interpolation=cv2.INTER_AREA)[:, :, ::-1] for p in shown])
    video = Video(clip)
    count = min(count, int(video.duration * RATE) - 1)
    latest = int(video.duration * RATE) - count
    start = Fraction(int(rng.integers(latest)), RATE)
    conformed = video.conformed(start, count, RATE, SIZE)
    return np.stack([picture.to_ndarray(format="rgb24") for picture in conformed])


# Transitions


def _append(made: _Film, pictures: Pictures, rng: np.random.Generator, *, first: bool) -> None:
    if first:
        made.pictures.extend(pictures)
        return
    kinds = list(TRANSITIONS)
    kind = kinds[int(rng.choice(len(kinds), p=list(TRANSITIONS.values())))]
    at = len(made.pictures)
    if kind == "cut":
        made.boundaries.append(Transition("cut", at, at))
        made.pictures.extend(pictures)
    elif kind == "fade":
        _fade(made, pictures, rng)
    else:
        length = int(rng.integers(6, 32))
        mixed = (_dissolve if kind == "dissolve" else _wipe)(made.pictures[-length:], pictures[:length], rng)
        made.pictures[-length:] = mixed
        made.pictures.extend(pictures[length:])
        made.boundaries.append(Transition(kind, at - length, at - 1))


def _shares(length: int) -> np.ndarray:
    """The coming shot's share in each frame of a transition, without the ends 0 and 1."""
    return np.arange(1, length + 1) / (length + 1)


def _dissolve(old: list[np.ndarray], new: Pictures, rng: np.random.Generator) -> Iterator[np.ndarray]:
    for a, b, share in zip(old, new, _shares(len(new)), strict=True):
        yield cv2.addWeighted(a, 1 - share, np.ascontiguousarray(b), share, 0)


def _wipe(old: list[np.ndarray], new: Pictures, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """The new shot uncovered along a line at any of eight angles, or from the middle in a circle; soft or hard."""
    height, width = new[0].shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    angle = rng.integers(8) * np.pi / 4
    field = np.hypot(x, y) if rng.random() < 0.25 else x * np.cos(angle) + y * np.sin(angle)
    field = (field - field.min()) / np.ptp(field)
    softness = rng.choice([0.01, 0.08])
    for a, b, share in zip(old, new, _shares(len(new)), strict=True):
        edge = share * (1 + softness)
        mask = np.clip((edge - field) / softness, 0, 1)[..., None]
        yield (a * (1 - mask) + b * mask).astype(np.uint8)


def _fade(made: _Film, pictures: Pictures, rng: np.random.Generator) -> None:
    """Out to black or white, a hold of a few frames, and in again."""
    out, hold, into = (int(n) for n in rng.integers((5, 0, 5), (18, 8, 18)))
    flat = np.full_like(pictures[0], rng.choice([0, 0, 255]))
    first = len(made.pictures) - out
    old = made.pictures[-out:]
    made.pictures[-out:] = [
        cv2.addWeighted(p, 1 - share, flat, share, 0) for p, share in zip(old, _shares(out), strict=True)
    ]
    made.pictures.extend([flat] * hold)
    head = [
        cv2.addWeighted(np.ascontiguousarray(p), share, flat, 1 - share, 0)
        for p, share in zip(pictures, _shares(into), strict=False)
    ]
    made.pictures.extend(head)
    made.boundaries.append(Transition("fade", first, len(made.pictures) - 1))
    made.pictures.extend(pictures[into:])


# Hard negatives: each takes a shot and gives it back changed, with the first and last frame it touched


def _somewhere(pictures: Pictures, length: int, rng: np.random.Generator) -> int:
    return int(rng.integers(12, max(13, len(pictures) - length - 12)))


def _lit(pictures: Pictures, gain: float, white: float = 0.0) -> Pictures:
    return np.clip(pictures * gain * (1 - white) + 255 * white, 0, 255).astype(np.uint8)


def _flash(pictures: Pictures, rng: np.random.Generator) -> tuple[Pictures, int, int]:
    length = int(rng.integers(1, 5))
    start = _somewhere(pictures, length, rng)
    pictures[start : start + length] = _lit(pictures[start : start + length], rng.uniform(1, 3), rng.uniform(0, 0.9))
    return pictures, start, start + length - 1


def _strobe(pictures: Pictures, rng: np.random.Generator) -> tuple[Pictures, int, int]:
    length, period = int(rng.integers(12, 24)), int(rng.integers(2, 6))
    start = _somewhere(pictures, length, rng)
    gain, white = (0.1, 0.0) if rng.random() < 0.5 else (1.5, 0.6)
    for frame in range(start, start + length):
        if (frame - start) % period < (period + 1) // 2:
            pictures[frame] = _lit(pictures[frame], gain, white)
    return pictures, start, start + length - 1


def _lights(pictures: Pictures, rng: np.random.Generator) -> tuple[Pictures, int, int]:
    """On or off, at once or over some frames, for good."""
    length = int(rng.choice([1, 1, 3, 8]))
    start = _somewhere(pictures, length, rng)
    dim, share = rng.uniform(0.25, 0.6), np.clip((np.arange(len(pictures)) - start + 1) / length, 0, 1)
    gains = 1 - (1 - dim) * (share if rng.random() < 0.5 else 1 - share)
    return _lit(pictures, gains[:, None, None, None]), start, start + length - 1


def _passer(pictures: Pictures, rng: np.random.Generator) -> tuple[Pictures, int, int]:
    """Somebody walks by close to the lens, hiding much or all of the picture."""
    length = int(rng.integers(8, 22))
    start = _somewhere(pictures, length, rng)
    height, width = pictures.shape[1:3]
    body, colour = rng.uniform(0.4, 1.1) * width, tuple(int(c) for c in rng.integers(5, 110, 3))
    for step in range(length):
        centre = -body / 2 + (width + body) * (step + 0.5) / length
        hidden = pictures[start + step].copy()
        for middle, radii in ((0.75, (0.5, 0.6)), (0.12, (0.22, 0.3))):  # shoulders, head
            axes = int(body * radii[0]), int(height * radii[1])
            cv2.ellipse(hidden, (int(centre), int(height * middle)), axes, 0, 0, 360, colour, -1, cv2.LINE_AA)
        pictures[start + step] = cv2.blur(hidden, (9, 1))
    return pictures, start, start + length - 1


def _whip(
    pictures: Pictures, rng: np.random.Generator, among: Sequence[Path] | None = None
) -> tuple[Pictures, int, int]:
    """The camera is thrown round to what stands beside: a mirrored view, or another place."""
    length = int(rng.integers(5, 12))
    start = _somewhere(pictures, length, rng)
    other = pictures[:, :, ::-1]
    if rng.random() < 0.5:
        options = among or clips()
        other = _pictures(options[int(rng.integers(len(options)))], len(pictures), rng)
    width = pictures.shape[2]
    ease = 0.5 - 0.5 * np.cos(np.pi * np.clip((np.arange(len(pictures) + 1) - start) / length, 0, 1))
    whipped = []
    for index, picture in enumerate(pictures):
        wide = np.hstack([picture, other[min(index, len(other) - 1)]])
        left, blur = int(ease[index] * width), max(1, int((ease[index + 1] - ease[index]) * width * 0.6))
        whipped.append(cv2.blur(wide, (blur, 1))[:, left : left + width])
    return np.stack(whipped), start, start + length


def _zoom(pictures: Pictures, rng: np.random.Generator) -> tuple[Pictures, int, int]:
    length = int(rng.integers(6, 40))
    start = _somewhere(pictures, length, rng)
    share = np.clip((np.arange(len(pictures)) - start) / length, 0, 1)
    scales = 1 + rng.uniform(0.3, 1.5) * (share if rng.random() < 0.5 else 1 - share)
    return np.stack([_framed(p, s) for p, s in zip(pictures, scales, strict=True)]), start, start + length


def _shake(pictures: Pictures, rng: np.random.Generator) -> tuple[Pictures, int, int]:
    size = rng.uniform(0.02, 0.07) * pictures.shape[2]
    steps = rng.normal(0, size, (len(pictures), 2))
    steps = (steps[:-1] + steps[1:]) / 2
    moved = [_framed(p, 1.25, *offset) for p, offset in zip(pictures, [*steps, steps[-1]], strict=True)]
    return np.stack(moved), 0, len(pictures) - 1


def _framed(picture: np.ndarray, scale: float, right: float = 0, down: float = 0) -> np.ndarray:
    height, width = picture.shape[:2]
    matrix = np.array([[scale, 0, (1 - scale) * width / 2 + right], [0, scale, (1 - scale) * height / 2 + down]])
    return cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)


NEGATIVES: dict[str, Effect] = {
    "flash": _flash,
    "strobe": _strobe,
    "lights": _lights,
    "passer": _passer,
    "whip": _whip,
    "zoom": _zoom,
    "shake": _shake,
}


def _write(made: _Film, out: Path) -> None:
    with VideoWriter(out, Encoding(SIZE, RATE)) as writer:
        for picture in made.pictures:
            writer.write(np.ascontiguousarray(picture))
    truth = {"shots": _table(made).to_json(), "negatives": made.negatives}
    write_text(out.with_suffix(".json"), json.dumps(truth, indent=1) + "\n")


def _table(made: _Film) -> ShotTable:
    starts = [(t.first_frame + t.last_frame + 1) // 2 for t in made.boundaries]
    ends = [*starts[1:], len(made.pictures)]
    return ShotTable(
        tuple(
            Shot(start, end, start / RATE, end / RATE, transition)
            for start, end, transition in zip(starts, ends, made.boundaries, strict=True)
        )
    )
