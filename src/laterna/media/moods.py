"""The moods of a film: the one list that the brief offers, and that pace and music follow."""

from typing import Literal

Mood = Literal["calm", "bright", "joyful", "solemn", "wistful", "sombre", "tense"]
