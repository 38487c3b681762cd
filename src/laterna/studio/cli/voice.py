"""``laterna voice``: the functions it exposes."""

from laterna import voice

FUNCTIONS = [voice.speak, voice.align]
