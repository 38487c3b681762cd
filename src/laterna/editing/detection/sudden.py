"""Sudden changes of the picture: which of them are cuts.

A cut stands out among its neighbours (the adaptive threshold of Yusoff et al. 2000), lasts (the picture does not come
back, as it does after a flash or when a passer-by has left the lens; cf. the self-similarity novelty of Foote 2000),
and is not a change of the light alone.
"""

import numpy as np

from laterna.editing.detection.likeness import Window
from laterna.media.shots import Transition

_NEIGHBOURS = 8  # frames on each side that a change must stand out of
_FAINTEST = 3.0  # grey levels; less is no cut
_NOISE = 0.7  # grey levels between frames where nothing happens
_JUTS, _JUTS_OUT, _STANDS_OUT = 1.12, 1.3, 3.0  # prominence: a candidate's, a likely cut's, a sure one's
_LARGE = 50.0  # grey levels; so large a change is a likely cut, too
_OTHER_PLACE = 0.38  # found no better than this, it is another place
_CLOSEST = 3  # frames between two cuts


def prominence(steps: np.ndarray) -> np.ndarray:
    """How many times larger each step is than the second largest of its neighbours on the busier side: (frames,).

    ``steps``, (frames,), are grey levels between each picture and the one before it.
    """
    padded = np.pad(steps, _NEIGHBOURS)
    sides = np.lib.stride_tricks.sliding_window_view(padded, _NEIGHBOURS)
    second = np.partition(sides, -2, axis=1)[:, -2]
    frames = len(steps)
    around = np.maximum(second[:frames], second[_NEIGHBOURS + 1 : _NEIGHBOURS + 1 + frames])
    return steps / np.maximum(around, _NOISE)


def cuts(window: Window, jut: np.ndarray) -> list[Transition]:
    """The window's cuts, in order. ``jut`` is its steps' :func:`prominence`."""
    judged = [
        Transition("cut", int(t), int(t), confidence)
        for t in np.flatnonzero((jut > _JUTS) & (window.steps > _FAINTEST))
        if (confidence := _confidence(window, int(t), float(jut[t]))) > 0
    ]
    return _apart(judged, window)


def _confidence(window: Window, t: int, jut: float) -> float:
    """0 where the change at ``t`` is no cut, else 0.5..1."""
    if window.returns(t - 1, t, window.rate // 2) < 0.5 or window.returns(t - 1, t, window.rate) < 0.3:
        return 0
    found = window.found(t - 1, t)
    if found < _OTHER_PLACE and (jut > _JUTS_OUT or window.steps[t] > _LARGE):
        return min(1.0, 0.5 + (_OTHER_PLACE - found) + 0.1 * (jut - 1))
    if jut < _STANDS_OUT or window.relit(t - 1, t) < 0.6:
        return 0
    return float(min(1.0, 0.5 + 0.1 * (jut - _STANDS_OUT)))


def _apart(found: list[Transition], window: Window) -> list[Transition]:
    """Of cuts too close to one another, the stronger."""
    kept: list[Transition] = []
    for cut in found:
        if kept and cut.first_frame - kept[-1].first_frame < _CLOSEST:
            if window.steps[cut.first_frame] > window.steps[kept[-1].first_frame]:
                kept[-1] = cut
        else:
            kept.append(cut)
    return kept
