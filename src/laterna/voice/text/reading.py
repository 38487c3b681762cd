"""How a sentence is read out: what is not written in words is said in words.

English and Chinese have rules. Other languages are left to their engines.
"""

from dataclasses import dataclass

from laterna.voice.text import chinese, english
from laterna.voice.text.sentences import without_pictographs


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as it is read out: ``places[i]`` is the sentence's character that character ``i`` stands for."""

    text: str
    places: tuple[int, ...]


def read_out(sentence: str, language: str = "en") -> Reading:
    """What a reader says for a sentence: in English and Chinese without a digit; nowhere with an emoji's name.

    What is read out already is read out as it is. Places never fall.
    """
    sentence = without_pictographs(sentence)
    family = language.lower().replace("_", "-").split("-")[0]
    if family == "en":
        parts = list(english.parts(sentence, language))
    elif family in ("zh", "cmn"):
        parts = list(chinese.parts(sentence))
    else:
        return Reading(sentence, tuple(range(len(sentence))))
    return Reading("".join(text for text, _ in parts), tuple(place for text, place in parts for _ in text))
