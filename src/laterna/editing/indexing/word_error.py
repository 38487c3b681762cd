"""How far spoken words are from a script."""

import re
from collections.abc import Sequence

import numpy as np

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[\u3400-\u9fff]")


def said(text: str) -> list[str]:
    """The words of a text as they are compared: without case and punctuation; Chinese by the character."""
    return [part for word in _WORD.findall(text.casefold().replace("’", "'")) for part in _parted(word)]


def passage(words: Sequence[str], script: Sequence[str]) -> tuple[int, int]:
    """The part of a script, as a range of its words, that is nearest to some spoken words (Sellers 1980)."""
    end = int(np.argmin(_edits(words, script)))
    length = int(np.argmin(_edits(words[::-1], script[:end][::-1], anchored=True)))
    return end - length, end


def word_error(words: Sequence[str], script: Sequence[str]) -> float:
    """Words to change, leave out or add (Levenshtein), over the script's; 0 where both are the same."""
    return float(_edits(words, script, anchored=True)[-1]) / max(1, len(script))


def _parted(word: str) -> list[str]:
    return list(word) if re.match(r"[\u3400-\u9fff]", word) else [word]


def _edits(words: Sequence[str], script: Sequence[str], *, anchored: bool = False) -> np.ndarray:
    """The fewest edits from ``words`` to what ends before each word of the script: (len(script) + 1,).

    What begins anywhere in the script; at its start where it is ``anchored``.
    """
    numbers = {word: number for number, word in enumerate(dict.fromkeys(script))}
    line = np.array([numbers[word] for word in script], int)
    places = np.arange(len(line) + 1)
    row = places.copy() if anchored else np.zeros(len(line) + 1, int)
    for count, word in enumerate(words, start=1):
        best = row + 1  # the word is not in the script
        np.minimum(best[1:], row[:-1] + (line != numbers.get(word, -1)), out=best[1:])
        best[0] = count
        row = np.minimum.accumulate(best - places) + places  # or words of the script are not said
    return row
