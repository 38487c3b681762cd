"""``laterna music``: the functions it exposes."""

from laterna import music

FUNCTIONS = [music.compose, music.harmonise, music.extend, music.vary, music.analyse, music.roll]
