"""What items are by their content, and users by what they watched, as rows of numbers.

Items that nobody has met yet have content too: through it models score them at once.
"""

import json
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
import polars as pl

from laterna.audience.catalogue import Catalogue
from laterna.audience.interactions import Interactions
from laterna.errors import DataError, ModelError

WORDS = 256  # hashes of words, unless said otherwise
LIKED = 4.0  # from this rating on; an event without a rating is liked too
_WORD = re.compile(r"\w+")
_PRIOR = 5.0  # events that everyone is taken to have had, and liked as all do
_SHORTEST = 3  # letters of a word that says something
_BESIDE = ("catalogue", "items", "movies")
_SUFFIXES = (".parquet", ".csv")


@dataclass(frozen=True)
class Space:
    """What the columns of content features mean: learnt from one catalogue, the same for every later one.

    The columns are, in this order: each genre; each decade; each number that the catalogue has beside its own columns,
    such as what a production's record says of its film (length, loudness); and hashed words of tags, title and text.
    Genres, and words, make up a row of length 1 each, or of length 0 where there are none; words are weighted by tf-idf
    and hashed with signs (Weinberger et al. 2009, arXiv:0902.2206), a tag as a whole and by its words.

    Attributes:
        genres: their names.
        decades: their first years.
        numbers: columns of the catalogue.
        centres, scales: mean and standard deviation of each number.
        weights: how much a word of each hash tells, (words,).
    """

    genres: tuple[str, ...]
    decades: tuple[int, ...]
    numbers: tuple[str, ...]
    centres: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]

    @classmethod
    def of(cls, catalogue: Catalogue, words: int = WORDS) -> Self:
        """The space of a catalogue, with so many hashes of words."""
        frame = catalogue.frame
        genres = sorted({genre for row in frame["genres"] for genre in row})
        decades = sorted({int(year) // 10 * 10 for year in frame["year"].drop_nulls()})
        numbers = [name for name, kind in frame.schema.items() if kind.is_numeric() and name not in ("year", "age")]
        centres, scales = [], []
        for name in numbers:
            values = _finite(frame[name])
            centres.append(float(np.nan_to_num(np.nanmean(values))) if np.isfinite(values).any() else 0.0)
            spread = float(np.nanstd(values)) if np.isfinite(values).any() else 0.0
            scales.append(spread or 1.0)
        met = np.zeros(words)
        for said in _words(frame):
            met[[*{_hash(word, words)[0] for word in said}]] += 1
        weights = np.log((1 + len(frame)) / (1 + met)) + 1
        return cls(*map(tuple, (genres, decades, numbers, centres, scales, weights.tolist())))

    @property
    def names(self) -> list[str]:
        """What each column is called, (F,)."""
        decades = [f"{decade}s" for decade in self.decades]
        return [*self.genres, *decades, *self.numbers, *(f"words {number}" for number in range(len(self.weights)))]

    def features(self, catalogue: Catalogue, items: Sequence[str] | None = None) -> np.ndarray:
        """Content of items, (n, F) float32: of all in the catalogue, or of those named, 0 for what is not in it."""
        found = self._features(catalogue.frame)
        if items is None:
            return found
        rows = {item: row for row, item in enumerate(catalogue.items)}
        chosen = np.array([rows.get(item, -1) for item in items], int)
        return np.where(chosen[:, None] >= 0, found[chosen], np.float32(0))

    def _features(self, frame: pl.DataFrame) -> np.ndarray:
        genre = {name: column for column, name in enumerate(self.genres)}
        decade = {first: column for column, first in enumerate(self.decades)}
        genres, decades = np.zeros((len(frame), len(genre))), np.zeros((len(frame), len(decade)))
        words = np.zeros((len(frame), len(self.weights)))
        for row, (named, year, said) in enumerate(zip(frame["genres"], frame["year"], _words(frame), strict=True)):
            genres[row, [genre[name] for name in named if name in genre]] = 1
            if year is not None and year // 10 * 10 in decade:
                decades[row, decade[year // 10 * 10]] = 1
            for word, count in Counter(said).items():
                column, sign = _hash(word, len(self.weights))
                words[row, column] += sign * count * self.weights[column]
        numbers = [self._number(frame, *about) for about in zip(self.numbers, self.centres, self.scales, strict=True)]
        parts = [_unit(genres), decades, *numbers, _unit(words)]
        return np.concatenate(parts, axis=1).astype(np.float32)

    @staticmethod
    def _number(frame: pl.DataFrame, name: str, centre: float, scale: float) -> np.ndarray:
        """A standardised column (n, 1), held within 3 deviations; 0 where it is not known."""
        if name not in frame.columns or not frame.schema[name].is_numeric():
            return np.zeros((len(frame), 1))
        return np.clip(np.nan_to_num((_finite(frame[name]) - centre) / scale), -3, 3)[:, None]

    def to_bytes(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What :meth:`to_bytes` wrote.

        Raises:
            ModelError: it is something else.
        """
        try:
            return cls(**{name: tuple(values) for name, values in json.loads(data).items()})
        except (ValueError, TypeError, AttributeError) as error:
            raise ModelError("The model's list of content features is broken: copy the model again.") from error


def beside(data: Path) -> Catalogue | None:
    """The catalogue that belongs to a file or folder of events, if there is one.

    That is a folder's own, or a file catalogue, items or movies (.parquet, .csv) in the folder or beside the file.

    Raises:
        DataError: it can't be read.
    """
    folder = data if data.is_dir() else data.parent
    for path in (folder / f"{name}{suffix}" for name in _BESIDE for suffix in _SUFFIXES):
        if path.is_file() and path != data:
            return Catalogue.open(data if data.is_dir() and path.stem == "movies" else path)
    if data.is_dir():
        try:
            return Catalogue.open(data)
        except DataError:
            return None
    return None


@dataclass(frozen=True, eq=False)
class Norm:
    """What is usual among all users: what one user is told apart from.

    Attributes:
        liking: how often an event is liked, between 0 and 1.
        popularity: how many met each item, as a share of the most popular one's, (items,).
    """

    liking: float
    popularity: np.ndarray

    @classmethod
    def of(cls, histories: Interactions) -> Self:
        """What is usual in these histories."""
        liked, met = is_liked(histories.ratings), np.bincount(histories.columns, minlength=len(histories.items))
        return cls(float(liked.sum() + 1) / (len(liked) + 2), met / max(1, met.max(initial=0)))


def tastes(histories: Interactions, features: np.ndarray, norm: Norm) -> np.ndarray:
    """What users are by their histories, (users, 3 + 2 F) float32; each number tells more the more events there are.

    The columns: how often they like what they meet, as log odds beside everyone's; the logarithm of how much they met;
    how popular that is; then for each content feature how often they like what has it, beside how often they like
    anything (F); and how much of what they met has it (F).

    Args:
        histories: of the users.
        features: of the items, (items, F).
        norm: what is usual.
    """
    count, surprise = histories.lengths, surprises(histories, norm)
    shape = (len(histories), features.shape[1])
    had, gained = np.zeros(shape), np.zeros(shape)
    for user, (first, last) in enumerate(zip(histories.starts[:-1], histories.starts[1:], strict=True)):
        rows = features[histories.columns[first:last]]
        had[user], gained[user] = rows.sum(0), surprise[first:last] @ rows
    popular = np.bincount(histories.owners, norm.popularity[histories.columns], len(histories))
    parts = [
        (_odds(_rates(histories, norm)) - _odds(np.array(norm.liking)))[:, None],
        np.log1p(count)[:, None] / 5,
        (popular / np.maximum(count, 1))[:, None],
        gained / (np.abs(had) + _PRIOR),
        had / (count[:, None] + _PRIOR),
    ]
    return np.concatenate(parts, axis=1).astype(np.float32)


def standing(histories: Interactions, norm: Norm) -> np.ndarray:
    """What items are worth by who met them, (items, 2) float32; 0 for what nobody met.

    The columns: how often it is liked, beside how often those who met it like anything; the logarithm of how many did.
    """
    count = np.bincount(histories.columns, minlength=len(histories.items))
    gained = np.bincount(histories.columns, surprises(histories, norm), len(histories.items))
    return np.stack([gained / (count + _PRIOR), np.log1p(count) / 5], axis=1).astype(np.float32)


def surprises(histories: Interactions, norm: Norm) -> np.ndarray:
    """1 for each event that was liked, 0 for the others, less how often its user likes anything, (events,)."""
    return np.asarray(is_liked(histories.ratings) - _rates(histories, norm)[histories.owners])


def _rates(histories: Interactions, norm: Norm) -> np.ndarray:
    """How often each user likes an event, drawn to what is usual, (users,) between 0 and 1."""
    liked = np.bincount(histories.owners, is_liked(histories.ratings), len(histories))
    return np.asarray((liked + _PRIOR * norm.liking) / (histories.lengths + _PRIOR))


def taste_names(names: Sequence[str]) -> list[str]:
    """What each column of :func:`tastes` is called, from the names of the content features."""
    liked, met = (f"likes {name}" for name in names), (f"watches {name}" for name in names)
    return ["likes what is watched", "watches much", "watches what is popular", *liked, *met]


def is_liked(ratings: np.ndarray) -> np.ndarray:
    """Which events were liked, bool: those rated 4 or more, and those without a rating."""
    return np.isnan(ratings) | (ratings >= LIKED)


def _odds(rate: np.ndarray) -> np.ndarray:
    return np.log(rate / (1 - rate))


def _unit(rows: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)


def _finite(column: pl.Series) -> np.ndarray:
    values = column.cast(pl.Float64).to_numpy().copy()
    values[~np.isfinite(values)] = np.nan
    return values


def _words(frame: pl.DataFrame) -> Iterable[list[str]]:
    """What each item's tags, title and text say, in small letters; a tag of several words also as a whole."""
    titles = pl.when(pl.col("title") == pl.col("item")).then(pl.lit("")).otherwise("title")  # an id is no title
    for tags, title, text in zip(frame["tags"], frame.select(titles).to_series(), frame["text"], strict=True):
        plain = [unicodedata.normalize("NFKC", part).lower() for part in (*tags, title, text)]
        said = [word for part in plain for word in _WORD.findall(part) if len(word) >= _SHORTEST]
        yield said + [tag for tag in plain[: len(tags)] if " " in tag]


def _hash(word: str, words: int) -> tuple[int, float]:
    """A word's column and sign: the same on every machine."""
    number = zlib.crc32(word.encode())
    return number % words, 1.0 if number >> 31 else -1.0
