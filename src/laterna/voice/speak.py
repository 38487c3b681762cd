"""A text spoken: whole, or part by part as it is heard."""

from collections.abc import Iterator
from pathlib import Path

from laterna.errors import DataError
from laterna.media.pieces import Pieces
from laterna.voice.emotion import prosody_of
from laterna.voice.engines import choose
from laterna.voice.speech import Speech
from laterna.voice.telling import Manner, Telling, joined
from laterna.voice.text.lexicon import Lexicon


def speak(
    text: str,
    *,
    voice: str = "auto",
    speed: float = 1.0,
    pitch: float = 0.0,
    emotion: str = "neutral",
    language: str = "en",
    lexicon: Lexicon | Path | None = None,
    seed: int = 0,
    pieces: Pieces | None = None,
) -> Speech:
    """Speak a text, and say when each of its words and phones is heard.

    The speech is mono at about -23 LUFS. Each sentence sounds the same whatever stands around it; a sentence of more
    than 100 letters is spoken in parts, from pause to pause.

    Args:
        text: what to say; blank lines part paragraphs.
        voice: an engine (studio, flite, piper, espeak), one of its voices (studio/slt), the path of an ONNX voice
            (./my.onnx), none (no sound: words timed by reading speed), or auto: the first engine that is installed and
            speaks the language; none where nothing that sounds is installed.
        speed: 1 is an easy narrator's pace; 0.5 to 2.
        pitch: semitones up, -12 to 12.
        emotion: neutral, calm, cheerful, sad, angry, tense, tender or whisper.
        language: a BCP 47 tag, such as en, en-GB, zh or pt-BR.
        lexicon: how words are said that the voice doesn't know: a lexicon.toml.
        seed: of what is left to chance; the same gives the same speech.
        pieces: where spoken sentences are kept for the next time.

    Raises:
        DataError: there is nothing to say, the voice can't say its letters, the speed or pitch is out of range, or
            there is no such emotion; the lexicon can't be read.
        ModelError: the voice is missing or fails, or none speaks the language.
    """
    manner = manner_of(voice, speed, pitch, emotion, language, lexicon, seed, pieces)
    return joined(Telling(text, manner).parts())


def stream(
    text: str,
    *,
    voice: str = "auto",
    speed: float = 1.0,
    pitch: float = 0.0,
    emotion: str = "neutral",
    language: str = "en",
    lexicon: Lexicon | Path | None = None,
    seed: int = 0,
    pieces: Pieces | None = None,
) -> Iterator[Speech]:
    """Speak a text part by part, each given as soon as it is spoken: the sentences, and the parts of long ones.

    Laid one after another they are what :func:`speak` gives for the same arguments, pauses included; the times of each
    count from its own start. What is wrong with the arguments is raised at once.
    """
    manner = manner_of(voice, speed, pitch, emotion, language, lexicon, seed, pieces)
    return (part.speech for part in Telling(text, manner).parts())


def manner_of(
    voice: str,
    speed: float,
    pitch: float,
    emotion: str,
    language: str,
    lexicon: Lexicon | Path | None,
    seed: int,
    pieces: Pieces | None = None,
) -> Manner:
    """How a text is told, from the arguments of :func:`speak`."""
    if seed < 0:
        raise DataError(f"The seed can't be {seed}: give 0 or more.")
    prosody = prosody_of(emotion).with_speed_and_pitch(speed, pitch)
    known = lexicon if isinstance(lexicon, Lexicon) else Lexicon.open(lexicon) if lexicon is not None else Lexicon()
    return Manner(choose(voice, language), language, prosody, known, seed, pieces)
