"""``laterna voice``: the functions it exposes, and the workflows that a user looks for there."""

from laterna import voice
from laterna.voice import recording

FUNCTIONS = [
    recording.speak,
    voice.voices,
    voice.align,
    "laterna.voice.corpus:corpus",
    "laterna.production.workflows.audiobook:audiobook",
    "laterna.production.workflows.dub:dub",
]
