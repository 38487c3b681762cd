"""MusicXML (W3C, MusicXML 4.0), by the standard library alone: scores as notation programs keep them."""

from laterna.media.musicxml.packed import pack, unpack
from laterna.media.musicxml.reader import MOST_QUARTERS, read
from laterna.media.musicxml.writer import written

__all__ = ["MOST_QUARTERS", "pack", "read", "unpack", "written"]
