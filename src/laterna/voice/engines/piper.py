"""Piper's voices (github.com/OHF-Voice/piper1-gpl; many languages): an .onnx file and its .onnx.json.

Only the voices' files are used, run as any ONNX voice is. Most are spelt by eSpeak NG, which is under GPL-3.0 and
optional: the extra ``voice-espeak``.
"""

import contextlib
import os
from pathlib import Path

from laterna.errors import LaternaError, ModelError
from laterna.media.files import quoted
from laterna.voice.engines.description import read_description
from laterna.voice.engines.engine import match
from laterna.voice.engines.onnx import Onnx, OnnxVoice, opened


def voices_folder() -> Path:
    """Where a user's piper voices lie: ``$LATERNA_VOICES``, else below the XDG data folder."""
    named = os.environ.get("LATERNA_VOICES")
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return Path(named) if named else data / "laterna" / "voices"


class Piper(Onnx):
    """Piper's voices by name, where they lie in the user's folder, or by path."""

    name = "piper"

    @property
    def voices(self) -> tuple[str, ...]:
        """The names of those in the user's folder."""
        return tuple(self._languages)

    @property
    def languages(self) -> tuple[str, ...]:  # type: ignore[override]
        """What those speak."""
        return tuple(dict.fromkeys(tag for tags in self._languages.values() for tag in tags))

    def languages_of(self, voice: str) -> tuple[str, ...]:
        """What one of them speaks."""
        return tuple(self._languages[voice])

    def open(self, voice: str, language: str) -> OnnxVoice:
        """The voice of that name or path; the first that speaks the language where none is named.

        Raises:
            DataError: its description is missing or garbled.
            MediaError: there is no such file.
            ModelError: it is no ONNX model, or there is no voice of that name, or none at all.
        """
        if voice.lower().endswith(".onnx"):
            return opened(Path(voice).expanduser(), self.name)
        known = self._languages
        if not known:
            raise ModelError(
                f"There is no piper voice in {quoted(voices_folder())}: put an .onnx file and its .onnx.json there, or"
                " name one by its path."
            )
        speak = [name for name, tags in known.items() if match(language, tags)] or list(known)
        if voice and voice not in known:
            raise ModelError(
                f"There is no piper voice {voice!r} in {quoted(voices_folder())}: choose {', '.join(known)}."
            )
        return opened(voices_folder() / f"{voice or speak[0]}.onnx", self.name)

    @property
    def _languages(self) -> dict[str, list[str]]:
        """Of each voice in the user's folder whose description can be read."""
        found = {}
        for path in sorted(voices_folder().glob("*.onnx")):
            with contextlib.suppress(LaternaError):
                found[path.stem] = read_description(path).languages
        return found
