"""Editing: footage measured, cut, captioned and rendered."""

from laterna.editing.analyse import Footage, analyse
from laterna.editing.captions import captions, too_fast
from laterna.editing.cut import cut
from laterna.editing.cutting.pins import Ban, Pin
from laterna.editing.interchange import compare, export
from laterna.editing.poster import poster
from laterna.editing.render import pictures, render
from laterna.editing.shots import shots
from laterna.editing.tidy import tidy, transcript
from laterna.editing.titles import title

__all__ = [
    "Ban",
    "Footage",
    "Pin",
    "analyse",
    "captions",
    "compare",
    "cut",
    "export",
    "pictures",
    "poster",
    "render",
    "shots",
    "tidy",
    "title",
    "too_fast",
    "transcript",
]
