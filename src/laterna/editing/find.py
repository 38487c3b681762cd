"""A search for shots by words: "someone waves at dusk"."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from laterna.editing.indexing.index import Index
from laterna.editing.matching.corpus import Meeting
from laterna.editing.matching.likeness import THESAURUS, Likeness
from laterna.editing.matching.text import words
from laterna.errors import DataError

_LONGEST = 2_000  # characters of a query
_LEAST = 0.15  # of the best score: what is worth less is not told


@dataclass(frozen=True)
class Found:
    """A shot that a search found.

    Attributes:
        shot: its number in the index.
        score: BM25, or an encoder's cosine; the best comes first.
        path, start, end: where it is; seconds as exact fractions.
        caption: what is known of it in a line.
        meetings: which words of the query meet which of the shot's.
    """

    shot: int
    score: float
    path: str
    start: str
    end: str
    caption: str
    meetings: tuple[Meeting, ...]

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "meetings": [str(one) for one in self.meetings]}


def find(query: str, index: Index, *, most: int = 10, model: str = THESAURUS) -> list[Found]:
    """Shots that a few words tell of, the best first, by their labels, captions and transcripts.

    Words of like meaning are found too ("strolls" finds "walks"), by WordNet. Nothing is fetched.

    Args:
        query: What is looked for, in the language of the captions.
        index: The project index.
        most: How many shots at most.
        model: "thesaurus"; "words", which finds the very words alone; "minilm", a sentence encoder that is an extra;
            or "hf:OWNER/NAME", an encoder of the hub.

    Raises:
        DataError: the query has no words, too many, or words of a language that the index lacks; or the index is empty.
        ModelError: the encoder can't be had.
    """
    if len(query) > _LONGEST:
        raise DataError(f"A search of {len(query)} characters is too long: ask in a sentence, or match a whole script.")
    if not words(query):
        raise DataError(f"The search {query[:40]!r} has no words that tell anything: name what is to be seen.")
    if most < 1:
        raise DataError(f"A search for {most} shots finds none: ask for one or more.")
    likeness = Likeness(index, model)
    likeness.check_language(query)
    scores = likeness.ranks(query)
    paths = dict(index.files.select("file", "path").iter_rows())
    found = []
    for shot in np.argsort(-scores, kind="stable")[:most].tolist():
        if scores[shot] > max(0.0, _LEAST * float(scores.max())):
            row = index.shots.row(shot, named=True)
            place = (paths[row["file"]], row["start"], row["end"])
            met = likeness.corpus.meetings(query, shot)
            found.append(Found(shot, round(float(scores[shot]), 4), *place, row["caption"], met))
    return found
