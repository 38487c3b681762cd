"""How the built-in voice says words, in NumPy alone: the trained grapheme-to-phoneme network, and its exceptions.

The network itself stands in ``voice/models/g2p.py``; a test holds the two to one another.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from laterna.errors import ModelError
from laterna.learning.answering import answering
from laterna.learning.store import find
from laterna.voice.text.dictionary import LETTERS
from laterna.voice.text.phones import PHONES, Phones
from laterna.voice.text.words import Words

NAME, VERSION = "voice/g2p", 1
KERNEL = 5  # letters that a layer sees at once
SLOTS = 2  # phones that a letter may have
_MARGIN = KERNEL // 2
_EPSILON = 1e-5  # of layer normalisation
_NUMBER = {letter: number for number, letter in enumerate(LETTERS, 1)}


class G2P:
    """The trained network.

    Args:
        weights: its tensors by name.
    """

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        self._w = weights
        depth = sum(name.startswith("convs.") and name.endswith("weight") for name in weights)
        # (taps * channels given, channels made): a layer is one product of matrices
        self._kernels = [
            np.ascontiguousarray(kernel.transpose(2, 1, 0)).reshape(-1, kernel.shape[0])
            for kernel in (weights[f"convs.{layer}.weight"] for layer in range(depth))
        ]

    def __call__(self, words: Sequence[str]) -> list[Phones]:
        """The phones of words of lower-case letters and apostrophes."""
        starts, at = [], _MARGIN
        for word in words:
            starts.append(at)
            at += len(word) + _MARGIN
        numbers = np.zeros(at, np.int64)  # all words in a row, with gaps between them
        for word, start in zip(words, starts, strict=True):
            numbers[start : start + len(word)] = numbered(word)
        best = self._logits(numbers).argmax(2)
        return [decoded(best[start : start + len(word)].ravel()) for word, start in zip(words, starts, strict=True)]

    def _logits(self, numbers: np.ndarray) -> np.ndarray:
        """(letters, slots, 1 + phones) of (letters,)."""
        written = (numbers > 0)[:, None]
        x = self._w["embed.weight"][numbers]
        for layer, kernel in enumerate(self._kernels):
            seen = np.pad(self._normed(x, f"norms.{layer}") * written, ((_MARGIN, _MARGIN), (0, 0)))
            windows = sliding_window_view(seen, KERNEL, 0).transpose(0, 2, 1).reshape(len(x), -1)
            x = x + np.maximum(windows @ kernel + self._w[f"convs.{layer}.bias"], 0)
        return (x @ self._w["out.weight"].T + self._w["out.bias"]).reshape(len(numbers), SLOTS, -1)

    def _normed(self, x: np.ndarray, name: str) -> np.ndarray:
        x = x - x.mean(1, keepdims=True)
        x = x / np.sqrt((x * x).mean(1, keepdims=True) + _EPSILON)
        return x * self._w[f"{name}.weight"] + self._w[f"{name}.bias"]


def speller() -> Words:
    """What says words for the built-in voice: the exceptions, and the network for the rest; it remembers words.

    Raises:
        ModelError: the weights are missing or broken.
    """
    return _speller(find(NAME))


def read(folder: Path) -> Words:
    """The same from the weights in a folder, whoever trained them.

    Raises:
        ModelError: see :func:`laterna.learning.answering.answering`.
    """
    return answering(folder, NAME, VERSION, _tried)


def _tried(weights: Mapping[str, np.ndarray], config: Mapping[str, Any]) -> Words:
    network = G2P(weights)
    network(["laterna"])
    return Words(read_table(weights["exceptions"]), network)


def numbered(word: str) -> list[int]:
    """The numbers of a word's letters, from 1; 0 stands for none.

    Raises:
        ModelError: a letter is not one of a to z and the apostrophe.
    """
    try:
        return [_NUMBER[letter] for letter in word]
    except KeyError as error:
        raise ModelError(f"{word!r} has the letter {error}, which {NAME} doesn't know: write a to z.") from error


def decoded(best: Iterable[int]) -> Phones:
    """The phones of the likeliest answer in each slot: runs are one, and 0 is none (CTC, Graves et al. 2006)."""
    return tuple(PHONES[number - 1] for number, _ in groupby(best) if number)


def write_table(exceptions: Mapping[str, Phones], size: int) -> np.ndarray:
    """Words and their phones in ``size`` bytes, one for each letter and each phone, zeros at the end.

    Those that find no room are left out, from the first such word on.
    """
    table = bytearray()
    for word, phones in exceptions.items():
        entry = bytes([*numbered(word), *(len(LETTERS) + 1 + PHONES.index(phone) for phone in phones)])
        if len(table) + len(entry) > size:
            break
        table += entry
    return np.frombuffer(table.ljust(size, b"\0"), np.uint8).copy()


def read_table(table: np.ndarray) -> dict[str, Phones]:
    """What :func:`write_table` wrote.

    Raises:
        IndexError: it is no such table.
    """
    numbers = table[table > 0].tolist()
    runs = [list(run) for _, run in groupby(numbers, lambda number: number > len(LETTERS))]
    return {
        "".join(LETTERS[letter - 1] for letter in word): tuple(PHONES[phone - len(LETTERS) - 1] for phone in phones)
        for word, phones in zip(runs[::2], runs[1::2], strict=True)
    }


@lru_cache(maxsize=2)
def _speller(folder: Path) -> Words:
    return read(folder)
