"""Who plays: figures cut at random, with their build, clothes, headgear and what they carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from laterna.theatre.actors.skeleton import Bones, bones
from laterna.theatre.words import Kind

Garment = Literal["trousers", "tunic", "coat", "tailcoat", "skirt", "dress", "gown", "robe"]
Hair = Literal["bald", "short", "bob", "bun", "long", "ponytail", "curls", "tuft"]
Hat = Literal[
    "none", "top hat", "bowler", "wide hat", "pointed hat", "cap", "turban", "crown", "hood", "headscarf", "straw hat",
    "plumed hat", "beret",
]  # fmt: skip
Prop = Literal["none", "lantern", "umbrella", "staff", "kite", "basket", "balloon", "suitcase", "flower", "flag"]

_GROWN: dict[str, dict[str, Sequence[str]]] = {
    "man": {
        "garment": ("trousers", "trousers", "tunic", "coat", "tailcoat", "robe"),
        "hair": ("short", "short", "bald", "curls", "tuft", "ponytail"),
        "hat": (
            "none", "top hat", "bowler", "wide hat", "pointed hat", "cap", "turban", "crown", "straw hat", "plumed hat",
        ),
    },
    "woman": {
        "garment": ("skirt", "dress", "gown", "dress", "robe", "coat"),
        "hair": ("bun", "long", "bob", "ponytail", "curls"),
        "hat": ("none", "none", "wide hat", "hood", "headscarf", "crown", "straw hat", "plumed hat", "beret", "turban"),
    },
    "boy": {
        "garment": ("trousers", "tunic", "coat"),
        "hair": ("short", "tuft", "curls"),
        "hat": ("none", "none", "cap", "straw hat", "crown", "pointed hat"),
    },
    "girl": {
        "garment": ("skirt", "dress", "tunic"),
        "hair": ("ponytail", "bob", "bun", "long"),
        "hat": ("none", "none", "headscarf", "beret", "straw hat", "crown"),
    },
}  # fmt: skip
_PROPS: dict[str, Sequence[Prop]] = {
    "man": ("none", "none", "lantern", "umbrella", "staff", "suitcase", "flag"),
    "woman": ("none", "none", "lantern", "umbrella", "basket", "flower", "suitcase"),
    "boy": ("none", "none", "kite", "balloon", "flag", "lantern"),
    "girl": ("none", "none", "kite", "balloon", "flower", "basket"),
}


@dataclass(frozen=True)
class Figure:
    """One actor, as cut: what never changes from take to take.

    ``height`` is in stage units; ``girth`` and ``belly`` scale the body's width; ``face`` (nose, chin, brow) shapes
    the profile; ``phases`` make each one move in their own way.
    """

    kind: Kind
    height: float
    bones: Bones
    girth: float
    belly: float
    garment: Garment
    hem: float  # height of a skirt's hem, body heights
    hair: Hair
    hat: Hat
    prop: Prop
    cloak: bool
    beard: bool
    age: float  # 0 young .. 1 old: bends the back
    face: tuple[float, float, float]
    trim: bool  # hems and belts of coloured tissue
    shade: float  # 0 black paper .. 1 a tinted one
    tempo: float
    phases: tuple[float, ...]

    @property
    def person(self) -> bool:
        return self.kind not in ("dog", "horse", "bird")

    @property
    def name(self) -> str:
        """As a caption says it: ``woman with a lantern``."""
        noun = f"old {self.kind}" if self.age > 0.6 else self.kind
        if self.prop != "none":
            return f"{noun} with a{'n' if self.prop[0] in 'aeiou' else ''} {self.prop}"
        if self.hat not in ("none", "hood"):
            return f"{noun} in a {self.hat}"
        return f"{noun} in a cloak" if self.cloak else noun


def figure(kind: Kind, rng: np.random.Generator, *, prop: Prop | None = None) -> Figure:
    """Cut a figure of a kind at random; ``prop`` puts that into its hand."""
    if kind in ("dog", "horse", "bird"):
        return _animal(kind, rng)
    child = 0.75 if kind in ("boy", "girl") else 0.0
    age = float(rng.random()) if not child and rng.random() < 0.35 else 0.0
    wardrobe = _GROWN[kind]
    tall = {"man": 0.385, "woman": 0.36}.get(kind, 0.26) * rng.normal(1, 0.05) * (1 - 0.04 * age)
    garment = str(rng.choice(wardrobe["garment"]))
    return Figure(
        kind=kind,
        height=float(tall),
        bones=bones(child + float(rng.uniform(-0.12, 0.12)), float(rng.normal(1, 0.03))),
        girth=float(np.clip(rng.lognormal(0.0, 0.16), 0.78, 1.55)),
        belly=float(rng.random() ** 3),
        garment=garment,  # type: ignore[arg-type]
        hem=float(rng.uniform(0.22, 0.3) if garment in ("skirt", "tunic") else rng.uniform(0.02, 0.12)),
        hair=str(rng.choice(wardrobe["hair"])),  # type: ignore[arg-type]
        hat=str(rng.choice(wardrobe["hat"])),  # type: ignore[arg-type]
        prop=prop or str(rng.choice(_PROPS[kind])),  # type: ignore[arg-type]
        cloak=bool(rng.random() < 0.22),
        beard=bool(kind == "man" and rng.random() < 0.35),
        age=age,
        face=(float(rng.normal(1, 0.28)), float(rng.normal(1, 0.15)), float(rng.normal(0, 0.3))),
        trim=bool(rng.random() < 0.6),
        shade=float(rng.random() ** 2 * 0.8) if rng.random() < 0.5 else 0.0,
        tempo=float(np.clip(rng.normal(1, 0.1), 0.75, 1.25) * (1.12 if child else 1) * (1 - 0.25 * age)),
        phases=tuple(float(phase) for phase in rng.uniform(0, 2 * np.pi, 6)),
    )


def _animal(kind: Kind, rng: np.random.Generator) -> Figure:
    tall = {"dog": 0.13, "horse": 0.335, "bird": 0.11}[kind] * rng.normal(1, 0.1)
    return Figure(
        kind, float(tall), bones(0.0, 1.0), float(rng.normal(1, 0.08)), 0.0, "trousers", 0.0, "short", "none", "none",
        cloak=False, beard=False, age=0.0, face=(float(rng.random()), float(rng.random()), 0.0), trim=False, shade=0.0,
        tempo=float(rng.normal(1, 0.08)), phases=tuple(float(phase) for phase in rng.uniform(0, 2 * np.pi, 6)),
    )  # fmt: skip
