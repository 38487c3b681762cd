"""The made items: what they are, how many look for them, and from when they can be watched."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from laterna.audience.catalogue import Catalogue
from laterna.audience.generation import words

START = datetime(2024, 1, 5, tzinfo=UTC)  # a Friday: films come out on Fridays
WEEK = 7
_NEW = 0.25  # of the items come out within the time that is told of
_ZIPF = 0.85  # the exponent of popularity by rank
_FRESH, _FADES = 5.0, 60.0  # how many times more sought an item is when new, and the days in which that falls to 1/e
_OLDEST_YEAR = 1950
# Dimensions of an item beside its genres and styles.
YEAR, YEAR_SQUARED, POPULAR, QUALITY = range(-4, 0)
WIDTH = len(words.GENRES) + len(words.STYLES) + 4


@dataclass(frozen=True)
class Shelf:
    """What there is to watch.

    Attributes:
        catalogue: the items as the world sees them.
        vectors: (items, WIDTH) float32: shares of genres, styles (about normal), the year and its square (0 is 1990, 1
            is 20 years later), log-popularity (mean 0, variance 1) and quality (about normal).
        popularity: (items,) how much each is sought on an ordinary day; they add up to 1.
        released: (items,) days since START; far below 0 for what was there before.
        weeks: how many weeks are told of.
    """

    catalogue: Catalogue
    vectors: np.ndarray
    popularity: np.ndarray
    released: np.ndarray
    weeks: int

    def exposure(self, week: int) -> np.ndarray:
        """(items,) the share of looks that falls on each item in a week; 0 for what is not out at its start."""
        age = week * WEEK - self.released
        sought = self.popularity * (1 + _FRESH * np.exp(-np.maximum(age, 0) / _FADES)) * (age >= 0)
        return sought / sought.sum()


def stock(count: int, weeks: int, seed: int) -> Shelf:
    """Make items."""
    rng = np.random.default_rng([seed, 1])
    genres = _genres(count, rng)
    style, quality = rng.standard_normal((2, count, len(words.STYLES)))[0], rng.standard_normal(count)
    rank = np.empty(count)
    rank[np.argsort(-(quality + rng.standard_normal(count)))] = np.arange(1, count + 1)
    popularity = rank**-_ZIPF
    released = _releases(count, weeks, rng)
    years = np.where(released >= 0, (START.year + (released + 4) // 366), _years(count, rng))
    scaled, log = (years - 1990) / 20, np.log(popularity)
    spread = max(float(log.std()), 1e-9)
    further = np.stack([scaled, scaled**2, (log - log.mean()) / spread, quality], 1)
    vectors = np.concatenate([genres / genres.sum(1, keepdims=True), style, further], 1).astype(np.float32)
    catalogue = _catalogue(genres, style, years.astype(int), released, rng)
    return Shelf(catalogue, vectors, popularity / popularity.sum(), released, weeks)


def _genres(count: int, rng: np.random.Generator) -> np.ndarray:
    """(items, genres) of 0 and 1, one to three in a row; some genres are made more often."""
    often = 1 / np.arange(2, len(words.GENRES) + 2) ** 0.5
    keys = np.log(often) + rng.gumbel(size=(count, len(often)))
    most = np.argsort(-keys, 1)[:, :3]
    kept = np.arange(3) < rng.choice((1, 2, 3), size=(count, 1), p=(0.4, 0.4, 0.2))
    genres = np.zeros_like(keys)
    np.put_along_axis(genres, most, kept.astype(float), 1)
    return genres


def _releases(count: int, weeks: int, rng: np.random.Generator) -> np.ndarray:
    fridays = rng.integers(1, max(weeks, 2), size=count) * WEEK
    old = -(100 + rng.integers(0, 3000, size=count))
    return np.where(rng.permutation(count) < int(_NEW * count), fridays, old).astype(float)


def _years(count: int, rng: np.random.Generator) -> np.ndarray:
    """More of late."""
    return START.year - 1 - np.floor((START.year - _OLDEST_YEAR) * rng.beta(1, 3, count))


def _catalogue(
    genres: np.ndarray, style: np.ndarray, years: np.ndarray, released: np.ndarray, rng: np.random.Generator
) -> Catalogue:
    count = len(genres)
    kinds = [[words.GENRES[n] for n in np.flatnonzero(row)] for row in genres]
    said = [words.tags(row) for row in style]
    ages = [max(words.LEAST_AGES.get(genre, 0) for genre in row) for row in kinds]
    return Catalogue.of(
        pl.DataFrame(
            {
                "item": names("i", count),
                "title": words.titles(count, rng),
                "year": years,
                "genres": kinds,
                "tags": said,
                "text": [words.sentence(*pair, rng) for pair in zip(kinds, said, strict=True)],
                "age": ages,
                "since": [START + timedelta(days=day) if day >= 0 else None for day in released],
            },
            schema_overrides={"tags": pl.List(pl.String), "since": pl.Datetime("us", "UTC")},
        )
    )


def names(letter: str, count: int) -> list[str]:
    """Ids that sort as they are numbered."""
    width = len(str(count - 1))
    return [f"{letter}{number:0{width}}" for number in range(count)]
