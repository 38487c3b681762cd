"""A narration: its samples, its words and phones with their times, and who spoke it."""

import json
import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from laterna.errors import DataError
from laterna.media.audio import Audio, AudioWriter
from laterna.media.chaptered import ChapteredWriter
from laterna.media.files import quoted, write_text
from laterna.media.kinds import kind_named
from laterna.media.transcript import Transcript

SOUND, TRANSCRIPT, PHONES, ABOUT = "speech.wav", "transcript.json", "phones.json", "about.json"
VERSION = 2  # of a speech's folder; 1 had no phones, and named no voice

_BY_HAND = "hand"
_CODED = (".mp3", ".m4a", ".m4b")

Phone = tuple[str, Fraction, Fraction]  # its name, and its start and end in seconds


@dataclass(frozen=True, eq=False)
class Speech:
    """A text as it is spoken.

    Attributes:
        samples: mono float32 in -1..1; None where no engine gave a sound.
        sample_rate: of the samples, in Hz.
        transcript: every word as written with its span in the samples; without sentences where the recording is
            someone's own and has not been aligned (:func:`laterna.voice.align` does so).
        engine: which engine spoke; "none" when nothing sounds, "hand" for a recording put in by hand.
        estimated: the word times are not measured, but estimated from reading speed, from the letters or the pauses.
        credits: lines for the film's credits.
        voice: which of the engine's voices spoke, such as "flite/slt".
        phones: (name, start, end) of each in seconds, as the engine names them; empty where it does not tell.
    """

    samples: np.ndarray | None
    sample_rate: int
    transcript: Transcript
    engine: str
    estimated: bool = False
    credits: tuple[str, ...] = ()
    voice: str = ""
    phones: tuple[Phone, ...] = ()

    @property
    def duration(self) -> Fraction:
        """Seconds: of the samples, or to the last word where there are none."""
        return self.transcript.end if self.samples is None else Fraction(len(self.samples), self.sample_rate)

    def to_json(self) -> dict[str, Any]:
        """Everything but the samples."""
        told = {"duration": float(self.duration), "transcript": self.transcript.to_json()}
        return {**_about(self), **told, "phones": _phones_to_json(self.phones)}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a sound file, where the suffix is one's (.wav, .flac, .ogg, .mp3, .m4a), else a folder.

        The folder has ``speech.wav`` (where there is a sound), ``transcript.json``, ``phones.json`` and ``about.json``.

        Raises:
            DataError: there is no sound to write to a file, or a file lies where the folder should.
        """
        path = Path(path)
        if is_sound(path):
            with SoundWriter(path, self) as writer:
                writer.write(self)
            return
        check_folder(path)
        if self.samples is None:
            (path / SOUND).unlink(missing_ok=True)
        else:
            with SoundWriter(path / SOUND, self) as writer:
                writer.write(self)
        self.save_words(path)

    def save_words(self, folder: Path) -> None:
        """Write all of a speech's folder but its sound."""
        self.transcript.save(folder / TRANSCRIPT)
        write_text(folder / PHONES, json.dumps(_phones_to_json(self.phones), ensure_ascii=False) + "\n")
        write_text(folder / ABOUT, json.dumps(_about(self), indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "Speech":
        """Read a folder that :meth:`save` wrote, or anyone's recording: a sound file, or a folder with one.

        Raises:
            DataError: the folder holds neither a transcript nor ``speech.wav``, or its about.json is garbled.
            MediaError: the sound can't be read.
        """
        path = Path(path)
        if not path.is_dir():
            return _recording(path)
        sound, transcript = path / SOUND, path / TRANSCRIPT
        if not sound.exists() and not transcript.exists():
            raise DataError(f"{quoted(path)} holds neither {SOUND} nor {TRANSCRIPT}: run `laterna voice speak`.")
        samples, rate = _samples(sound) if sound.exists() else (None, 48_000)
        words = Transcript.open(transcript) if transcript.exists() else Transcript(())
        about, phones = _read_about(path / ABOUT), _read_phones(path / PHONES)
        return cls(samples, rate, words, **about, phones=phones)


class SoundWriter:
    """Writes the sound of speeches one after another; the file appears whole when the ``with`` block ends.

    Args:
        path: a .wav or .flac file (24 bits), .ogg, or an .mp3, .m4a or .m4b file, which also says that a machine spoke.
        first: the first speech: all have its rate and credits.

    Raises:
        DataError: the suffix is another, or there is no sound.
    """

    def __init__(self, path: str | os.PathLike[str], first: Speech) -> None:
        path = Path(path)
        if first.samples is None:
            raise DataError(
                f"There is no sound to write to {quoted(path)}: install a voice, or name a folder for the words alone."
            )
        comment = " ".join(["Read by a computer's voice, by Laterna.", *first.credits])
        self._coded = path.suffix.lower() in _CODED
        self._writer: AudioWriter | ChapteredWriter = (
            ChapteredWriter(path, (), tags={"comment": comment}, sample_rate=first.sample_rate)
            if self._coded
            else AudioWriter(path, sample_rate=first.sample_rate, channels=1)
        )

    def __enter__(self) -> "SoundWriter":
        self._writer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)

    def write(self, speech: Speech) -> None:
        """Write the next speech."""
        samples = np.zeros(0, np.float32) if speech.samples is None else speech.samples
        self._writer.write(samples if self._coded else samples[:, np.newaxis])


def is_sound(path: Path) -> bool:
    """Whether a path names a sound file rather than a folder."""
    return path.suffix.lower() in kind_named("audio").suffixes and not path.is_dir()


def check_folder(path: Path) -> None:
    """Refuse to lay a speech's folder where a file is, or seems to be meant."""
    named = path.suffix[1:].isalnum() and path.suffix[1:].lower().islower()
    if not path.is_dir() and (path.exists() or named):
        raise DataError(
            f"{quoted(path)} names neither a folder nor a sound: a speech is saved as a folder (a name without a"
            " suffix), or as .wav, .flac, .ogg, .mp3 or .m4a."
        )


def _about(speech: Speech) -> dict[str, Any]:
    names = ("engine", "voice", "estimated", "credits")
    return {"version": VERSION} | {name: getattr(speech, name) for name in names} | {"credits": list(speech.credits)}


def _phones_to_json(phones: tuple[Phone, ...]) -> list[list[str]]:
    """Exact: times are written as fractions of a second, "12345/48000"."""
    return [[name, str(start), str(end)] for name, start, end in phones]


def _recording(path: Path) -> Speech:
    samples, rate = _samples(path)
    return Speech(samples, rate, Transcript(()), _BY_HAND)


def _samples(path: Path) -> tuple[np.ndarray, int]:
    audio = Audio(path)
    blocks = [block[:, 0] for block in audio.blocks(channels=1)]
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32), audio.sample_rate


def _read_about(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"engine": _BY_HAND}
    try:
        about = json.loads(path.read_text("utf-8"))
        version = int(about.get("version", 1))
        if version > VERSION:
            raise DataError(f"{quoted(path)} is of version {version}, which a newer Laterna reads: update Laterna.")
        return {
            "engine": str(about["engine"]),
            "voice": str(about["voice"]) if version > 1 else "",
            "estimated": bool(about["estimated"]),
            "credits": tuple(str(line) for line in about["credits"]),
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{quoted(path)} lacks or garbles {error}: write it again, or remove it.") from error


def _read_phones(path: Path) -> tuple[Phone, ...]:
    """The phones of a speech's folder; folders of version 1, and those made by hand, have none."""
    if not path.exists():
        return ()
    try:
        rows = json.loads(path.read_text("utf-8"))
        phones = tuple((str(name), Fraction(start), Fraction(end)) for name, start, end in rows)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise DataError(f"{quoted(path)} garbles its phones ({error}): write it again, or remove it.") from error
    if any(not 0 <= start <= end for _, start, end in phones):
        raise DataError(f"{quoted(path)} has a phone that ends before it starts: write it again, or remove it.")
    return phones
