"""A book read out: chapter by chapter, at the level and with the pauses that audiobooks have.

Two passes over the sentences, so that memory stays flat and an MP3 can begin with its chapters: the first has each one
spoken, keeps it, and measures the chapters; the second levels what was kept and encodes it. A run that was killed
speaks only what is not kept yet.
"""

import contextlib
import string
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from laterna.errors import DataError, ModelError
from laterna.media.chaptered import SUFFIXES, ChapteredWriter, Mark
from laterna.media.files import quoted
from laterna.media.loudness import Meter
from laterna.media.pieces import Pieces, kept_beside
from laterna.production.workflows.cast import Cast, CastTable, Role, read_cast
from laterna.production.workflows.reading import Line, Part, Reading, open_reading
from laterna.sound.envelope import sample_gain
from laterna.sound.limiter import FRAME, limiting
from laterna.voice import speak, stream
from laterna.voice.engines import choose
from laterna.voice.text.lexicon import Lexicon
from laterna.voice.text.reading import read_out
from laterna.voice.text.sentences import paragraphs

Progress = Callable[[int, int], None]

RATE = 44_100  # Hz
TARGET = -20.0  # LUFS of each chapter; ACX asks for -23 to -18 dB RMS
_CEILING = -4.0  # dBFS before encoding, which may raise peaks by a little; ACX asks for -3
_MOST_GAIN = 20.0  # dB
_ROOM_TONE = -72.0  # dBFS RMS; ACX asks for less than -60
_ROOM_TONE_LENGTH = 1 << 19  # samples, 12 s, before it repeats
_DEPTH = "PCM_16"  # of the kept sentences: FLAC of some 60 MB an hour

_OPENING, _ENDING = Fraction(3, 4), Fraction(5, 2)  # seconds before and after a chapter
_BETWEEN_SENTENCES, _BETWEEN_PARAGRAPHS, _AFTER_HEADING = Fraction(2, 5), Fraction(4, 5), Fraction(6, 5)


@dataclass(frozen=True)
class Audiobook:
    """An audiobook as it was written.

    Attributes:
        files: what was written.
        chapters: their titles and times.
        credits: whose voices speak; the files say so too.
        notes: what a listener should know, in words: chapters left out, a cover that can't be read.
    """

    files: tuple[Path, ...]
    chapters: tuple[Mark, ...]
    credits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def duration(self) -> Fraction:
        """Seconds."""
        return self.chapters[-1].end

    def to_json(self) -> dict[str, Any]:
        """Paths as text, seconds as numbers."""
        return {
            "files": [str(file) for file in self.files],
            "duration": float(self.duration),
            "chapters": [
                {"title": mark.title, "start": float(mark.start), "end": float(mark.end)} for mark in self.chapters
            ],
            "credits": list(self.credits),
            "notes": list(self.notes),
        }


def audiobook(
    book: Path,
    out: Path,
    *,
    cast: Path | CastTable | None = None,
    voice: str = "auto",
    speed: float = 1.0,
    language: str | None = None,
    lexicon: Path | None = None,
    title: str | None = None,
    author: str | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Audiobook:
    """Read a book out, into an audiobook with chapter marks.

    Each chapter is at -20 LUFS, no peak above -3 dBFS, as ACX asks for. Prose is read by the narrator; in a
    screenplay each character of the cast has a voice, and the narrator names the others before their lines. Spoken
    sentences are kept beside OUT, in a folder NAME.audiobook.pieces (some 60 MB an hour): a run that was stopped goes
    on where it was, and a changed book has only its new sentences spoken.

    Args:
        book: an EPUB without DRM, a plain text, Markdown, or a Fountain screenplay.
        out: a .m4b or .mp3 file; a name without a suffix is a folder for both.
        cast: a TOML file: narrator = "studio/rms", ANNA = { voice = "studio/slt", pitch = 2, emotion = "cheerful" },
            and so on for each character of a screenplay.
        voice: the narrator's, as `laterna voice speak` takes it.
        speed: the narrator's, 0.5 to 2.
        language: of the text, a BCP 47 tag; the book's own unless given, else en.
        lexicon: how words are said that the voice doesn't know: a lexicon.toml.
        title: of the audiobook; the book's own unless given.
        author: of the book; as the book says unless given.
        seed: of what is left to chance in the voice, and of the room tone.
        progress: called with what is done of how much.

    Raises:
        DataError: the book has no words, or no order of reading, or letters that its voice can't say; the cast names
            somebody who does not speak; the lexicon can't be read; OUT's suffix is another.
        MediaError: the book can't be read, is broken, or locked by DRM.
        ModelError: a voice is missing, makes no sound, or does not speak the language.
    """
    files = _files(Path(out).absolute(), Path(book))
    begun = time.time()
    reading = open_reading(book)
    reading = replace(reading, title=title or reading.title, author=author or reading.author)
    roles = read_cast(cast, reading.characters, Role(voice, speed))
    words = Lexicon() if lexicon is None else Lexicon.open(lexicon)
    teller = _Teller(roles, language or reading.language or "en", words, seed, kept_beside(files[0], "audiobook"))
    chapters = [teller.chapter(part) for part in reading.parts]
    teller.rehearse(chapters)
    tell = _Counter(2 * sum(len(one.sentences) for one in chapters), progress)
    measured = [_measure(teller.sound(one, tell)) for one in chapters]
    marks = _marks(chapters, [one.samples for one in measured])
    with contextlib.ExitStack() as stack:
        tags = _tags(reading, teller.credits)
        writers = [
            stack.enter_context(ChapteredWriter(file, marks, tags=tags, cover=reading.cover, sample_rate=RATE))
            for file in files
        ]
        for block in _finished(teller, chapters, [one.gain_db for one in measured], seed, tell):
            for writer in writers:
                writer.write(block)
    teller.pieces.forget(used_before=begun - 1)
    return Audiobook(tuple(files), tuple(marks), teller.credits, reading.notes)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence, who says it, and the pause before it in seconds."""

    text: str
    role: Role
    pause: Fraction


@dataclass(frozen=True, slots=True)
class _Chapter:
    title: str
    sentences: tuple[_Sentence, ...]


@dataclass(frozen=True, slots=True)
class _Measured:
    """How long a chapter is, and the gain in dB that brings it to its level."""

    samples: int
    gain_db: float


class _Counter:
    """Tells how many of the sentences are done."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress = total, progress
        self._done = 0

    def step(self) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._total)


class _Teller:
    """Has sentences spoken, each once in its life."""

    def __init__(self, cast: Cast, language: str, lexicon: Lexicon, seed: int, pieces: Pieces) -> None:
        self._cast, self._language, self._lexicon, self._seed = cast, language, lexicon, seed
        self.pieces = pieces
        voices = {role: choose(role.voice, language) for role in cast.roles}
        self._fingerprints = {role: chosen.fingerprint for role, chosen in voices.items()}
        self.credits = tuple(dict.fromkeys(chosen.engine.credit for chosen in voices.values() if chosen.engine.credit))

    def chapter(self, part: Part) -> _Chapter:
        """A chapter's sentences, with the pauses before them."""
        sentences: list[_Sentence] = []
        pause = Fraction(0)
        for line in part.lines:
            for paragraph in paragraphs(self._said(line), self._language):
                for text in paragraph:
                    sentences.append(_Sentence(text, self._cast.role(line.character), pause))
                    pause = _BETWEEN_SENTENCES
                pause = _AFTER_HEADING if line.heading else _BETWEEN_PARAGRAPHS
        return _Chapter(part.title, tuple(sentences))

    def rehearse(self, chapters: Sequence[_Chapter]) -> None:
        """See that all can be said, and have the first sentence of each role spoken: what is wrong shows at once."""
        firsts: dict[Role, _Sentence] = {}
        for sentence in (sentence for one in chapters for sentence in one.sentences):
            stream(sentence.text, **self._manner(sentence.role))
            firsts.setdefault(sentence.role, sentence)
        for sentence in firsts.values():
            self._kept(sentence)

    def sound(self, chapter: _Chapter, tell: _Counter) -> Iterator[np.ndarray]:
        """A chapter's sound, a block for each pause and each sentence: (samples,) float32 at RATE."""
        yield _silence(_OPENING)
        for sentence in chapter.sentences:
            yield _silence(sentence.pause / Fraction(sentence.role.speed).limit_denominator(1000))
            samples, rate = soundfile.read(self._kept(sentence), dtype="float32")
            yield soxr.resample(samples, rate, RATE) if rate != RATE else samples
            tell.step()
        yield _silence(_ENDING)

    def _said(self, line: Line) -> str:
        """A line's text, with the speaker's name before it where the voice does not tell who speaks."""
        if not line.character or self._cast.has(line.character):
            return line.text
        return f"{_name(line.character)}.\n\n{line.text}"

    def _manner(self, role: Role) -> dict[str, Any]:
        """The options of :func:`laterna.voice.speak` for a role."""
        return {**asdict(role), "language": self._language, "lexicon": self._lexicon, "seed": self._seed}

    def _kept(self, sentence: _Sentence) -> Path:
        entries = self._entries(sentence.text)
        parts = (self._fingerprints[sentence.role], str(sentence.role), str(self._seed), *entries)
        return self.pieces.get(
            "audiobook", *parts, sentence.text, suffix=".flac", make=lambda path: self._speak(sentence, path)
        )

    def _entries(self, text: str) -> Iterator[str]:
        """A text as it is read out, and the phones that the lexicon has for words of that: all that it changes."""
        said = read_out(text, self._language, self._lexicon).text
        yield said
        plain = _plain(said)
        yield from (
            f"{word} = {phones}" for word, phones in sorted(self._lexicon.phones.items()) if _plain(word) in plain
        )

    def _speak(self, sentence: _Sentence, path: Path) -> None:
        speech = speak(sentence.text, **self._manner(sentence.role))
        if speech.samples is None:
            raise ModelError(
                f"The voice {sentence.role.voice!r} makes no sound, and an audiobook needs a voice with a sound:"
                " name another, such as 'studio'."
            )
        soundfile.write(path, speech.samples, speech.sample_rate, _DEPTH, format="FLAC")


def _name(character: str) -> str:
    """A character's name as it is announced: "BERT'S MOM" as Bert's Mom, McAvoy as he is."""
    return string.capwords(character) if character.isupper() else character


def _plain(text: str) -> str:
    """Without case, accents and typographic apostrophes, in none of which a lexicon's words need agree."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _files(out: Path, book: Path) -> list[Path]:
    if out.suffix.lower() in SUFFIXES and not out.is_dir():
        return [out]
    if out.suffix and not out.is_dir():
        raise DataError(f"{quoted(out)} names no audiobook: use .m4b, .mp3, or a folder's name for both.")
    return [out / f"{book.stem}{suffix}" for suffix in SUFFIXES]


def _silence(seconds: Fraction) -> np.ndarray:
    return np.zeros(round(seconds * RATE), np.float32)


def _measure(blocks: Iterator[np.ndarray]) -> _Measured:
    meter, count = Meter(RATE, peaks=False), 0
    for block in blocks:
        meter.push(block[:, np.newaxis])
        count += len(block)
    heard = meter.finish()
    return _Measured(count, 0.0 if heard.silent else min(TARGET - heard.integrated, _MOST_GAIN))


def _marks(chapters: Sequence[_Chapter], lengths: Sequence[int]) -> list[Mark]:
    bounds = [Fraction(samples, RATE) for samples in accumulate(lengths, initial=0)]
    return [Mark(chapter.title, start, end) for chapter, (start, end) in zip(chapters, pairwise(bounds), strict=True)]


def _tags(reading: Reading, credits: Sequence[str]) -> dict[str, str]:
    return {
        "title": reading.title,
        "album": reading.title,
        "artist": reading.author,
        "album_artist": reading.author,
        "genre": "Audiobook",
        "comment": " ".join(["Read by a computer's voice, by Laterna.", *credits]),
    }


def _finished(
    teller: _Teller, chapters: Sequence[_Chapter], gains: Sequence[float], seed: int, tell: _Counter
) -> Iterator[np.ndarray]:
    """The whole book's sound at its level, over the tone of a quiet room."""
    tone, at = _room_tone(seed), 0
    for chapter, gain in zip(chapters, gains, strict=True):
        for block in teller.sound(chapter, tell):
            yield _limited(block, gain) + np.take(tone, np.arange(at, at + len(block)), mode="wrap")
            at = (at + len(block)) % len(tone)


def _limited(block: np.ndarray, gain_db: float) -> np.ndarray:
    """A sentence at its level; each is limited by itself, in the silence around it the gain may jump."""
    frames = -(-len(block) // FRAME)
    peaks = np.zeros(frames * FRAME, np.float32)
    peaks[: len(block)] = np.abs(block)
    if not frames:
        return block
    curve = limiting(peaks.reshape(frames, FRAME).max(axis=1), gain_db, _CEILING)
    return block * sample_gain(curve, FRAME, 0, len(block))[:, 0]


def _room_tone(seed: int) -> np.ndarray:
    """Noise whose power falls by 6 dB an octave above 100 Hz; its end meets its beginning, so it may be repeated."""
    frequencies = np.fft.rfftfreq(_ROOM_TONE_LENGTH, 1 / RATE)
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, len(frequencies))
    spectrum = np.exp(1j * phases) / np.maximum(frequencies, 100)
    spectrum[frequencies < 20] = 0
    noise = np.fft.irfft(spectrum)
    return (noise * (10 ** (_ROOM_TONE / 20) / np.sqrt(np.mean(np.square(noise))))).astype(np.float32)
