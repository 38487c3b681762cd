"""A text spoken into a file as it goes: memory stays flat, however long it is."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from laterna.voice.speak import manner_of
from laterna.voice.speech import SOUND, SoundWriter, Speech, check_folder, is_sound
from laterna.voice.telling import Joining, Telling


@dataclass(frozen=True)
class Recorded:
    """What was spoken, and where it lies.

    Attributes:
        path: a sound file or a speech's folder; None where it was not written.
        duration: in seconds.
        speech: all that is known of it but its samples.
    """

    path: Path | None
    duration: Fraction
    speech: Speech

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        path = None if self.path is None else str(self.path)
        return {"path": path, **self.speech.to_json(), "duration": float(self.duration)}


def speak(
    text: str,
    *,
    out: Path | None = None,
    voice: str = "auto",
    speed: float = 1.0,
    pitch: float = 0.0,
    emotion: str = "neutral",
    language: str = "en",
    lexicon: Path | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Recorded:
    """Speak a text, and say when each of its words and phones is heard.

    Args:
        text: what to say; blank lines part paragraphs.
        out: a .wav, .flac, .mp3 or .m4a file, or a folder for the sound and the times of words and phones.
        voice: an engine, one of its voices (studio/slt), the path of an ONNX voice, none, or auto; `laterna voice
            voices` lists them.
        speed: 1 is an easy narrator's pace; 0.5 to 2.
        pitch: semitones up, -12 to 12.
        emotion: neutral, calm, cheerful, sad, angry, tense, tender or whisper.
        language: a BCP 47 tag, such as en, en-GB, zh or pt-BR.
        lexicon: how words are said that the voice doesn't know: a lexicon.toml.
        seed: of what is left to chance.
        progress: called with how many sentences are spoken, and of how many.

    Raises:
        DataError: see :func:`laterna.voice.speak`; or there is no sound for a file.
        ModelError: see there.
    """
    telling = Telling(text, manner_of(voice, speed, pitch, emotion, language, lexicon, seed))
    folder = None if out is None or is_sound(out) else out
    if folder is not None:
        check_folder(folder)
    sound = out if folder is None else folder / SOUND
    joining, begun = Joining(), 0
    with contextlib.ExitStack() as stack:
        writer = None
        for part in telling.parts():
            if sound is not None and not joining.duration:
                writer = _writer(sound, part.speech, folder, stack)
            joining.add(part)
            if writer is not None:
                writer.write(part.speech)
            begun += part.begins
            if progress is not None:
                progress(begun, len(telling))
    if folder is not None:
        joining.speech().save_words(folder)
    return Recorded(out, joining.duration, joining.speech())


def _writer(sound: Path, first: Speech, folder: Path | None, stack: contextlib.ExitStack) -> SoundWriter | None:
    """What writes the sound; a folder does without where there is none."""
    if first.samples is None and folder is not None:
        sound.unlink(missing_ok=True)
        return None
    return stack.enter_context(SoundWriter(sound, first))
