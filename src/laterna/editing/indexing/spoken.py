"""What is said in a film file, word by word: from a transcript, or from captions that lie beside it."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from laterna.editing.rehearsals.table import NAME as LOG
from laterna.media.captions import Caption, read_captions
from laterna.media.transcript import Transcript, Word

_SUFFIXES = (".transcript.json", ".srt", ".vtt")


def words_of(film: Path) -> tuple[Word, ...]:
    """The words of ``NAME.transcript.json``, ``NAME.srt`` or ``NAME.vtt`` beside ``NAME.mp4``, or ``NAME.en.srt``.

    A caption's time is shared out among its words by their length. Nothing where no such file is.

    Raises:
        MediaError, DataError: the file is broken.
    """
    path = _beside(film)
    if path is None:
        return ()
    if path.name.endswith(_SUFFIXES[0]):
        return Transcript.open(path).words
    return tuple(word for caption in read_captions(path) for word in _shared_out(caption))


def words_beside(film: Path) -> list[Path]:
    """The files that tell in words what a film shows, or what is said in it: its captions, and the folder's log."""
    log = film.parent / LOG
    return [path for path in (_beside(film), log if log.is_file() else None) if path is not None]


def text_between(words: Sequence[Word], start: Fraction, end: Fraction) -> str:
    """The words whose middle lies in [``start``, ``end``) seconds, in a line."""
    return " ".join(word.text for word in words if start <= (word.start + word.end) / 2 < end)


def _beside(film: Path) -> Path | None:
    for suffix in _SUFFIXES:
        exact = film.with_name(f"{film.stem}{suffix}")
        if exact.is_file():
            return exact
    named = re.compile(rf"{re.escape(film.stem)}\.[A-Za-z-]{{2,12}}\.(?:srt|vtt)")
    return min((path for path in film.parent.iterdir() if named.fullmatch(path.name)), default=None)


def _shared_out(caption: Caption) -> Iterator[Word]:
    words = caption.text.split()
    total, spent = sum(map(len, words)), 0
    for word in words:
        start, spent = spent, spent + len(word)
        bounds = (caption.start + (caption.end - caption.start) * Fraction(at, total) for at in (start, spent))
        yield Word(word, *bounds)
