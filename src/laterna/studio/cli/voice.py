"""``laterna voice``: the functions it exposes, and the workflows that a user looks for there."""

from laterna import voice

FUNCTIONS = [voice.speak, voice.align, "laterna.voice.corpus:corpus", "laterna.production.workflows.audiobook:audiobook"]
