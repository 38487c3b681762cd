"""Any voice that a user has as an ONNX file, described by a JSON file beside it (see ``description.py``).

The model runs in onnxruntime on one thread. Its file is looked at before (``onnx_file.py``): it has to hold all of its
data, and what it does can reach no file. A run that takes two minutes is stopped.
"""

import hashlib
import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from laterna.errors import DataError, ModelError
from laterna.media.files import quoted, regular_file
from laterna.voice.engines.description import Description, read_description
from laterna.voice.engines.espeak import Espeak
from laterna.voice.engines.onnx_file import OnnxFile, read_onnx
from laterna.voice.engines.spoken import Spoken
from laterna.voice.engines.studio import g2p
from laterna.voice.prosody import Prosody, said
from laterna.voice.text.pronounce import pronounce
from laterna.voice.text.sentences import tokens
from laterna.voice.text.words import WordsToPhones

INSTALL = "pip install 'laterna[onnx]'"

_PATIENCE = 120  # seconds for a sentence
_LONGEST = 300  # seconds that a sentence may last
_AUDIBLE = 0.01  # of the loudest sample
_PAUSE = 4  # what a pause takes, in symbols
_PAUSES = ",;:.!?…—"
_CLAUSE = re.compile(rf"[^{_PAUSES}]+[{_PAUSES}]*")
_MARK = re.compile(rf"[{_PAUSES}]")
_SWITCH = re.compile(r"\([a-z-]+\)")  # eSpeak NG's word that it changes the language

_Symbol = tuple[str, int]  # and the character of the sentence that it stands for
_seeding = threading.Lock()  # onnxruntime has one seed for all sessions


class Onnx:
    """ONNX voices by their paths."""

    name = "onnx"
    credit = ""
    languages: tuple[str, ...] = ()
    install = INSTALL

    def available(self) -> bool:
        return find_spec("onnxruntime") is not None

    def open(self, voice: str, language: str) -> "OnnxVoice":
        """The voice in a file.

        Raises:
            DataError: its description is missing or garbled.
            MediaError: there is no such file.
            ModelError: it is no ONNX model, doesn't fit its description, or no file is named.
        """
        if not voice:
            raise ModelError("The voice engine 'onnx' speaks files: name one, such as ./my.onnx.")
        return opened(Path(voice).expanduser(), self.name)

    def speak_sentence(self, text: str, *, language: str, speed: float) -> Spoken:
        """Refused: :meth:`open` gives what speaks."""
        return self.open("", language).speak_sentence(text, language=language, speed=speed)


class OnnxVoice:
    """The voice in an ONNX file; its speakers are its voices."""

    def __init__(self, name: str, path: Path, file: OnnxFile, description: Description) -> None:
        self.name = name
        self.credit = description.credit
        self.languages = tuple(description.languages)
        self.voices = tuple(description.speakers)
        self.fingerprint = hashlib.sha256(file.data + description.model_dump_json().encode()).hexdigest()[:16]
        self._path, self._file, self._description = path, file, description

    def available(self) -> bool:
        return find_spec("onnxruntime") is not None

    def speak_sentence(
        self,
        text: str,
        *,
        language: str,
        speed: float,
        voice: str | None = None,
        seed: int = 0,
        words_to_phones: WordsToPhones | None = None,
    ) -> Spoken:
        described = self._description
        symbols = list(self._spelt(text, language, words_to_phones))
        samples = self._run(self._numbered(symbols), speed, voice, seed)
        duration = Fraction(len(samples), described.sample_rate)
        marks = tuple(_guessed(text, symbols, samples, described.sample_rate))
        spoken = Spoken(samples, described.sample_rate, duration, marks, estimated=True)
        return spoken if described.pace is not None else said(spoken, Prosody(speed=speed), seed=seed)

    def _spelt(self, text: str, language: str, words_to_phones: WordsToPhones | None) -> Iterator[_Symbol]:
        """The symbols of a sentence that the model knows.

        Raises:
            DataError: it doesn't know those of a word.
        """
        known = self._description.symbols
        strange = []
        for symbol, place in self._spelling(text, language, words_to_phones):
            if symbol in known:
                yield symbol, place
            elif symbol.isalnum():
                strange.append(text[place])
        if strange:
            raise DataError(
                f"The voice {self.name!r} can't say {''.join(dict.fromkeys(strange))[:20]!r} in {text[:40]!r}: write it"
                " in other letters, or take another voice."
            )

    def _spelling(self, text: str, language: str, words_to_phones: WordsToPhones | None) -> Iterator[_Symbol]:
        if self._description.spelling == "phones":
            pronounced = pronounce(text, words_to_phones or g2p.speller())
            yield from zip(pronounced.symbols, pronounced.places, strict=True)
        elif self._description.spelling == "ipa":
            yield from _in_ipa(text, language)
        else:
            for place, character in enumerate(text):
                yield from ((part, place) for part in _character(character, self._description.symbols))

    def _numbered(self, symbols: Sequence[_Symbol]) -> np.ndarray:
        """(1, numbers) of symbols, with blanks between them, and at the ends where nothing else is there."""
        described = self._description
        numbers = [[number] for symbol, _ in symbols for number in described.symbols[symbol]]
        start, end = ([] if one is None else [[one]] for one in (described.start, described.end))
        row = [*start, *numbers, *end]
        if described.blank is None:
            return np.array(row, np.int64).reshape(1, -1)
        blanked = [number for one in row for number in (*one, described.blank)]
        blanked = blanked[:-1] if end else blanked
        return np.array([blanked if start else [described.blank, *blanked]], np.int64)

    def _run(self, ids: np.ndarray, speed: float, voice: str | None, seed: int) -> np.ndarray:
        described, inputs = self._description, self._description.inputs
        scales = np.array(described.scales, np.float32)
        if described.pace is not None:
            scales[described.pace] /= speed
        feed = {inputs.ids: ids, inputs.lengths: np.array([ids.shape[1]], np.int64), inputs.scales: scales}
        if described.speakers:
            number = described.speakers[voice or self.voices[0]]
            feed[inputs.speaker] = np.array([number], np.int64)
        session = self._session(seed) if self._file.is_random else self._kept
        given = _within(_PATIENCE, session, {name: value for name, value in feed.items() if name}, described.output)
        return self._sound(given)

    def _sound(self, given: Any) -> np.ndarray:
        """What the model gave, as mono float32 in -1..1."""
        samples = np.squeeze(np.asarray(given)).astype(np.float32, copy=False)
        if samples.ndim != 1 or len(samples) > _LONGEST * self._description.sample_rate:
            raise ModelError(
                f"{quoted(self._path)} gives {np.shape(given)} for a sentence, which is no sound: mend it."
            )
        loudest = np.abs(samples).max(initial=0)
        if not 0 < loudest < np.inf:
            raise ModelError(
                f"{quoted(self._path)} gives silence, or samples that are not numbers: take another voice."
            )
        return samples / max(loudest, np.float32(1))

    @cached_property
    def _kept(self) -> Any:
        return self._session(0)

    def _session(self, seed: int) -> Any:
        """The model ready to run. One that draws random numbers is made ready for each sentence, to draw the same."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        if self._file.is_random:
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        try:
            with _seeding:
                onnxruntime.set_seed(seed)
                session = onnxruntime.InferenceSession(self._file.data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises errors of its own of many kinds
            raise ModelError(f"{quoted(self._path)} can't be run ({_line(error)}): take another voice.") from error
        self._check(session)
        return session

    def _check(self, session: Any) -> None:
        """See that the model takes what its description says, and nothing else."""
        takes = {one.name for one in session.get_inputs()}
        said_to = {name for name in self._description.inputs.model_dump().values() if name is not None}
        if takes != said_to:
            raise ModelError(
                f"{quoted(self._path)} takes {', '.join(sorted(takes))}, and its description names"
                f" {', '.join(sorted(said_to))}: mend inputs in the JSON file."
            )
        gives = [one.name for one in session.get_outputs()]
        if self._description.output not in (None, *gives):
            raise ModelError(f"{quoted(self._path)} gives {', '.join(gives)}: name one as output in the JSON file.")


def opened(path: Path, engine: str) -> OnnxVoice:
    """The voice in a file, called after the engine that opened it; see :meth:`Onnx.open`."""
    changed = regular_file(path).stat().st_mtime_ns
    return _opened(f"{engine}/{path.stem}", path.absolute(), changed, read_description(path).model_dump_json())


@lru_cache(maxsize=4)
def _opened(name: str, path: Path, changed: int, description: str) -> OnnxVoice:
    return OnnxVoice(name, path, read_onnx(path), Description.model_validate_json(description))


def _within(seconds: float, session: Any, feed: dict[str, np.ndarray], output: str | None) -> Any:
    """What a model gives, if it does so in time."""
    import onnxruntime

    options = onnxruntime.RunOptions()
    options.log_severity_level = 4
    timer = threading.Timer(seconds, setattr, (options, "terminate", True))
    timer.daemon = True
    timer.start()
    try:
        return session.run(None if output is None else [output], feed, options)[0]
    except Exception as error:  # onnxruntime raises errors of its own of many kinds
        raise ModelError(f"The voice fails at this sentence ({_line(error)}): reword it, or take another.") from error
    finally:
        timer.cancel()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")


def _character(character: str, known: dict[str, list[int]]) -> Sequence[str]:
    """A character as a model knows it: itself, in lower case, or without its accents."""
    plain = [part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)]
    spelt = ([character], [character.lower()], list(unicodedata.normalize("NFD", character)), plain)
    lowered = [part.lower() for part in plain]
    return next((parts for parts in (*spelt, lowered) if all(part in known for part in parts)), [character])


def _in_ipa(text: str, language: str) -> Iterator[_Symbol]:
    """A sentence as eSpeak NG says it, a symbol for each code point; its pauses are marked as written."""
    clauses = list(_CLAUSE.finditer(text))
    words = [tokens(clause[0]) for clause in clauses]
    spelt = Espeak().phonemes([_MARK.sub(" ", clause[0]) for clause in clauses], language=language)
    for index, (clause, written, ipa) in enumerate(zip(clauses, words, spelt, strict=True)):
        groups = _SWITCH.sub("", ipa).split()
        place = clause.start()
        for number, group in enumerate(groups):
            if written:
                place = clause.start() + written[min(number * len(written) // len(groups), len(written) - 1)].first
            if number or index:
                yield " ", place
            yield from ((symbol, place) for symbol in unicodedata.normalize("NFD", group))
        mark = _MARK.search(clause[0])
        if mark:
            yield mark[0], clause.start() + mark.start()


def _guessed(text: str, symbols: Sequence[_Symbol], samples: np.ndarray, rate: int) -> Iterator[tuple[int, Fraction]]:
    """When each word may begin, as if each symbol took as long as any other, and a pause as long as four."""
    loud = np.flatnonzero(np.abs(samples) > _AUDIBLE * np.abs(samples).max())
    lengths = np.array([_PAUSE if symbol in _PAUSES else 1 for symbol, _ in symbols])
    before = np.concatenate([[0], np.cumsum(lengths)]) / max(1, lengths.sum())
    places = [place for _, place in symbols]
    last = 0
    for word in tokens(text) or []:
        index = next((index for index, place in enumerate(places) if word.first <= place < word.end), None)
        if index is not None:
            last = max(last, round(float(loud[0] + before[index] * (loud[-1] - loud[0]))))
            yield word.first, Fraction(last, rate)
