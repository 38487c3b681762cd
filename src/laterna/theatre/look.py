"""How the picture was taken: grain, vignette, paper, flicker. Prepared once, then cheap for each frame."""

from dataclasses import dataclass

import cv2
import numpy as np

from laterna.theatre.canvas import Canvas

_ROOM = 64  # how far the grain is moved about from frame to frame, pixels


@dataclass(frozen=True)
class Look:
    """The print. ``grain`` is its standard deviation in 8-bit levels; ``coarse`` its size in 720-line pixels;
    ``vignette``, ``paper`` 0..1; ``flicker`` and ``drift`` shares of brightness; ``soft`` a blur in 720-line pixels."""

    grain: float
    coarse: float
    vignette: float
    paper: float
    flicker: float
    drift: float
    soft: float


def draw_look(rng: np.random.Generator) -> Look:
    """A look at random: most takes are clean paper, some an old print, some a photograph's noise."""
    style = rng.choice(["clean", "paper", "old", "photo"], p=[0.35, 0.35, 0.15, 0.15])
    old, photo = style == "old", style == "photo"
    return Look(
        grain=float(rng.uniform(0.4, 0.9) if not (old or photo) else rng.uniform(1.1, 2.2)),
        coarse=float(rng.choice([1.0, 1.5, 2.2])),
        vignette=float(rng.uniform(0.1, 0.35) if not old else rng.uniform(0.35, 0.65)),
        paper=float(0.0 if photo or style == "clean" else rng.uniform(0.3, 1.0)),
        flicker=float(rng.uniform(0.01, 0.04) if old else 0.0),
        drift=float(rng.uniform(0.03, 0.12) if photo and rng.random() < 0.6 else 0.0),
        soft=float(rng.uniform(0.6, 1.3) if (old or photo) and rng.random() < 0.6 else 0.0),
    )


class Print:
    """A look, ready for pictures of one size."""

    def __init__(self, look: Look, size: tuple[int, int], rng: np.random.Generator) -> None:
        self.look, self._rng = look, rng
        width, height = size
        self._dim = _dimmed(look, width, height, rng)
        self._coarse_dim = np.ascontiguousarray(self._dim[::2, ::2])
        self._neutral = np.rint(128 * (1 - self._coarse_dim / 255)).astype(np.uint8)
        self._noise = _grain(look, width + _ROOM, height + _ROOM, height / 720, rng)
        self._phase = float(rng.uniform(0, 2 * np.pi))

    def develop(self, canvas: Canvas, time: float) -> None:
        """Give the picture its look."""
        look = self.look
        if look.soft * canvas.height / 720 > 0.3:
            cv2.GaussianBlur(canvas.y, (0, 0), look.soft * canvas.height / 720, dst=canvas.y)
        cv2.multiply(canvas.y, self._dim, dst=canvas.y, scale=1 / 255)
        for plane in (canvas.u, canvas.v):
            cv2.multiply(plane, self._coarse_dim, dst=plane, scale=1 / 255)
            cv2.add(plane, self._neutral, dst=plane)
        if look.flicker or look.drift:
            gain = 1 + look.flicker * float(self._rng.normal()) + look.drift * np.sin(0.7 * time + self._phase)
            canvas.expose(float(gain))
        x, y = (int(value) for value in self._rng.integers(0, _ROOM, 2))
        noise = self._noise[y : y + canvas.height, x : x + canvas.width]
        cv2.addWeighted(canvas.y, 1, noise, 1, -128, dst=canvas.y)
        np.maximum(canvas.y, 16, out=canvas.y)


def _dimmed(look: Look, width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    """How much light each place keeps, 0..255: darker corners, fibres of paper."""
    x = (np.arange(width) - width / 2) / height
    y = (np.arange(height) - height / 2) / height
    far = np.clip(np.hypot(x[None, :] / 1.25, y[:, None]) - 0.25, 0, None)
    keep = 1 - look.vignette * np.clip(far / 0.75, 0, 1) ** 1.6
    if look.paper:
        fibre = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 1.2 * height / 720 + 0.3)
        cloud = cv2.resize(rng.normal(0, 1, (9, 16)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
        keep = keep * (1 - look.paper * np.clip(0.03 + 0.05 * fibre + 0.018 * cloud, 0, 0.25))
    return np.rint(255 * np.clip(keep, 0, 1)).astype(np.uint8)


def _grain(look: Look, width: int, height: int, scale: float, rng: np.random.Generator) -> np.ndarray:
    noise: np.ndarray = rng.standard_normal((height, width), np.float32)
    blur = 0.5 * (look.coarse * scale - 0.6)
    if blur > 0.2:
        noise = cv2.GaussianBlur(noise, (0, 0), blur)
        noise = noise / noise.std()
    return np.clip(np.rint(128 + look.grain * noise), 0, 255).astype(np.uint8)
