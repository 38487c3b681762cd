"""A text spoken: sentence by sentence, joined with pauses, its words timed in the joined sound."""

from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from laterna.errors import DataError
from laterna.media.pieces import Pieces
from laterna.media.transcript import Sentence, Transcript, Word
from laterna.voice.engines import Spoken, Voice, choose
from laterna.voice.speech import Speech
from laterna.voice.text.reading import Reading, read_out
from laterna.voice.text.sentences import paragraphs, tokens
from laterna.voice.timing import levelled, voiced, word_spans

_BETWEEN_SENTENCES = Fraction(2, 5)  # seconds at speed 1
_BETWEEN_PARAGRAPHS = Fraction(4, 5)
_LEAD, _TAIL = Fraction(1, 100), Fraction(6, 100)  # seconds kept around a sentence, so that no breath is cut off
_FADE = Fraction(1, 200)
_SILENT_CLOCK = 48_000  # Hz, where there are no samples


def speak(
    text: str, *, language: str = "en", engine: str = "auto", speed: float = 1.0, pieces: Pieces | None = None
) -> Speech:
    """Speak a text, and say when each of its words is heard.

    The speech is mono at about -23 LUFS. Each sentence sounds the same whatever stands around it.

    Args:
        text: what to say; blank lines part paragraphs.
        language: a BCP 47 tag, such as en, en-GB, zh or pt-BR.
        engine: espeak, flite, none (no sound: words timed by reading speed), a plug-in's name, or auto: the first
            of flite and espeak that is installed and speaks the language; none where neither is installed.
        speed: 1 is an easy narrator's pace; 0.5 to 2.
        pieces: where spoken sentences are kept for the next time.

    Raises:
        DataError: there is nothing to say, or the speed is out of range.
        ModelError: the engine is missing or fails, or none speaks the language.
    """
    if not 0.5 <= speed <= 2:
        raise DataError(f"A speaking speed of {speed} can't be understood: choose 0.5 to 2.")
    if not text.strip():
        raise DataError("There is nothing to say: the text is empty.")
    story = paragraphs(text, language)
    if not story:
        raise DataError(f"There is nothing to say in {text.strip()[:40]!r}: write some words.")
    voice = choose(engine, language)
    pace = Fraction(speed).limit_denominator(1000)
    narration = _Narration()
    for sentences in story:
        narration.pause(_BETWEEN_PARAGRAPHS / pace)
        for index, sentence in enumerate(sentences):
            narration.pause(_BETWEEN_SENTENCES / pace if index else 0)
            narration.add(sentence, _spoken(read_out(sentence, language), voice, speed, pieces))
    return narration.speech(voice, language)


def _spoken(reading: Reading, voice: Voice, speed: float, pieces: Pieces | None) -> Spoken:
    """A sentence as it is read out, its marks at the characters as they are written."""

    def speak() -> Spoken:
        return voice.engine.speak_sentence(reading.text, language=voice.language, speed=speed)

    if pieces is None:
        spoken = speak()
    else:
        named = (voice.engine.name, voice.language, str(speed), reading.text)
        spoken = Spoken.open(pieces.get(*named, suffix=".npz", make=lambda path: speak().save(path)))
    return replace(spoken, marks=tuple((reading.places[character], time) for character, time in spoken.marks))


@dataclass
class _Narration:
    """Sentences joined one after another; ``time`` is where the next one starts."""

    blocks: list[np.ndarray] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    time: Fraction = Fraction(0)
    sample_rate: int | None = None

    def pause(self, seconds: Fraction | int) -> None:
        """Silence before the next sentence; the first one follows at once."""
        if not self.sentences:
            return
        count = round(seconds * (self.sample_rate or _SILENT_CLOCK))
        self.time += Fraction(count, self.sample_rate or _SILENT_CLOCK)
        if self.sample_rate:
            self.blocks.append(np.zeros(count, np.float32))

    def add(self, text: str, spoken: Spoken) -> None:
        """Append a sentence without the silence around it."""
        words = tokens(text)
        first = Fraction(0)
        duration = spoken.duration
        if spoken.samples is not None:
            self.sample_rate = spoken.sample_rate
            start, end = _trimmed(spoken.samples, spoken.sample_rate)
            first, duration = Fraction(start, spoken.sample_rate), Fraction(end - start, spoken.sample_rate)
            self.blocks.append(_faded(spoken.samples[start:end], spoken.sample_rate))
        shift = self.time - first
        timed = zip((word.text for word in words), word_spans(words, spoken), strict=True)
        heard = (Word(word, max(self.time, start + shift), end + shift) for word, (start, end) in timed)
        self.sentences.append(Sentence(text, tuple(heard)))
        self.time += duration

    def speech(self, voice: Voice, language: str) -> Speech:
        transcript = Transcript(tuple(self.sentences), language)
        credits = (voice.engine.credit,) if voice.engine.credit else ()
        if self.sample_rate is None:
            return Speech(None, _SILENT_CLOCK, transcript, voice.engine.name, True, credits)
        samples = levelled(np.concatenate(self.blocks), self.sample_rate)
        return Speech(samples, self.sample_rate, transcript, voice.engine.name, False, credits)


def _trimmed(samples: np.ndarray, rate: int) -> tuple[int, int]:
    """First and end sample of what is heard, with a little air around it."""
    heard = voiced(samples, rate)
    if not heard:
        return 0, len(samples)
    return max(0, heard[0][0] - round(_LEAD * rate)), min(len(samples), heard[-1][1] + round(_TAIL * rate))


def _faded(samples: np.ndarray, rate: int) -> np.ndarray:
    ramp = np.linspace(0, 1, min(round(_FADE * rate), len(samples)), dtype=np.float32)
    faded = samples.copy()
    faded[: len(ramp)] *= ramp
    faded[len(faded) - len(ramp) :] *= ramp[::-1]
    return faded
