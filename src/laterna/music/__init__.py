"""The music: scores composed, harmonised, extended, varied, analysed and drawn."""

from laterna.music.analyse import Analysis, analyse
from laterna.music.compose import compose, extend, harmonise, vary
from laterna.music.roll import roll

__all__ = ["Analysis", "analyse", "compose", "extend", "harmonise", "roll", "vary"]
