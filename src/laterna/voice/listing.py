"""All engines and their voices, at a glance."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from laterna.errors import LaternaError
from laterna.voice.engines import Engine, engines, install_hint, voices_of
from laterna.voice.engines.silent import Silent

_MANY = 6  # languages that are shown
_FIRST = ("en", "zh", "hi", "es", "ar", "fr")  # of an engine that has many


@dataclass(frozen=True, slots=True)
class Listed:
    """A voice.

    Attributes:
        voice: what ``voice=`` calls it.
        languages: BCP 47 tags, in words.
        licence: its line for the credits.
        installed: "yes", or how it is installed.
    """

    voice: str
    languages: str
    licence: str
    installed: str

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def voices() -> list[Listed]:
    """List the voices that can speak here, and the engines that could be installed.

    ``voice="auto"`` takes the first that speaks the language.
    """
    return [listed for engine in engines() if not isinstance(engine, Silent) for listed in _of(engine)]


def _of(engine: Engine) -> Iterator[Listed]:
    if not engine.available():
        yield Listed(engine.name, _in_words(engine.languages), _credit(engine), install_hint(engine))
        return
    names = voices_of(engine)
    for name in names:
        languages = getattr(engine, "languages_of", lambda _: engine.languages)(name)
        yield Listed(f"{engine.name}/{name}", _in_words(languages), _credit(engine), "yes")
    if not names:
        reads_files = hasattr(engine, "open")
        shown = f"{engine.name}/PATH.onnx" if reads_files else engine.name
        yield Listed(shown, _in_words(engine.languages) or "as its file says", _credit(engine), "yes")


def _credit(engine: Engine) -> str:
    try:
        return engine.credit.removeprefix("Voice: ") or "as its file says"
    except LaternaError:  # it is told by what is not installed
        return ""


def _in_words(languages: Sequence[str]) -> str:
    """Some of the languages, those known best first, and how many more there are."""
    known = [tag for tag in _FIRST if tag in languages]
    shown = [*known, *(tag for tag in languages if tag not in known)][:_MANY]
    more = f" and {len(languages) - len(shown)} more" if len(languages) > len(shown) else ""
    return ", ".join(shown) + more
