"""The words of talks as text to be edited, and which of them are gone from it.

A transcript is edited by deleting words. So an edited text is the transcript's words less some, in order; capitals,
punctuation and line breaks are free. Which ones are gone is found by dynamic programming: of all ways to read the text
in the transcript, the one with the fewest places where something is missing.
"""

import difflib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from laterna.errors import DataError
from laterna.media.captions import Captions
from laterna.media.files import quoted
from laterna.media.plain import open_text
from laterna.media.transcript import Sentence, Transcript, Word

FILLERS: Mapping[str, tuple[str, ...]] = {  # by language; of several words only where punctuation sets them off
    "en": ("um", "umm", "uhm", "uh", "uhh", "erm", "er", "hm", "hmm", "you know"),
    "de": ("äh", "ähm", "öh", "öhm", "hm"),
    "fr": ("euh", "heu", "hum"),
    "es": ("eh", "em", "mmm"),
    "zh": ("嗯", "呃"),
}
_ALONE = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"  # kana and Han, where no space parts words
_TOKEN = re.compile(rf"[{_ALONE}]|(?:(?![{_ALONE}])[^\W_])+")
_WRITTEN = re.compile(rf"[{_ALONE}][^\w\s]*|[^\s{_ALONE}]+")  # words with their punctuation
_PAUSING = re.compile(r"[,;:.!?…—–-]$")
_CELLS = 400_000_000  # of the dynamic programming's table, at two bits each: seconds, and 100 MB
_FOREIGN = 0.5  # of a text's words that its talks lack: it is of other ones


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a part of one, as it is compared: without case and punctuation; ``place`` says where it stands."""

    text: str
    place: str = ""


def transcript_of(path: Path, language: str = "en") -> Transcript:
    """The words of a recording from a ``.transcript.json``, or from captions, whose words share their cue's time.

    Raises:
        MediaError: the file can't be read.
        DataError: it is neither.
    """
    if path.name.endswith(".json"):
        return Transcript.open(path)
    found = ((one, _WRITTEN.findall(one.text)) for one in Captions.open(path))
    sentences = (Sentence(one.text, tuple(_shared(one.start, one.end, texts))) for one, texts in found if texts)
    return Transcript(tuple(sentences), language)


def beside(film: Path) -> Path | None:
    """The words of a film that lie beside it: NAME.transcript.json, NAME.srt or NAME.vtt."""
    names = (film.with_name(film.stem + suffix) for suffix in (".transcript.json", ".srt", ".vtt"))
    return next((path for path in names if path.is_file()), None)


def edited_beside(film: Path) -> Path | None:
    """A film's edited words that lie beside it: NAME.transcript.txt, .srt or .vtt."""
    names = (film.with_name(f"{film.stem}.transcript{suffix}") for suffix in (".txt", ".srt", ".vtt"))
    return next((path for path in names if path.is_file()), None)


def as_text(talks: Sequence[Transcript | None]) -> str:
    """What is said in talks, to be edited: a sentence on each line, an empty line between talks."""
    return "\n".join("".join(f"{sentence.text}\n" for sentence in talk.sentences) for talk in talks if talk)


def edited_tokens(path: Path) -> list[Token]:
    """What is left in an edited transcript: a text, or captions.

    Raises:
        MediaError: the file can't be read.
    """
    if path.suffix.lower() in (".srt", ".vtt"):
        rows = [(one.text, f"in caption {number}") for number, one in enumerate(Captions.open(path), 1)]
    else:
        rows = [(line, f"on line {number}") for number, line in enumerate(open_text(path).splitlines(), 1)]
    return [Token(text, place) for line, place in rows for text in _tokens(line)]


def deleted(words: Sequence[Word], left: Sequence[Token], name: str | os.PathLike[str]) -> set[int]:
    """The indices of the ``words`` that are gone from what is ``left``, an edited transcript.

    Args:
        words: all that is said.
        left: the edited text.
        name: the edited file, for errors.

    Raises:
        DataError: a word was added, a part of a word deleted, too many are gone to tell which (half of 28,000), or the
            text is of another recording.
    """
    said = [(index, text) for index, word in enumerate(words) for text in _tokens(word.text)]
    texts = [text for _, text in said]
    if sum(1 for _ in _first_reading(texts, [token.text for token in left])) < len(left):
        raise DataError(_refusal(texts, left, name))
    if len(texts) * (len(texts) - len(left) + 1) > _CELLS:
        raise DataError(
            f"{quoted(name)} lacks {len(texts) - len(left)} of {len(texts)} words, too many to tell which at once:"
            " divide the talk into parts, each with its own transcript."
        )
    kept = _closest_reading(texts, [token.text for token in left])
    counts, all_counts = Counter(said[at][0] for at in kept), Counter(index for index, _ in said)
    part = next((words[index].text for index in counts if counts[index] < all_counts[index]), None)
    if part is not None:
        raise DataError(f"{quoted(name)} has a part of the word {part!r}: delete it whole, or restore it.")
    return {index for index in all_counts if not counts[index]}


def fillers(talk: Transcript, names: Collection[str] | None = None) -> set[int]:
    """The indices of the words that only fill a pause; ``names`` are the language's own unless given."""
    names = FILLERS.get(talk.language.lower().split("-")[0], ()) if names is None else names
    wanted = {tuple(_tokens(name)) for name in names} - {()}
    found: set[int] = set()
    at = 0
    for sentence in talk.sentences:
        found |= {at + index for index in _fillers_in(sentence.words, wanted)}
        at += len(sentence.words)
    return found


def gaps(words: Sequence[Word], gone: Collection[int], margin: Fraction) -> Iterator[tuple[Fraction, Fraction, str]]:
    """The seconds that go with words, and these words, a row for each run of them.

    A run takes ``margin`` seconds of the pauses around it with it, half of a pause at most: the other half is the
    neighbour's.
    """
    indices = sorted(gone)
    starts = [index for index in indices if index - 1 not in gone]
    ends = [index for index in indices if index + 1 not in gone]
    for first, last in zip(starts, ends, strict=True):
        start, end = words[first].start, words[last].end
        before = start - words[first - 1].end if first else 2 * margin
        after = words[last + 1].start - end if last + 1 < len(words) else 2 * margin
        start -= max(Fraction(0), min(margin, before / 2))
        end += max(Fraction(0), min(margin, after / 2))
        yield max(Fraction(0), start), end, " ".join(word.text for word in words[first : last + 1])


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def _shared(start: Fraction, end: Fraction, texts: Sequence[str]) -> Iterator[Word]:
    """Words that share a time by their lengths, and one more for what parts them."""
    total, done = sum(len(text) + 1 for text in texts), 0
    for text in texts:
        first, done = done, done + len(text) + 1
        yield Word(text, start + (end - start) * first / total, start + (end - start) * done / total)


def _fillers_in(words: Sequence[Word], wanted: Collection[tuple[str, ...]]) -> Iterator[int]:
    tokens = [tuple(_tokens(word.text)) for word in words]
    for name in wanted:
        for first in range(len(words)):
            last = first
            said = tokens[first]
            while len(said) < len(name) and last + 1 < len(words):
                last += 1
                said += tokens[last]
            set_off = (not first or _PAUSING.search(words[first - 1].text)) and _PAUSING.search(words[last].text)
            if said == name and (len(name) == 1 or set_off):
                yield from range(first, last + 1)


def _first_reading(said: Sequence[str], left: Sequence[str]) -> Iterator[int]:
    at = 0
    for index, word in enumerate(said):
        if at < len(left) and word == left[at]:
            at += 1
            yield index


def _closest_reading(said: Sequence[str], left: Sequence[str]) -> list[int]:
    """The reading with the fewest gaps, by a table of how many of ``said``'s words were left out so far.

    Row by row, ``kept`` and ``cut`` hold the gaps needed if the row's word stays or goes.
    """
    numbers = {word: number for number, word in enumerate(dict.fromkeys(said))}
    codes = np.array([-1, *(numbers[word] for word in left), -1])
    missing = len(said) - len(left)
    never = len(said) + 1
    counts = np.arange(missing + 1)
    kept, cut = np.full(missing + 1, never), np.full(missing + 1, never)
    kept[0] = 0
    began, after_cut = (np.zeros((len(said), missing // 8 + 1), np.uint8) for _ in range(2))  # bits
    for row, word in enumerate(said):
        place = np.clip(row + 1 - counts, 0, len(left) + 1)
        fits = codes[place] == numbers[word]
        after_cut[row] = np.packbits(cut < kept)
        opened, went_on = kept + 1, cut
        began[row] = np.packbits(np.r_[False, opened[:-1] < went_on[:-1]])
        kept, cut = np.where(fits, np.minimum(kept, cut), never), np.r_[never, np.minimum(opened, went_on)[:-1]]
    return _traced(began, after_cut, missing, goes=bool(cut[missing] < kept[missing]))


def _traced(began: np.ndarray, after_cut: np.ndarray, count: int, *, goes: bool) -> list[int]:
    """The words that stay, followed back from the last one; ``goes`` says whether that one goes."""
    found = []
    for row in reversed(range(len(began))):
        if goes:
            goes, count = not _bit(began[row], count), count - 1
        else:
            found.append(row)
            goes = _bit(after_cut[row], count)
    return found[::-1]


def _bit(packed: np.ndarray, number: int) -> bool:
    return bool(packed[number // 8] >> (7 - number % 8) & 1)


def _refusal(said: Sequence[str], left: Sequence[Token], name: str | os.PathLike[str]) -> str:
    """Why an edited text can't be read in what is said, in a sentence."""
    foreign = Counter(token.text for token in left) - Counter(said)
    if foreign.total() > _FOREIGN * len(left):
        return f"{quoted(name)} is a transcript of something else: lay it beside the film that it is of."
    matcher = difflib.SequenceMatcher(None, said, [token.text for token in left], autojunk=False)
    added = next(left[j] for tag, _, _, j, end in matcher.get_opcodes() if tag != "equal" and j < end)
    return (
        f"{quoted(name)} has {added.text!r} {added.place}, which is not said there: words can be deleted or left, but"
        " not added, changed or moved."
    )
