"""What speaks: the interface of engines, and a voice of one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, Protocol

from laterna.media.languages import bcp47
from laterna.voice.engines.spoken import Spoken
from laterna.voice.text.words import WordsToPhones


class Engine(Protocol):
    """What speaks sentences. The same sentence gives the same samples, whatever was said before it.

    An engine may have more than this says:

    - ``voices``, names of which the first is its usual one; then ``speak_sentence`` takes ``voice``, one of them;
    - ``fingerprint``, a text that changes when its voices do: spoken sentences are kept under it;
    - ``open(voice, language)``, which gives an engine for the voice of a name or a path, where each has its languages;
    - ``languages_of(voice)``, the languages of one voice, for the list of all;
    - ``install``, a sentence's end that says how it is installed: "run `apt install flite`".

    Its ``speak_sentence`` is given ``seed`` and ``words_to_phones`` (how words are said, where a lexicon is in use) if
    it takes parameters of these names.

    Attributes:
        name: what ``voice=`` calls it.
        languages: BCP 47 tags in lower case; "*" stands for any.
        credit: a line for the credits, with the licence; empty where none is due.
    """

    name: str

    @property
    def credit(self) -> str: ...

    @property
    def languages(self) -> Sequence[str]: ...

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
    """An engine, the language by its own tag that it will speak, and which of its voices; "" where it has but one."""

    engine: Engine
    language: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.engine.name}/{self.name}" if self.name else self.engine.name

    @property
    def fingerprint(self) -> str:
        """What spoken sentences depend on, beside the sentence."""
        return f"{self} {self.language} {getattr(self.engine, 'fingerprint', '')}"

    @property
    def takes_phones(self) -> bool:
        """Whether it can be told in phones how words are said."""
        return "words_to_phones" in signature(self.engine.speak_sentence).parameters

    def speak(
        self, text: str, *, speed: float = 1.0, seed: int = 0, words_to_phones: WordsToPhones | None = None
    ) -> Spoken:
        """Speak one sentence; see :meth:`Engine.speak_sentence`."""
        known = {"voice": self.name or None, "seed": seed, "words_to_phones": words_to_phones}
        takes = signature(self.engine.speak_sentence).parameters
        more: dict[str, Any] = {name: value for name, value in known.items() if name in takes and value is not None}
        return self.engine.speak_sentence(text, language=self.language, speed=speed, **more)


def voices_of(engine: Engine) -> tuple[str, ...]:
    """The names of an engine's voices; none where it has but one."""
    return tuple(getattr(engine, "voices", ()))


def match(language: str, languages: Sequence[str]) -> str | None:
    """The tag in ``languages`` that serves ``language``, by RFC 4647 lookup: its last subtags are dropped in turn."""
    subtags = bcp47(language).lower().split("-")
    for count in range(len(subtags), 0, -1):
        tag = "-".join(subtags[:count])
        if tag in languages:
            return tag
    return "*" if "*" in languages else None
