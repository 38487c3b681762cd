"""Speech to train a voice on: sentences that CMU Flite reads, with exact phones and their times.

Flite is a tool of training only (Debian's package ``flite``; its voices rms and slt are permissively licensed). A
speaker's own recordings need none of this: a manifest.csv of audio and text is enough.
"""

import csv
import io
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from difflib import SequenceMatcher
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from laterna.errors import DataError, ModelError
from laterna.media.files import quoted, write_text
from laterna.voice.consent import CONSENT
from laterna.voice.text.phones import BOUNDARY, ENDS, PHONES
from laterna.voice.text.sentences import paragraphs

VOICES = ("rms", "slt", "awb", "kal16")
MANIFEST = "manifest.csv"

_CONSENT = """\
[{voice}]
name = "CMU Flite's voice {voice}"
date = 2018-09-01
statement = "Its licence lets anyone use the voice for any purpose (Carnegie Mellon University, cmuflite.org)."
"""
_SPELLER = "rms"  # reads words on their own; kal, which is quicker, knows no "ah"
_SILENCE = "pau"
_PHONE = re.compile(r"(\w+):([\d.]+)")
_PART = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*|[,.?!]")
_PAUSES = re.compile(r"\s*[,;:()\[\]–—]+\s*|\s-+\s|--+")
_LETTERS = re.compile(r"[A-Za-z',.?! ]+")
_LEAST, _MOST = 1, 240  # characters of a sentence
_NO_MARKS = str.maketrans("", "", ",.?!")
_EXAMPLE = re.compile(r'"([^"]+)"')
_PATIENCE = 120  # seconds for a sentence; it takes a tenth of one


class Line(NamedTuple):
    """A row of a manifest: a sentence, its symbols, and the second at which each of them ends."""

    audio: str
    text: str
    speaker: str
    phones: tuple[str, ...]
    ends: tuple[float, ...]


def corpus(
    text: Path,
    out: Path,
    *,
    voices: Sequence[str] = ("rms", "slt"),
    sentences: int = 4000,
    hard: float = 0.15,
    without: Path | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Have flite read sentences, each voice others, into a folder; gives the manifest's path.

    Args:
        text: a text file, or WordNet's folder of ``data.*`` files, whose examples and definitions are read.
        out: a new folder, for ``manifest.csv``, ``consent.toml`` and ``<voice>/<number>.wav``.
        voices: of flite's: rms, slt, awb or kal16.
        sentences: how many each voice reads.
        hard: the share of them, 0 to 1, that are made hard: repeated and lone words, letters, lists.
        without: a text file of sentences that must not be among them, such as those of a benchmark.
        seed: chooses and joins them.
        progress: is told how many sentences are read, and of how many.

    Raises:
        ModelError: flite is not installed.
        DataError: there is such a folder already, a voice is unknown, a share is none, or the text has too few
            sentences.
    """
    if not 0 <= hard <= 1:
        raise DataError(f"A share of hard sentences is from 0 to 1, and not {hard:g}.")
    if shutil.which("flite") is None:
        raise ModelError("A corpus is read by flite, which is not installed: run `apt install flite`.")
    if unknown := sorted(set(voices) - set(VOICES)):
        raise DataError(f"flite has no voice {unknown[0]!r}: choose {', '.join(VOICES)}.")
    if out.exists():
        raise DataError(f"{quoted(out)} is there already: name a new folder.")
    wanted = sentences * len(voices)
    unheard = set() if without is None else {_bare(line) for line in _lines(without)}
    chosen = _varied(list(_written(text)), unheard, wanted, hard, np.random.default_rng(seed))
    jobs = [
        (voice, number, chosen[number * len(voices) + i])
        for i, voice in enumerate(voices)
        for number in range(sentences)
    ]
    lines: list[Line] = []
    for voice in voices:
        (out / voice).mkdir(parents=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, line in enumerate(pool.map(partial(_read, out), jobs), 1):
            lines += [line] if line else []
            if progress:
                progress(done, wanted)
    write_text(out / CONSENT, "\n".join(_CONSENT.format(voice=voice) for voice in voices))
    return _saved(lines, out / MANIFEST)


def plain(sentence: str) -> str | None:
    """Letters, apostrophes, commas and one mark at the end; None where something else would have to be said."""
    line = _PAUSES.sub(", ", " ".join(sentence.split())).replace("’", "'").replace("-", " ").strip(" ,'")
    line = line if line.endswith(ENDS) else f"{line}."
    inner, mark = line[:-1].rstrip(" ,.?!"), line[-1]
    fits = _LETTERS.fullmatch(inner) and not set(inner) & set(ENDS) and _LEAST <= len(inner) <= _MOST
    return f"{inner[0].upper()}{inner[1:]}{mark}" if fits else None


def _written(text: Path) -> Iterator[str]:
    """Sentences of a text file, or WordNet's examples and definitions."""
    files = sorted(text.glob("data.*"))
    found = (s for file in files for s in _examples(file)) if text.is_dir() else _lines(text)
    yield from (line for sentence in found if (line := plain(sentence)))


def _lines(text: Path) -> Iterator[str]:
    """The sentences of a text file."""
    if not text.is_file():
        raise DataError(f"{quoted(text)} does not exist: name a text file.")
    yield from (s for part in paragraphs(text.read_text("utf-8", "replace")) for s in part)


def _bare(sentence: str) -> str:
    """Its words alone, in small letters."""
    return " ".join(_PART.findall(sentence.lower().translate(_NO_MARKS)))


def _examples(file: Path) -> Iterator[str]:
    for entry in file.read_text("utf-8", "replace").splitlines():
        gloss = entry.partition(" | ")[2]
        yield from _EXAMPLE.findall(gloss)
        definition = gloss.partition('; "')[0].strip()
        if definition.count(" ") > 7:
            yield definition


def _varied(
    written: list[str], unheard: Container[str], count: int, hard: float, rng: np.random.Generator
) -> list[str]:
    """As many sentences as wanted, none twice nor unheard: some joined in pairs, some hard."""
    written = [line for line in dict.fromkeys(written) if _bare(line) not in unheard]
    rng.shuffle(written)
    words = sorted({word for line in written[:20000] for word in _PART.findall(line) if word.isalpha()})
    queue, chosen = iter(written), list[str]()
    while len(chosen) < count:
        kind = rng.random()
        if kind < hard and words:
            made = _hard(words, written, rng)
            chosen += [made] * (_bare(made) not in unheard)
            continue
        line = next(queue, None)
        if line is None:
            raise DataError(
                f"The text has {len(chosen)} sentences that fit, and {count} are needed: take a longer one."
            )
        if kind > 0.8 and len(line) < 60 and (more := next(queue, None)) and len(more) < 90:
            line = f"{line[:-1]}, {more[0].lower()}{more[1:]}"
        chosen.append(line)
    return chosen


def _hard(words: Sequence[str], written: Sequence[str], rng: np.random.Generator) -> str:
    """What acoustic models stumble over: a word or two, the same word again and again, letters, bare lists."""
    some = [str(word) for word in rng.choice(words, rng.integers(2, 7))]
    letters = [chr(ord("a") + int(n)) for n in rng.integers(0, 26, rng.integers(1, 6))]
    opening = written[int(rng.integers(len(written)))].split()[: rng.integers(1, 5)]
    made = (
        [some[0]],
        some[:1] * int(rng.integers(2, 6)),
        [", ".join(some)],
        [" ".join(letters).upper()],
        [some[0], *letters, some[1]],
        opening,
    )
    line = plain(" ".join(made[rng.integers(len(made))]) + rng.choice(["", ".", ".", ".", "!", "?"]))
    return line or "Yes."


def _read(out: Path, job: tuple[str, int, str]) -> Line | None:
    """One sentence read by one voice, or None where its phones can't be told apart into its words."""
    voice, number, text = job
    audio = f"{voice}/{number:05}.wav"
    printed = flite(text, ["-voice", voice, "-psdur", "-o", str(out / audio)])
    parts = _PART.findall(text)
    alone = flite("\n\n".join(part for part in parts if part[0].isalpha()), ["-voice", _SPELLER, "-ps", "-o", "none"])
    timed = [(name, float(end)) for name, end in _PHONE.findall(printed)]
    spelt = spell(parts, [line.split() for line in alone.splitlines()], timed)
    if spelt is None:
        (out / audio).unlink()
        return None
    return Line(audio, text, voice, *spelt)


def spell(
    parts: Sequence[str], words: Sequence[Sequence[str]], timed: Sequence[tuple[str, float]]
) -> tuple[tuple[str, ...], tuple[float, ...]] | None:
    """Symbols of a sentence, and the second at which each ends.

    Args:
        parts: words and marks as written.
        words: the phones of each word, read on its own.
        timed: the phones of the sentence as it was read, silences among them, with their ends in seconds.
    """
    alone = [(phone, word) for word, phones in enumerate(words) for phone in phones if phone != _SILENCE]
    said = [(name, end) for name, end in timed if name != _SILENCE]
    if not said or len(words) != sum(part[0].isalpha() for part in parts) or {name for name, _ in said} - set(PHONES):
        return None
    starts = _starts(alone, len(words), [name for name, _ in said])
    return _marked(parts, starts, timed) if all(a < b for a, b in pairwise((*starts, len(said)))) else None


def _starts(alone: Sequence[tuple[str, int]], words: int, said: Sequence[str]) -> list[int]:
    """Which phone of a sentence is the first of each word; a word that was read quite otherwise ends at the next."""
    firsts: dict[int, int] = {words: len(said)}
    lengths = Counter(word for _, word in alone)
    matcher = SequenceMatcher(None, [phone for phone, _ in alone], said, autojunk=False)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            word = alone[block.a + offset][1]
            lead = sum(other == word for _, other in alone[: block.a + offset])  # its phones that were read otherwise
            firsts.setdefault(word, max(0, block.b + offset - lead))
    for word in reversed(range(words)):
        firsts.setdefault(word, firsts[word + 1] - lengths[word])
    return [0, *(firsts[word] for word in range(1, words))]


def _marked(
    parts: Sequence[str], starts: Sequence[int], timed: Sequence[tuple[str, float]]
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Phones with boundaries and marks between words; a boundary ends where the silence after its word does."""
    marks, word = {}, -1  # the mark after each word
    for part in parts:
        if part[0].isalpha():
            word += 1
            marks[word] = BOUNDARY
        else:
            marks[word] = part
    word_of = {start: word for word, start in enumerate(starts)}
    symbols, ends, last, word, count = list[str](), list[float](), 0.0, 0, 0
    for name, end in timed:
        if name == _SILENCE:
            last = end if symbols else 0.0
            continue
        if count in word_of and count:
            symbols.append(marks[word_of[count] - 1])
            ends.append(last)
        symbols.append(name)
        ends.append(end)
        last, count = end, count + 1
    symbols.append(marks[len(starts) - 1])
    ends.append(last)
    return tuple(symbols), tuple(ends)


def flite(text: str, options: Sequence[str]) -> str:
    """What the command prints when it reads ``text``.

    Raises:
        ModelError: it fails.
    """
    with TemporaryDirectory(prefix="laterna-flite-") as folder:
        script = Path(folder) / "text.txt"
        script.write_text(text + "\n")
        try:
            done = subprocess.run(
                ["flite", *options, "-f", str(script)], capture_output=True, timeout=_PATIENCE, check=True, text=True
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise ModelError(f"flite can't say {text!r}: leave that sentence out.") from error
    return done.stdout


def _saved(lines: Sequence[Line], path: Path) -> Path:
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(("audio", "text", "speaker", "phones", "ends"))
    for line in lines:
        ends = " ".join(f"{end:.3f}" for end in line.ends)
        rows.writerow((line.audio, line.text, line.speaker, " ".join(line.phones), ends))
    write_text(path, table.getvalue())
    return path
