"""The words that the theatre labels its takes with."""

from typing import Literal

Daytime = Literal["dawn", "day", "dusk", "night"]
Weather = Literal["clear", "rain", "snow", "fog", "wind", "dust"]
Mood = Literal["calm", "joyful", "melancholy", "tense", "mysterious", "romantic"]
Scale = Literal["wide", "medium", "close-up"]
Move = Literal["static", "pan", "tilt", "zoom", "track", "handheld"]
Place = Literal["hills", "mountains", "forest", "village", "harbour", "desert", "rooftops", "lake", "palace", "meadow"]
Action = Literal["stand", "walk", "wave", "jump", "sit", "talk", "dance", "point", "bow", "fly"]
Kind = Literal["man", "woman", "boy", "girl", "dog", "horse", "bird"]
NegativeKind = Literal["flash", "strobe", "lightning", "whip_pan", "passer_by", "lights_on"]

JOINTS: dict[str, tuple[str, ...]] = {
    "person": (
        "head_top", "nose", "neck",
        "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
        "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle",
    ),
    "quadruped": (
        "nose", "head", "withers", "croup", "tail",
        "right_fore_knee", "right_fore_paw", "left_fore_knee", "left_fore_paw",
        "right_hind_knee", "right_hind_paw", "left_hind_knee", "left_hind_paw",
    ),
    "bird": ("beak", "body", "tail", "right_wing", "left_wing"),
}  # fmt: skip
"""The joints of each body plan, in the order of a pose's rows."""


def body_plan(kind: Kind) -> str:
    """Which skeleton of :data:`JOINTS` a kind of actor has."""
    return {"dog": "quadruped", "horse": "quadruped", "bird": "bird"}.get(kind, "person")
