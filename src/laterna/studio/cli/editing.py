"""``laterna editing``: the functions it exposes."""

from laterna import editing

FUNCTIONS = [
    editing.shots,
    editing.analyse,
    editing.cut,
    editing.export,
    editing.captions,
    editing.render,
    editing.poster,
    editing.title,
    editing.review,
    editing.tidy,
    editing.transcript,
]
