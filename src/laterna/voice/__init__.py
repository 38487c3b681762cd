"""The voice: texts spoken in many voices, with the time of every word; recordings aligned with their texts."""

from laterna.voice.align import align
from laterna.voice.listing import voices
from laterna.voice.speak import speak, stream
from laterna.voice.speech import Speech

__all__ = ["Speech", "align", "speak", "stream", "voices"]
