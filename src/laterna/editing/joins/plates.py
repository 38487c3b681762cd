"""Plates: scenes of noise and of shapes that drift, for what neither footage nor the theatre shows."""

import cv2
import numpy as np

from laterna.editing.joins.disturbances import Clip, moved, tint


def plate(frames: int, size: tuple[int, int], rng: np.random.Generator) -> Clip:
    """A clip of cloudy colours, with up to four shapes that move before them: (frames, height, width, 3) uint8."""
    width, height = size
    ground = _clouds(width, height, rng)
    drift = rng.normal(0, 0.15, 2) * (rng.random() < 0.6)
    along = np.linspace(-1, 1, max(2, frames))[:frames, None]
    scales = 1.35 + rng.normal(0, 0.12) * along[:, 0]
    clip = moved(np.broadcast_to(ground, (frames, *ground.shape)), scales, along * drift, np.zeros(frames))
    for _ in range(int(rng.integers(0, 5))):
        _walk(clip, rng)
    return clip


def _clouds(width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    """Noise at every scale, (height, width, 3) uint8."""
    roughness = rng.uniform(0.5, 1.2)
    luma = _noise(width, height, roughness, rng)
    tints = [_noise(width, height, 1.2, rng) * rng.uniform(2, 18) + rng.normal(0, 12) for _ in range(2)]
    layers = [rng.uniform(50, 190) + luma * rng.uniform(12, 60), 128 + tints[0], 128 + tints[1]]
    return np.clip(np.dstack(layers), 0, 255).astype(np.uint8)


def _noise(width: int, height: int, roughness: float, rng: np.random.Generator) -> np.ndarray:
    total = np.zeros((height, width), np.float32)
    for octave in range(6):
        cells = rng.standard_normal((2**octave + 1, 2 ** (octave + 1))).astype(np.float32)
        total += cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC) * 2.0 ** (-octave * roughness)
    return total / max(1e-3, float(total.std()))


def _walk(clip: Clip, rng: np.random.Generator) -> None:
    """One ellipse that crosses the picture or hovers in it."""
    frames, height, width = clip.shape[:3]
    place, pace = rng.uniform(0, 1, 2), rng.normal(0, 0.012, 2)
    axes = (int(width * rng.uniform(0.02, 0.2)) + 1, int(height * rng.uniform(0.05, 0.35)) + 1)
    colour = tuple(float(value) for value in tint(rng))
    swing, phase = rng.uniform(0, 0.05), rng.uniform(0, 6)
    for frame in range(frames):
        x, y = place + pace * frame + swing * np.array([np.sin(frame / 7 + phase), np.cos(frame / 9)])
        centre = (int(x % 1.4 * width - 0.2 * width), int(y % 1.4 * height - 0.2 * height))
        cv2.ellipse(clip[frame], centre, axes, 20 * float(np.sin(frame / 11 + phase)), 0, 360, colour, -1)
