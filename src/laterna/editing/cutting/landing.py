"""Cuts that land on the beats of music, each moved by a little."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType

from laterna.editing.cutting.choose import Chooser
from laterna.editing.cutting.rules import Pick


def land(
    picks: list[Pick],
    beats: Sequence[int],
    reach: int,
    chooser: Chooser,
    delays: Mapping[int, int] = MappingProxyType({}),
) -> dict[int, int]:
    """Move each cut between ``picks``, in order, to the nearest beat within ``reach`` frames that footage allows.

    ``beats`` are frames of the film. A cut stays where no beat can be reached. ``delays`` are frames without pictures
    before picks, by their index.

    Returns:
        Where each cut lay that was moved, and where it lies.
    """
    moved: dict[int, int] = {}
    cuts = [*accumulate(pick.length + delays.get(index, 0) for index, pick in enumerate(picks, 1))][:-1]
    for index, was in enumerate(cuts, 1):
        for beat in _nearest(beats, was, reach):
            if beat == was or chooser.trade(picks, index, beat - was):
                moved[was] = beat
                break
    return moved


def _nearest(beats: Sequence[int], frame: int, reach: int) -> list[int]:
    near = (beat for beat in beats if abs(beat - frame) <= reach)
    return sorted(near, key=lambda beat: abs(beat - frame))
