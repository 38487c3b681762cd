"""How the grapheme-to-phoneme model is trained and judged: on lists of words with their phones.

DATA is a list of words, or a folder of them: see ``voice/text/dictionary.py``, whose ``make`` has CMU Flite say the
words of any texts.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch

from laterna.errors import DataError
from laterna.learning.model import Model
from laterna.learning.recipe import Recipe, Samples, Splits, parts
from laterna.media.files import quoted
from laterna.voice.engines.studio.g2p import SLOTS, numbered
from laterna.voice.models.g2p import G2P, Spellings, padded
from laterna.voice.text import dictionary
from laterna.voice.text.dictionary import Entry
from laterna.voice.text.edits import edits
from laterna.voice.text.phones import PHONES, Phones

COMMON = 5  # times that a word is met, from which on none is held out and all may be exceptions
_SHARE = 0.04  # of the rarer words, to choose by, and as many to test on
_SHOWN = 30
_NUMBER = {phone: number for number, phone in enumerate(PHONES, 1)}


class Entries:
    """Words as samples."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries

    def __len__(self) -> int:
        return len(self.entries)

    def length(self, index: int) -> int:
        """Its letters."""
        return len(self.entries[index].word)

    def sample(self, index: int, rng: np.random.Generator) -> Entry:
        """One of them; nothing is drawn."""
        return self.entries[index]


def read(data: Path) -> Splits:
    """The words of a list. The rarer ones are parted into train, valid and test; common ones are all learnt.

    Words with more phones than their letters have room for are left out.

    Raises:
        DataError: the list is broken, or too short.
    """
    entries = [entry for entry in dictionary.read(data) if _has_room(entry)]
    rare = [entry for entry in entries if entry.times < COMMON]
    if len(rare) < 3:
        raise DataError(f"{quoted(data)} has {len(rare)} words that are met fewer than {COMMON} times: add some.")
    train, valid, test = parts(rare, lambda entry: entry.word, valid=_SHARE, test=_SHARE)
    common = [entry for entry in entries if entry.times >= COMMON]
    said = f"{len(entries)} words with their phones, of which {len(common)} are common, from {data.name}"
    return Splits(Entries([*train, *common]), Entries(valid), Entries(test), (said,))


def collate(entries: Sequence[Entry]) -> Spellings:
    """A batch; a word that is met ten times as often counts one more."""
    letters = padded([numbered(entry.word) for entry in entries])
    phones = padded([[_NUMBER[phone] for phone in entry.phones] for entry in entries])
    return Spellings(letters, phones, torch.tensor([1 + np.log10(max(1, entry.times)) for entry in entries]).float())


def settle(model: Model, samples: Samples) -> None:
    """Make exceptions of the common words that the network gets wrong, the most frequent first."""
    common = sorted((entry for entry in _all(samples) if entry.times >= COMMON), key=lambda entry: -entry.times)
    network = cast(G2P, model).eval()
    said = network.guess([entry.word for entry in common])
    network.known = {e.word: e.phones for e, phones in zip(common, said, strict=True) if phones != e.phones}


# How it is judged


def metrics(model: Model, samples: Samples) -> Mapping[str, float]:
    """Errors of the network alone, without the exceptions."""
    return _errors(_all(samples), cast(G2P, model).guess)


def baseline(splits: Splits) -> Mapping[str, float]:
    """The same for the phone that each letter stands for most often in words of as many phones as letters."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in _all(splits.train):
        if len(entry.phones) == len(entry.word):
            for letter, phone in zip(entry.word, entry.phones, strict=True):
                counts[letter][phone] += 1
    usual = {letter: counted.most_common(1)[0][0] for letter, counted in counts.items()}
    return _errors(_all(splits.test), lambda words: [tuple(usual[c] for c in word if c in usual) for word in words])


def mistakes(model: Model, samples: Samples) -> str:
    """Words that it gets wrong: what it says, and what it should."""
    entries = _all(samples)
    said = cast(G2P, model).guess([entry.word for entry in entries])
    wrong = ((entry, phones) for entry, phones in zip(entries, said, strict=True) if phones != entry.phones)
    lines = [f"{entry.word}: {' '.join(phones)}, not {' '.join(entry.phones)}" for entry, phones in wrong]
    return "\n".join(lines[:_SHOWN]) or "no mistake"


def _errors(entries: Sequence[Entry], say: Callable[[Sequence[str]], Sequence[Phones]]) -> dict[str, float]:
    said = say([entry.word for entry in entries])
    counts = [edits(phones, entry.phones) for entry, phones in zip(entries, said, strict=True)]
    return {
        "phone_error": sum(counts) / sum(len(entry.phones) for entry in entries),
        "word_error": sum(count > 0 for count in counts) / len(entries),
    }


def _all(samples: Samples) -> list[Entry]:
    return [samples.sample(index, np.random.default_rng(index)) for index in range(len(samples))]


def _has_room(entry: Entry) -> bool:
    """Whether its slots hold its phones, with an empty one between two that are alike (CTC)."""
    twins = sum(one == other for one, other in zip(entry.phones, entry.phones[1:], strict=False))
    return len(entry.phones) + twins <= SLOTS * len(entry.word)


recipe = Recipe(
    model=G2P,
    read=read,
    collate=collate,
    metrics=metrics,
    baseline=baseline,
    objective="-phone_error",
    protocol="the network alone on held-out words, none of them common: phones inserted, left out or replaced, as a"
    " share of the true ones, and words with any of these",
    steps=12_000,
    batch_size=256,
    evaluate_every=1000,
    ema=0.999,
    settle=settle,
    show=mistakes,
)
