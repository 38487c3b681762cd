"""Editing: footage measured, cut, captioned and rendered."""

from laterna.editing.analyse import Footage, analyse
from laterna.editing.captions import captions, too_fast
from laterna.editing.contact_sheet import contact_sheet
from laterna.editing.cut import cut
from laterna.editing.cutting.formats import Format
from laterna.editing.cutting.pins import Ban, Pin
from laterna.editing.find import Found, find
from laterna.editing.index import index
from laterna.editing.indexing.index import Index
from laterna.editing.interchange import compare, export
from laterna.editing.match import Match, Matches, match
from laterna.editing.poster import poster
from laterna.editing.render import pictures, render
from laterna.editing.review import review
from laterna.editing.reviewing.finding import Finding, Review
from laterna.editing.shots import shots
from laterna.editing.takes import Take, takes
from laterna.editing.tidy import tidy, transcript
from laterna.editing.titles import title

__all__ = [
    "Ban",
    "Finding",
    "Footage",
    "Format",
    "Found",
    "Index",
    "Match",
    "Matches",
    "Pin",
    "Review",
    "Take",
    "analyse",
    "captions",
    "compare",
    "contact_sheet",
    "cut",
    "export",
    "find",
    "index",
    "match",
    "pictures",
    "poster",
    "render",
    "review",
    "shots",
    "takes",
    "tidy",
    "title",
    "too_fast",
    "transcript",
]
