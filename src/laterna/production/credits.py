"""Whose work is in a film and in Laterna, and under which licence."""

import importlib.metadata
import re
from collections.abc import Iterator

from laterna.learning.store import models
from laterna.voice.engines import engines

FONTS = (
    "Type: Cormorant Garamond by the Cormorant Project Authors, SIL Open Font License 1.1",
    "Type: Noto Sans SC and Noto Serif SC by Adobe, SIL Open Font License 1.1",
)
_CARRIED = {"av": "its wheel carries x264 and x265, GPL-2.0-or-later"}
_LONG = 60  # characters; some packages state a whole licence where its name belongs


def credits() -> list[str]:
    """List whose work Laterna uses, and under which licence: fonts, weights, installed voices, libraries."""
    voices = [engine.credit for engine in engines() if engine.credit and engine.available()]
    return [*FONTS, *_weights(), *voices, *sorted(_libraries(), key=str.lower)]


def _weights() -> Iterator[str]:
    """Whom the cards of the models here credit."""
    cards = (stored.card for stored in models() if stored.card is not None)
    return (f"Weights: {card.model}, {card.licence}: {line}" for card in cards for line in card.credits)


def _libraries() -> Iterator[str]:
    for requirement in importlib.metadata.requires("laterna") or ():
        name = re.match(r"[\w.-]+", requirement)
        if name is None or name[0] == "laterna" or "dev" in requirement.partition(";")[2]:
            continue
        try:
            distribution = importlib.metadata.distribution(name[0])
        except importlib.metadata.PackageNotFoundError:  # of an extra that isn't installed
            continue
        carried = f"; {_CARRIED[name[0]]}" if name[0] in _CARRIED else ""
        yield f"Library: {name[0]} {distribution.version}, {_licence(distribution.metadata)}{carried}"


def _licence(metadata: importlib.metadata.PackageMetadata) -> str:
    fields = [text for field in ("License-Expression", "License") for text in metadata.get_all(field) or ()]
    short = [text.strip() for text in fields if 0 < len(text.strip()) < _LONG]
    classifiers = [line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier") or () if "License ::" in line]
    return (short + classifiers + ["licence stated in the package"])[0]
