"""eSpeak NG, over 100 languages, from the espeakng-loader wheel (the extra ``voice-espeak``; GPL-3.0)."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from laterna.errors import ModelError
from laterna.voice.engines.engine import match
from laterna.voice.engines.spoken import Spoken

_WORKER = Path(__file__).with_name("espeak_worker.py")
_USUAL = "f2"  # a recogniser mishears 55% of its words; 85% of the plain voice's, and no variant does better
_VARIANT = re.compile(r"[fm]\d|croak|whisper")  # the others are robots, and persons whom nobody would know again
_WORDS_A_MINUTE = 160
_SLOWEST, _FASTEST = 80, 450  # the library's own limits
_PATIENCE = 120  # seconds for a sentence; it takes a hundredth of one
_LANGUAGE = re.compile(r"^\s*language\s+([\w-]+)", re.MULTILINE)
_FALSE_END = re.compile(r"(?<=\w)\.(?=\s+[^a-z\s])")  # "U.S. Army": it would pause as after a sentence
_PREFERRED = {"en": "gmw/en-US", "zh": "sit/cmn", "zh-hk": "sit/yue", "no": "gmq/nb"}


class Espeak:
    """eSpeak NG: formant synthesis, clear rather than natural."""

    name = "espeak"
    install = "pip install 'laterna[voice-espeak]'"
    credit = "Voice: eSpeak NG (GPL-3.0-or-later), github.com/espeak-ng/espeak-ng"

    @cached_property
    def voices(self) -> tuple[str, ...]:
        """Its variants: one throat, another pitch, timbre or roughness."""
        if not self.available():
            return ()
        names = [file.name for file in (self._package / "espeak-ng-data" / "voices" / "!v").iterdir()]
        return tuple(sorted(filter(_VARIANT.fullmatch, names), key=lambda name: (name != _USUAL, name)))

    @cached_property
    def _voices(self) -> dict[str, str]:
        """The voice, as the library calls it, for each language tag."""
        if not self.available():
            return {}
        voices = dict[str, str]()
        folder = self._package / "espeak-ng-data" / "lang"
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            for tag in _LANGUAGE.findall(file.read_text("utf-8", "replace")):
                voices.setdefault(tag.lower(), file.relative_to(folder).as_posix())
        return voices | {tag: voice for tag, voice in _PREFERRED.items() if (folder / voice).is_file()}

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted(self._voices))

    @property
    def fingerprint(self) -> str:
        """Another text for another release."""
        return version("espeakng-loader")

    def available(self) -> bool:
        return find_spec("espeakng_loader") is not None

    def speak_sentence(self, text: str, *, language: str, speed: float, voice: str = _USUAL) -> Spoken:
        pace = min(max(round(_WORDS_A_MINUTE * speed), _SLOWEST), _FASTEST)
        request = {
            "library": self._library,
            "voice": f"{self._voices[language]}+{voice}",
            "words_a_minute": pace,
            "text": _FALSE_END.sub(" ", text),
        }
        header, _, data = self._ask(request, text).partition(b"\n")
        answer = json.loads(header)
        samples = np.frombuffer(data, "<i2").astype(np.float32) / 32768
        rate = answer["sample_rate"]
        marks = sorted((min(sample, len(samples)), max(0, character)) for character, sample in answer["marks"])
        return Spoken(
            samples,
            rate,
            Fraction(len(samples), rate),
            tuple((min(character, len(text) - 1), Fraction(sample, rate)) for sample, character in marks),
        )

    def phonemes(self, texts: Sequence[str], *, language: str) -> list[str]:
        """How texts are said, in the International Phonetic Alphabet: words parted by spaces, stress marked.

        Raises:
            ModelError: it is not installed, doesn't know the language, or fails.
        """
        if not self.available():
            raise ModelError(f"eSpeak NG is not installed: {self.install}.")
        tag = match(language, self.languages)
        if tag is None:
            raise ModelError(f"eSpeak NG doesn't speak {language!r}: name another language.")
        request = {"library": self._library, "voice": self._voices[tag], "phonemes": list(texts)}
        said: list[str] = json.loads(self._ask(request, " ".join(texts)))
        return said

    @property
    def _package(self) -> Path:
        spec = find_spec("espeakng_loader")
        if spec is None or spec.origin is None:
            raise ModelError("eSpeak NG is not installed: pip install 'laterna[voice-espeak]'.")
        return Path(spec.origin).parent

    @property
    def _library(self) -> str:
        found = sorted(path for path in self._package.iterdir() if path.suffix in (".so", ".dylib", ".dll"))
        if not found:
            raise ModelError(f"espeakng-loader has no library in {str(self._package)!r}: install it again.")
        return str(found[0])

    def _ask(self, request: Mapping[str, object], text: str) -> bytes:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-S", str(_WORKER)],
                input=json.dumps(request).encode(),
                cwd=self._package,
                capture_output=True,
                timeout=_PATIENCE,
                check=True,
            )
        except subprocess.TimeoutExpired as error:
            raise ModelError(f"eSpeak NG took too long over {text[:40]!r}: shorten it.") from error
        except subprocess.CalledProcessError as error:
            reason = error.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"status {error.returncode}"]
            raise ModelError(f"eSpeak NG can't say {text[:40]!r} ({reason[0]}): reword it.") from error
        return done.stdout
