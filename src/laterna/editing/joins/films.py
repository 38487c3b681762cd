"""Films joined from clips on the fly, with every transition known."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from laterna.editing.detection.thumbnails import halved
from laterna.editing.joins.disturbances import DISTURBANCES, Clip, Source, moved, tint, washed
from laterna.media.shots import Transition, TransitionKind

_SHARES: dict[TransitionKind, float] = {"cut": 0.52, "dissolve": 0.2, "fade": 0.12, "wipe": 0.16}
_CLEAR = 5  # frames between a transition and a disturbance
_SHORTEST = 8  # frames of a shot that no transition touches
_LEAST_CHANGE = 2.5, 24.0  # grey levels between two shots, rms and at most; nobody sees a cut of less


@dataclass
class Join:
    """A joined film.

    ``pictures`` is (frames, height, width, 3) uint8, ``negatives`` are the frames (first, last) of disturbances.
    """

    pictures: Clip
    transitions: list[Transition]
    negatives: list[tuple[int, int]] = field(default_factory=list)


def join(source: Source, frames: int, rng: np.random.Generator, *, whole: bool = False) -> Join:
    """Join shots to a film of thumbnails, half the size of the source's.

    Args:
        source: gives clips, of any length asked for.
        frames: the film's length.
        rng: draws everything.
        whole: no transition is cut off by the film's ends.
    """
    plan = _plan(frames, rng, whole=whole)
    made = Join(np.empty((frames, *source(1).shape[1:]), np.uint8), plan)
    before: Clip | None = None
    for number in range(len(plan) + 1):
        start = max(0, plan[number - 1].first_frame) if number else 0
        end = min(frames, _after(plan[number])) if number < len(plan) else frames
        clip = _shot(source, end - start, before, rng)
        clip = _disturbed(made, clip, start, number, source, rng)
        if number:
            _splice(made.pictures, plan[number - 1], clip, start, rng)
        else:
            made.pictures[:end] = clip
        before = clip[-1]
    made.pictures = _printed(halved(made.pictures), rng)
    return made


def _plan(frames: int, rng: np.random.Generator, *, whole: bool) -> list[Transition]:
    plan: list[Transition] = []
    pace = rng.normal(3.7, 0.45)  # of the film: the logarithm of a shot's usual length
    free = 0 if whole else -int(rng.integers(0, 90))
    if not whole and rng.random() < 0.1:
        return plan
    while True:
        kind = list(_SHARES)[int(rng.choice(len(_SHARES), p=list(_SHARES.values())))]
        first = free + max(_SHORTEST, int(np.exp(rng.normal(pace, 0.6))))
        last = first + _length(kind, rng) - 1
        if last + _SHORTEST >= frames if whole else first >= frames:
            return plan
        if last > 0:
            plan.append(Transition(kind, first, last))
        free = last + 1


def _length(kind: TransitionKind, rng: np.random.Generator) -> int:
    """Frames of a transition; a cut has one."""
    if kind == "cut":
        return 1
    shortest, longest = {"dissolve": (4, 60), "fade": (8, 64), "wipe": (5, 48)}.get(kind, (1, 1))
    return round(np.exp(rng.uniform(np.log(shortest), np.log(longest))))


def _after(transition: Transition) -> int:
    """The frame from which nothing of the shot before is seen."""
    return transition.first_frame if transition.kind == "cut" else transition.last_frame + 1


def _shot(source: Source, frames: int, before: Clip | None, rng: np.random.Generator) -> Clip:
    """A clip that differs visibly from the picture ``before``."""
    for _ in range(6):
        clip = source(frames)
        if before is None or _differ(before, clip[0]):
            break
    return clip


def _differ(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether anybody would see a cut: the pictures are apart somewhere, and not by their light alone."""
    a, b = (cv2.resize(picture[..., 0], (24, 14), interpolation=cv2.INTER_AREA).ravel() for picture in (one, other))
    a, b = a - a.mean(), b - b.mean()
    rest = b - a * min(max(float(a @ b) / max(1.0, float(a @ a)), 0.25), 4.0)
    least, most = _LEAST_CHANGE
    return bool(rest.std() > least and np.abs(rest).max() > most)


def _disturbed(made: Join, clip: Clip, start: int, number: int, source: Source, rng: np.random.Generator) -> Clip:
    """The clip with up to two disturbances, clear of its transitions."""
    plan = made.transitions
    low = (plan[number - 1].last_frame + 1 if number else 0) - start + _CLEAR
    high = (plan[number].first_frame if number < len(plan) else len(made.pictures)) - start - _CLEAR
    for chance in (0.6, 0.25):
        if high - max(0, low) < 6 or rng.random() > chance:
            break
        weights = np.array([weight for _, weight in DISTURBANCES.values()])
        name = list(DISTURBANCES)[int(rng.choice(len(weights), p=weights / weights.sum()))]
        clip, first, last = DISTURBANCES[name][0](clip, max(0, low), high, rng, source)
        made.negatives.append((start + first, start + last))
    return clip


# Transitions


def _splice(pictures: Clip, transition: Transition, clip: Clip, start: int, rng: np.random.Generator) -> None:
    """Lay a shot that comes in with ``transition`` at frame ``start`` over the pictures of the one before."""
    end = start + len(clip)
    if transition.kind == "cut":
        pictures[start:end] = clip
        return
    mixed = min(transition.last_frame + 1, end) - start
    length = transition.last_frame - transition.first_frame + 1
    shares = (np.arange(start, start + mixed) - transition.first_frame + 1) / (length + 1)
    mixing = {"dissolve": _dissolve, "fade": _fade, "wipe": _wipe}[transition.kind]
    pictures[start : start + mixed] = mixing(pictures[start : start + mixed], clip[:mixed], shares, rng)
    pictures[start + mixed : end] = clip[mixed:]


def _dissolve(old: Clip, new: Clip, shares: np.ndarray, rng: np.random.Generator) -> Clip:
    if rng.random() < 0.25:  # eased
        shares = shares * shares * (3 - 2 * shares)
    return _mixed(old, new, shares[:, None, None, None])


def _mixed(old: Clip, new: Clip, share: np.ndarray) -> Clip:
    share = share.astype(np.float32)
    return (old * (1 - share) + new * share + 0.5).astype(np.uint8)


def _fade(old: Clip, new: Clip, shares: np.ndarray, rng: np.random.Generator) -> Clip:
    """Out to a plain colour, which may hold, and in again."""
    colour = np.array([16, 128, 128], np.float32)
    kind = rng.random()
    if kind > 0.7:
        colour = np.array([235, 128, 128], np.float32) if kind < 0.93 else tint(rng)
    out, into = np.sort(rng.uniform(0.25, 0.75, 2)) if rng.random() < 0.6 else (0.5, 0.5)
    shown = np.where(shares < (out + into) / 2, 1 - shares / out, (shares - into) / (1 - into)).clip(0, 1)
    pictures = np.where((shares < (out + into) / 2)[:, None, None, None], old, new)
    return washed(pictures, colour, 1 - shown[:, None, None, None])


def _wipe(old: Clip, new: Clip, shares: np.ndarray, rng: np.random.Generator) -> Clip:
    """The new shot uncovered along a shape, soft or hard, with or without a border; or it pushes the old one out."""
    if rng.random() < 0.15:
        return _push(old, new, shares, rng)
    height, width = old.shape[1:3]
    arrival = _arrival(height, width, rng)
    soft = float(rng.choice([0.004, 0.03, 0.08, 0.2]))
    if rng.random() < 0.25:  # eased
        shares = shares * shares * (3 - 2 * shares)
    edge = (shares * (1 + soft))[:, None, None] - arrival
    cover = np.clip(edge / soft, 0, 1)[..., None]
    pictures = _mixed(old, new, cover)
    if rng.random() < 0.12:
        border = (np.abs(edge) < rng.uniform(0.01, 0.05))[..., None]
        pictures = np.where(border, tint(rng).astype(np.uint8), pictures)
    return pictures


def _push(old: Clip, new: Clip, shares: np.ndarray, rng: np.random.Generator) -> Clip:
    """The new picture comes in from a side; the old one stays, or is pushed out."""
    axis, flipped, stays = int(rng.integers(1, 3)), rng.random() < 0.5, rng.random() < 0.4
    if flipped:
        old, new = np.flip(old, axis), np.flip(new, axis)
    out = np.empty_like(old)
    span = old.shape[axis]
    for frame, share in enumerate(shares):
        step = round(share * span)
        a, b = (np.moveaxis(clip[frame], axis - 1, 0) for clip in (old, new))
        kept = a[step:] if not stays else a[: span - step]
        out[frame] = np.moveaxis(np.concatenate([kept, b[:step]]), 0, axis - 1)
    return np.flip(out, axis) if flipped else out


def _arrival(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """When a wipe reaches each pixel, 0..1: (height, width) float32."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi) if rng.random() < 0.4 else rng.integers(8) * np.pi / 4
    line = x * np.cos(turn) + y * np.sin(turn)
    parts = rng.integers(2, 9)
    shapes: list[tuple[float, Callable[[], np.ndarray]]] = [
        (5, lambda: line),
        (2, lambda: np.hypot(x, y)),  # iris
        (1, lambda: np.hypot(x * width / height, y)),
        (1, lambda: np.abs(x) + np.abs(y)),  # diamond
        (1, lambda: np.maximum(np.abs(x), np.abs(y))),  # box
        (1, lambda: np.abs(line)),  # barn doors
        (1.5, lambda: (np.arctan2(y, x) / (2 * np.pi) + turn / 6) % 1),  # clock
        (1.5, lambda: (line * parts / 2) % 1),  # blinds
        (1, lambda: cv2.resize(rng.random((parts, parts + 3)), (width, height), interpolation=cv2.INTER_NEAREST)),
    ]
    weights = np.array([weight for weight, _ in shapes])
    field = shapes[int(rng.choice(len(shapes), p=weights / weights.sum()))][1]()
    field = (field - field.min()) / max(1e-6, float(np.ptp(field)))
    return (1 - field if rng.random() < 0.4 else field).astype(np.float32)


# What is done to every shot, and to the whole film


def reframed(clip: Clip, rng: np.random.Generator, colours: np.ndarray | None = None) -> Clip:
    """Another view of a clip: closer, shifted, turned over, with a camera that moves of its own, in other colours.

    ``colours`` are those that :func:`grade` gave, None to draw some.
    """
    frames = len(clip)
    if rng.random() < 0.5:
        clip = clip[:, :, ::-1]
    if rng.random() < 0.75:
        ends = 1 + np.abs(rng.normal(0, 0.5, 2)) if rng.random() < 0.4 else np.full(2, 1 + abs(rng.normal(0, 0.5)))
        reach = (min(ends) - 1) / 2
        places = rng.uniform(-reach, reach, (2, 2))
        places = places if rng.random() < 0.4 else places[:1].repeat(2, 0)
        along = np.linspace(0, 1, max(2, frames))[:frames]
        rolls = np.full(frames, rng.normal(0, 0.06) if rng.random() < 0.3 else 0.0)
        scales, shifts = ends[0] + (ends[1] - ends[0]) * along, places[0] + (places[1] - places[0]) * along[:, None]
        clip = moved(np.ascontiguousarray(clip), scales, shifts, rolls)
    flat = np.ascontiguousarray(clip).reshape(frames, -1, 3)
    return cv2.transform(flat, grade(rng) if colours is None else colours).reshape(clip.shape)


def grade(rng: np.random.Generator) -> np.ndarray:
    """Another contrast, brightness and saturation, sometimes other hues: (3, 4), for Y, Cb, Cr and 1."""
    turn = rng.normal(0, 0.2) if rng.random() < 0.6 else rng.uniform(-np.pi, np.pi)
    contrast, strength = float(np.exp(rng.normal(0, 0.22))), abs(rng.normal(1, 0.4))
    shift = rng.normal(0, 12) + (1 - contrast) * 110
    a, b = strength * np.cos(turn), strength * np.sin(turn)
    return np.array([
        [contrast, 0, 0, shift],
        [0, a, -b, 128 * (1 - a + b) + rng.normal(0, 3)],
        [0, b, a, 128 * (1 - a - b) + rng.normal(0, 3)],
    ])  # fmt: skip


def paced(count: int, frames: int, rng: np.random.Generator) -> np.ndarray:
    """Which of a clip's ``count`` frames are shown in ``frames`` frames: at some pace, from somewhere, to and fro."""
    pace = float(np.exp(rng.normal(0, 0.4))) if rng.random() < 0.6 else 1.0
    places = (rng.integers(count) + np.arange(frames) * pace).astype(int)
    turned = places % max(1, 2 * count - 2)
    return np.minimum(turned, 2 * count - 2 - turned) if count > 1 else np.zeros(frames, int)


def _printed(pictures: Clip, rng: np.random.Generator) -> Clip:
    """The film as it is handed on: noise, the pulse of key frames, bars, softness."""
    frames, height, width = pictures.shape[:3]
    if rng.random() < 0.15:
        bar = int(rng.integers(1, 5))
        pictures[:, :bar] = pictures[:, height - bar :] = (16, 128, 128)
    if rng.random() < 0.1:
        bar = int(rng.integers(2, 12))
        pictures[:, :, :bar] = pictures[:, :, width - bar :] = (16, 128, 128)
    if rng.random() < 0.15:
        pictures = np.stack([cv2.GaussianBlur(picture, (3, 3), 0) for picture in pictures])
    if rng.random() < 0.6:
        noise = rng.normal(0, np.abs(rng.normal(0, 2.5)), (8, height, width, 3))
        pulse = rng.normal(0, np.abs(rng.normal(0, 1.0)), (frames // int(rng.integers(8, 60)) + 1, height, width, 3))
        order = rng.integers(0, 8, frames)
        beats = np.linspace(0, len(pulse) - 1e-6, frames).astype(int)
        noisy = pictures + noise[order].astype(np.float32) + pulse[beats].astype(np.float32)
        pictures = np.clip(noisy, 0, 255).astype(np.uint8)
    return pictures
