"""Screenplays in Fountain (fountain.io): read into typed elements, written back byte for byte."""

from laterna.media.screenplay.elements import (
    Action,
    Blank,
    Boneyard,
    Centered,
    Dialogue,
    Element,
    Lyrics,
    Note,
    PageBreak,
    Parenthetical,
    Scene,
    SceneHeading,
    Section,
    Speech,
    Synopsis,
    TitlePage,
    Transition,
)
from laterna.media.screenplay.emphasis import Run, plain, runs
from laterna.media.screenplay.screenplay import Screenplay

__all__ = [
    "Action",
    "Blank",
    "Boneyard",
    "Centered",
    "Dialogue",
    "Element",
    "Lyrics",
    "Note",
    "PageBreak",
    "Parenthetical",
    "Run",
    "Scene",
    "SceneHeading",
    "Screenplay",
    "Section",
    "Speech",
    "Synopsis",
    "TitlePage",
    "Transition",
    "plain",
    "runs",
]
