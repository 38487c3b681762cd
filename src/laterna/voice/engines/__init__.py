"""Voice engines: the interface, the registry, and which engine speaks a language.

A plug-in adds an engine under the entry point ``laterna.voices``, naming a function without arguments that returns it,
or calls :func:`register` itself. :func:`check_engine` tells a plug-in's author whether the engine keeps its promises.
"""

from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol

import numpy as np

from laterna.errors import DataError, ModelError
from laterna.voice.engines.espeak import Espeak
from laterna.voice.engines.flite import Flite
from laterna.voice.engines.silent import Silent
from laterna.voice.engines.spoken import Spoken

__all__ = ["Engine", "Spoken", "Voice", "check_engine", "choose", "engines", "register"]


class Engine(Protocol):
    """What speaks sentences. The same sentence gives the same samples, whatever was said before it.

    Attributes:
        name: what ``engine=`` calls it.
        languages: BCP 47 tags in lower case; "*" stands for any.
        credit: a line for the credits, with the licence; empty where none is due.
    """

    name: str
    credit: str

    @property
    def languages(self) -> tuple[str, ...]: ...

    def available(self) -> bool:
        """Whether it is installed."""
        ...

    def speak_sentence(self, text: str, *, language: str, speed: float) -> Spoken:
        """Speak one sentence; ``language`` is one of ``languages``, ``speed`` 1 is the engine's usual pace.

        Raises:
            ModelError: the engine fails.
        """
        ...


@dataclass(frozen=True, slots=True)
class Voice:
    """An engine and the language, by its own tag, that it will speak."""

    engine: Engine
    language: str


_WIDELY_SPOKEN = ("en", "zh", "hi", "es", "ar", "fr", "pt", "ru", "de", "ja")
_TRIAL = "The lantern was lit at 7, and the show began."

_registered: dict[str, Engine] = {}


def register(engine: Engine) -> None:
    """Add an engine, or replace the one of its name. With ``engine="auto"`` those added first are asked first."""
    _registered[engine.name] = engine


def engines() -> tuple[Engine, ...]:
    """All engines, plug-ins too, in the order in which ``engine="auto"`` asks them; the silent one is last."""
    _load_plugins()
    return tuple(sorted(_registered.values(), key=lambda engine: isinstance(engine, Silent)))


def choose(name: str, language: str) -> Voice:
    """The engine called ``name`` for ``language``; "auto" is the first installed one that speaks it.

    Where no engine with a sound is installed at all, "auto" is the silent one.

    Raises:
        ModelError: no such engine, it isn't installed, or it doesn't speak the language.
    """
    known = {engine.name: engine for engine in engines()}
    if name == "auto":
        sounding = [engine for engine in known.values() if not isinstance(engine, Silent) and engine.available()]
        return _first_that_speaks(language, sounding or [known["none"]])
    if name not in known:
        raise ModelError(f"There is no voice engine {name!r}: choose auto, {', '.join(known)}.")
    if not known[name].available():
        raise ModelError(f"The voice engine {name!r} is not installed: {_INSTALL.get(name, 'install it')}.")
    return _first_that_speaks(language, [known[name]])


def match(language: str, languages: tuple[str, ...]) -> str | None:
    """The tag in ``languages`` that serves ``language``, by RFC 4647 lookup: its last subtags are dropped in turn."""
    subtags = language.lower().replace("_", "-").split("-")
    for count in range(len(subtags), 0, -1):
        tag = "-".join(subtags[:count])
        if tag in languages:
            return tag
    return "*" if "*" in languages else None


def check_engine(engine: Engine, text: str = _TRIAL, language: str = "en") -> None:
    """Speak a sentence and see that the engine keeps the promises of :class:`Engine`.

    Raises:
        DataError: a promise it breaks.
    """
    spoken, again = (engine.speak_sentence(text, language=language, speed=1.0) for _ in range(2))
    times = [time for _, time in spoken.marks]
    if not times or times != sorted(times) or not 0 <= times[0] <= times[-1] <= spoken.duration:
        raise DataError(f"The engine {engine.name!r} gives marks that don't follow one another within the sentence.")
    if any(not 0 <= character < len(text) for character, _ in spoken.marks):
        raise DataError(f"The engine {engine.name!r} marks characters that the sentence doesn't have.")
    if spoken.samples is not None:
        _check_samples(engine, spoken.samples)
    if spoken.marks != again.marks or not _equal(spoken.samples, again.samples):
        raise DataError(f"The engine {engine.name!r} says the same sentence in two ways.")
    if engine.speak_sentence(text, language=language, speed=1.5).duration >= spoken.duration:
        raise DataError(f"The engine {engine.name!r} is no shorter at a speed of 1.5.")


_INSTALL = {
    "espeak": "pip install 'laterna[voice-espeak]'",
    "flite": "on Debian and Ubuntu, apt install flite",
}


def _first_that_speaks(language: str, candidates: list[Engine]) -> Voice:
    for engine in candidates:
        tag = match(language, engine.languages)
        if tag is not None:
            return Voice(engine, tag)
    spoken = {tag for engine in candidates for tag in engine.languages}
    examples = [tag for tag in _WIDELY_SPOKEN if tag in spoken]
    more = f" and {len(spoken) - len(examples)} more" if len(spoken) > len(examples) else ""
    names = " and ".join(engine.name for engine in candidates)
    raise ModelError(
        f"No installed voice speaks {language!r} ({names} can do {', '.join(examples)}{more}): name another"
        " language, install another engine, or take engine 'none' for captions alone."
    )


def _check_samples(engine: Engine, samples: np.ndarray) -> None:
    if samples.ndim != 1 or samples.dtype != np.float32:
        raise DataError(f"The engine {engine.name!r} gives samples that are not mono float32.")
    if not len(samples) or not 0 < float(np.abs(samples).max()) <= 1:
        raise DataError(f"The engine {engine.name!r} gives silence, or samples beyond -1..1.")


def _equal(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    return one is other if one is None or other is None else np.array_equal(one, other)


@cache
def _load_plugins() -> None:
    for entry in entry_points(group="laterna.voices"):
        register(entry.load()())


# In order of how well they are understood: a recogniser hears flite's rms voice nearly without fault.
for _engine in (Flite(), Espeak(), Silent()):
    register(_engine)
