"""Colour brought to BT.709: the tables that roll PQ and HLG off and that clip wide gamuts.

In high dynamic range, diffuse white lies at 203 cd/m2 (ITU-R BT.2408-7). What is darker than six tenths of it keeps its
light; brighter light bends towards the display's white, which only the brightest reaches, so that highlights keep their
shape and hue.
"""

import functools

import numpy as np

PQ, HLG = 16, 18  # ITU-T H.273 transfer characteristics: SMPTE ST 2084, ARIB STD-B67

_WHITE = 203.0  # cd/m2
_KNEE = 0.6
_DISPLAY_GAMMA = 2.4  # ITU-R BT.1886
_BRIGHTEST = {PQ: 10_000.0, HLG: 1000.0}  # cd/m2; HLG's on the nominal display
_HLG_GAMMA = 1.2  # that display's system gamma (ITU-R BT.2100-2)
_LUMINANCE = np.array([0.2627, 0.6780, 0.0593])  # of BT.2020 red, green and blue
_TO_BT709 = {  # between linear lights of one white, D65
    "bt2020": np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]),
    "smpte432": np.array([[1.2249, -0.2249, 0], [-0.0421, 1.0421, 0], [-0.0196, -0.0786, 1.0983]]),  # P3 of displays
}


@functools.cache
def cube(transfer: int, gamut: str, size: int = 33) -> str:
    """The table as a .cube file's text: from R'G'B' of ``gamut`` coded with ``transfer`` to R'G'B' for BT.709.

    ``gamut`` is "bt2020", in which all HDR is, or "smpte432" (P3 with D65 as white).
    """
    axis = np.linspace(0, 1, size)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")  # red runs fastest
    coded = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    shown = rolled_off(coded, transfer) if transfer in (PQ, HLG) else clipped(coded, gamut)
    rows = "\n".join(f"{r:.6f} {g:.6f} {b:.6f}" for r, g, b in shown)
    return f"LUT_3D_SIZE {size}\n{rows}\n"


def clipped(coded: np.ndarray, gamut: str) -> np.ndarray:
    """R'G'B' (n, 3) in 0..1 of a wide gamut as R'G'B' (n, 3) in 0..1 of BT.709's; what it can't show is clipped."""
    light = coded**_DISPLAY_GAMMA @ _TO_BT709[gamut].T
    return np.clip(light, 0, 1) ** (1 / _DISPLAY_GAMMA)


def rolled_off(coded: np.ndarray, transfer: int) -> np.ndarray:
    """BT.2020 R'G'B' (n, 3) in 0..1, coded as PQ or HLG, as R'G'B' (n, 3) in 0..1 for a BT.709 display."""
    light = (_pq(coded) if transfer == PQ else _hlg(coded)) / _WHITE @ _TO_BT709["bt2020"].T
    light = np.maximum(light, 0)
    peak = np.maximum(light.max(axis=-1, keepdims=True), 1e-9)
    over, most = ((level - _KNEE) / (1 - _KNEE) for level in (peak, _BRIGHTEST[transfer] / _WHITE))
    bent = _KNEE + (1 - _KNEE) * over / (over + 1) * (most + 1) / most
    return (light * np.where(peak > _KNEE, bent / peak, 1)) ** (1 / _DISPLAY_GAMMA)


def _pq(coded: np.ndarray) -> np.ndarray:
    """cd/m2 by SMPTE ST 2084."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = coded ** (1 / m2)
    return 10_000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)


def _hlg(coded: np.ndarray) -> np.ndarray:
    """cd/m2 on the nominal display by ITU-R BT.2100-2."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(coded <= 0.5, coded**2 / 3, (np.exp((coded - c) / a) + b) / 12)
    luminance = scene @ _LUMINANCE
    return _BRIGHTEST[HLG] * scene * luminance[..., None] ** (_HLG_GAMMA - 1)
