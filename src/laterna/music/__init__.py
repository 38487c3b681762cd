"""The music: scores composed, harmonised, extended, varied, blended, pushed, analysed and drawn."""

from laterna.music.analyse import Analysis, analyse
from laterna.music.compose import compose, extend, harmonise, vary
from laterna.music.roll import roll
from laterna.music.space import blend, push
from laterna.music.suite import suite

__all__ = ["Analysis", "analyse", "blend", "compose", "extend", "harmonise", "push", "roll", "suite", "vary"]
