"""``laterna audience``: the functions it exposes."""

from laterna import audience

FUNCTIONS = [audience.recommend, audience.evaluate, audience.profile, audience.portrait, audience.simulate]
