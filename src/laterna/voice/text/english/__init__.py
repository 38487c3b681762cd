"""English as it is read out: numbers, dates, times, money, units, abbreviations, addresses and signs in words.

One walk from left to right: where a rule fits it says what it took, and the rest stays as it is written. Every piece
keeps the place of the character that it stands for.
"""

import unicodedata
from collections.abc import Iterator

from laterna.voice.text.english import abbreviations, addresses, amounts, dates, figures, signs
from laterna.voice.text.english.rules import Part, Rule

_RULES: tuple[Rule, ...] = (
    *dates.RULES,
    *addresses.RULES,
    *amounts.RULES,
    *figures.RULES,
    *abbreviations.RULES,
    *signs.RULES,
)
_DAY_FIRST = ("gb", "au", "nz", "ie", "in", "za")  # where 3/5 is in May, and 105 a hundred "and" five


def parts(sentence: str, language: str = "en") -> Iterator[Part]:
    """What is said for a sentence, piece by piece, each with its place, in order; no piece has a digit.

    Args:
        sentence: as written.
        language: a BCP 47 tag; "en-GB" and its like read 3/5/2026 as a day in May.
    """
    british = language.lower().replace("_", "-").split("-")[-1] in _DAY_FIRST
    written = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in sentence)
    at, last, by_rule = 0, " ", False
    while at < len(written):
        end, said, found = _read(written, at, british)
        if (found or by_rule) and said and last.isalnum() and said[0][0][:1].isalnum():
            yield " ", at
        for text, place in said:
            yield text, place
            last = text[-1:] or last
        at, by_rule = end, found


def _read(written: str, at: int, british: bool) -> tuple[int, list[Part], bool]:
    """What is said from one place on: the end of what was taken, the pieces, and whether by a rule."""
    end = _end_of_word(written, at) if at and written[at - 1].isalpha() else at
    if end == at and not written[at].isspace():
        for pattern, say in _RULES:
            match = pattern.match(written, at)
            said = say(match, british) if match else None
            if match and said is not None:
                return match.end(), list(said), True
    end = max(end, at + 1)
    return end, [(written[place], place) for place in range(at, end)], False


def _end_of_word(written: str, at: int) -> int:
    """Where the letters end that begin at a place."""
    return next((place for place in range(at, len(written)) if not written[place].isalpha()), len(written))
