"""How near two English words are in meaning, by WordNet: "dusk" and "evening", "village" and "cottage".

A word's meaning is where a random walk ends that begins at its senses and goes from sense to sense: to broader and
narrower ones, to parts and wholes, to derived words, and to the words that define a sense, or that it helps to define;
now and then it begins anew (personalised PageRank over WordNet with its glosses, Agirre et al. 2009, "A Study on
Similarity and Relatedness Using Distributional and WordNet-based Approaches"). Two words are as near as the cosine
of these two distributions. It departs from the paper in that each step keeps the likeliest senses alone: a walk costs
two milliseconds, not a second.

``wordnet.xz`` beside this file is WordNet 3.0 without what the walk does not need (``tools/thesaurus.py`` makes it);
its licence stands in ``WORDNET.txt``.
"""

import io
import lzma
from functools import lru_cache
from importlib.resources import files

import numpy as np

from laterna.editing.matching.morphology import Morphology, read_irregular

_RETURN = 0.3  # how likely each step is to begin the walk anew
_STEPS = 6
_KEPT = 200  # senses, after each step
_LIKELY = 0.08  # a word of a gloss stands for its senses that are at least so likely


class Thesaurus:
    """Words, their senses, and the ways between senses. Made once by :func:`thesaurus`."""

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        names = arrays["words"].tobytes().decode().split("\n")
        self._ids = {name: number for number, name in enumerate(names)}
        self._first_sense = np.concatenate([[0], np.cumsum(arrays["senses"], dtype=np.int64)])
        self._sense = arrays["sense"].astype(np.int64)
        self._weight = np.exp2(arrays["weight"].astype(np.float64) / 4)
        self._bounds = arrays["bounds"]  # the first sense of each part of speech
        self._information = arrays["information"].astype(float) / 16
        self._morphology = Morphology(self, read_irregular(arrays["irregular"].tobytes().decode()))
        self._rows, self._columns, self._chances = self._ways(arrays, len(arrays["glosses"]))
        self.meaning = lru_cache(maxsize=20_000)(self._meaning)
        self.nearness = lru_cache(maxsize=400_000)(self._nearness)

    def __contains__(self, form: object) -> bool:
        """Whether a lemma, with its part of speech, is known."""
        return isinstance(form, tuple) and len(self._senses(str(form[0]), int(form[1]))[0]) > 0

    def lemmas(self, word: str) -> tuple[tuple[str, int], ...]:
        """The dictionary forms that a word in lower case may be of, each with its part of speech; none if unknown."""
        return self._morphology.lemmas(word)

    def stem(self, word: str) -> str:
        """The form that all forms of a word share: its likeliest lemma; an unknown word less its plural's ending."""
        found = self.lemmas(word)
        if found:
            return max(found, key=lambda lemma: float(self._senses(*lemma)[1].sum()))[0]
        return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word

    def weight(self, word: str) -> float:
        """How much a word tells, 0..1: those least that stand in most definitions. Unknown ones tell most: names do."""
        known = [self._information[self._ids[lemma]] for lemma, _ in self.lemmas(word)]
        return float(min(known, default=self._information.max()) / self._information.max())

    def _nearness(self, a: str, b: str) -> float:
        """How near two words are, 0..1: 1 for words that mean the same alone, 0 for unknown ones."""
        (ours, weights), (theirs, others) = self.meaning(a), self.meaning(b)
        _, at, their_at = np.intersect1d(ours, theirs, assume_unique=True, return_indices=True)
        return min(1.0, float(weights[at] @ others[their_at]))

    def _meaning(self, word: str) -> tuple[np.ndarray, np.ndarray]:
        """Senses, and a unit vector over them."""
        start, share = self._beginning(word)
        nodes, chances = start, share
        for _ in range(_STEPS if len(start) else 0):
            nodes, chances = self._step(nodes, chances)
            nodes = np.concatenate([nodes, start])
            nodes, where = np.unique(nodes, return_inverse=True)
            chances = np.bincount(where, np.concatenate([(1 - _RETURN) * chances, _RETURN * share]))
            if len(nodes) > _KEPT:
                kept = np.sort(np.argpartition(-chances, _KEPT)[:_KEPT])
                nodes, chances = nodes[kept], chances[kept]
        return nodes, chances / max(float(np.linalg.norm(chances)), 1e-12)

    def _beginning(self, word: str) -> tuple[np.ndarray, np.ndarray]:
        """The senses of a word, and how likely each is meant."""
        found = [self._senses(lemma, part) for lemma, part in self.lemmas(word)]
        if not found:
            return np.zeros(0, np.int64), np.zeros(0)
        senses, where = np.unique(np.concatenate([one for one, _ in found]), return_inverse=True)
        weights = np.bincount(where, np.concatenate([weight for _, weight in found]))
        return senses, weights / weights.sum()

    def _senses(self, lemma: str, part: int) -> tuple[np.ndarray, np.ndarray]:
        number = self._ids.get(lemma)
        if number is None:
            return self._sense[:0], self._weight[:0]
        span = slice(*self._first_sense[number : number + 2])
        own = (self._sense[span] >= self._bounds[part]) & (self._sense[span] < self._bounds[part + 1])
        return self._sense[span][own], self._weight[span][own]

    def _step(self, nodes: np.ndarray, chances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Every way out of ``nodes``, and how likely each is taken."""
        places, counts = _spans(self._rows[nodes], self._rows[nodes + 1])
        return self._columns[places], self._chances[places] * np.repeat(chances, counts)

    def _ways(self, arrays: dict[str, np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All ways from sense to sense as a sparse matrix: where rows begin, columns, chances that sum to 1 a row."""
        related = arrays["related"].astype(np.int64)
        origins = np.repeat(np.arange(count), arrays["relations"])
        first = _both_ways(origins, related, arrays["kind"].astype(float) / 10, count)
        second = _both_ways(*self._said(arrays["glosses"], arrays["gloss"].astype(np.int64)), count)
        rows = np.concatenate([first[0], second[0]])
        order = np.argsort(rows, kind="stable")
        columns, chances = np.concatenate([first[1], second[1]])[order], np.concatenate([first[2], second[2]])[order]
        rows = rows[order]
        chances = chances / np.bincount(rows, chances, count)[rows]
        return np.searchsorted(rows, np.arange(count + 1)), columns, chances

    def _said(self, sizes: np.ndarray, terms: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """From each sense to those of the words that are said of it, by how much a word tells."""
        places, counts = _spans(self._first_sense[terms], self._first_sense[terms + 1])
        term = np.repeat(np.arange(len(terms)), counts)
        share = self._weight[places] / np.bincount(term, self._weight[places], len(terms))[term]
        likely = share > _LIKELY
        places, term = places[likely], term[likely]
        origins = np.repeat(np.arange(len(sizes)), sizes)[term]
        return origins, self._sense[places], share[likely] * self._information[terms][term]


def _both_ways(a: np.ndarray, b: np.ndarray, weights: np.ndarray, count: int) -> tuple[np.ndarray, ...]:
    """Ways from ``a`` to ``b`` and back, the weights of those out of one sense summing to 1."""
    rows, columns, both = np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([weights, weights])
    return rows, columns, both / np.bincount(rows, both, count)[rows]


def _spans(starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All the numbers of some half-open ranges in one array, and how many each range has."""
    counts = ends - starts
    offsets = np.repeat(starts - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    return np.arange(len(offsets)) + offsets, counts


@lru_cache(maxsize=1)
def thesaurus() -> Thesaurus:
    """The thesaurus that ships, read when it is first asked for (a third of a second)."""
    packed = files("laterna.editing.matching").joinpath("wordnet.xz").read_bytes()
    with np.load(io.BytesIO(lzma.decompress(packed)), allow_pickle=False) as arrays:
        return Thesaurus(dict(arrays))
