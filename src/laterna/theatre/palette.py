"""Colour: palettes of sky and paper for each hour of the day, mixed in OKLab and written as BT.709 inks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from laterna.theatre.words import Daytime, Mood

Ink = tuple[int, int, int]
"""A colour as 8-bit Y', Cb, Cr of BT.709, limited range."""

# Ottosson 2020, "A perceptual color space for image processing": linear sRGB to cone responses, then to Lab.
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_BT709 = np.array(
    [
        [0.2126, 0.7152, 0.0722],
        [-0.2126 / 1.8556, -0.7152 / 1.8556, 0.9278 / 1.8556],
        [0.7874 / 1.5748, -0.7152 / 1.5748, -0.0722 / 1.5748],
    ]
)


@dataclass(frozen=True)
class Palette:
    """The colours of one scene, each an OKLab triple.

    ``sky`` runs from zenith to horizon, shape (stops, 3); ``light`` is the sun's, the moon's and the lamps';
    ``ink`` the darkest paper; ``accent`` a tissue paper for kites, umbrellas and trimmings.
    """

    name: str
    sky: np.ndarray
    light: np.ndarray
    ink: np.ndarray
    accent: np.ndarray

    def paper(self, depth: float) -> np.ndarray:
        """The paper of a layer: haze near the horizon at ``depth`` 0, the darkest ink at 1.

        Between them it takes the colour of the upper sky, as distant hills do.
        """
        haze = 0.7 * self.sky[-1] + 0.3 * self.sky[-2]
        tone = mix(haze, self.ink, depth)
        tone[1:] += 1.3 * depth * (1 - depth) * (self.sky[0, 1:] + self.sky[1, 1:])
        return tone

    @property
    def brightness(self) -> float:
        """Mean lightness of the sky, 0..1."""
        return float(self.sky[:, 0].mean())


# zenith ... horizon; light; ink; accent
_PALETTES: dict[Daytime, dict[str, str]] = {
    "dawn": {
        "rose": "3b4a78 8b7fa8 d9a3a8 f6cfae fbe6c0 fff3cf 1a1626 c2475a",
        "peach": "7fa3b8 b9c4c0 f0d2b0 f9b98c fde3c4 fffbe6 20191c b2553b",
        "mint": "4f8a8b 9bc4b0 e5e3b8 f7d08a fff0c0 fffdea 101d20 c9642f",
        "lilac": "4a3f77 7d66a5 c58fc0 f2b8c6 ffe2d1 fff4e0 181127 d1495b",
        "cold": "5a7d9a 93aebf c9d3d1 eed9c0 fae8d2 fffaf0 141b22 a8483c",
        "salmon": "2d5d7c 6f93a3 d6a792 f58f73 fdc79a fff0d0 161419 2f6f73",
    },
    "day": {
        "parchment": "c9a86a dcc28a ecd9ab f5e8c7 faf1dc fffbe8 1c140c a63d2f",
        "azure": "2f74b5 63a0d0 a3cbe3 d8ebee f7f3df fffef2 0d1420 d9482b",
        "teal": "1f7a80 4fa59c 93cab3 d3e6c5 f5f0cf fffbe0 0b1a1c d96b2b",
        "ochre": "b5651d d98f3d efb967 f8d999 fdf0cc fff9e2 1e1208 2f6f73",
        "sage": "6a9a7a 9cbf95 c9d9ad e9e7c4 f8f2dc fffbe8 101a12 c0533b",
        "overcast": "98a3aa b9c1c4 d3d7d5 e6e6df f2f0e7 ffffff 15171a a83c36",
        "turquoise": "0f8fae 4cb8c4 9adbd1 d9f1dd fff6dc fffdee 08191f e2583e",
        "coral": "d0685f e68f7b f3b59b fad6b9 fdeed8 fff8ea 22100f 1f6f78",
        "lemon": "5fa7a5 a9cfa0 e9e489 fbe96b fff6b8 fffde0 12180f d0442f",
    },
    "dusk": {
        "ember": "1f1a3d 5a2a5c b03a4a ee7b3a fdc75c ffe9a8 100a14 f0a030",
        "amber": "123c4a 2f6a6b 8b8f62 e8a64a fbd27a fff0bf 0b1214 d8492f",
        "crimson": "240b26 641a35 b02a35 e4572e f6a04d ffd98c 12060c f4b942",
        "violet": "1d1745 46307d 8a4a9e d873a0 f9b49a ffe3c2 100a20 f2c14e",
        "gold": "4a2b12 8f4f1a d1832a f3b646 fde08a fff4c4 160c06 a8322a",
        "shell": "24456e 5876a3 a58fb8 ee9ea6 fcc9a0 fff0d0 10131f b93b52",
        "moss": "23301f 55602f a0913f e0b955 f6dd8f fff3c4 0d120b c4472c",
        "plum": "2a1233 54234f 8f3f63 cf6f6a f3b184 ffe0b0 130918 e0b040",
    },
    "night": {
        "indigo": "070b24 0f1c48 1d3a74 3a67a0 6f9fc4 fdf6d8 03040c e0a84c",
        "lagoon": "04161d 08313b 0f5560 2b8083 71b3a4 f4f7dc 020a0c e58b4a",
        "purple": "0e0722 24114a 482272 7a3f98 b574b3 ffeecb 07030f f0b04a",
        "moss": "06140f 0e2e22 1d5140 448066 8ab79a f6f5d0 030a07 e0a04c",
        "steel": "0a0f17 1b2735 33475b 5b7487 92a6b1 fffbe8 05070a d9a04c",
        "glow": "1a0f1e 3a1d33 6a3142 a1564c d1905f ffe2a0 0b050b f2b450",
        "ultramarine": "030a33 08206b 1143a3 2f7ac9 7db8e0 fff7d6 020517 f2a65a",
    },
}
# The colour script: what a mood looks like at each hour, as a film's is painted before it is shot.
_SCRIPT: dict[Mood, dict[Daytime, tuple[str, ...]]] = {
    "calm": {
        "dawn": ("mint",),
        "day": ("sage", "parchment"),
        "dusk": ("amber", "shell"),
        "night": ("indigo", "lagoon"),
    },
    "joyful": {
        "dawn": ("peach",),
        "day": ("lemon", "azure", "turquoise"),
        "dusk": ("gold",),
        "night": ("ultramarine",),
    },
    "melancholy": {"dawn": ("cold",), "day": ("overcast",), "dusk": ("plum",), "night": ("steel",)},
    "tense": {"dawn": ("salmon",), "day": ("ochre",), "dusk": ("crimson", "ember"), "night": ("glow",)},
    "mysterious": {"dawn": ("lilac",), "day": ("teal",), "dusk": ("moss",), "night": ("moss",)},
    "romantic": {"dawn": ("rose",), "day": ("coral",), "dusk": ("violet",), "night": ("purple",)},
}
_PRINTS: dict[Mood, str] = {"calm": "sepia", "melancholy": "cyanotype", "mysterious": "verdigris", "romantic": "rose"}
_TINTS = {"sepia": 1.2, "cyanotype": -1.9, "rose": 0.25, "verdigris": 2.7}  # hue angles in OKLab, radians
_MOOD_CHROMA: dict[Mood, float] = {
    "calm": 0.95,
    "joyful": 1.15,
    "melancholy": 0.65,
    "tense": 0.9,
    "mysterious": 0.9,
    "romantic": 1.05,
}


def palette(daytime: Daytime, mood: Mood, rng: np.random.Generator) -> Palette:
    """Draw a palette for the hour and the mood: one of theirs with its hues turned a little, or a tinted print."""
    name = str(rng.choice(_SCRIPT[mood][daytime]))
    colours = oklab(np.array([_rgb(code) for code in _PALETTES[daytime][name].split()]))
    colours = _turn(colours, rng.normal(0, 0.13), _MOOD_CHROMA[mood] * rng.uniform(0.85, 1.12))
    tint = _PRINTS.get(mood)
    if tint and rng.random() < 0.12:
        name, colours = f"{tint} print", _tinted(colours, _TINTS[tint])
    colours[:5, 0] = np.clip(colours[:5, 0] + rng.normal(0, 0.025), 0.05, 0.99)
    return Palette(name, colours[:5], colours[5], colours[6], colours[7])


def mix(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    """``a`` at share 0, ``b`` at 1."""
    return a + (b - a) * share


def gradient(stops: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Smooth colours along ``stops`` (n, 3) at positions 0..1: shape ``at.shape + (3,)``."""
    place = np.clip(at, 0, 1) * (len(stops) - 1)
    knots = np.arange(len(stops))
    return np.stack([np.interp(place, knots, stops[:, channel]) for channel in range(3)], axis=-1)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """sRGB in 0..1 to OKLab, last axis 3."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _CONES.T) @ _LAB.T


def srgb(lab: np.ndarray) -> np.ndarray:
    """OKLab to sRGB in 0..1, clipped to the gamut, last axis 3."""
    linear = ((lab @ np.linalg.inv(_LAB).T) ** 3) @ np.linalg.inv(_CONES).T
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def yuv(lab: np.ndarray) -> np.ndarray:
    """OKLab to BT.709 Y', Cb, Cr in limited range, as floats, last axis 3."""
    return srgb(lab) @ _BT709.T * np.array([219.0, 224.0, 224.0]) + np.array([16.0, 128.0, 128.0])


def ink(lab: np.ndarray) -> Ink:
    """OKLab to one ink."""
    y, u, v = (round(float(value)) for value in yuv(lab))
    return y, u, v


def _rgb(code: str) -> Sequence[float]:
    return [int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)]


def _turn(lab: np.ndarray, angle: float, chroma: float) -> np.ndarray:
    ab = (lab[:, 1] + 1j * lab[:, 2]) * np.exp(1j * angle) * chroma
    return np.stack([lab[:, 0], ab.real, ab.imag], axis=1)


def _tinted(lab: np.ndarray, hue: float) -> np.ndarray:
    """A print tinted in one colour: strongest in the middle tones, as dyes are."""
    strength = 0.26 * lab[:, 0] * (1.08 - lab[:, 0])
    return np.stack([lab[:, 0], strength * np.cos(hue), strength * np.sin(hue)], axis=1)
