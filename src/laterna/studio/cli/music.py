"""``laterna music``: the functions it exposes."""

from laterna import music

FUNCTIONS = [
    music.compose,
    music.suite,
    music.harmonise,
    music.extend,
    music.vary,
    music.blend,
    music.push,
    music.analyse,
    music.roll,
]
