"""Boundaries found by rules, in windows that overlap so that every frame is seen with what lies on both sides."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction

import numpy as np

from laterna.editing.detection import sudden
from laterna.editing.detection.gradual import dissolves_and_fades
from laterna.editing.detection.likeness import Window
from laterna.editing.detection.sketches import Sketches
from laterna.editing.detection.wipes import wipes
from laterna.media.shots import Transition
from laterna.media.video import Frame

_CONTEXT = Fraction(5, 2)  # seconds on both sides of a boundary that are looked at
_LEAST_CONTEXT, _MOST_CONTEXT = 40, 150  # the same in frames
_STRIDE = 4  # contexts between two looks
_BARRIER = 2.5  # prominence of a sudden change that no gradual transition runs across


class Classical:
    """Finds transitions by rules. Memory does not grow.

    Args:
        rate: the film's frames per second.
    """

    def __init__(self, rate: Fraction) -> None:
        self._rate = round(rate)
        self._context = min(max(round(_CONTEXT * rate), _LEAST_CONTEXT), _MOST_CONTEXT)
        self._capacity = (2 + _STRIDE) * self._context
        self._sketches: Sketches | None = None
        self._first = 0  # the frame that the sketches start with
        self._worker = ThreadPoolExecutor(1, "shots")
        self._looks: deque[tuple[int, range, Future[list[Transition]]]] = deque()
        self._found: list[Transition] = []

    def add(self, frame: Frame) -> np.ndarray:
        """Look at the next frame; gives its luma at about 160x90, which holds until the next call."""
        if self._sketches is None:
            self._sketches = Sketches(self._capacity, frame)
        elif self._sketches.count == self._capacity:
            self._look(self._sketches, self._context)
            self._sketches = self._sketches.following(2 * self._context)
            self._first += self._capacity - 2 * self._context
        return self._sketches.add(frame)

    def transitions(self) -> list[Transition]:
        """The transitions of the frames added, in order, once there are no more."""
        if self._sketches is not None:
            self._look(self._sketches, 0)
        self._gather(0)
        self._worker.shutdown()
        return self._found

    def _look(self, sketches: Sketches, margin: int) -> None:
        """Start to find boundaries in the sketches held, but for the last ``margin`` frames and those looked at."""
        window = Window.of(sketches, self._rate)
        lead = self._context if self._first else 0
        self._gather(1)
        asked = range(lead, len(window) - margin)
        self._looks.append((self._first, asked, self._worker.submit(boundaries, window)))

    def _gather(self, pending: int) -> None:
        """Take in what was found, until no more than ``pending`` looks are under way."""
        while len(self._looks) > pending:
            first, asked, look = self._looks.popleft()
            for found in look.result():
                known = self._found[-1].last_frame if self._found else 0
                moved = replace(found, first_frame=found.first_frame + first, last_frame=found.last_frame + first)
                if (found.first_frame + found.last_frame) // 2 in asked and moved.first_frame > known:
                    self._found.append(moved)


def boundaries(window: Window) -> list[Transition]:
    """The transitions of a window, in order, none over another; frames are counted from its first."""
    jut = sudden.prominence(window.steps)
    cuts = sudden.cuts(window, jut)
    barriers = jut > _BARRIER
    barriers[[cut.first_frame for cut in cuts]] = True
    walls = np.cumsum(barriers)
    slow = dissolves_and_fades(window, walls)
    for wipe in wipes(window, walls):
        if not any(_overlap(wipe, other) for other in slow):
            slow.append(wipe)
    return sorted([*cuts, *slow], key=lambda t: t.first_frame)


def _overlap(one: Transition, other: Transition) -> bool:
    return one.first_frame <= other.last_frame and other.first_frame <= one.last_frame
