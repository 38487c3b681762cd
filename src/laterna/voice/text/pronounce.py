"""From a sentence to the symbols that the acoustic model speaks: phones, word boundaries and marks, with their places.

How a word is said is another's business (``words_to_phones``: the built-in grapheme-to-phoneme network with the
project's lexicon before it, or anything that knows words). Here words are found, joined, and parted by pauses.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from laterna.errors import DataError
from laterna.voice.text.phones import BOUNDARY, ENDS, PAUSE
from laterna.voice.text.reading import Reading, read_out
from laterna.voice.text.words import WordsToPhones

_APOSTROPHES = str.maketrans("’‘ʼʻʹ′´`", "''''''''")
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*")
_PAUSES = re.compile(r"[,;:.?!…()\[\]{}–—|]|(?<!\w)-|-(?!\w)")
_VOWELS = frozenset(["aa", "ae", "ah", "ao", "aw", "ax", "ay", "eh", "er", "ey", "ih", "iy", "ow", "oy", "uh", "uw"])
SPECIAL = str.maketrans({"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
                          "ŋ": "ng", "Ŋ": "Ng", "ə": "a", "Ə": "A", "đ": "d",
                          "Đ": "D", "ð": "th", "Ð": "Th", "þ": "th", "Þ": "Th", "ı": "i"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pronounced:
    """A sentence for the acoustic model.

    Attributes:
        symbols: phones, ``|`` between words, and a mark in its place where the text has a pause; the last is the end.
        places: for each symbol the character of the sentence as written that it stands for; never falling.
    """

    symbols: tuple[str, ...]
    places: tuple[int, ...]

    def __str__(self) -> str:
        return " ".join(self.symbols)


@dataclass(frozen=True, slots=True)
class _Said:
    """A word, where it stands in the reading, and the mark after it with its place."""

    word: str
    place: int
    mark: str
    mark_place: int


def pronounce(sentence: Reading | str, words_to_phones: WordsToPhones) -> Pronounced:
    """The symbols of one sentence.

    Args:
        sentence: as it is read out; a bare string is read out first.
        words_to_phones: gives the phones of its words, all in one call.

    Raises:
        DataError: the sentence has no word, or letters that are not Latin.
    """
    reading = read_out(sentence) if isinstance(sentence, str) else sentence
    said = list(_said(reading))
    if not said:
        raise DataError(f"There is nothing to say in {reading.text.strip()[:40]!r}: write some words.")
    spelt = words_to_phones([one.word for one in said])
    symbols: list[str] = []
    places: list[int] = []
    for index, (one, phones) in enumerate(zip(said, spelt, strict=True)):
        following = spelt[index + 1] if index + 1 < len(said) else ()
        phones = _before(one, phones, following)
        symbols += [*phones, one.mark]
        places += [*[reading.places[one.place]] * len(phones), reading.places[one.mark_place]]
    return Pronounced(tuple(symbols), tuple(places))


def _said(reading: Reading) -> Iterator[_Said]:
    """The words of a reading with the marks after them."""
    latin, origins = _latin(reading.text)
    found = list(_WORD.finditer(latin))
    _refuse_strangers(latin)
    for index, match in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else len(latin)
        pause = _PAUSES.search(latin, match.end(), end + 1)
        paused = pause is not None and pause.start() < end
        last = index + 1 == len(found)
        mark = _end(latin[match.end() :]) if last else PAUSE if paused else BOUNDARY
        at = min(pause.start() if pause and paused else match.end(), len(latin) - 1)
        yield _Said(match[0], origins[match.start()], mark, origins[at])


def _latin(text: str) -> tuple[str, list[int]]:
    """The text without accents, and for each of its characters the one in ``text`` that it comes from."""
    plain: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(text):
        parts = unicodedata.normalize("NFKD", character.translate(_APOSTROPHES).translate(SPECIAL))
        kept = [part for part in parts if not unicodedata.combining(part)]
        plain += kept
        origins += [index] * len(kept)
    return "".join(plain), origins


def _refuse_strangers(text: str) -> None:
    strangers = re.search(r"(?:(?![A-Za-z])[^\W\d_]\W*)+", text)
    if strangers:
        written = unicodedata.normalize("NFC", strangers[0].strip())
        raise DataError(
            f"The voice can't say {written[:20]!r}: write it in Latin letters, or take an engine that"
            " speaks its language."
        )


def _end(gap: str) -> str:
    """The mark that closes a sentence: a question outweighs a call, a call a full stop."""
    return next((mark for mark in ("?", "!") if mark in gap), ENDS[0])


def _before(one: _Said, phones: Sequence[str], following: Sequence[str]) -> Sequence[str]:
    """How a word is said before another: "the" before a vowel is "dh iy"; "a" before none, but a mark, is "ey"."""
    if one.mark != BOUNDARY and one.word.lower() == "a" and tuple(phones) == ("ax",):
        return ("ey",)
    opens = bool(following) and following[0] in _VOWELS and one.mark == BOUNDARY
    return ("dh", "iy") if opens and one.word.lower() == "the" and tuple(phones) == ("dh", "ax") else phones
