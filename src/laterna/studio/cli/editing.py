"""``laterna editing``: the functions it exposes."""

from laterna import editing

FUNCTIONS = [editing.captions, editing.render]
