"""Shots in words, as the analyst sees them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from laterna.editing.describing.labels import CHOICES, SETS
from laterna.editing.describing.sampling import Samples

if TYPE_CHECKING:
    from laterna.editing.models.analyst import Analyst, Answers

NAME = "editing/analyst"
_SURE = 0.5  # the probability from which a word of a set is said


@dataclass(frozen=True)
class Description:
    """One shot.

    Attributes:
        scale, move, daytime, mood, weather, place: a word each, see :data:`laterna.editing.describing.labels.CHOICES`.
        subjects, actions: the words that hold, likelier ones first.
        valence, arousal: -1 (unpleasant, drowsy) to 1 (pleasant, excited).
        key_score: how much of a key shot it is, 0..1.
        key_frame: the frame that shows most, counted from the film's first.
        sure: the probability of each of the six words.
        vector: (384,) float32; shots that look and move alike lie near one another.
    """

    scale: str
    move: str
    daytime: str
    mood: str
    weather: str
    place: str
    subjects: tuple[str, ...]
    actions: tuple[str, ...]
    valence: float
    arousal: float
    key_score: float
    key_frame: int
    sure: dict[str, float]
    vector: np.ndarray

    def to_json(self) -> dict[str, Any]:
        """All but the vector, as plain values."""
        return {name: value for name, value in asdict(self).items() if name != "vector"}


def describe(shots: Sequence[Samples], *, model: str = NAME) -> list[Description]:
    """Describe shots.

    Args:
        shots: samples of each, at least one picture in each; see :meth:`Samples.between`.
        model: the analyst: a name, a path, or ``hf:owner/name``.

    Raises:
        ModelError: there is no such model.
    """
    return [_said(shot, answers) for shot, answers in zip(shots, _analyst(model).answers(shots), strict=True)]


@cache
def _analyst(model: str) -> "Analyst":
    from laterna.learning import load  # torch takes a second to import, and only shots that are described need it

    return cast("Analyst", load(model))


def _said(shot: Samples, answers: "Answers") -> Description:
    likely = {name: answers.choices[name][0].softmax(0) for name in CHOICES}
    words = {name: CHOICES[name][int(each.argmax())] for name, each in likely.items()}
    subjects, actions = _held(answers)
    valence, arousal, key = answers.numbers[0].tolist()
    return Description(
        scale=words["scale"],
        move=words["move"],
        daytime=words["daytime"],
        mood=words["mood"],
        weather=words["weather"],
        place=words["place"],
        subjects=subjects,
        actions=actions,
        valence=float(np.clip(valence, -1, 1)),
        arousal=float(np.clip(arousal, -1, 1)),
        key_score=float(np.clip(key, 0, 1)),
        key_frame=int(shot.frames[int(answers.keys[0].argmax())]),
        sure={name: round(float(each.max()), 4) for name, each in likely.items()},
        vector=answers.vectors[0].float().cpu().numpy(),
    )


def _held(answers: "Answers") -> list[tuple[str, ...]]:
    """The words that hold, of each set, likelier ones first."""
    likely, found = answers.sets[0].sigmoid().tolist(), list[tuple[str, ...]]()
    for every in SETS.values():
        shares, likely = likely[: len(every)], likely[len(every) :]
        found.append(tuple(word for share, word in sorted(zip(shares, every, strict=True))[::-1] if share >= _SURE))
    return found
