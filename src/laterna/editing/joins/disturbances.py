"""Hard negatives: what happens within one shot and looks like its end, done to clips of thumbnails.

Each disturbance takes a clip, (frames, height, width, 3) uint8 of Y, Cb, Cr, which it may change from frame ``low`` up
to ``high``, and gives it back with the first and the last frame that it touched. Lights that go on and cameras that
have moved leave the rest of the clip changed for good.
"""

from collections.abc import Callable

import cv2
import numpy as np

Clip = np.ndarray
Source = Callable[[int], Clip]
"""Gives a clip of that many frames from somewhere else."""
Disturbance = Callable[[Clip, int, int, np.random.Generator, Source], tuple[Clip, int, int]]


def _span(low: int, high: int, shortest: int, longest: int, rng: np.random.Generator) -> tuple[int, int]:
    """Some frames between ``low`` and ``high``: the first, and the one after the last."""
    length = int(rng.integers(min(shortest, high - low), min(longest, high - low) + 1))
    first = int(rng.integers(low, high - length + 1))
    return first, first + length


def tint(rng: np.random.Generator, *, bright: bool | None = None) -> np.ndarray:
    """A colour, (3,) float32; near white or near black when ``bright`` says so."""
    darkest, brightest = {None: (16, 235), True: (190, 255), False: (0, 50)}[bright]
    return np.array([rng.uniform(darkest, brightest), *(128 + rng.normal(0, 14, 2))], np.float32)


def washed(pictures: Clip, colour: np.ndarray, share: np.ndarray | float) -> Clip:
    """Pictures mixed with one colour; ``share`` broadcasts against (frames, height, width, 1)."""
    share = np.asarray(share, np.float32)
    return np.clip(pictures * (1 - share) + colour * share, 0, 255).astype(np.uint8)


def lit(pictures: Clip, gain: np.ndarray | float) -> Clip:
    """Pictures in more or less light, black staying black; ``gain`` broadcasts as in :func:`washed`."""
    gain = np.asarray(gain, np.float32)
    black = np.array([16, 128, 128], np.float32)
    colour = np.minimum(gain, 1.3) * np.array([0, 1, 1], np.float32) + gain * np.array([1, 0, 0], np.float32)
    return np.clip((pictures - black) * colour + black, 0, 255).astype(np.uint8)


def _pool_of_light(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Where a lamp shines, 0..1: (height, width, 1)."""
    height, width = shape
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    far = np.hypot(x - rng.uniform(-0.2, 1.2), y - rng.uniform(-0.2, 1.2))
    return np.exp(-((far / rng.uniform(0.3, 1.2)) ** 2))[..., None].astype(np.float32)


def _everywhere_or_near(clip: Clip, rng: np.random.Generator) -> np.ndarray:
    return _pool_of_light(clip.shape[1:3], rng) if rng.random() < 0.35 else np.ones((1, 1, 1), np.float32)


def flash(clip: Clip, low: int, high: int, rng: np.random.Generator, other: Source) -> tuple[Clip, int, int]:
    """One to six bright frames, at once or dying away; or a second stroke, as of lightning."""
    first, end = _span(low, high, 1, 6, rng)
    fall = rng.uniform(0, 1) if rng.random() < 0.6 else 0.0
    shares = rng.uniform(0.25, 1.0) * np.exp(-fall * np.arange(end - first, dtype=np.float32))[:, None, None, None]
    where = _everywhere_or_near(clip, rng)
    bright = lit(clip[first:end], 1 + rng.uniform(0, 2) * shares * where)
    clip[first:end] = washed(bright, tint(rng, bright=rng.random() < 0.9), shares * where * rng.uniform(0, 1))
    if end + 3 < high and rng.random() < 0.3:
        clip, _, last = flash(clip, end + 1, min(high, end + 8), rng, other)
        return clip, first, last
    return clip, first, end - 1


def strobe(clip: Clip, low: int, high: int, rng: np.random.Generator, other: Source) -> tuple[Clip, int, int]:
    """Light that beats, bright or dark, evenly or at random."""
    first, end = _span(low, high, 8, 45, rng)
    steps = np.arange(end - first)
    period = int(rng.integers(2, 9))
    beats = steps % period < rng.integers(1, period) if rng.random() < 0.7 else rng.random(end - first) < 0.5
    where = _everywhere_or_near(clip, rng)
    on = beats[:, None, None, None] * where
    if rng.random() < 0.5:
        clip[first:end] = lit(clip[first:end], 1 - on * rng.uniform(0.4, 1.0))
    else:
        clip[first:end] = washed(clip[first:end], tint(rng, bright=True), on * rng.uniform(0.2, 0.95))
    return clip, first, end - 1


def lights(clip: Clip, low: int, high: int, rng: np.random.Generator, other: Source) -> tuple[Clip, int, int]:
    """Lights that go on or off, at once or over some frames, for good."""
    length = int(rng.choice([1, 1, 1, 2, 4, 8, 12, 20, 40]))
    first, end = _span(low, high, length, length, rng)
    share = np.clip((np.arange(len(clip)) - first + 1) / (end - first), 0, 1)[:, None, None, None]
    share = share if rng.random() < 0.5 else 1 - share
    where = _everywhere_or_near(clip, rng)
    if rng.random() < 0.8:
        clip = lit(clip, 1 - share * where * rng.uniform(0.25, 0.92))
    else:
        clip = lit(clip, 1 + share * where * rng.uniform(0.2, 1.5))
    if rng.random() < 0.3:  # the lamp has a colour
        clip = washed(clip, tint(rng), share * where * rng.uniform(0, 0.3))
    return clip, first, end - 1


def passer(clip: Clip, low: int, high: int, rng: np.random.Generator, other: Source) -> tuple[Clip, int, int]:
    """Someone or something passes close to the lens, hiding much or all of the picture."""
    first, end = _span(low, high, 4, 34, rng)
    height, width = clip.shape[1:3]
    body, colour = rng.uniform(0.25, 1.6), tint(rng, bright=None if rng.random() < 0.5 else False)
    texture = other(1)[0] if rng.random() < 0.25 else None
    upright = rng.random() < 0.85
    parts = rng.normal(0, 0.25, (int(rng.integers(2, 6)), 2))
    sizes = rng.uniform(0.25, 0.6, (len(parts), 2))
    way = -1 if rng.random() < 0.5 else 1
    stop = 0.5 if rng.random() < 0.15 else 1.0  # some stay in the picture
    for step in range(end - first if stop == 1 else len(clip) - first):
        along = min(stop, (step + 0.5) / (end - first))
        centre = 0.5 + way * (along - 0.5) * (1 + body * 1.3)
        cover = np.zeros((height, width), np.uint8)
        for (right, down), (wide, tall) in zip(parts, sizes, strict=True):
            x, y = centre + right * body * 0.5, 0.6 + down
            x, y = (x, y) if upright else (y, x)
            axes = max(1, int(wide * body * width)), max(1, int(tall * 1.6 * height))
            cv2.ellipse(cover, (int(x * width), int(y * height)), axes, 0, 0, 360, 255, -1)
        shown = colour if texture is None else 0.6 * texture + 0.4 * colour
        share = (cv2.blur(cover, (5, 1)) / np.float32(255))[..., None]
        clip[first + step] = clip[first + step] * (1 - share) + shown * share
    return clip, first, end - 1


def whip(clip: Clip, low: int, high: int, rng: np.random.Generator, other: Source) -> tuple[Clip, int, int]:
    """The camera is thrown round to what stands beside: a mirrored view, or another place."""
    first, end = _span(low, high, 4, 12, rng)
    elsewhere = rng.random() < 0.5
    beside = other(len(clip)) if elsewhere else clip[:, :, ::-1]
    axis, way = -1 if not elsewhere and rng.random() < 0.3 else 1, rng.random() < 0.5
    ease = 0.5 - 0.5 * np.cos(np.pi * np.clip((np.arange(len(clip) + 1) - first) / (end - first), 0, 1))
    span = clip.shape[2 if axis == 1 else 1]
    out = clip.copy()
    for frame in range(first, len(clip)):
        near, far = (clip[frame], beside[frame]) if way else (beside[frame], clip[frame])
        place = ease[frame] if way else 1 - ease[frame]
        wide = np.concatenate([near, far], axis=1 if axis == 1 else 0)
        smear = max(1, int((ease[frame + 1] - ease[frame]) * span * rng.uniform(0.55, 1.0)))
        start = int(place * span)
        if smear > 1:
            wide = cv2.blur(wide, (smear, 1) if axis == 1 else (1, smear))
        out[frame] = wide[:, start : start + span] if axis == 1 else wide[start : start + span]
    return out, first, end


def zoom(clip: Clip, low: int, high: int, rng: np.random.Generator, other: Source) -> tuple[Clip, int, int]:
    """The lens goes closer or farther within 3 to 40 frames."""
    first, end = _span(low, high, 3, 40, rng)
    share = np.clip((np.arange(len(clip)) - first + 1) / (end - first), 0, 1)
    if rng.random() < 0.3:  # eased
        share = share * share * (3 - 2 * share)
    scales = 1 + rng.uniform(0.2, 1.8) * (share if rng.random() < 0.5 else 1 - share)
    aside = rng.uniform(-0.5, 0.5, 2) * (rng.random() < 0.35)  # the lens goes for what is not in the middle
    return moved(clip, scales, (scales - 1)[:, None] * aside, np.zeros(len(clip))), first, end - 1


def shake(clip: Clip, low: int, high: int, rng: np.random.Generator, other: Source) -> tuple[Clip, int, int]:
    """A camera in the hand: it trembles, or is knocked once."""
    first, end = _span(low, high, 3, high - low, rng)
    steps = np.zeros((len(clip), 2))
    steps[first:end] = rng.normal(0, rng.uniform(0.01, 0.09), (end - first, 2))
    steps = (steps + np.roll(steps, 1, axis=0)) / 2
    rolls = steps[:, 0] * rng.uniform(0, 1)
    return moved(clip, np.full(len(clip), 1.25), steps, rolls), first, end - 1


def freeze(clip: Clip, low: int, high: int, rng: np.random.Generator, other: Source) -> tuple[Clip, int, int]:
    """The picture stands still, then goes on where it stood."""
    first, end = _span(low, high, 3, 25, rng)
    frames = np.arange(len(clip))
    order = np.where(frames < end, np.minimum(frames, first), frames - (end - first))
    return clip[order], first, end - 1


def speed(clip: Clip, low: int, high: int, rng: np.random.Generator, other: Source) -> tuple[Clip, int, int]:
    """Some frames run at another pace: slow, or as fast as the clip allows."""
    first, end = _span(low, high, 6, 40, rng)
    paces = np.ones(len(clip))
    paces[first:end] = rng.choice([0.25, 0.5, 2.0, 3.0])
    order = np.cumsum(paces) - paces[0]
    order = order * min(1.0, (len(clip) - 1) / order[-1])
    return clip[order.astype(int)], first, end - 1


def caption(clip: Clip, low: int, high: int, rng: np.random.Generator, other: Source) -> tuple[Clip, int, int]:
    """A title, a lower third or an inset comes on, at once or softly, and goes again."""
    first, end = _span(low, high, 6, 60, rng)
    height, width = clip.shape[1:3]
    wide, tall = int(width * rng.uniform(0.2, 0.9)), int(height * rng.uniform(0.08, 0.45))
    left, top = int(rng.integers(0, width - wide + 1)), int(rng.integers(0, height - tall + 1))
    card = np.empty((tall, wide, 3), np.float32)
    card[:] = tint(rng)
    letters = rng.random((max(1, tall // 3), max(1, wide // 2))) < 0.5
    lines = cv2.resize(letters.astype(np.uint8), (wide, tall), interpolation=cv2.INTER_NEAREST)[..., None]
    card = np.where(lines > 0, tint(rng), card)
    box = clip[first:end, top : top + tall, left : left + wide]
    ramp = float(rng.choice([1, 1, 4, 10]))
    steps = np.arange(end - first, dtype=np.float32)
    share = np.clip(np.minimum(steps + 1, end - first - steps) / ramp, 0, 1)[:, None, None, None]
    solid = lines if rng.random() < 0.5 else np.float32(rng.uniform(0.5, 1))
    box[:] = box * (1 - share * solid) + card * share * solid
    return clip, first, end - 1


def glitch(clip: Clip, low: int, high: int, rng: np.random.Generator, other: Source) -> tuple[Clip, int, int]:
    """Blocks that stick or go wrong for some frames, as in a damaged stream."""
    first, end = _span(low, high, 1, 8, rng)
    blocks = (rng.random((7, 12)) < rng.uniform(0.05, 0.5)).astype(np.uint8)
    where = cv2.resize(blocks, clip.shape[2:0:-1], interpolation=cv2.INTER_NEAREST)[..., None] > 0
    wrong = clip[max(0, first - int(rng.integers(1, 12)))] if rng.random() < 0.6 else other(1)[0]
    clip[first:end] = np.where(where, wrong, clip[first:end])
    return clip, first, end - 1


def focus(clip: Clip, low: int, high: int, rng: np.random.Generator, other: Source) -> tuple[Clip, int, int]:
    """The picture goes out of focus and comes back, or stays so."""
    first, end = _span(low, high, 6, 40, rng)
    along = np.clip((np.arange(len(clip)) - first) / max(1, end - first), 0, 1)
    amount = np.sin(np.pi * along) if rng.random() < 0.6 else along
    most = rng.uniform(2, 7)
    for frame in np.flatnonzero(amount * most > 0.4):
        clip[frame] = cv2.GaussianBlur(clip[frame], (0, 0), float(amount[frame] * most))
    return clip, first, end - 1


def moved(clip: Clip, scales: np.ndarray, shifts: np.ndarray, rolls: np.ndarray) -> Clip:
    """Each frame seen by a camera: scale, shift in picture widths and heights (frames, 2), roll in radians."""
    height, width = clip.shape[1:3]
    out = np.empty(clip.shape, np.uint8)
    for frame, (scale, (right, down), roll) in enumerate(zip(scales, shifts, rolls, strict=True)):
        a, b = scale * np.cos(roll), scale * np.sin(roll)
        x, y = width / 2, height / 2
        matrix = np.array([[a, b, x - a * x - b * y + right * width], [-b, a, y + b * x - a * y + down * height]])
        cv2.warpAffine(clip[frame], matrix, (width, height), dst=out[frame], borderMode=cv2.BORDER_REFLECT)
    return out


DISTURBANCES: dict[str, tuple[Disturbance, float]] = {
    "flash": (flash, 2),
    "strobe": (strobe, 2),
    "lights": (lights, 3.5),
    "passer": (passer, 2.5),
    "whip": (whip, 2),
    "zoom": (zoom, 4.5),
    "shake": (shake, 1.5),
    "freeze": (freeze, 0.7),
    "speed": (speed, 0.7),
    "caption": (caption, 1),
    "glitch": (glitch, 0.5),
    "focus": (focus, 0.7),
}
"""Every disturbance with how often it is drawn, relative to the others."""
