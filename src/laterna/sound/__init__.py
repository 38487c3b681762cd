"""The sound: loudness measured, scores played, beats tracked, and stems mixed to a film's sound track."""

from laterna.media.loudness import Loudness, loudness, measure
from laterna.sound.beats import beats, score_beats
from laterna.sound.coded import Coded, coded
from laterna.sound.mix import Mix, correction, mix
from laterna.sound.synthesizer import play

__all__ = [
    "Coded",
    "Loudness",
    "Mix",
    "beats",
    "coded",
    "correction",
    "loudness",
    "measure",
    "mix",
    "play",
    "score_beats",
]
