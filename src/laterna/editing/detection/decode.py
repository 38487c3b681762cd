"""From the network's answers, frame by frame, to transitions."""

import numpy as np

from laterna.media.shots import Transition, TransitionKind

KINDS: tuple[TransitionKind, ...] = ("cut", "dissolve", "fade", "wipe")
_LEAST = 0.4  # probability, chosen on films of seeds that the benchmark has not
_CLOSEST = 3  # frames between two cuts
_GAP, _SHORTEST = 3, 3  # frames: a gap that a gradual transition bridges, its least length


def transitions(probabilities: np.ndarray) -> list[Transition]:
    """The transitions of a film, in order, none over another, from (frames, kinds) of a whole film.

    A gradual transition that touches an end of the film is no boundary: there is no shot beyond it.
    """
    slow = _gradual(probabilities)
    cuts = [cut for cut in _cuts(probabilities[:, 0]) if not any(_within(cut, other) for other in slow)]
    slow = [
        found for found in slow if not any(found.first_frame <= cut.first_frame <= found.last_frame for cut in cuts)
    ]
    return sorted([*cuts, *slow], key=lambda found: found.first_frame)


def _cuts(chance: np.ndarray) -> list[Transition]:
    kept: list[Transition] = []
    for frame in np.argsort(-chance, kind="stable"):
        if chance[frame] < _LEAST:
            break
        if frame and all(abs(frame - other.first_frame) >= _CLOSEST for other in kept):
            kept.append(Transition("cut", int(frame), int(frame), float(chance[frame])))
    return kept


def _gradual(probabilities: np.ndarray) -> list[Transition]:
    slow = probabilities[:, 1:]
    chance = 1 - np.prod(1 - slow, axis=1)
    likely = np.flatnonzero(chance >= _LEAST)
    found = []
    for run in np.split(likely, np.flatnonzero(np.diff(likely) > _GAP) + 1):
        if len(run) < _SHORTEST or run[0] == 0 or run[-1] == len(chance) - 1:
            continue
        span = slice(int(run[0]), int(run[-1]) + 1)
        kind = KINDS[1 + int(slow[span].sum(axis=0).argmax())]
        found.append(Transition(kind, span.start, span.stop - 1, float(chance[span].mean())))
    return found


def _within(cut: Transition, slow: Transition) -> bool:
    """Whether a cut is but the sharp moment of a gradual transition that is likelier."""
    inside = slow.first_frame - 2 <= cut.first_frame <= slow.last_frame + 2
    return inside and slow.confidence >= cut.confidence - 0.2
