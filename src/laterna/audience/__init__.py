"""The audience: who will like it. Events and catalogues, recommenders, profiles, and an evaluation that can't fool."""

from laterna.audience.catalogue import Catalogue
from laterna.audience.evaluate import evaluate
from laterna.audience.events import Events
from laterna.audience.generate import Generated, Tastes, generate, simulate
from laterna.audience.profile import Profile, portrait, profile
from laterna.audience.recommend import Recommended, recommend

__all__ = [
    "Catalogue",
    "Events",
    "Generated",
    "Profile",
    "Recommended",
    "Tastes",
    "evaluate",
    "generate",
    "portrait",
    "profile",
    "recommend",
    "simulate",
]
