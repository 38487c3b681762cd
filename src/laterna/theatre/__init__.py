"""A shadow theatre that shoots rushes from a seed, in the tradition of Lotte Reiniger, with the truth of every frame."""

from laterna.theatre.shoot import Clip, Rushes, shoot
from laterna.theatre.take import Picture, Take, take
from laterna.theatre.truth import Truth

__all__ = ["Clip", "Picture", "Rushes", "Take", "Truth", "shoot", "take"]
