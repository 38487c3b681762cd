"""What a format of cut means for a brief: what it takes for granted, what it has no use for, and how long it is."""

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Literal

from laterna.editing.cutting.slots import estimate
from laterna.voice.text.sentences import paragraphs

Format = Literal["film", "trailer", "highlights", "interview", "documentary"]

_AROUND = 5  # seconds of a documentary before and after its words

_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "trailer": {"length": "30s", "mood": "tense"},
    "highlights": {"length": "60s", "mood": "joyful", "cuts": "beats"},
    "interview": {"music": "none"},
}
_OF_SHOTS = ("cutter", "shortest", "longest", "withhold", "transitions", "end_title")
_USELESS: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {  # why, and which fields and options of the cut
    "interview": (
        "it is cut by its own words",
        ("length", "narration", "narration_file", "cuts", "pin", "forbid"),
        _OF_SHOTS,
    ),
}
_OF_OTHERS = ("it is no talk", (), ("tidy",))
_OF_ONE = {"cards": "trailer"}


def with_defaults(data: Mapping[str, Any]) -> dict[str, Any]:
    """A brief's tables with what its format takes for granted where they say nothing."""
    return {**_DEFAULTS.get(str(data.get("format")), {}), **data}


def useless(data: Mapping[str, Any]) -> str | None:
    """What a brief says that its format has no use for, as the end of a sentence; None where all is of use."""
    wanted = data.get("format", "film")
    why, names, options = _USELESS.get(wanted, _OF_OTHERS)
    said = [name for name in names if name in data]
    said += [f"{name} in [steps.cut]" for name in options if name in data.get("steps", {}).get("cut", {})]
    if said:
        return f"{said[0]}, for which the format {wanted!r} has no use, since {why}: leave it out"
    for name, only in _OF_ONE.items():
        if data.get(name) and wanted != only:
            return f'{name}, which belong to the format {only!r}: leave them out, or write format = "{only}"'
    return None


def spoken_length(texts: Iterable[str], language: str) -> Fraction:
    """Whole seconds that a documentary lasts whose brief names no length: its words, at an easy pace, and a little."""
    sentences = (sentence for text in texts for part in paragraphs(text, language) for sentence in part)
    return Fraction(math.ceil(sum(map(estimate, sentences)) + _AROUND))
