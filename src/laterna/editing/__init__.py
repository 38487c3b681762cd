"""Editing: footage measured, cut, captioned and rendered."""

from laterna.editing.captions import captions, too_fast
from laterna.editing.render import render
from laterna.editing.titles import title

__all__ = ["captions", "render", "title", "too_fast"]
