"""The words of made items: genres, what each is for, tags, titles and a sentence."""

import numpy as np

GENRES = (
    *("Action", "Adventure", "Animation", "Children", "Comedy", "Crime", "Documentary", "Drama"),
    *("Fantasy", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War"),
)
LEAST_AGES = {"Horror": 16, "Thriller": 12, "Crime": 12, "War": 12, "Action": 6, "Mystery": 6, "Drama": 6}
# A style's two poles. No genre tells a style, but an item's tags and its sentence do.
STYLES = (
    ("slow-burning", "fast-paced"),
    ("dark", "light-hearted"),
    ("cerebral", "simple"),
    ("lavish", "low-budget"),
    ("true-story", "surreal"),
    ("ensemble", "solitary"),
    ("nostalgic", "futuristic"),
    ("talkative", "silent"),
)
_ADJECTIVES = (
    *("Silent", "Last", "Golden", "Broken", "Distant", "Hidden", "Crimson", "Endless", "Paper", "Winter"),
    *("Midnight", "Burning", "Little", "Hollow", "Second", "Wandering", "Glass", "Forgotten", "Electric", "Quiet"),
)
_NOUNS = (
    *("Harbour", "Lantern", "Orchard", "Machine", "Letter", "Garden", "Voyage", "Promise", "Shadow", "Station"),
    *("Mirror", "River", "Carnival", "Signal", "Island", "Bridge", "Winter", "Theatre", "Stranger", "Map"),
    *("Kingdom", "Secret", "Clock", "Summer", "Frontier", "Song", "Window", "Crossing", "Fox", "Comet"),
)
_TITLES = ("The {adjective} {noun}", "{adjective} {noun}", "The {noun} of the {other}", "{noun} and {other}")
_SAID = 0.8  # how far from the middle a style has to be for people to name it


def titles(count: int, rng: np.random.Generator) -> list[str]:
    """Titles; of many, some are alike, as in life."""
    kinds = rng.integers(len(_TITLES), size=count)
    words = rng.integers((len(_ADJECTIVES), len(_NOUNS), len(_NOUNS) - 1), size=(count, 3))
    return [
        _TITLES[kind].format(adjective=_ADJECTIVES[first], noun=_NOUNS[second], other=_NOUNS[third + (third >= second)])
        for kind, (first, second, third) in zip(kinds, words, strict=True)
    ]


def tags(style: np.ndarray) -> list[str]:
    """What people call an item of that style, (styles,), about normal."""
    return [STYLES[n][int(style[n] > 0)] for n in np.flatnonzero(np.abs(style) > _SAID)]


def sentence(genres: list[str], said: list[str], rng: np.random.Generator) -> str:
    """A sentence about an item: its genres, its tags, and two words that mean nothing."""
    first, second = (_NOUNS[n].lower() for n in rng.choice(len(_NOUNS), 2, replace=False))
    words = [*said[:-1], f"{said[-1]} {genres[0].lower()}"] if said else [genres[0].lower()]
    kind = " and ".join([", ".join(words), *(genre.lower() for genre in genres[1:])])
    return f"{_one(kind).capitalize()} film about {_one(first)} and {_one(second)}."


def _one(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
