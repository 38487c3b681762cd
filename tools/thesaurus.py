"""Make the thesaurus that ships from WordNet 3.0: ``python tools/thesaurus.py [/usr/share/wordnet]``.

WordNet's files come with the Debian package wordnet-base; their formats are those of its manual, wndb(5WN). Left out
are the names of persons, places and species, words of several parts, and examples; of a gloss stay the words that tell
something. What is left is written as :class:`laterna.editing.matching.thesaurus.Thesaurus` reads it.
"""

import argparse
import io
import lzma
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from laterna.editing.matching.morphology import Morphology, write_irregular
from laterna.media.files import write_bytes

OUT = Path(__file__).parent.parent / "src/laterna/editing/matching/wordnet.xz"
PARTS = ("noun", "verb", "adj", "adv")
LETTERS = {"n": 0, "v": 1, "a": 2, "s": 2, "r": 3}
TYPES = {"1": 0, "2": 1, "3": 2, "4": 3, "5": 2}  # of a sense key
# Weights of pointers, in tenths; each pair of senses is joined once, so of two opposite pointers one stands here.
KINDS = {"@": 20, "+": 20, "&": 20, "#p": 14, "#m": 6, "#s": 10, "\\": 14, "^": 5, "$": 10, "=": 10, "*": 15, ">": 15,
         ";c": 10, ";r": 2}  # fmt: skip
FADES = 0.7  # how much less likely each further sense of a word is than what its count says
TELLING = 3.0  # natural logarithm of senses per gloss: commoner words of glosses are left out
RARE = (20, 26, 27)  # lexicographers' files of plants, states and substances
LEAST_LETTERS = 2

Key = tuple[int, int]  # part of speech, offset in its file


@dataclass
class Synset:
    """One sense: its words, its pointers (kind, to which), and its definition."""

    words: list[str]
    pointers: list[tuple[str, Key]]
    definition: str
    file: int  # the lexicographers' file that it stands in, lexnames(5WN)
    senses: list[tuple[str, float]] = field(default_factory=list)


def synsets(folder: Path) -> dict[Key, Synset]:
    """All senses, by where they stand; nouns first, then verbs, adjectives, adverbs."""
    found = {}
    for part, name in enumerate(PARTS):
        for line in (folder / f"data.{name}").read_text(encoding="latin-1").splitlines():
            if line.startswith(" "):
                continue  # the licence
            data, _, gloss = line.partition(" | ")
            fields = data.split()
            count = int(fields[3], 16)
            words = [re.sub(r"\(.*\)", "", word) for word in fields[4 : 4 + 2 * count : 2]]
            rest = fields[5 + 2 * count :]
            pointers = [
                (rest[at], (LETTERS[rest[at + 2]], int(rest[at + 1])))
                for at in range(0, 4 * int(fields[4 + 2 * count]), 4)
            ]
            found[part, int(fields[0])] = Synset(words, pointers, definition(gloss), int(fields[1]))
    return found


def definition(gloss: str) -> str:
    """A gloss without its examples, which stand in quotation marks, and what stands in brackets."""
    return re.sub(r"\([^)]*\)", " ", re.split(r';\s*"', gloss)[0]).lower()


def add_senses(folder: Path, found: dict[Key, Synset]) -> None:
    """Say of each sense how much each of its words means it, by its counts in WordNet's texts and its order."""
    counts: Counter[tuple[str, int, int]] = Counter()
    for line in (folder / "cntlist.rev").read_text().splitlines():
        key, number, count = line.split()
        lemma, _, rest = key.partition("%")
        counts[lemma, TYPES[rest[0]], int(number)] += int(count)
    for part, name in enumerate(PARTS):
        for line in (folder / f"index.{name}").read_text(encoding="latin-1").splitlines():
            if not line.startswith(" "):
                lemma, _, count, *rest = line.split()
                for number, offset in enumerate(rest[-int(count) :], 1):
                    weight = (counts[lemma, part, number] + 0.5) * FADES ** (number - 1)
                    found[part, int(offset)].senses.append((lemma, weight))


def is_kept(synset: Synset) -> bool:
    """Neither one of its kind (a person, a place), nor a plant, substance or state that no text of WordNet's names."""
    if any(kind == "@i" for kind, _ in synset.pointers):
        return False
    if any(kind == "~" for kind, _ in synset.pointers):
        return True
    seen = synset.file not in RARE or any(weight >= 1 for _, weight in synset.senses)
    return seen and any(word.islower() and word.isalpha() and word.isascii() for word in synset.words)


def usable(word: str) -> bool:
    return len(word) >= LEAST_LETTERS and word.isascii() and word.isalpha()


def irregular_forms(folder: Path, known: set[tuple[str, int]]) -> dict[tuple[int, str], list[str]]:
    forms: dict[tuple[int, str], list[str]] = defaultdict(list)
    for part, name in enumerate(PARTS):
        for line in (folder / f"{name}.exc").read_text().splitlines():
            form, *lemmas = line.split()
            forms[part, form] += [lemma for lemma in lemmas if (lemma, part) in known and usable(form)]
    return {key: lemmas for key, lemmas in forms.items() if lemmas}


def pack(folder: Path) -> bytes:
    """WordNet as the thesaurus reads it."""
    whole = synsets(folder)
    add_senses(folder, whole)
    kept = {key: synset for key, synset in whole.items() if is_kept(synset)}
    place = {key: number for number, key in enumerate(kept)}
    senses: dict[str, dict[int, float]] = defaultdict(dict)
    for key, synset in kept.items():
        for word, weight in synset.senses:
            if usable(word):
                senses[word][place[key]] = weight
    known = {(word, key[0]) for key, synset in kept.items() for word, _ in synset.senses if usable(word)}
    irregular = irregular_forms(folder, known)
    words = sorted(senses)
    glosses, information = read_glosses(kept, Morphology(known, irregular), words)
    related = [sorted(relations(synset, place, place[key])) for key, synset in kept.items()]
    bounds = np.searchsorted([part for part, _ in kept], range(len(PARTS) + 1))
    rows = [sorted(senses[word].items()) for word in words]
    arrays = {
        "words": np.frombuffer("\n".join(words).encode(), np.uint8),
        "irregular": np.frombuffer(write_irregular(irregular).encode(), np.uint8),
        "senses": np.array([len(row) for row in rows], np.uint8),
        "sense": np.array([sense for row in rows for sense, _ in row], np.uint32),
        "weight": np.array([max(-127, round(4 * math.log2(weight))) for row in rows for _, weight in row], np.int8),
        "bounds": bounds.astype(np.uint32),
        "information": np.round(16 * information).astype(np.uint8),
        "relations": np.array([len(row) for row in related], np.uint16),
        "related": np.array([other for row in related for other, _ in row], np.uint32),
        "kind": np.array([weight for row in related for _, weight in row], np.uint8),
        "glosses": np.array([len(row) for row in glosses], np.uint8),
        "gloss": np.array([term for row in glosses for term in row], np.uint32),
    }
    held = io.BytesIO()
    np.savez(held, **arrays)
    return lzma.compress(held.getvalue(), preset=9)


def relations(synset: Synset, place: dict[Key, int], own: int) -> Iterable[tuple[int, int]]:
    """(sense, weight) of all that a sense points to, the strongest pointer to each."""
    found: dict[int, int] = {}
    for kind, key in synset.pointers:
        if key in place and place[key] != own and kind in KINDS:
            found[place[key]] = max(found.get(place[key], 0), KINDS[kind])
    return found.items()


def read_glosses(
    kept: dict[Key, Synset], morphology: Morphology, words: list[str]
) -> tuple[list[list[int]], np.ndarray]:
    """For each sense the words that define it and tell something; and how much each word tells, from 0."""
    number = {word: at for at, word in enumerate(words)}
    said = []
    for synset in kept.values():
        spoken = re.findall(r"[a-z]+", synset.definition)
        lemmas = {lemma for word in spoken for lemma, _ in morphology.lemmas(word)}
        said.append({number[lemma] for lemma in lemmas - {*synset.words}})
    seen = np.bincount([word for row in said for word in row], minlength=len(words))
    information = np.clip(np.log(len(kept) / np.maximum(seen, 1)) - TELLING, 0, None)
    return [sorted(word for word in row if information[word] > 0) for row in said], information


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path("/usr/share/wordnet"))
    write_bytes(OUT, pack(parser.parse_args().folder))
    sys.stderr.write(f"{OUT}: {OUT.stat().st_size / 1e6:.2f} MB\n")


if __name__ == "__main__":
    main()
