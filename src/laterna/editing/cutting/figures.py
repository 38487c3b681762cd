"""A cut in a few numbers, read from its timeline alone: what a taste can be learnt of."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import opentimelineio as otio

from laterna.errors import DataError
from laterna.media.timecode import to_seconds


def figures(timeline: otio.schema.Timeline) -> dict[str, float]:
    """Numbers that tell one cut from another, by name; none when it has no picture.

    - ``film_seconds``: its length;
    - ``shot_seconds``, ``shot_variation``: the mean of its shots' lengths, and their standard deviation over that;
    - ``first_shot``, ``last_shot``: those shots' lengths, over the mean;
    - ``quickening``: the correlation of place and length, negated: above 0 when the shots get shorter;
    - ``dissolve_share``: of the joins of two shots, those that are no plain cut;
    - ``reuse``: the share of shots whose file was seen before.

    What the timeline's maker left of it under ``metadata["laterna"]["features"]`` is told too.

    Raises:
        DataError: a clip has no length.
    """
    pictures = next((track for track in timeline.video_tracks() if track.name == "Picture"), None)
    pictures = pictures or next(iter(timeline.video_tracks()), ())
    clips = [item for item in pictures if isinstance(item, otio.schema.Clip)]
    try:
        lengths = np.array([float(to_seconds(clip.duration())) for clip in clips])
    except otio.exceptions.OTIOError as error:
        raise DataError(
            f"The timeline {timeline.name!r} has a clip without a length: give it a source range."
        ) from error
    if not lengths.sum():
        return {}
    found = {
        "film_seconds": float(lengths.sum()),
        "shot_seconds": float(lengths.mean()),
        "shot_variation": float(lengths.std() / lengths.mean()),
        "first_shot": float(lengths[0] / lengths.mean()),
        "last_shot": float(lengths[-1] / lengths.mean()),
        "quickening": _quickening(lengths),
        "dissolve_share": _dissolves(pictures) / max(1, len(clips) - 1),
        "reuse": 1 - len({_file(clip, index) for index, clip in enumerate(clips)}) / len(clips),
    }
    return found | _left(timeline.metadata)


def _dissolves(pictures: Iterable[otio.core.Composable]) -> int:
    """Transitions from one shot to another; a fade in or out has a gap, or nothing, on its other side."""
    wanted, items = (otio.schema.Clip, otio.schema.Transition, otio.schema.Clip), [*pictures]
    threes = zip(items, items[1:], items[2:], strict=False)
    return sum(all(map(isinstance, three, wanted)) for three in threes)


def _quickening(lengths: np.ndarray) -> float:
    if len(lengths) < 3 or lengths.std() < 1e-9:
        return 0.0
    return -float(np.corrcoef(np.arange(len(lengths)), lengths)[0, 1])


def _file(clip: otio.schema.Clip, index: int) -> str:
    """What tells the clip's file; without one, every clip is its own."""
    return getattr(clip.media_reference, "target_url", "") or f"clip {index}"


def _left(metadata: Mapping[str, Any]) -> dict[str, float]:
    """The maker's own features; what is no number is not counted."""
    ours = metadata.get("laterna")
    left = ours.get("features") if isinstance(ours, Mapping) else None
    named = left.items() if isinstance(left, Mapping) else ()
    return {
        str(name): float(value) for name, value in named if isinstance(value, int | float) and np.isfinite(float(value))
    }
