"""The sound: loudness measured, and stems mixed to a film's sound track."""

from laterna.sound.coded import Coded, coded
from laterna.sound.loudness import Loudness, loudness, measure
from laterna.sound.mix import Mix, correction, mix

__all__ = ["Coded", "Loudness", "Mix", "coded", "correction", "loudness", "measure", "mix"]
