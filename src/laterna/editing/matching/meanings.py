"""How strongly the words of a sentence meet those of the footage: 1 for forms of one word, less for kindred ones."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from laterna.editing.matching.thesaurus import thesaurus

FAINT = 1e-3  # words that are no nearer than this have nothing to do with one another
_MOST = 5_000  # words of the footage that are compared by meaning; rarer ones are met by themselves alone


class Meanings(Protocol):
    """A way to compare words with the words of the footage."""

    def stem(self, word: str) -> str:
        """What all forms of a word share."""

    def weight(self, word: str) -> float:
        """How much a word tells, 0..1, whatever the footage."""

    def strengths(self, word: str) -> np.ndarray:
        """(vocabulary,) how strongly a stem meets each of the footage's, 0..1."""


class Spelling:
    """Words meet their own forms alone: what keyword matching does."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._thesaurus = thesaurus()
        self._place = {word: number for number, word in enumerate(vocabulary)}

    def stem(self, word: str) -> str:
        return self._thesaurus.stem(word)

    def weight(self, word: str) -> float:
        return self._thesaurus.weight(word)

    def strengths(self, word: str) -> np.ndarray:
        own = np.zeros(len(self._place))
        if word in self._place:
            own[self._place[word]] = 1.0
        return own


class Kinship(Spelling):
    """Words meet words that are near in meaning too, by the logarithm of how near they are."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        super().__init__(vocabulary)
        compared = [self._thesaurus.meaning(word) for word in vocabulary[:_MOST]]
        sizes = [len(senses) for senses, _ in compared]
        senses = np.concatenate([np.zeros(0, np.int64), *(senses for senses, _ in compared)])
        self._order = np.argsort(senses, kind="stable")
        self._senses = senses[self._order]
        self._values = np.concatenate([np.zeros(0), *(values for _, values in compared)])[self._order]
        self._words = np.repeat(np.arange(len(compared)), sizes)[self._order]

    def strengths(self, word: str) -> np.ndarray:
        senses, values = self._thesaurus.meaning(word)
        first, end = (np.searchsorted(self._senses, senses, side=side) for side in ("left", "right"))
        counts = end - first
        places = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
        near = np.bincount(
            self._words[places], self._values[places] * np.repeat(values, counts), minlength=len(self._place)
        )
        return np.maximum(super().strengths(word), strength(near))


def strength(nearness: np.ndarray) -> np.ndarray:
    """Nearness 0.001..1 as 0..1, by its logarithm."""
    return np.clip(1 - np.log10(np.maximum(nearness, FAINT)) / np.log10(FAINT), 0, 1)
