"""The sound: loudness measured, and stems mixed to a film's sound track."""

from laterna.sound.loudness import Loudness, loudness, measure
from laterna.sound.mix import Mix, correction, mix

__all__ = ["Loudness", "Mix", "correction", "loudness", "measure", "mix"]
