"""A narration performed: the lines of a screenplay, or of plain text, spoken by a cast, one after another."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import numpy as np
import soxr

from laterna.media.pieces import Pieces
from laterna.media.transcript import Sentence, Transcript, Word
from laterna.production.workflows.cast import NARRATOR, Cast
from laterna.voice import Speech, speak

_BETWEEN_SPEAKERS = Fraction(3, 5)  # seconds

Lines = Sequence[tuple[str, str]]


def characters(lines: Lines) -> tuple[str, ...]:
    """Who speaks (character, text) lines, in order of first appearance; the narrator, who has no name, left out."""
    return tuple(dict.fromkeys(character for character, _ in lines if character))


def perform(
    lines: Lines, cast: Cast, *, language: str = "en", lexicon: Path | None = None, seed: int = 0, pieces: Pieces
) -> Speech:
    """Speak (character, text) lines, each in its character's voice; the narrator's where there is no such role.

    The speech says in its credits that a computer made it, and in which voices. For the options and errors see
    :func:`laterna.voice.speak`.
    """
    speeches = []
    for role, spoken in groupby(lines, lambda line: cast.role(line[0])):
        text = "\n\n".join(text for _, text in spoken)
        options = asdict(role)
        speeches.append(speak(text, language=language, lexicon=lexicon, seed=seed, pieces=pieces, **options))
    whole = _joined(speeches)
    if whole.samples is None:
        return whole
    made = f"Speech: made by a computer, in {_voices(lines, cast, speeches)}"
    return replace(whole, credits=(made, *whole.credits))


def _voices(lines: Lines, cast: Cast, speeches: Sequence[Speech]) -> str:
    """ "the voices studio/rms (narrator) and studio/slt (ANNA)"."""
    roles = [role for role, _ in groupby(cast.role(character) for character, _ in lines)]
    named = dict(zip(roles, (speech.voice for speech in speeches), strict=True))
    who: dict[str, dict[str, str]] = {}
    for character, _ in lines:
        name = character if cast.has(character) and character.casefold() != NARRATOR else NARRATOR
        who.setdefault(named[cast.role(character)], {}).setdefault(name.casefold(), name)
    if len(who) == 1:
        return f"the voice {next(iter(who))}"
    return "the voices " + ", ".join(f"{voice} ({', '.join(names.values())})" for voice, names in who.items())


def _joined(speeches: Sequence[Speech]) -> Speech:
    """Speeches one after another, at the highest of their rates, with a pause between them."""
    if len(speeches) == 1:
        return speeches[0]
    rate = max(speech.sample_rate for speech in speeches)
    silent = all(speech.samples is None for speech in speeches)
    blocks, sentences, phones, at = list[np.ndarray](), list[Sentence](), list[tuple[str, Fraction, Fraction]](), 0
    for index, speech in enumerate(speeches):
        samples = _at_rate(speech, rate)
        if index:
            blocks.append(np.zeros(round(_BETWEEN_SPEAKERS * rate), np.float32))
            at += len(blocks[-1])
        start = Fraction(at, rate)
        sentences += _later(speech.transcript, start)
        phones += ((phone, a + start, b + start) for phone, a, b in speech.phones)
        blocks.append(samples)
        at += len(samples)
    return Speech(
        None if silent else np.concatenate(blocks),
        rate,
        Transcript(tuple(sentences), speeches[0].transcript.language),
        ", ".join(dict.fromkeys(speech.engine for speech in speeches)),
        any(speech.estimated for speech in speeches),
        tuple(dict.fromkeys(credit for speech in speeches for credit in speech.credits)),
        ", ".join(dict.fromkeys(speech.voice for speech in speeches)),
        tuple(phones),
    )


def _at_rate(speech: Speech, rate: int) -> np.ndarray:
    """A speech's samples, or as much silence."""
    if speech.samples is None:
        return np.zeros(round(speech.duration * rate), np.float32)
    if speech.sample_rate == rate:
        return speech.samples
    return soxr.resample(speech.samples, speech.sample_rate, rate)


def _later(transcript: Transcript, start: Fraction) -> Iterator[Sentence]:
    for sentence in transcript.sentences:
        words = (Word(word.text, word.start + start, word.end + start) for word in sentence.words)
        yield Sentence(sentence.text, tuple(words))
