"""The voice: texts spoken, with the time of every word, and recordings aligned with their texts."""

from laterna.voice.align import align
from laterna.voice.speak import speak
from laterna.voice.speech import Speech

__all__ = ["Speech", "align", "speak"]
