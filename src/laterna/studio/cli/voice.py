"""``laterna voice``: the functions it exposes."""

from laterna import voice
from laterna.production.workflows.audiobook import audiobook

FUNCTIONS = [voice.speak, voice.align, audiobook]
