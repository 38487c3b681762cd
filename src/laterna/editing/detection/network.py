"""Boundaries found by the shot-boundary network, in windows that overlap so that every answer sees both its sides."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np

from laterna.editing.detection.decode import transitions
from laterna.editing.detection.forward import MARGIN, NAME, Forward, read
from laterna.editing.detection.thumbnails import SMALL, Thumbnails
from laterna.learning.store import find
from laterna.media.shots import Transition
from laterna.media.video import Frame

NEW = 448  # frames answered at a time


class Network:
    """Finds transitions by the network. Memory grows by 16 bytes a frame.

    Raises:
        ModelError: its weights are broken.
    """

    def __init__(self) -> None:
        self._network = _read(find(NAME))
        self._thumbnail = Thumbnails()
        self._held = _room()
        self._count = 0  # frames held
        self._known = 0  # of these, answered already
        self._worker = ThreadPoolExecutor(1, "shots")
        self._looks: deque[Future[np.ndarray]] = deque()
        self._answers: list[np.ndarray] = []

    def add(self, frame: Frame) -> np.ndarray:
        """Look at the next frame; gives its luma at about 160x90, which holds until the next call."""
        if self._count == len(self._held):
            self._look(MARGIN)
            before, self._held = self._held, _room()
            self._held[: 2 * MARGIN] = before[-2 * MARGIN :]
            self._count, self._known = 2 * MARGIN, MARGIN
        self._held[self._count], luma = self._thumbnail(frame)
        self._count += 1
        return luma

    def transitions(self) -> list[Transition]:
        """The transitions of the frames added, in order, once there are no more."""
        if self._count:
            self._look(0)
        self._gather(0)
        self._worker.shutdown()
        return transitions(np.concatenate(self._answers)) if self._answers else []

    def _look(self, margin: int) -> None:
        """Start to ask about the frames held, but for the last ``margin`` and those answered already."""
        self._gather(1)
        asked = slice(self._known, self._count - margin)
        self._looks.append(self._worker.submit(self._answer, self._held[: self._count], asked))

    def _answer(self, pictures: np.ndarray, asked: slice) -> np.ndarray:
        return self._network.probabilities(pictures)[asked]

    def _gather(self, pending: int) -> None:
        """Take in answers, until no more than ``pending`` looks are under way."""
        while len(self._looks) > pending:
            self._answers.append(self._looks.popleft().result())


def _room() -> np.ndarray:
    return np.empty((NEW + 2 * MARGIN, SMALL[1], SMALL[0], 3), np.uint8)


@lru_cache(maxsize=2)
def _read(folder: Path) -> Forward:
    return read(folder)
