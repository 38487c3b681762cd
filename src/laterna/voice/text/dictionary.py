"""Words with their phones: the list that the grapheme-to-phoneme model learns from, and how one is made.

A list has one word a line, tab-separated: the word, its phones, and how often it is met (1 where that is left out). It
may come from anywhere; :func:`make` has CMU Flite, a tool of training only, say the words of any texts.
"""

import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from laterna.errors import DataError, ModelError
from laterna.media.files import quoted, write_text
from laterna.voice.text.phones import PHONES, nearest
from laterna.voice.text.words import LETTER_NAMES, is_acronym

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
SUFFIXES = (".tsv", ".txt", ".dict")

_VOICE = "kal16"  # the quickest of flite's that knows every phone; all of them read words alike
_BATCH = 1000  # words that flite says at a time
_PATIENCE = 120  # seconds for them; they take less than one
_SILENCE = "pau"
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*")
_CONTRACTED = re.compile(r"[a-z]+'[a-z]+")
_WRITTEN_OUT = ("ave", "calif", "cm", "etc", "feb", "gen", "oct", "se", "vs")  # by flite; here before words are said
_NUMERAL = re.compile("[cl]*[xvi]{2,}")
_I = re.compile("^i(?=')")  # flite knows the pronoun by its capital
_LONGEST = 1.45  # phones for each letter; more is an abbreviation that flite has written out
_TOLD = 100  # the least that a corrected word counts
_CORRECTED = {
    "i'm": ("ay", "m"),
    "isn't": ("ih", "z", "ax", "n", "t"),
    "laterna": ("l", "ae", "t", "er", "n", "ax"),
}


class Entry(NamedTuple):
    """A word in lower case, its phones, and how often it is met."""

    word: str
    phones: tuple[str, ...]
    times: int


def read(path: Path) -> list[Entry]:
    """The entries of a list, or of all lists (.tsv, .txt, .dict) in a folder; the first of a word counts.

    Raises:
        DataError: there is no list, or a line of it has no word, no phones, or one that there is not.
    """
    files = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES) if path.is_dir() else [path]
    found: dict[str, Entry] = {}
    for file in files:
        for entry in _entries(file):
            found.setdefault(entry.word, entry)
    if not found:
        raise DataError(f"{quoted(path)} has no words: write one a line, with its phones after a tab.")
    return list(found.values())


def make(texts: Sequence[Path], out: Path) -> Path:
    """Have flite say the words of texts, word lists and WordNet's folders, and write the list; gives its path.

    Possessives, acronyms, numerals and what flite spells letter by letter are left out: rules say those.

    Raises:
        ModelError: flite is not installed.
        DataError: a text can't be read.
    """
    if shutil.which("flite") is None:
        raise ModelError("Words are said by flite, which is not installed: run `apt install flite`.")
    counts = counted(texts)
    words = sorted(word for word in counts if _fits(word))
    said = [phones for first in range(0, len(words), _BATCH) for phones in _said(words[first : first + _BATCH])]
    spoken = {word: phones for word, phones in zip(words, said, strict=True) if _is_said(word, phones)} | _CORRECTED
    least = dict.fromkeys(_CORRECTED, _TOLD)
    kept = [Entry(word, phones, max(least.get(word, 1), counts[word])) for word, phones in sorted(spoken.items())]
    write_text(out, "".join(f"{word}\t{' '.join(phones)}\t{times}\n" for word, phones, times in kept))
    return out


def counted(texts: Sequence[Path]) -> Mapping[str, int]:
    """How often each word is met, in lower case, accents stripped; acronyms are no words."""
    counts: Counter[str] = Counter()
    for text in texts:
        for line in _lines(text):
            plain = unicodedata.normalize("NFKD", line.replace("’", "'"))
            plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
            counts.update(word.lower() for word in _WORD.findall(plain) if not is_acronym(word))
    return counts


def _entries(file: Path) -> Iterator[Entry]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{quoted(file)} can't be read as a list of words: save it as UTF-8 text.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        word, _, rest = line.partition("\t")
        said, _, count = rest.partition("\t")
        phones, where = tuple(said.split()), f"Line {number} of {quoted(file)}"
        if not word or set(word.lower()) - set(LETTERS) or not phones or (count and not count.strip().isdecimal()):
            raise DataError(f"{where} is no entry: write a word of a to z, a tab, its phones, a tab, and its count.")
        if unknown := next((phone for phone in phones if phone not in PHONES), None):
            raise DataError(f"{where} gives {word!r} the phone {unknown!r}, which is none: write {nearest(unknown)}.")
        yield Entry(word.lower(), phones, int(count or 1))


def _lines(text: Path) -> Iterator[str]:
    """The lines of a text, or the definitions and examples in WordNet's folder of ``data.*`` files."""
    files = sorted(text.glob("data.*")) if text.is_dir() else [text]
    if not files or not all(file.is_file() for file in files):
        raise DataError(f"{quoted(text)} is no text: name a text file, or WordNet's folder of data.* files.")
    for file in files:
        for line in file.read_text("utf-8", "replace").splitlines():
            yield line.partition(" | ")[2] if text.is_dir() else line


def _fits(word: str) -> bool:
    """Whether flite is asked for it: no possessive, letter, numeral or abbreviation, nothing without a vowel."""
    said_by_rule = len(word) == 1 or word.endswith("'s") or word in _WRITTEN_OUT or _NUMERAL.fullmatch(word)
    return not said_by_rule and bool(re.search("[aeiouy]", word))


def _is_said(word: str, phones: Sequence[str]) -> bool:
    """Whether flite has said a word as one, and not spelt it or written it out."""
    spelt = [phone for letter in word if letter != "'" for phone in LETTER_NAMES[letter]]
    return list(phones) != spelt and 0 < len(phones) <= max(3, _LONGEST * len(word)) and set(phones) <= set(PHONES)


def _said(words: Sequence[str]) -> list[tuple[str, ...]]:
    """The phones of words, each read alone, but contractions in a sentence, without which flite takes them apart."""
    carried = [f"I {_I.sub('I', word)} it" if _CONTRACTED.fullmatch(word) else word for word in words]
    command = ["flite", "-voice", _VOICE, "-ps", "-o", "none", "-f", "/dev/stdin"]
    text = "".join(f"{word}\n\n" for word in carried)
    try:
        done = subprocess.run(command, input=text, capture_output=True, timeout=_PATIENCE, check=True, text=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise ModelError(f"flite can't say the words from {words[0]!r} to {words[-1]!r}: leave them out.") from error
    lines = [[phone for phone in line.split() if phone != _SILENCE] for line in done.stdout.splitlines()]
    if len(lines) != len(words):
        raise ModelError(f"flite said {len(lines)} of the {len(words)} words from {words[0]!r} on: leave some out.")
    return [
        tuple(line[1:-2] if alone != word else line) for word, alone, line in zip(words, carried, lines, strict=True)
    ]
