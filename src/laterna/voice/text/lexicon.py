"""How a project's own words are said: ``lexicon.toml``, in phones or by other words.

Two tables, each of words as they are written::

    [phones]
    Laterna = "l ae t er n ax"

    [said_as]
    Nguyen = "win"
    "Route 66" = "Route sixty-six"

Phones hold for the built-in voice, other words for every engine. The case of a word makes no difference, unless it is
there in two; its possessive follows it.
"""

import os
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from laterna.errors import DataError
from laterna.media.files import quoted
from laterna.voice.text.phones import PHONES, Phones, nearest
from laterna.voice.text.sentences import speaks
from laterna.voice.text.words import WordsToPhones, sibilant

_TABLES = ("phones", "said_as")
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*")
_POSSESSIVE = re.compile(r"(.+)'[sS]")
_Part = tuple[str, int]


@dataclass(frozen=True)
class Lexicon:
    """A project's own words.

    Attributes:
        phones: of a word, without accents.
        said_as: the words that are said for others.
    """

    phones: Mapping[str, Phones] = field(default_factory=dict)
    said_as: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "Lexicon":
        """Read a lexicon.toml.

        Raises:
            DataError: it can't be read, or has a table, a word or a phone that there is not.
        """
        path = Path(path)
        try:
            tables = tomllib.loads(path.read_text("utf-8-sig"))
        except FileNotFoundError as error:
            raise DataError(f"{quoted(path)} does not exist: name a lexicon.toml.") from error
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{quoted(path)} can't be read: name a lexicon that is saved as UTF-8 text.") from error
        except tomllib.TOMLDecodeError as error:
            raise DataError(f"{quoted(path)} is no TOML: {error}; write lines such as {_EXAMPLE}.") from error
        if unknown := sorted(tables.keys() - set(_TABLES)):
            raise DataError(
                f"{quoted(path)} has {unknown[0]!r}, which no lexicon has: write [phones] or [said_as] above it."
            )
        phones, said_as = (_table(tables, name, path) for name in _TABLES)
        return cls(
            {_word(word, path): _phones(word, said, path) for word, said in phones.items()},
            {unicodedata.normalize("NFC", word): _other(word, said, path) for word, said in said_as.items()},
        )

    def over(self, words_to_phones: WordsToPhones) -> WordsToPhones:
        """The lexicon's phones, and those of ``words_to_phones`` for words that it doesn't have."""

        def say(words: Sequence[str]) -> list[Phones]:
            return [
                self._said(word) or tuple(phones) for word, phones in zip(words, words_to_phones(words), strict=True)
            ]

        return say if self.phones else words_to_phones

    def respelt(self, sentence: str) -> list[_Part]:
        """The sentence with other words where the lexicon has them, in pieces with their places."""
        parts: list[_Part] = []
        at = 0
        for match in self._pattern().finditer(sentence) if self.said_as else ():
            parts += [(sentence[place], place) for place in range(at, match.start())]
            parts.append((_of(self.said_as, match[0]) or match[0], match.start()))
            at = match.end()
        return parts + [(sentence[place], place) for place in range(at, len(sentence))]

    def _said(self, word: str) -> Phones | None:
        owner = _POSSESSIVE.fullmatch(word)
        own: Phones | None = _of(self.phones, word)
        base: Phones | None = _of(self.phones, owner[1]) if owner and not own else None
        return (*base, *sibilant(base)) if base else own

    def _pattern(self) -> re.Pattern[str]:
        """Any of the words, whole; the longest first."""
        forms = {unicodedata.normalize(form, word) for word in self.said_as for form in ("NFC", "NFD")}
        words = sorted(forms, key=lambda word: (-len(word), word))
        return re.compile(
            "|".join(f"{_edge(word[0], '<!')}{re.escape(word)}{_edge(word[-1], '!')}" for word in words), re.I
        )


_EXAMPLE = "Laterna = 'l ae t er n ax'"


def _of(table: Mapping[str, Any], word: str) -> Any:
    """What a table has for a word: in its own case, else in any; accents may be letters of their own."""
    word = unicodedata.normalize("NFC", word)
    if word in table:
        return table[word]
    return next((said for key, said in table.items() if key.lower() == word.lower()), None)


def _edge(character: str, look: str) -> str:
    """Where a word has to end: Chinese has no gaps between words."""
    return "" if unicodedata.east_asian_width(character) in "WF" else rf"(?{look}\w)"


def _table(tables: Mapping[str, Any], name: str, path: Path) -> Mapping[str, Any]:
    table = tables.get(name, {})
    if not isinstance(table, dict):
        raise DataError(f"{name} in {quoted(path)} is no table: write [{name}], and below it lines such as {_EXAMPLE}.")
    return table


def _word(word: str, path: Path) -> str:
    plain = unicodedata.normalize("NFKD", word.replace("’", "'"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    if not _WORD.fullmatch(plain):
        raise DataError(
            f"{word!r} in {quoted(path)} is not one word of Latin letters, as phones are for: write each of its words"
            " on a line, or how it is said under [said_as]."
        )
    return plain


def _phones(word: str, said: object, path: Path) -> Phones:
    if not isinstance(said, str) or not said.split():
        raise DataError(f"{word!r} in {quoted(path)} has no phones: write them with spaces, such as {_EXAMPLE}.")
    phones = tuple(said.split())
    if unknown := next((phone for phone in phones if phone not in PHONES), None):
        raise DataError(
            f"{word!r} in {quoted(path)} has {unknown!r}, which is no phone: write {nearest(unknown)!r}, or another of"
            f" {' '.join(PHONES)}."
        )
    return phones


def _other(word: str, said: object, path: Path) -> str:
    if not isinstance(said, str):
        raise DataError(
            f"{word!r} in {quoted(path)} is said as {said!r}: write words in quotes, such as Nguyen = 'win'."
        )
    if not speaks(word) or not speaks(said):
        raise DataError(f"{word!r} in {quoted(path)} is said as nothing: write words, such as Nguyen = 'win'.")
    return said
