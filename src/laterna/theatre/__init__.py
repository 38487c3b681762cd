"""A shadow theatre in the tradition of Lotte Reiniger: rushes from a seed, with the truth of every frame."""

from laterna.theatre.film import Film, film
from laterna.theatre.record import Clip
from laterna.theatre.shoot import Rushes, shoot
from laterna.theatre.take import Picture, Take, take
from laterna.theatre.truth import Truth

__all__ = ["Clip", "Film", "Picture", "Rushes", "Take", "Truth", "film", "shoot", "take"]
