"""Timelines read as a test needs them, and sentences as they would be spoken."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from laterna.editing import Footage
from laterna.media.timecode import snap_rate
from laterna.media.timeline import source_start, track
from laterna.media.transcript import Sentence, Transcript, Word

Timeline = otio.schema.Timeline
Rushes = Callable[..., list[Footage]]

FILES = 12


def said(*texts: str, words_a_second: float = 2.6) -> Transcript:
    """Sentences spoken evenly, with pauses of 0.4 s."""
    now, sentences = Fraction(1, 5), []
    for text in texts:
        words = []
        for word in text.split():
            words.append(Word(word, now, now := now + Fraction(1 / words_a_second).limit_denominator(100)))
        sentences.append(Sentence(text, tuple(words)))
        now += Fraction(2, 5)
    return Transcript(tuple(sentences))


def longer(spoken: Transcript, which: int, by: Fraction) -> Transcript:
    """The same words, but the last one of a sentence takes ``by`` seconds more."""
    before, sentence = spoken.sentences[:which], spoken.sentences[which]
    last = sentence.words[-1]
    changed = Sentence(sentence.text, (*sentence.words[:-1], Word(last.text, last.start, last.end + by)))
    later = [
        Sentence(s.text, tuple(Word(w.text, w.start + by, w.end + by) for w in s.words))
        for s in spoken.sentences[which + 1 :]
    ]
    return Transcript((*before, changed, *later))


def clips(timeline: Timeline, name: str = "Picture") -> list[otio.schema.Clip]:
    return [item for item in track(timeline, name) if isinstance(item, otio.schema.Clip)]


def used(timeline: Timeline, name: str = "Picture") -> list[tuple[str, int, int]]:
    """Each clip's file, and its first and end frame there, of the film's."""
    rows = []
    for clip in clips(timeline, name):
        length = clip.source_range.duration
        start = source_start(clip, Path()) * snap_rate(length.rate)
        end = start + round(length.value)
        rows.append((clip.media_reference.target_url, round(start), round(end)))
    return rows


def known(clip: otio.schema.Clip) -> Any:
    return clip.metadata["laterna"]


def cuts(timeline: Timeline) -> list[tuple[int, tuple[str, int, int]]]:
    """Where in the film each range starts."""
    rows, now = [], 0
    for row in used(timeline):
        rows.append((now, row))
        now += row[2] - row[1]
    return rows


def frames(timeline: Timeline) -> int:
    return sum(end - start for _, start, end in used(timeline))


def text(timeline: Timeline) -> str:
    return str(otio.adapters.write_to_string(timeline, "otio_json"))
