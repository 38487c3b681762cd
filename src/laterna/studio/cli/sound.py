"""``laterna sound``: the functions it exposes."""

from laterna import sound

FUNCTIONS = [sound.loudness, sound.beats, sound.play, sound.mix]
