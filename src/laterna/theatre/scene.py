"""What is shot, drawn at random: a setting, and the scenes that are taken in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar, cast

import numpy as np

from laterna.theatre.actors.actor import Role
from laterna.theatre.actors.figure import Figure, figure
from laterna.theatre.actors.roles import Blocking, roles
from laterna.theatre.camera import CameraMove, Direction, Framing
from laterna.theatre.look import Look, draw_look
from laterna.theatre.palette import Palette, palette
from laterna.theatre.truth import Span
from laterna.theatre.words import Daytime, Kind, Mood, Move, NegativeKind, Place, Scale, Weather

T = TypeVar("T", bound=str)

_PLACES: tuple[Place, ...] = (
    "hills", "mountains", "forest", "village", "harbour", "desert", "rooftops", "lake", "palace", "meadow",
)  # fmt: skip
_MOODS: tuple[Mood, ...] = ("calm", "joyful", "melancholy", "tense", "mysterious", "romantic")
_SCALES: tuple[Scale, ...] = ("wide", "medium", "close-up")
# What goes with a mood: dawn, day, dusk, night; then clear, rain, snow, fog, wind, dust.
_DAYTIMES: dict[Mood, tuple[float, ...]] = {
    "calm": (0.3, 0.3, 0.25, 0.15),
    "joyful": (0.25, 0.5, 0.2, 0.05),
    "melancholy": (0.2, 0.2, 0.35, 0.25),
    "tense": (0.1, 0.15, 0.35, 0.4),
    "mysterious": (0.2, 0.05, 0.3, 0.45),
    "romantic": (0.2, 0.1, 0.45, 0.25),
}
_WEATHERS: dict[Mood, tuple[float, ...]] = {
    "calm": (0.6, 0.04, 0.12, 0.14, 0.08, 0.02),
    "joyful": (0.62, 0.04, 0.12, 0.02, 0.18, 0.02),
    "melancholy": (0.2, 0.32, 0.18, 0.2, 0.08, 0.02),
    "tense": (0.25, 0.25, 0.07, 0.15, 0.2, 0.08),
    "mysterious": (0.35, 0.1, 0.1, 0.35, 0.05, 0.05),
    "romantic": (0.66, 0.08, 0.14, 0.06, 0.06, 0.0),
}
_MOVES: dict[Scale, dict[Move, float]] = {
    "wide": {"static": 0.32, "pan": 0.22, "tilt": 0.1, "zoom": 0.14, "track": 0.12, "handheld": 0.1},
    "medium": {"static": 0.34, "pan": 0.12, "tilt": 0.1, "zoom": 0.14, "track": 0.14, "handheld": 0.16},
    "close-up": {"static": 0.42, "pan": 0.08, "tilt": 0.1, "zoom": 0.2, "track": 0.0, "handheld": 0.2},
}
_DIRECTIONS: dict[Move, tuple[Direction, ...]] = {
    "static": ("none",),
    "handheld": ("none",),
    "pan": ("left", "right"),
    "tilt": ("up", "down"),
    "zoom": ("in", "in", "out"),
    "track": ("none",),
}
_NEGATIVE_SECONDS: dict[NegativeKind, tuple[float, float]] = {
    "flash": (0.03, 0.1),
    "strobe": (0.5, 1.4),
    "lightning": (0.25, 0.5),
    "whip_pan": (0.25, 0.5),
    "passer_by": (0.5, 1.1),
    "lights_on": (0.06, 0.2),
}


@dataclass(frozen=True)
class Setting:
    """Where, when and who: what the takes of one scene share.

    ``sun`` is a stage point, ``wind`` -1 (from the right) to 1, ``haze`` 0..1; the first of the ``cast`` leads.
    """

    seed: tuple[int, ...]
    place: Place
    daytime: Daytime
    weather: Weather
    mood: Mood
    palette: Palette
    sun: complex
    wind: float
    haze: float
    cast: tuple[Figure, ...]
    look: Look


@dataclass(frozen=True)
class Scene:
    """One take, planned: how the camera sees a setting, and what happens in it."""

    setting: Setting
    seed: tuple[int, ...]
    frames: int
    rate: Fraction
    framing: Framing
    move: CameraMove
    roles: tuple[Role, ...]
    negatives: tuple[Span, ...]

    @property
    def seconds(self) -> float:
        return float(self.frames / self.rate)

    @property
    def caption(self) -> str:
        """One sentence that says what is seen."""
        return caption(self)


def draw_setting(seed: tuple[int, ...]) -> Setting:
    """Draw a setting from a seed."""
    rng = np.random.default_rng(seed)
    mood = _pick(rng, _MOODS)
    daytime: Daytime = _pick(rng, ("dawn", "day", "dusk", "night"), _DAYTIMES[mood])
    place = _pick(rng, _PLACES)
    sky: Weather = _pick(rng, ("clear", "rain", "snow", "fog", "wind", "dust"), _WEATHERS[mood])
    if place in ("desert", "palace") and sky in ("snow", "rain"):
        sky = "dust" if sky == "snow" else "clear"
    elif place != "desert" and sky == "dust" and rng.random() < 0.6:
        sky = "wind"
    wind = rng.normal(0, 0.12) if sky != "wind" else rng.choice([-1, 1]) * rng.uniform(0.45, 0.9)
    low = daytime in ("dawn", "dusk")
    return Setting(
        seed=seed,
        place=place,
        daytime=daytime,
        weather=sky,
        mood=mood,
        palette=palette(daytime, mood, rng),
        sun=complex(rng.uniform(-0.62, 0.62), rng.uniform(-0.12, 0.1) if low else rng.uniform(-0.36, -0.1)),
        wind=float(wind),
        haze=float(np.clip(rng.beta(2, 2.5) + (0.35 if sky in ("fog", "rain", "snow", "dust") else 0), 0, 1)),
        cast=_cast(rng, place),
        look=draw_look(rng),
    )


def _cast(rng: np.random.Generator, place: Place) -> tuple[Figure, ...]:
    """The lead first; at most three."""
    people: list[Kind] = ["man", "woman", "man", "woman", "boy", "girl"]
    count = int(rng.choice([1, 2, 3], p=[0.42, 0.4, 0.18]))
    cast = [figure(_pick(rng, people), rng) for _ in range(count)]
    if count < 3 and rng.random() < 0.35:
        animals: list[Kind] = ["dog", "bird"] if place == "rooftops" else ["dog", "dog", "horse", "bird"]
        cast.append(figure(_pick(rng, animals), rng))
    return tuple(cast)


def draw_scene(
    setting: Setting,
    seed: tuple[int, ...],
    frames: int,
    rate: Fraction,
    *,
    scale: Scale | None = None,
    move: Move | None = None,
    negatives: float = 0.3,
) -> Scene:
    """Plan a take in a setting.

    Args:
        setting: where, when and who.
        seed: of this take.
        frames: its length.
        rate: frames a second.
        scale: of the shot; drawn when None.
        move: of the camera; drawn when None.
        negatives: how likely it is that something in it looks like a cut and is none.
    """
    rng = np.random.default_rng(seed)
    if scale is None:
        scale = _pick(rng, _SCALES, (0.5, 0.3, 0.2))
    if move is None:
        move = _pick(rng, tuple(_MOVES[scale]), tuple(_MOVES[scale].values()))
    seconds = float(frames / rate)
    blocking = Blocking(scale, move, seconds, setting.mood)
    acting = roles(setting.cast, blocking, rng)
    return Scene(
        setting=setting,
        seed=seed,
        frames=frames,
        rate=rate,
        framing=_framing(scale, acting, rng),
        move=_camera_move(move, scale, seconds, setting.look, rng),
        roles=acting,
        negatives=_planned(rng, scale, move, frames, rate) if rng.random() < negatives else (),
    )


def _framing(scale: Scale, acting: Sequence[Role], rng: np.random.Generator) -> Framing:
    """The actors' heads near the upper third; in a wide picture their ground in the lower one."""
    if scale == "wide":
        enlarged = float(rng.uniform(0.78, 1.18))
        return Framing(scale, enlarged, complex(0, 0.335 - rng.uniform(0.3, 0.37) / enlarged), 0.0)
    tall = max(role.figure.height for role in acting)
    enlarged = float(rng.uniform(1.15, 1.55) if scale == "medium" else rng.uniform(2.5, 3.5)) / tall
    centre = float(np.mean([role.walks[0].at(0.0) for role in acting]))
    room = float(rng.uniform(0.05, 0.3)) * acting[0].facing[0][1] if len(acting) == 1 else 0.0
    hat = 0.12 + 0.06 * enlarged * tall * any(role.figure.hat in ("top hat", "pointed hat") for role in acting)
    return Framing(
        scale,
        enlarged,
        complex(centre + room / enlarged, 0.335 - tall + (0.5 - hat) / enlarged),
        float(rng.uniform(0.05, 0.13) if scale == "medium" else rng.uniform(0.12, 0.24)),
    )


def _camera_move(move: Move, scale: Scale, seconds: float, look: Look, rng: np.random.Generator) -> CameraMove:
    start = float(rng.uniform(-0.3, 0.2) * seconds)
    amounts = {"pan": (0.35, 0.9), "tilt": (0.18, 0.3), "zoom": (1.15, 1.5)}
    amount = float(rng.uniform(*amounts.get(move, (0.0, 0.0))))
    if scale != "wide" and move in ("pan", "tilt"):
        amount *= 0.4
    shake = rng.uniform(0.008, 0.02) if move == "handheld" else 0.0
    return CameraMove(
        move=move,
        direction=cast(Direction, rng.choice(_DIRECTIONS[move])),
        amount=amount,
        start=start,
        end=float(seconds - rng.uniform(-0.3, 0.15) * seconds),
        shake=float(shake),
        weave=float(rng.uniform(0.0004, 0.0012)) if look.flicker else 0.0,
        phases=tuple(float(phase) for phase in rng.uniform(0, 2 * np.pi, 6)),
    )


def _planned(rng: np.random.Generator, scale: Scale, move: Move, frames: int, rate: Fraction) -> tuple[Span, ...]:
    """One hard negative, with room around it."""
    free = scale == "wide" and move in ("static", "handheld")
    kind = _pick(rng, [kind for kind in _NEGATIVE_SECONDS if kind != "whip_pan" or free])
    least, most = _NEGATIVE_SECONDS[kind]
    length = max(1, round(float(rng.uniform(least, most) * rate)))
    room = frames - length
    if room < 4:
        return ()
    low, high = (0.15, 0.4) if kind in ("whip_pan", "lights_on") else (0.2, 0.8)
    first = int(room * rng.uniform(low, high))
    return (Span(kind, first, first + length - 1),)


def _pick(rng: np.random.Generator, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
    share = None if weights is None else np.array(weights) / np.sum(weights)
    return options[int(rng.choice(len(options), p=share))]


_WHERE: dict[Place, str] = {
    "hills": "on the hills", "mountains": "in the mountains", "forest": "in a forest", "village": "in a village",
    "harbour": "at a harbour", "desert": "in the desert", "rooftops": "on the rooftops", "lake": "by a lake",
    "palace": "at a palace", "meadow": "in a meadow",
}  # fmt: skip
_WHEN: dict[Daytime, str] = {"dawn": "at dawn", "day": "by day", "dusk": "at dusk", "night": "at night"}
_IN: dict[Weather, str] = {
    "clear": "", "rain": " in the rain", "snow": " in falling snow", "fog": " in the fog", "wind": " in the wind",
    "dust": " in blowing dust",
}  # fmt: skip
_VERBS = {
    "stand": "stand", "walk": "walk", "wave": "wave", "jump": "jump", "sit": "sit", "talk": "talk", "dance": "dance",
    "point": "point", "bow": "bow", "fly": "flie",
}  # fmt: skip


def main_action(role: Role) -> str:
    """What a role does for longest, standing aside."""
    spans = {beat.action: beat.end - beat.start for beat in role.beats if beat.action != "stand"}
    return max(spans, key=lambda action: spans[action]) if spans else "stand"


def caption(scene: Scene) -> str:
    """``A woman with a lantern waves on the hills at dusk.``"""
    groups: dict[str, list[str]] = {}
    for role in scene.roles:
        groups.setdefault(main_action(role), []).append(role.figure.name)
    clauses = [_clause(names, action) for action, names in groups.items()]
    said = " and ".join(clauses) if len(clauses) < 3 else f"{clauses[0]}, {clauses[1]} and {clauses[2]}"
    setting = scene.setting
    opening = "Close-up: " if scene.framing.scale == "close-up" else ""
    sentence = f"{said} {_WHERE[setting.place]} {_WHEN[setting.daytime]}{_IN[setting.weather]}."
    return opening + (sentence if opening else sentence[0].upper() + sentence[1:])


def _clause(names: Sequence[str], action: str) -> str:
    several = {name: names.count(name) for name in names}
    nouns = [
        _with_article(name) if count == 1 else f"{_NUMBERS[count]} {_plural(name)}" for name, count in several.items()
    ]
    subject = " and ".join(nouns) if len(nouns) < 3 else f"{nouns[0]}, {nouns[1]} and {nouns[2]}"
    verb = _VERBS[action]
    if len(names) > 1:
        return f"{subject} {'fly' if verb == 'flie' else verb}"
    return f"{subject} {verb}s"


_NUMBERS = {2: "two", 3: "three"}


def _with_article(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _plural(name: str) -> str:
    """``woman with a lantern`` as ``women with lanterns``."""
    joint = next((word for word in (" with ", " in ") if word in name), None)
    noun, thing = name.split(joint) if joint else (name, "")
    several = f"{noun[:-3]}men" if noun.endswith("man") else f"{noun}s"
    return several + (f"{joint}{thing.split(' ', 1)[1]}s" if joint else "")
