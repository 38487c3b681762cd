"""Sentences that a writer might write of the theatre's shots, and which shots they fit."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from common import HERE

from laterna.editing.matching.text import words as content_words
from laterna.editing.matching.thesaurus import thesaurus
from laterna.theatre.film import Film
from laterna.theatre.scene import Scene, draw_scene, draw_setting, main_action

RATE = Fraction(30)
ASPECTS = 4  # place, time of day, who, what they do
SHARED = 2  # of these, at most, that a shot has in common with a sentence that is said to fit no shot
Words = dict[str, dict[str, list[str]]]


@dataclass(frozen=True)
class Sentence:
    """A sentence, the numbers of the shots that it fits (none for one from elsewhere)."""

    text: str
    fits: frozenset[int]
    paraphrased: bool  # shares no content word with the captions of the shots that it fits


@dataclass(frozen=True)
class Said:
    """What a sentence states of a scene; a shot fits that has all of it."""

    place: str
    daytime: str
    weather: str
    acts: tuple[tuple[str, str, str], ...]  # kind, action, thing ("" is unsaid)

    def fits(self, scene: Scene) -> bool:
        setting = scene.setting
        if (setting.place, setting.daytime) != (self.place, self.daytime):
            return False
        if self.weather and setting.weather != self.weather:
            return False
        left = [(role.figure.kind, main_action(role), thing(role.figure.name)) for role in scene.roles]
        for kind, action, held in self.acts:
            found = next((one for one in left if one[:2] == (kind, action) and held in ("", one[2])), None)
            if found is None:
                return False
            left.remove(found)
        return True

    def shared(self, scene: Scene) -> int:
        """How many of place, time of day, who and what they do are the same."""
        kinds = {role.figure.kind for role in scene.roles} & {kind for kind, _, _ in self.acts}
        actions = {main_action(role) for role in scene.roles} & {action for _, action, _ in self.acts}
        setting = scene.setting
        return (setting.place == self.place) + (setting.daytime == self.daytime) + bool(kinds) + bool(actions)


@cache
def words(part: str) -> Words:
    """The paraphrases of "benchmark" or of "calibration"."""
    return tomllib.loads((HERE / "match_words.toml").read_text())[part]


def thing(name: str) -> str:
    """What an actor carries or wears, in a word: "lantern" of "woman with a lantern"."""
    _, _, rest = name.replace(" in a ", " with a ").replace(" with an ", " with a ").partition(" with a ")
    return rest


def scenes(seed: int, seconds: int) -> list[Scene]:
    """The shots of a film, planned and not drawn."""
    return Film(seed, round(seconds * RATE), (640, 360), RATE).scenes


def labels(scene: Scene) -> dict[str, Any]:
    """What the truth says of a shot, as a row of the index has it."""
    setting = scene.setting
    return {
        "place": setting.place, "daytime": setting.daytime, "weather": setting.weather, "mood": setting.mood,
        "scale": scene.framing.scale, "move": scene.move.move,
        "subjects": [role.figure.kind for role in scene.roles],
        "actions": sorted({main_action(role) for role in scene.roles}),
    }  # fmt: skip


def script(seed: int, film: Sequence[Scene], part: str, things: bool = True) -> list[Sentence]:
    """Sentences in the film's order: two of three tell of a shot of it, each third of none.

    Args:
        seed: chooses shots and words.
        film: the shots.
        part: "benchmark" or "calibration": which paraphrases are used.
        things: whether what people carry may be told of.
    """
    rng = np.random.default_rng((seed, 77))
    told = sorted(rng.choice(len(film), size=min(len(film), max(2, 2 * len(film) // 3)), replace=False).tolist())
    rows = []
    for turn, number in enumerate(told):
        rows.append(written(film[number], film, part, rng, paraphrased=turn % 2 == 0, things=things))
        if turn % 2 == 1:
            rows.append(written(elsewhere(film, rng), film, part, rng, paraphrased=turn % 4 == 1, things=things))
    return rows


def elsewhere(film: Sequence[Scene], rng: np.random.Generator) -> Scene:
    """A scene of another film that shares no more than two of its four aspects with any shot of this one."""
    while True:
        setting = draw_setting((int(rng.integers(1 << 30)), 5))
        scene = draw_scene(setting, (int(rng.integers(1 << 30)), 6), 120, RATE)
        if all(said(scene, {}).shared(shot) <= SHARED for shot in film):
            return scene


def said(scene: Scene, things: dict[int, str]) -> Said:
    setting = scene.setting
    acts = tuple(
        (role.figure.kind, main_action(role), things.get(number, "")) for number, role in enumerate(scene.roles)
    )
    return Said(setting.place, setting.daytime, "" if setting.weather == "clear" else setting.weather, acts)


def written(
    scene: Scene, film: Sequence[Scene], part: str, rng: np.random.Generator, *, paraphrased: bool, things: bool
) -> Sentence:
    """A sentence that tells of a scene; if not ``paraphrased`` about half of its words are those of captions."""
    table = words(part)

    def word(aspect: str, value: str) -> str:
        return str(rng.choice(table[aspect][value]))

    def spoken(aspect: str, value: str, own: str) -> str:
        return word(aspect, value) if paraphrased or rng.random() < 0.5 else own

    held = {
        number: name
        for number, role in enumerate(scene.roles)
        if things and (name := thing(role.figure.name)) in table["thing"] and rng.random() < 0.5
    }
    stated = said(scene, held)
    clauses = [clause(kind, action, spoken, word("thing", name) if name else "") for kind, action, name in stated.acts]
    where = spoken("place", stated.place, WHERE[stated.place])
    when = spoken("daytime", stated.daytime, WHEN[stated.daytime])
    sky = spoken("weather", stated.weather, WEATHER[stated.weather]) if stated.weather else ""
    acted = " while ".join(clauses)
    orders = (f"{acted} {where} {when} {sky}", f"{when}, {acted} {where} {sky}", f"{where}, {when}, {acted} {sky}",
              f"{sky} {acted} {where} {when}")  # fmt: skip
    text = " ".join(str(rng.choice(orders)).split()) + "."
    fits = frozenset(number for number, shot in enumerate(film) if stated.fits(shot))
    apart = not any(content(text) & content(film[number].caption) for number in fits)
    return Sentence(text[0].upper() + text[1:], fits, apart)


def content(text: str) -> set[str]:
    """The words of a text that tell something, whatever their form."""
    return {thesaurus().stem(word) for word in content_words(text)}


def clause(kind: str, action: str, spoken: Any, held: str) -> str:
    who = spoken("kind", kind, kind)
    does = spoken("action", action, ACTS[action]).partition("/")[0]
    return f"{'an' if who[0] in 'aeiou' else 'a'} {who}{f' with a {held}' if held else ''} {does}"


WHERE = {
    "hills": "on the hills", "mountains": "in the mountains", "forest": "in a forest", "village": "in a village",
    "harbour": "at a harbour", "desert": "in the desert", "rooftops": "on the rooftops", "lake": "by a lake",
    "palace": "at a palace", "meadow": "in a meadow",
}  # fmt: skip
WHEN = {"dawn": "at dawn", "day": "by day", "dusk": "at dusk", "night": "at night"}
WEATHER = {"rain": "in the rain", "snow": "in the snow", "fog": "in the fog", "wind": "in the wind",
           "dust": "in the dust"}  # fmt: skip
ACTS = {"stand": "stands", "walk": "walks", "wave": "waves", "jump": "jumps", "sit": "sits", "talk": "talks",
        "dance": "dances", "point": "points", "bow": "bows", "fly": "flies"}  # fmt: skip


def all_scripts(seeds: Sequence[int], seconds: int, part: str) -> Iterator[tuple[list[Scene], list[Sentence]]]:
    """(shots, sentences) of each film."""
    for seed in seeds:
        film = scenes(seed, seconds)
        yield film, script(seed, film, part)
