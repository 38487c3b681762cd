"""Voice engines: the registry, and which voice speaks a text.

A plug-in adds an engine under the entry point ``laterna.voices``, naming a function without arguments that returns it,
or calls :func:`register` itself. :func:`check_engine` tells a plug-in's author whether the engine keeps its promises.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points

from laterna.errors import ModelError
from laterna.voice.engines.check import check_engine
from laterna.voice.engines.engine import Engine, Voice, match, voices_of
from laterna.voice.engines.espeak import Espeak
from laterna.voice.engines.flite import Flite
from laterna.voice.engines.onnx import Onnx
from laterna.voice.engines.piper import Piper
from laterna.voice.engines.silent import Silent
from laterna.voice.engines.spoken import Spoken
from laterna.voice.engines.studio.engine import Studio

__all__ = [
    "Engine",
    "Spoken",
    "Voice",
    "check_engine",
    "choose",
    "engines",
    "install_hint",
    "match",
    "register",
    "voices_of",
]

_WIDELY_SPOKEN = ("en", "zh", "hi", "es", "ar", "fr", "pt", "ru", "de", "ja")
_FILE = re.compile(r"(?P<path>.*\.onnx)(?:/(?P<speaker>[^/]+))?", re.IGNORECASE | re.DOTALL)

_registered: dict[str, Engine] = {}


def register(engine: Engine) -> None:
    """Add an engine, or replace the one of its name. With ``voice="auto"`` those added first are asked first."""
    _registered[engine.name] = engine


def engines() -> tuple[Engine, ...]:
    """All engines, plug-ins too, in the order in which ``voice="auto"`` asks them; the silent one is last."""
    _load_plugins()
    return tuple(sorted(_registered.values(), key=lambda engine: isinstance(engine, Silent)))


def choose(name: str, language: str) -> Voice:
    """The voice called ``name`` for a language.

    Args:
        name: an engine ("flite"), one of its voices ("flite/slt"), the path of an ONNX voice ("./my.onnx",
            "piper/my.onnx", "./my.onnx/anna" for one of its speakers), or "auto", the first installed engine that
            speaks the language. Where no engine with a sound is installed at all, "auto" is the silent one.
        language: a BCP 47 tag.

    Raises:
        ModelError: there is no such voice, it isn't installed, it can't be read, or it doesn't speak the language.
    """
    known = {engine.name: engine for engine in engines()}
    if name == "auto":
        sounding = [one for one in known.values() if not isinstance(one, Silent) and one.available() and one.languages]
        return _first_that_speaks(language, sounding or [known["none"]])
    first, _, voice = name.partition("/")
    if first not in known:
        if not _FILE.fullmatch(name):
            raise ModelError(f"There is no voice {name!r}: {_suggested(name, known)}")
        first, voice = "onnx", name
    engine = known[first]
    if not engine.available():
        raise ModelError(f"The voice engine {first!r} is not installed: {install_hint(engine)}.")
    if voice and _FILE.fullmatch(voice) and not hasattr(engine, "open"):
        raise ModelError(f"The voice engine {first!r} reads no file such as {voice!r}: name the path alone.")
    return _first_that_speaks(language, [engine], voice)


def install_hint(engine: Engine) -> str:
    """How an engine is installed, as the end of a sentence."""
    return str(getattr(engine, "install", "install it"))


def _first_that_speaks(language: str, candidates: Sequence[Engine], voice: str = "") -> Voice:
    """The first engine that speaks a language; one that opens files does so."""
    opened = []
    for engine in candidates:
        speaker = voice
        if hasattr(engine, "open"):
            file = _FILE.fullmatch(voice)
            path, speaker = (file["path"], file["speaker"] or "") if file else (voice, "")
            engine = engine.open(path, language)
        tag = match(language, engine.languages)
        if tag is not None:
            return Voice(engine, tag, _one_of(engine, speaker))
        opened.append(engine)
    raise ModelError(_no_voice(language, opened))


def _one_of(engine: Engine, voice: str) -> str:
    """A voice of an engine, its usual one unless named."""
    known = voices_of(engine)
    if not voice:
        return known[0] if known else ""
    if voice not in known:
        choice = f"choose {', '.join(known)}." if known else "it has one voice, so name the engine alone."
        near = get_close_matches(voice, known, 1)
        meant = f"did you mean {near[0]!r}?" if near else choice
        raise ModelError(f"The voice engine {engine.name!r} has no voice {voice!r}: {meant}")
    return voice


def _no_voice(language: str, candidates: Sequence[Engine]) -> str:
    spoken = {tag for engine in candidates for tag in engine.languages}
    examples = [tag for tag in _WIDELY_SPOKEN if tag in spoken] or sorted(spoken)[:3]
    more = f" and {len(spoken) - len(examples)} more" if len(spoken) > len(examples) else ""
    names = " and ".join(engine.name for engine in candidates)
    return (
        f"No installed voice speaks {language!r} ({names} can do {', '.join(examples)}{more}): name another"
        " language, install another engine, or take voice 'none' for captions alone."
    )


def _suggested(name: str, known: dict[str, Engine]) -> str:
    """What ``name`` may have meant: an engine, or a voice without its engine's name."""
    names = ["auto", *known]
    names += [f"{one.name}/{voice}" for one in known.values() if one.available() for voice in voices_of(one)]
    bare = [one for one in names if one.partition("/")[2] == name]
    near = bare or get_close_matches(name, names, 1)
    return f"did you mean {near[0]!r}?" if near else f"choose auto, {', '.join(known)}."


@cache
def _load_plugins() -> None:
    for entry in entry_points(group="laterna.voices"):
        register(entry.load()())


# In order of how well they are understood: a recogniser hears flite's rms voice nearly without fault.
for _engine in (Studio(), Flite(), Piper(), Espeak(), Onnx(), Silent()):
    register(_engine)
