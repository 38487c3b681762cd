"""What is said and when: sentences of words with times."""

import json
import os
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from laterna.errors import DataError
from laterna.media.files import quoted, regular_file, write_text


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word as written (with its punctuation), in seconds from the start of its audio."""

    text: str
    start: Fraction
    end: Fraction


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its text, and its words in order (at least one)."""

    text: str
    words: tuple[Word, ...]

    @property
    def start(self) -> Fraction:
        return self.words[0].start

    @property
    def end(self) -> Fraction:
        return self.words[-1].end


@dataclass(frozen=True, slots=True)
class Transcript:
    """Sentences in order of time; ``language`` is a BCP 47 tag."""

    sentences: tuple[Sentence, ...]
    language: str = "en"

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for sentence in self.sentences for word in sentence.words)

    @property
    def end(self) -> Fraction:
        """Seconds at which the last word ends; 0 when nothing is said."""
        return self.sentences[-1].end if self.sentences else Fraction(0)

    def to_json(self) -> dict[str, Any]:
        """Exact: times are written as fractions of a second, "12345/48000"."""
        return {
            "language": self.language,
            "sentences": [
                {
                    "text": sentence.text,
                    "words": [{"text": w.text, "start": str(w.start), "end": str(w.end)} for w in sentence.words],
                }
                for sentence in self.sentences
            ],
        }

    @classmethod
    def from_json(cls, data: Any, name: str = "The transcript") -> "Transcript":
        """Read what :meth:`to_json` gave.

        Args:
            data: an object with sentences and a language.
            name: how errors call the transcript.

        Raises:
            DataError: a field is missing, a sentence has no words, or a word ends before it starts.
        """
        try:
            return cls(tuple(_sentence(row) for row in data["sentences"]), str(data["language"]))
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise DataError(f"{name} lacks or garbles {error}: write it again.") from error

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "Transcript":
        """Read a ``.transcript.json`` file."""
        try:
            return cls.from_json(json.loads(regular_file(path).read_text(encoding="utf-8")), quoted(path))
        except ValueError as error:
            raise DataError(f"{quoted(path)} is not a transcript: make it with `laterna voice speak`.") from error

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a ``.transcript.json`` file."""
        write_text(path, json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n")


def _sentence(row: dict[str, Any]) -> Sentence:
    words = tuple(Word(str(w["text"]), Fraction(w["start"]), Fraction(w["end"])) for w in row["words"])
    if not words:
        raise ValueError(f"the words of {row['text']!r}")
    if any(w.end < w.start for w in words):
        raise ValueError(f"the word times of {row['text']!r}")
    return Sentence(str(row["text"]), words)
