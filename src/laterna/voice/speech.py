"""A narration: its samples, its words with their times, and who spoke it."""

import json
import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from laterna.errors import DataError
from laterna.media.audio import Audio, write_audio
from laterna.media.files import quoted, write_text
from laterna.media.transcript import Transcript

_SOUND, _TRANSCRIPT, _ABOUT = "speech.wav", "transcript.json", "about.json"
_BY_HAND = "hand"


@dataclass(frozen=True, eq=False)
class Speech:
    """A text as it is spoken.

    Attributes:
        samples: mono float32 in -1..1; None where no engine gave a sound.
        sample_rate: of the samples, in Hz.
        transcript: every word as written with its span in the samples; without sentences where the recording is
            someone's own and has not been aligned (:func:`laterna.voice.align` does so).
        engine: which engine spoke; "none" when nothing sounds, "hand" for a recording put in by hand.
        estimated: the word times are not measured, but estimated from reading speed or from the pauses.
        credits: lines for the film's credits.
    """

    samples: np.ndarray | None
    sample_rate: int
    transcript: Transcript
    engine: str
    estimated: bool = False
    credits: tuple[str, ...] = ()

    @property
    def duration(self) -> Fraction:
        """Seconds: of the samples, or to the last word where there are none."""
        return self.transcript.end if self.samples is None else Fraction(len(self.samples), self.sample_rate)

    def to_json(self) -> dict[str, Any]:
        """Everything but the samples."""
        return {**self._about(), "duration": float(self.duration), "transcript": self.transcript.to_json()}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a folder of ``speech.wav`` (where there is a sound), ``transcript.json`` and ``about.json``."""
        folder = Path(path)
        if folder.exists() and not folder.is_dir():
            raise DataError(f"{quoted(folder)} is a file, and a speech is saved as a folder: name another.")
        if self.samples is None:
            (folder / _SOUND).unlink(missing_ok=True)
        else:
            write_audio(folder / _SOUND, [self.samples[:, np.newaxis]], sample_rate=self.sample_rate)
        self.transcript.save(folder / _TRANSCRIPT)
        write_text(folder / _ABOUT, json.dumps(self._about(), indent=1, ensure_ascii=False) + "\n")

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
        sound, transcript = path / _SOUND, path / _TRANSCRIPT
        if not sound.exists() and not transcript.exists():
            raise DataError(f"{quoted(path)} holds neither {_SOUND} nor {_TRANSCRIPT}: run `laterna voice speak`.")
        samples, rate = _samples(sound) if sound.exists() else (None, 48_000)
        words = Transcript.open(transcript) if transcript.exists() else Transcript(())
        about = _read_about(path / _ABOUT)
        return cls(samples, rate, words, about["engine"], about["estimated"], tuple(about["credits"]))

    def _about(self) -> dict[str, Any]:
        return {"engine": self.engine, "estimated": self.estimated, "credits": list(self.credits)}


def _recording(path: Path) -> Speech:
    samples, rate = _samples(path)
    return Speech(samples, rate, Transcript(()), _BY_HAND)


def _samples(path: Path) -> tuple[np.ndarray, int]:
    audio = Audio(path)
    blocks = [block[:, 0] for block in audio.blocks(channels=1)]
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32), audio.sample_rate


def _read_about(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"engine": _BY_HAND, "estimated": False, "credits": []}
    try:
        about = json.loads(path.read_text("utf-8"))
        return {
            "engine": str(about["engine"]),
            "estimated": bool(about["estimated"]),
            "credits": [str(line) for line in about["credits"]],
        }
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{quoted(path)} lacks or garbles {error}: write it again, or remove it.") from error
