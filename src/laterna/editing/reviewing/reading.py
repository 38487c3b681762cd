"""Faults of captions: too fast to be read, or cut off by the next one or by the film's end."""

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction

from laterna.editing.breaking import is_full
from laterna.editing.captions import reading_speed, too_fast, width
from laterna.editing.reviewing.finding import Finding
from laterna.media.captions import Caption, Captions

_SHORTEST = Fraction(5, 6)  # seconds, the least that guides allow however short the words are
_FRAME = Fraction(1, 20)  # seconds that times in a file of captions may be off


def reading(captions: Captions, end: Fraction) -> Iterator[Finding]:
    """What is wrong with a film's captions; ``end`` is the film's, in seconds."""
    shown = [caption for caption in captions if caption.text]
    beyond = [caption for caption in shown if caption.start >= end]
    if beyond:
        last = max(caption.end for caption in beyond)
        sentence = (
            f"{len(beyond)} of {len(shown)} captions come after the film's end, the last at {float(last):.1f} s of"
            f" {float(end):.1f} s: they belong to another film, or to another cut of it."
        )
        yield Finding("cut-off caption", end, end, "error", float(last), float(end), sentence)
    within = [caption for caption in shown if caption.start < end]
    yield from _cut_off(within, end)
    yield from _fast(within)


def language_of(captions: Sequence[Caption]) -> str:
    """Whether captions are read by the measure of full-width writing ("zh") or of any other ("en")."""
    letters = [character for caption in captions for character in caption.text if character.isalpha()]
    return "zh" if 2 * sum(map(is_full, letters)) > len(letters) else "en"


def _cut_off(captions: Sequence[Caption], end: Fraction) -> Iterator[Finding]:
    ordered = sorted(captions, key=lambda caption: caption.start)
    limits = itertools.chain((later.start for later in ordered[1:]), [end])
    for caption, limit in zip(ordered, limits, strict=False):
        if caption.end > limit + _FRAME:
            by = "the film's end" if limit == end else "the next one"
            sentence = f"The caption {_short(caption)} is cut off by {by}, {float(caption.end - limit):.2f} s early."
            yield Finding("cut-off caption", caption.start, limit, "error", float(caption.end), float(limit), sentence)


def _fast(captions: Sequence[Caption]) -> Iterator[Finding]:
    language = language_of(captions)
    most = reading_speed(language)
    hasty = set(too_fast(Captions(tuple(captions)), language))
    for caption in captions:
        seconds = caption.end - caption.start
        if seconds < _SHORTEST:
            sentence = f"The caption {_short(caption)} is shown for {float(seconds):.2f} s, less than 5/6 s."
            yield Finding(
                "fast caption", caption.start, caption.end, "warning", float(seconds), float(_SHORTEST), sentence
            )
        elif caption in hasty:
            speed = float(width(caption.text) / seconds)
            sentence = f"The caption {_short(caption)} has {speed:.0f} characters a second to read, more than {most}."
            yield Finding("fast caption", caption.start, caption.end, "warning", round(speed, 1), float(most), sentence)


def _short(caption: Caption) -> str:
    text = caption.text if len(caption.text) <= 40 else f"{caption.text[:39].rstrip()}…"
    return f"“{text}”"
