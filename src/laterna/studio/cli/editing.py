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
    editing.index,
    editing.takes,
    editing.find,
    editing.match,
    editing.contact_sheet,
    editing.review,
    editing.tidy,
    editing.transcript,
]
