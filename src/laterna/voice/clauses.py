"""Long sentences in parts that are said one after another: the first is heard soon, and no engine loses its way.

A sentence is parted in the same way wherever it stands.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from laterna.voice.text.reading import Reading
from laterna.voice.text.sentences import tokens

_WHOLE = 100  # what takes no longer is said in one go; all in Latin letters' worth of speaking time
_FIRST, _PART = 60, 120  # how long parts may be that end at a pause
_LEAST = 20
_MOST = 240  # how long a part may be in which there is no pause
_WIDE = 2.5  # letters' worth of a Chinese character
_PAUSE = re.compile(r"[,;:—–，；：、][\"'”’)\]」』》]*\s*")


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence: as it is written, how that is read out, and whether it ends where the text has a pause."""

    text: str
    reading: Reading
    pauses: bool


def clauses(sentence: str, reading: Reading) -> list[Clause]:
    """A sentence in parts; most are one."""
    cuts = list(_cuts(sentence, reading))
    starts = [0, *(cut for cut, _, _ in cuts), len(reading.text)]
    written = [0, *(place for _, place, _ in cuts), len(sentence)]
    pauses = [*(paused for _, _, paused in cuts), True]
    return [
        _clause(sentence[first:end], Reading(reading.text[low:high], reading.places[low:high]), first, paused)
        for (first, end), (low, high), paused in zip(pairwise(written), pairwise(starts), pauses, strict=True)
    ]


def _clause(text: str, reading: Reading, first: int, pauses: bool) -> Clause:
    return Clause(text.rstrip(), Reading(reading.text, tuple(place - first for place in reading.places)), pauses)


def _cuts(sentence: str, reading: Reading) -> Iterator[tuple[int, int, bool]]:
    """Where a long reading is cut, where that is in the sentence, and whether a pause is there."""
    spent = list(accumulate((_WIDE if character >= "\u2e80" else 1 for character in reading.text), initial=0.0))
    if spent[-1] <= _WHOLE:
        return
    places = dict(_places(sentence, reading))
    pauses = {match.end() for match in _PAUSE.finditer(reading.text)}
    ends = [cut for cut in places if cut in pauses]
    start, limit = 0, _FIRST
    while spent[-1] - spent[start] > _WHOLE:
        first, last = spent[start] + _LEAST, spent[-1] - _LEAST
        cut = _last(ends, spent, first, min(spent[start] + limit, last))
        cut = cut or _next(ends, spent, first, min(spent[start] + _MOST, last))
        if not cut and last - spent[start] > _MOST:
            cut = _last(list(places), spent, first, spent[start] + _MOST)
        if not cut:
            return
        yield cut, places[cut], cut in pauses
        start, limit = cut, _PART


def _last(cuts: Sequence[int], spent: Sequence[float], first: float, last: float) -> int:
    """The last of ``cuts`` that lies between two lengths; 0 where none does."""
    index = bisect_right(cuts, last, key=lambda cut: spent[cut]) - 1
    return cuts[index] if index >= 0 and spent[cuts[index]] >= first else 0


def _next(cuts: Sequence[int], spent: Sequence[float], first: float, last: float) -> int:
    """The first of them; 0 where there is none."""
    index = bisect_left(cuts, first, key=lambda cut: spent[cut])
    return cuts[index] if index < len(cuts) and spent[cuts[index]] <= last else 0


def _places(sentence: str, reading: Reading) -> Iterator[tuple[int, int]]:
    """Where the reading may be cut: where a word as written begins; with its place in the sentence."""
    begins = iter(tokens(sentence)[1:])
    word = next(begins, None)
    for at, place in enumerate(reading.places):
        while word is not None and place >= word.first:
            if place < word.end and at:
                yield at, word.first
            word = next(begins, None)
