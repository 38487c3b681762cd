"""Engines that hum: each at its own pitch, so that what is heard tells who spoke."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest

from laterna.voice import engines
from laterna.voice.engines import Spoken


class Hummer:
    """Hums 50 ms for each letter; remembers what it was asked to say."""

    languages = ("en", "de")

    def __init__(self, name: str, hertz: float) -> None:
        self.name, self.hertz = name, hertz
        self.credit = f"Voice: {name}"
        self.said: list[str] = []

    def available(self) -> bool:
        return True

    def speak_sentence(self, text: str, *, language: str, speed: float) -> Spoken:
        self.said.append(text)
        times = np.arange(round(len(text) * 800 / speed)) / 16_000
        swell = 0.6 + 0.4 * np.sin(2 * np.pi * 3 * times)
        samples = (0.2 * swell * np.sin(2 * np.pi * self.hertz * times)).astype(np.float32)
        return Spoken(samples, 16_000, Fraction(len(samples), 16_000), ((0, Fraction(0)),))


@pytest.fixture
def low() -> Iterator[Hummer]:
    yield from registered(Hummer("low", 220))


@pytest.fixture
def high() -> Iterator[Hummer]:
    yield from registered(Hummer("high", 880))


@pytest.fixture(scope="module")
def duo() -> Iterator[None]:
    """Bass and treble, for a module's tests to share."""
    for _ in zip(registered(Hummer("bass", 220)), registered(Hummer("treble", 880)), strict=True):
        yield


def registered(engine: Hummer) -> Iterator[Hummer]:
    engines.register(engine)
    yield engine
    del engines._registered[engine.name]
