"""How a sentence is read out: what is not written in words is said in words.

English and Chinese have rules. Other languages are left to their engines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from laterna.voice.text import chinese, english
from laterna.voice.text.lexicon import Lexicon
from laterna.voice.text.sentences import without_pictographs


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as it is read out: ``places[i]`` is the sentence's character that character ``i`` stands for."""

    text: str
    places: tuple[int, ...]


def read_out(sentence: str, language: str = "en", lexicon: Lexicon | None = None) -> Reading:
    """What a reader says for a sentence: in English and Chinese without a digit; nowhere with an emoji's name.

    What is read out already stays as it is. Places never fall.

    Args:
        sentence: as written.
        language: a BCP 47 tag; "en-GB" and its like read 3/5/2026 as a day in May.
        lexicon: has the words that are said as others.
    """
    respelt = _joined((lexicon or Lexicon()).respelt(without_pictographs(sentence)))
    family = language.lower().replace("_", "-").split("-")[0]
    if family == "en":
        parts = list(english.parts(respelt.text, language))
    elif family in ("zh", "cmn"):
        parts = list(chinese.parts(respelt.text))
    else:
        return respelt
    return _joined([(text, respelt.places[place]) for text, place in parts])


def _joined(parts: Sequence[tuple[str, int]]) -> Reading:
    return Reading("".join(text for text, _ in parts), tuple(place for text, place in parts for _ in text))
