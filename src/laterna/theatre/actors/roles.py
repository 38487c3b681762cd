"""Blocking: who stands or walks where in a take, and what they do, chosen to suit the shot and the mood."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from laterna.theatre.actors.actor import Beat, Role
from laterna.theatre.actors.figure import Figure
from laterna.theatre.actors.gait import Walk
from laterna.theatre.words import Action, Mood, Move, Scale

_GESTURES: dict[Mood, dict[Action, float]] = {
    "calm": {"stand": 2, "sit": 2, "talk": 2, "wave": 1, "point": 1},
    "joyful": {"dance": 3, "jump": 2, "wave": 3, "talk": 1, "bow": 0.5},
    "melancholy": {"stand": 3, "sit": 3, "bow": 1, "talk": 1},
    "tense": {"point": 3, "talk": 2, "stand": 2, "wave": 1, "jump": 0.5},
    "mysterious": {"stand": 2, "point": 2, "bow": 2, "wave": 1, "talk": 1},
    "romantic": {"talk": 3, "dance": 2, "bow": 2, "sit": 1, "wave": 1},
}
_PACE = 0.7  # body heights a second


@dataclass(frozen=True)
class Blocking:
    """What the roles have to fit: the shot's scale, the camera's move, the length in seconds, the mood."""

    scale: Scale
    move: Move
    seconds: float
    mood: Mood


def roles(cast: Sequence[Figure], blocking: Blocking, rng: np.random.Generator) -> tuple[Role, ...]:
    """Give each of the cast a role; in closer shots only those play who fit in the picture."""
    people = [one for one in cast if one.person]
    if blocking.scale == "close-up":
        return (_stays(people[0], 0.0, int(rng.choice([-1, 1])), blocking, rng),)
    if blocking.scale == "medium":
        return _two_shot(people[:2], blocking, rng)
    spots = _spots(len(cast), blocking, rng)
    acting = []
    for index, (one, spot) in enumerate(zip(cast, spots, strict=True)):
        others = [x for x in spots if x != spot]
        towards = int(np.sign(others[0] - spot)) if others else int(rng.choice([-1, 1]))
        acting.append(_role(one, spot, towards, blocking, rng, lead=index == 0))
    return tuple(acting)


def _spots(count: int, blocking: Blocking, rng: np.random.Generator) -> list[float]:
    """Places across the picture, apart from one another, in chance order."""
    if count == 1:
        return [float(rng.choice([-1, 1]) * rng.uniform(0.05, 0.38))]
    spread = rng.uniform(0.2, 0.34)
    spots = (np.arange(count) - (count - 1) / 2) * spread * 1.5 + rng.normal(0, 0.03, count) + rng.uniform(-0.15, 0.15)
    return [float(x) for x in rng.permutation(spots)]


def _two_shot(people: Sequence[Figure], blocking: Blocking, rng: np.random.Generator) -> tuple[Role, ...]:
    side = int(rng.choice([-1, 1]))
    if blocking.move == "track":
        return (_crosses(people[0], 0.0, side, blocking, rng),)
    if len(people) == 1:
        return (_stays(people[0], 0.0, side, blocking, rng),)
    gap = float(rng.uniform(0.24, 0.34)) * max(one.height for one in people)
    return tuple(
        _stays(one, -gap * facing, facing, blocking, rng) for one, facing in zip(people, (side, -side), strict=True)
    )


def _role(
    figure: Figure, spot: float, towards: int, blocking: Blocking, rng: np.random.Generator, *, lead: bool
) -> Role:
    if figure.kind == "bird":
        return _flies(figure, blocking, rng)
    if not figure.person:
        maker = _crosses if rng.random() < 0.6 else _stays
        return maker(figure, spot, towards, blocking, rng)
    if lead and blocking.move == "track":
        return _crosses(figure, 0.0, int(rng.choice([-1, 1])), blocking, rng)
    kinds = ("crosses", "arrives", "leaves", "stays")
    kind = str(rng.choice(kinds, p=[0.25, 0.22, 0.13, 0.4]))
    if kind == "crosses":
        return _crosses(figure, spot, int(rng.choice([-1, 1])), blocking, rng)
    if kind == "arrives" and blocking.seconds > 3.5:
        return _arrives(figure, spot, towards, blocking, rng)
    if kind == "leaves" and blocking.seconds > 3.5:
        return _leaves(figure, spot, towards, blocking, rng)
    return _stays(figure, spot, towards, blocking, rng)


def _pace(figure: Figure, rng: np.random.Generator) -> float:
    quick = {"dog": 1.15, "horse": 0.75}.get(figure.kind, _PACE * (1 - 0.35 * figure.age))
    return float(figure.height * quick * figure.tempo * rng.uniform(0.9, 1.15))


def _crosses(figure: Figure, spot: float, side: int, blocking: Blocking, rng: np.random.Generator) -> Role:
    """Walks through the picture, passing ``spot`` half-way."""
    speed, seconds = _pace(figure, rng) * side, blocking.seconds
    walk = Walk(-1.0, seconds + 1.0, spot - speed * (seconds / 2 + 1), spot + speed * (seconds / 2 + 1), False, False)
    return Role(figure, (Beat("walk", 0.0, seconds),), (walk,), ((0.0, side),))


def _stays(figure: Figure, spot: float, towards: int, blocking: Blocking, rng: np.random.Generator) -> Role:
    still = (Walk(-2.0, -1.0, spot, spot),)
    beats = _gestures(figure, 0.0, blocking.seconds, blocking, rng)
    return Role(figure, beats, still, ((0.0, towards or 1),))


def _arrives(figure: Figure, spot: float, towards: int, blocking: Blocking, rng: np.random.Generator) -> Role:
    """Comes into the picture, stops, and then has something to say."""
    until = float(blocking.seconds * rng.uniform(0.35, 0.55))
    side = int(rng.choice([-1, 1]))
    walk = Walk(-1.0, until, spot - side * _pace(figure, rng) * (until + 0.7), spot, False, True)
    settle = until + 0.45
    facing = ((0.0, side),) if towards in (0, side) else ((0.0, side), (settle, towards))
    beats = (Beat("walk", 0.0, until), *_gestures(figure, settle + 0.2, blocking.seconds, blocking, rng))
    return Role(figure, beats, (walk,), facing)


def _leaves(figure: Figure, spot: float, towards: int, blocking: Blocking, rng: np.random.Generator) -> Role:
    seconds = blocking.seconds
    start = float(seconds * rng.uniform(0.4, 0.6))
    side = int(rng.choice([-1, 1]))
    walk = Walk(start, seconds + 1.0, spot, spot + side * _pace(figure, rng) * (seconds + 0.7 - start), True, False)
    facing = ((0.0, towards or side),) if towards in (0, side) else ((0.0, towards), (start - 0.35, side))
    beats = (*_gestures(figure, 0.0, start - 0.4, blocking, rng, seated=False), Beat("walk", start, seconds))
    return Role(figure, beats, (walk,), facing)


def _flies(figure: Figure, blocking: Blocking, rng: np.random.Generator) -> Role:
    side, seconds = int(rng.choice([-1, 1])), blocking.seconds
    speed = side * rng.uniform(0.12, 0.26)
    middle = rng.uniform(-0.2, 0.2)
    walk = Walk(0.0, seconds, float(middle - speed * seconds / 2), float(middle + speed * seconds / 2), False, False)
    return Role(figure, (Beat("fly", 0.0, seconds),), (walk,), ((0.0, side),), float(rng.uniform(0.42, 0.68)))


def _gestures(
    figure: Figure, start: float, end: float, blocking: Blocking, rng: np.random.Generator, *, seated: bool = True
) -> tuple[Beat, ...]:
    """One or two actions that fill the time; an animal only stands."""
    if not figure.person:
        return (Beat("stand", start, end),)
    choice = dict(_GESTURES[blocking.mood])
    if not seated or figure.prop in ("umbrella", "kite", "suitcase", "staff") or blocking.scale == "close-up":
        choice.pop("sit", None)
    if blocking.scale == "close-up":
        choice = {"talk": 4, "stand": 2.7}  # an arm that waves would cover the face
    if blocking.scale == "medium":
        choice.pop("bow", None)
        choice["talk"] = choice.get("talk", 0) + 2
    if figure.age > 0.5:
        choice.pop("jump", None)
    actions, weights = list(choice), np.array(list(choice.values())) / sum(choice.values())
    first: Action = actions[int(rng.choice(len(actions), p=weights))]
    if end - start < 4.5 or first == "sit" or rng.random() < 0.4:
        return (Beat(first, start, end),)
    turn = start + (end - start) * float(rng.uniform(0.4, 0.6))
    rest = [action for action in actions if action not in (first, "sit")] or ["stand"]
    second: Action = rest[int(rng.integers(len(rest)))]
    return (Beat(first, start, turn), Beat(second, turn, end))
