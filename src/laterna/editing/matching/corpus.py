"""What is known of each shot in words, and what a sentence has in common with it.

A sentence fits a shot by how many of its words meet one of the shot's, and how many of the words that describe the
shot meet one of the sentence's (after Mihalcea et al. 2006, "Corpus-based and Knowledge-based Measures of Text Semantic
Similarity", which weighs both alike); what is merely spoken in a shot need not be told. A word that meets several of
the footage's words counts most where it meets the nearest.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from laterna.editing.indexing.index import Index
from laterna.editing.matching.meanings import Kinship, Meanings, Spelling
from laterna.editing.matching.text import joined, language, words
from laterna.editing.matching.thesaurus import thesaurus
from laterna.errors import DataError

SENTENCE_FIRST = 0.7  # what the sentence's words count, beside those that describe the shot
_RIVALRY = 2  # how fast a word counts less where it meets a word that is farther than the nearest
_FADING = 0.3  # how slowly it counts less for being far: the power of its strength
_LEAST = 0.3  # what the least telling word counts, beside 1
_K1, _B = 1.2, 0.75  # of BM25, as Robertson has them
_SHOWN = 0.15  # strengths below are no reason
_LABELS = ("place", "daytime", "weather")
_MANNERS = ("scale", "move", "mood")  # how a shot is taken, which no sentence has to tell


@dataclass(frozen=True, slots=True)
class Meeting:
    """A word of a sentence, and the shot's word that it meets; ``strength`` is 1 where they are forms of one word."""

    said: str
    met: str
    strength: float

    def __str__(self) -> str:
        return f"{self.said} ~ {self.met}" if self.said != self.met else self.said


class Corpus:
    """The words of an index's shots.

    Args:
        index: the shots; their captions, labels and transcripts are read.
        spelling: words meet their own forms alone.

    Attributes:
        descriptions: of each shot, see :func:`description`.
        transcripts: of each shot.

    Raises:
        DataError: the index has no shots, or nothing is known of any in words.
    """

    def __init__(self, index: Index, *, spelling: bool = False) -> None:
        if not len(index):
            raise DataError("The index holds no shots: index some footage first.")
        rows = index.shots.to_dicts()
        stem = thesaurus().stem
        self.descriptions = [description(row) for row in rows]
        self.transcripts = [str(row["transcript"]) for row in rows]
        described = [[stem(word) for word in words(text)] for text in self.descriptions]
        spoken = [[stem(word) for word in words(text)] for text in self.transcripts]
        counts = Counter(word for one in described for word in one)
        later = Counter(word for one in spoken for word in one)
        vocabulary = list(dict.fromkeys([*counts, *(word for word, _ in later.most_common())]))
        if not vocabulary:
            raise DataError(
                "Nothing is known in words of the index's shots: give it a labels.csv with captions, or subtitles."
            )
        self.vocabulary = vocabulary
        self.language = language(joined(chain(*zip(self.descriptions, self.transcripts, strict=True))))
        self._place = {word: number for number, word in enumerate(vocabulary)}
        self._terms = [self._numbers([*seen, *heard]) for seen, heard in zip(described, spoken, strict=True)]
        self._telling = [self._numbers(_telling(row, stem)) for row in rows]
        self._meanings: Meanings = (Spelling if spelling else Kinship)(vocabulary)
        self._weights = np.array([_LEAST + self._meanings.weight(word) for word in vocabulary])

    def __len__(self) -> int:
        """Shots in it."""
        return len(self._terms)

    def fit(self, sentence: str) -> np.ndarray:
        """(shots,) how well a sentence fits each shot, 0..1."""
        stems = self._stems(sentence)
        if not stems:
            return np.zeros(len(self))
        met = _rivals(self._strengths(stems))
        weights = np.array([_LEAST + self._meanings.weight(stem) for stem in stems])
        said = weights @ self._in_shots(met) / weights.sum()
        of_shot = np.max(met, axis=0, initial=0.0)
        told = np.array(
            [self._told(of_shot, terms, float(one)) for terms, one in zip(self._telling, said, strict=True)]
        )
        return SENTENCE_FIRST * said + (1 - SENTENCE_FIRST) * told

    def search(self, query: str) -> np.ndarray:
        """(shots,) BM25 (Robertson and Zaragoza 2009): a kindred word counts as a part of the word itself."""
        stems = self._stems(query)
        if not stems:
            return np.zeros(len(self))
        met = _rivals(self._strengths(stems))
        often = np.array([self._often(row) for row in met])  # (query, shots)
        shots = self._in_shots(met).sum(axis=1)
        rare = np.log(1 + (len(self) - shots + 0.5) / (shots + 0.5))
        lengths = np.array([len(terms) for terms in self._terms])
        long = _K1 * (1 - _B + _B * lengths / max(lengths.mean(), 1e-9))
        return rare @ (often * (_K1 + 1) / np.maximum(often + long, 1e-9))

    def meetings(self, sentence: str, shot: int) -> tuple[Meeting, ...]:
        """Which words of a sentence meet which of a shot's, the strongest first."""
        as_said = {self._meanings.stem(word): word for word in reversed(words(sentence))}
        terms = np.unique(self._terms[shot])
        found = []
        for stem, said in as_said.items():
            strengths = self._meanings.strengths(stem)[terms]
            if len(terms) and strengths.max() >= _SHOWN:
                best = int(strengths.argmax())
                found.append(Meeting(said, self.vocabulary[terms[best]], round(float(strengths[best]), 2)))
        return tuple(sorted(found, key=lambda one: -one.strength))

    def check_language(self, text: str) -> None:
        """Refuse a text in a language that the index does not have.

        Raises:
            DataError: it is in another, or all its words are foreign to the index and to the thesaurus.
        """
        shown, known = language(text), thesaurus()
        stems = [self._meanings.stem(word) for word in words(text)]
        if not stems or any(stem in self._place for stem in stems):
            return
        ours = self.language or "English"
        if shown and shown != ours:
            raise DataError(f"The words are {shown} and those of the index {ours}: write them in {ours}.")
        if ours != "English" or not any(known.lemmas(stem) for stem in stems):
            raise DataError(f"None of the words is known, and those of the index are {ours}: write them in {ours}.")

    def _stems(self, text: str) -> list[str]:
        return list(dict.fromkeys(self._meanings.stem(word) for word in words(text)))

    def _strengths(self, stems: Sequence[str]) -> np.ndarray:
        return np.array([self._meanings.strengths(stem) for stem in stems])

    def _numbers(self, stems: Sequence[str]) -> np.ndarray:
        return np.array([self._place[stem] for stem in stems if stem in self._place], np.int64)

    def _in_shots(self, met: np.ndarray) -> np.ndarray:
        """(words, vocabulary) to (words, shots): the strongest meeting of each word in each shot."""
        return np.stack([np.max(met[:, terms], axis=1, initial=0.0) for terms in self._terms], axis=1)

    def _often(self, strengths: np.ndarray) -> np.ndarray:
        """(shots,) how often a word stands in each shot, itself or in the strongest of its kin."""
        same = strengths >= 1
        return np.array([
            max(float(same[terms].sum()), float(np.max(strengths[terms], initial=0.0))) for terms in self._terms
        ])  # fmt: skip

    def _told(self, of_shot: np.ndarray, terms: np.ndarray, otherwise: float) -> float:
        """How much of what describes a shot is told; ``otherwise`` where nothing does."""
        weights = self._weights[terms]
        return float(weights @ of_shot[terms] / weights.sum()) if len(terms) else otherwise


def description(row: Mapping[str, Any]) -> str:
    """What is known in words of what a shot shows, a row of the index: its caption, and labels that it leaves out.

    A label that the caption has would count twice; a caption that is made of labels has all of them.
    """
    stem = thesaurus().stem
    told = {stem(word) for word in words(row["caption"])}
    labels = [*(row[name] for name in (*_LABELS, *_MANNERS)), *row["subjects"], *row["actions"]]
    left_out = [label for label in labels if not told.issuperset(map(stem, words(label)))]
    return " ".join(filter(None, [row["caption"], *left_out]))


def _telling(row: Mapping[str, Any], stem: Any) -> list[str]:
    """The stems of what a sentence about a shot would tell: its caption's, else its labels'."""
    labels = [*(row[name] for name in _LABELS), *row["subjects"], *row["actions"]]
    manners = {stem(word) for name in _MANNERS for word in words(row[name])}
    told = [stem(word) for word in words(row["caption"] or " ".join(labels))]
    return [word for word in dict.fromkeys(told) if word not in manners]


def _rivals(strengths: np.ndarray) -> np.ndarray:
    """Strengths that fade slowly with distance, and fast where another word of the footage is nearer."""
    nearest = np.maximum(strengths.max(axis=1, keepdims=True), 1e-9)
    return strengths**_FADING * (strengths / nearest) ** _RIVALRY
