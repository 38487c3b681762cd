"""CMU Flite's English voices, when the ``flite`` command is installed."""

import re
import shutil
import subprocess
import tempfile
import unicodedata
from difflib import SequenceMatcher
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import soundfile

from laterna.errors import ModelError
from laterna.voice.engines.spoken import Spoken
from laterna.voice.text.pronounce import SPECIAL
from laterna.voice.text.sentences import tokens

_USUAL = "rms"  # the clearest of flite's: a recogniser mishears 4% of its words, 12% of slt's
_CLOCKS = re.compile(r".*_time")  # voices that can only tell the time
_QUICKEST_VOICE = "kal"  # only its reading of words is used, which all voices share
_PATIENCE = 120  # seconds for a sentence; it takes a tenth of one
_PHONE = re.compile(r"(\w+):([\d.]+)")
_ASCII = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": ",", "—": ",", "…": ".", "×": "x"})
_SILENCE = "pau"


class Flite:
    """Flite's voices, made of recorded speech, 16 kHz but for kal's 8 kHz; rms, a man's, is the usual one."""

    name = "flite"
    languages = ("en",)
    install = "on Debian and Ubuntu, apt install flite"
    credit = "Voice: CMU Flite (permissive, Carnegie Mellon University), cmuflite.org"

    @cached_property
    def voices(self) -> tuple[str, ...]:
        """Those that are installed."""
        if not self.available():
            return ()
        listed = _run(["-lv"]).partition(":")[2].split()
        return tuple(sorted((name for name in listed if not _CLOCKS.fullmatch(name)), key=lambda name: name != _USUAL))

    def available(self) -> bool:
        return shutil.which("flite") is not None

    def speak_sentence(self, text: str, *, language: str, speed: float, voice: str = _USUAL) -> Spoken:
        with tempfile.TemporaryDirectory(prefix="laterna-flite-") as folder:
            wave = Path(folder) / "spoken.wav"
            stretch = f"duration_stretch={1 / speed:.4f}"
            options = ["-voice", voice, "--setf", stretch, "-psdur", "-o", str(wave)]
            printed = _read(_plain(text), Path(folder), options)
            samples, rate = soundfile.read(wave, dtype="float32")
            words = tokens(text)
            alone = _read("\n\n".join(_plain(word.text) for word in words), Path(folder), _READ_WORDS)
        if not any(name != _SILENCE for name, _ in _PHONE.findall(printed)):
            raise ModelError(f"flite has nothing to say for {text[:40]!r}: reword it, or take another voice.")
        duration = Fraction(len(samples), rate)
        timed = [(name, min(start, duration), min(end, duration)) for name, start, end in _timed(printed)]
        onsets = _onsets([line.split() for line in alone.splitlines()], timed)
        marks = ((word.first, start) for word, start in zip(words, onsets, strict=False) if start is not None)
        return Spoken(samples, rate, duration, tuple(marks), tuple(one for one in timed if one[0] != _SILENCE))


_READ_WORDS = ["-voice", _QUICKEST_VOICE, "-ps", "-o", "none"]


def _read(text: str, folder: Path, options: list[str]) -> str:
    """What flite prints when it reads ``text``."""
    script = folder / "text.txt"
    script.write_text(text + "\n")
    try:
        return _run([*options, "-f", str(script)])
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise ModelError(f"flite can't say {text[:40]!r}: reword it, or take another voice.") from error


def _run(options: list[str]) -> str:
    return subprocess.run(["flite", *options], capture_output=True, timeout=_PATIENCE, check=True, text=True).stdout


def _plain(text: str) -> str:
    """ASCII, all that flite reads: accents are dropped, typographic marks become plain ones."""
    plain = unicodedata.normalize("NFKD", text.translate(_ASCII).translate(SPECIAL))
    return "".join(c if c.isascii() else "" if unicodedata.combining(c) else " " for c in plain)


def _timed(printed: str) -> list[tuple[str, Fraction, Fraction]]:
    """Phones with their times; flite counts from 0 again where it ends a sentence of its own within the text."""
    phones, origin, last = [], Fraction(0), Fraction(0)
    for name, end in _PHONE.findall(printed):
        if origin + Fraction(end) < last:
            origin = last
        phones.append((name, last, origin + Fraction(end)))
        last = origin + Fraction(end)
    return phones


def _onsets(words: list[list[str]], timed: list[tuple[str, Fraction, Fraction]]) -> list[Fraction | None]:
    """When each word starts: its phones, read on their own, are found in order among those of the sentence."""
    alone = [(phone, index) for index, word in enumerate(words) for phone in word if phone != _SILENCE]
    spoken = [(name, start) for name, start, _ in timed if name != _SILENCE]
    matcher = SequenceMatcher(None, [phone for phone, _ in alone], [name for name, _ in spoken], autojunk=False)
    onsets: list[Fraction | None] = [None] * len(words)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            index, start = alone[block.a + offset][1], spoken[block.b + offset][1]
            onsets[index] = start if onsets[index] is None else onsets[index]
    return onsets
