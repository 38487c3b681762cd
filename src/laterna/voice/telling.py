"""A text told by a voice: clause after clause, each timed, with the pauses between them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from laterna.errors import DataError
from laterna.media.pieces import Pieces
from laterna.media.transcript import Sentence, Transcript, Word
from laterna.voice.clauses import Clause, clauses
from laterna.voice.engines import Spoken, Voice
from laterna.voice.engines.studio import g2p
from laterna.voice.prosody import NEUTRAL, Prosody, said
from laterna.voice.scripts import strangers
from laterna.voice.speech import Phone, Speech
from laterna.voice.text.lexicon import Lexicon
from laterna.voice.text.reading import Reading, read_out
from laterna.voice.text.sentences import paragraphs, tokens
from laterna.voice.timing import Span, levelled, voiced, word_spans

_WITHIN_SENTENCES = Fraction(1, 5)  # seconds at speed 1, where the text has a pause
_BETWEEN_SENTENCES = Fraction(2, 5)
_BETWEEN_PARAGRAPHS = Fraction(4, 5)
_LEAD, _TAIL = (
    Fraction(1, 100),
    Fraction(6, 100),
)  # seconds at speed 1, kept around a clause so that no breath is cut off
_FADE = Fraction(1, 200)
_LONGEST_WORD = 500  # characters
_RUN = re.compile(rf"\S{{{_LONGEST_WORD + 1}}}")
_SILENT_CLOCK = 48_000  # Hz, where there are no samples


@dataclass(frozen=True, slots=True)
class Manner:
    """How texts are told: who speaks, in which way, and what is known of the words."""

    voice: Voice
    language: str
    prosody: Prosody = NEUTRAL
    lexicon: Lexicon = field(default_factory=Lexicon)
    seed: int = 0
    pieces: Pieces | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A clause as it is heard, the pause before it included, and the sentence that it belongs to.

    Attributes:
        speech: of the clause; its time 0 is where the pause before it begins.
        sentence: the whole sentence as written.
        begins: it is the first of its sentence.
    """

    speech: Speech
    sentence: str
    begins: bool


class Telling:
    """A text to be told; :meth:`parts` does so.

    Raises:
        DataError: there is nothing to say, a word has over 500 characters, or letters that the voice can't say.
    """

    def __init__(self, text: str, manner: Manner) -> None:
        if not text.strip():
            raise DataError("There is nothing to say: the text is empty.")
        self._manner = manner
        self._paragraphs = paragraphs(text, manner.language)
        if not self._paragraphs:
            raise DataError(f"There is nothing to say in {text.strip()[:40]!r}: write some words.")
        self._refuse_monsters()
        if strangers(text, manner.voice.engine.languages):
            self._refuse_strangers()

    def __len__(self) -> int:
        """How many sentences there are."""
        return sum(map(len, self._paragraphs))

    def parts(self) -> Iterator[Part]:
        """The text clause by clause, each spoken when it is asked for."""
        pause = Fraction(0)
        for sentences in self._paragraphs:
            for sentence in sentences:
                for index, clause in enumerate(clauses(sentence, self._read(sentence))):
                    yield Part(self._heard(clause, pause), sentence, index == 0)
                    pause = _WITHIN_SENTENCES if clause.pauses else Fraction(0)
                pause = _BETWEEN_SENTENCES
            pause = _BETWEEN_PARAGRAPHS

    def _read(self, sentence: str) -> Reading:
        return read_out(sentence, self._manner.language, self._manner.lexicon)

    def _refuse_monsters(self) -> None:
        """Refuse words that no engine would ever end."""
        for sentence in (sentence for sentences in self._paragraphs for sentence in sentences):
            longest = max(tokens(sentence), key=lambda word: word.end - word.first) if _RUN.search(sentence) else None
            if longest is not None and len(longest.text) > _LONGEST_WORD:
                raise DataError(
                    f"{longest.text[:20]!r} begins a word of {len(longest.text)} characters, which can't be said: write"
                    f" words of up to {_LONGEST_WORD}."
                )

    def _refuse_strangers(self) -> None:
        """Refuse letters that the voice can't say, unless they are read out in others."""
        voice = self._manner.voice
        for sentence in (sentence for sentences in self._paragraphs for sentence in sentences):
            if letters := strangers(self._read(sentence).text, voice.engine.languages):
                raise DataError(
                    f"The voice {str(voice)!r} can't say {letters!r} in {sentence[:40]!r}: write it in Latin letters,"
                    " give a lexicon that says it in other words, or take a voice that speaks its language."
                )

    def _heard(self, clause: Clause, pause: Fraction) -> Speech:
        """A clause behind its pause, at its level, without the silence that the engine left about it."""
        manner, spoken = self._manner, self._spoken(clause.reading)
        rate = _SILENT_CLOCK if spoken.samples is None else spoken.sample_rate
        speed = Fraction(manner.prosody.speed).limit_denominator(1000)
        silence = round(pause / speed * rate)
        start, end = _trimmed(spoken, speed)
        first = Fraction(silence, rate)
        shift, last = first - start, first + end - start
        words = tokens(clause.text)
        timed = zip((word.text for word in words), word_spans(words, spoken), strict=True)
        heard = tuple(Word(word, max(first, a + shift), max(first, b + shift)) for word, (a, b) in timed)
        phones = ((phone, max(first, a + shift), min(last, b + shift)) for phone, a, b in spoken.phones)
        return Speech(
            _sound(spoken, (start, end), silence, manner.prosody.energy),
            rate,
            Transcript((Sentence(clause.text, heard),), manner.language),
            manner.voice.engine.name.partition("/")[0],
            spoken.estimated or spoken.samples is None,
            (manner.voice.engine.credit,) if manner.voice.engine.credit else (),
            str(manner.voice),
            tuple(phone for phone in phones if phone[1] < phone[2]),
        )

    def _spoken(self, reading: Reading) -> Spoken:
        """A clause as it is read out, its marks at the characters as they are written."""
        manner, prosody = self._manner, self._manner.prosody
        words = manner.lexicon.over(g2p.speller()) if manner.lexicon.phones and manner.voice.takes_phones else None

        def speak() -> Spoken:
            return manner.voice.speak(reading.text, speed=prosody.speed, seed=manner.seed, words_to_phones=words)

        if manner.pieces is None:
            spoken = speak()
        else:
            phones = sorted(manner.lexicon.phones.items()) if words else ()
            named = (manner.voice.fingerprint, str(prosody.speed), str(manner.seed), str(phones), reading.text)
            spoken = Spoken.open(manner.pieces.get(*named, suffix=".npz", make=lambda path: speak().save(path)))
        spoken = said(spoken, replace(prosody, speed=1.0, energy=0.0), seed=manner.seed)
        return replace(spoken, marks=tuple((reading.places[character], time) for character, time in spoken.marks))


class Joining:
    """Parts laid one after another: what is known of them all, without their samples."""

    def __init__(self) -> None:
        self._first: Speech | None = None
        self._sentences: list[Sentence] = []
        self._phones: list[Phone] = []
        self._estimated = False
        self.duration = Fraction(0)

    def add(self, part: Part) -> None:
        """Lay the next part behind those that are there."""
        speech, time = part.speech, self.duration
        (clause,) = speech.transcript.sentences
        words = tuple(Word(word.text, word.start + time, word.end + time) for word in clause.words)
        before = () if part.begins else self._sentences.pop().words
        self._sentences.append(Sentence(part.sentence, before + words))
        self._phones += ((phone, start + time, end + time) for phone, start, end in speech.phones)
        self._estimated |= speech.estimated
        self._first = self._first or replace(speech, samples=None)
        self.duration += speech.duration

    def speech(self, samples: np.ndarray | None = None) -> Speech:
        """All of it, with the samples given."""
        if self._first is None:
            raise DataError("There is nothing to say: no part was spoken.")
        transcript = Transcript(tuple(self._sentences), self._first.transcript.language)
        phones = tuple(self._phones)
        return replace(self._first, samples=samples, transcript=transcript, phones=phones, estimated=self._estimated)


def joined(parts: Iterable[Part]) -> Speech:
    """The parts of a text one after another, as one speech."""
    joining, blocks = Joining(), list[np.ndarray]()
    for part in parts:
        joining.add(part)
        blocks += [] if part.speech.samples is None else [part.speech.samples]
    return joining.speech(np.concatenate(blocks) if blocks else None)


def _trimmed(spoken: Spoken, speed: Fraction) -> Span:
    """From when to when something is heard or said, with a little air around it, in seconds; all of what has no sound.

    A last "s" that is hardly heard is said all the same.
    """
    heard = [] if spoken.samples is None else voiced(spoken.samples, spoken.sample_rate)
    if spoken.samples is None or not heard:
        return Fraction(0), spoken.duration
    lead, tail = (round(air / speed * spoken.sample_rate) for air in (_LEAD, _TAIL))
    begins, ends = heard[0][0], heard[-1][1]
    if spoken.phones:
        begins = min(begins, int(spoken.phones[0][1] * spoken.sample_rate))
        ends = max(ends, int(spoken.phones[-1][2] * spoken.sample_rate))
    first, end = max(0, begins - lead), min(len(spoken.samples), ends + tail)
    return Fraction(first, spoken.sample_rate), Fraction(end, spoken.sample_rate)


def _sound(spoken: Spoken, span: Span, silence: int, energy: float) -> np.ndarray | None:
    """What is heard within a span at its level, behind so many samples of silence."""
    if spoken.samples is None:
        return None
    first, end = (int(time * spoken.sample_rate) for time in span)
    clean = levelled(_faded(spoken.samples[first:end], spoken.sample_rate), spoken.sample_rate, energy)
    return np.concatenate([np.zeros(silence, np.float32), clean])


def _faded(samples: np.ndarray, rate: int) -> np.ndarray:
    ramp = np.linspace(0, 1, min(round(_FADE * rate), len(samples)), dtype=np.float32)
    faded = samples.copy()
    faded[: len(ramp)] *= ramp
    faded[len(faded) - len(ramp) :] *= ramp[::-1]
    return faded
