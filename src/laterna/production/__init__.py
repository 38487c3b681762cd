"""One brief in, one release out: the brief, the plan's steps, the engine that runs them, and the report."""

from laterna.media.pieces import Pieces
from laterna.production.brief import Brief, new
from laterna.production.credits import credits
from laterna.production.engine import Event, Outcome
from laterna.production.findings import Skipped
from laterna.production.release import Release, produce
from laterna.production.steps import Step, step
from laterna.production.store import Version

__all__ = [
    "Brief",
    "Event",
    "Outcome",
    "Pieces",
    "Release",
    "Skipped",
    "Step",
    "Version",
    "credits",
    "new",
    "produce",
    "step",
]
