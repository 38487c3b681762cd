"""``laterna editing``: the functions it exposes."""

from laterna import editing

FUNCTIONS = [getattr(editing, name) for name in editing.__all__ if callable(getattr(editing, name))]
