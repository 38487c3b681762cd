"""What people say of versions: ratings and preferences, kept in SQLite, or in PostgreSQL for a whole house.

A version is known by its task (the step that made it) and the SHA-256 of its bytes. Its features are kept with it, so
that a reward can be learnt of it when it has long gone::

    feedback = Feedback("feedback.sqlite")
    feedback.prefer(Item("cut", "9f…", {"pace": 0.4}), Item("cut", "07…", {"pace": 0.9}))
    names, better, worse, counts = feedback.pairs("cut")
    reward = Reward(names).fit(better, worse, counts)

Many may write at once, from any number of processes: SQLite lets them in one by one (its write-ahead log, where
readers wait for nobody), and what was said is on the disk when the call returns.
"""

import getpass
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby, permutations
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, select

from laterna.errors import DataError
from laterna.learning.feedback_store import connected, preferences, ratings, upsert, versions
from laterna.learning.store import user_data

LOWEST, HIGHEST = 1, 5
PLACE = "LATERNA_FEEDBACK"  # names the database, in the environment


def usual_place() -> str:
    """The file or URL that ``$LATERNA_FEEDBACK`` names, else a file of the user's own."""
    return os.environ.get(PLACE) or str(user_data() / "feedback.sqlite")


@dataclass(frozen=True, slots=True)
class Item:
    """A version that is judged.

    Attributes:
        task: the name of the step that made it.
        sha256: of its bytes, 64 hexadecimal digits.
        features: what a reward can be learnt of; none when they are not known.
    """

    task: str
    sha256: str
    features: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.task or len(self.sha256) != 64 or set(self.sha256) - set("0123456789abcdef"):
            raise DataError(f"{self.task!r} with SHA-256 {self.sha256!r} names no version: give a step and 64 digits.")
        for name, value in self.features.items():
            if not math.isfinite(value):
                raise DataError(f"The feature {name!r} of a version of {self.task} is {value}: give a finite number.")


class Pairs(NamedTuple):
    """Comparisons of a task: names of features (f), and features of the better and the worse versions, (n, f).

    ``counts`` is how much each comparison counts (n,): a preference 1, one that m ratings make with others 1 / (m - 1),
    so that a rating tells as much as half a preference, however many a person gave.
    """

    names: tuple[str, ...]
    better: np.ndarray
    worse: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True, slots=True)
class Standing:
    """What was said of one version: everyone's last rating of it, and how often it was preferred, or was not."""

    ratings: tuple[int, ...] = ()
    won: int = 0
    lost: int = 0


class Feedback:
    """Ratings and preferences in a database, which is made where there is none.

    Args:
        place: a file of SQLite, or a database's URL ("postgresql://user:password@host/name"); the usual one when left
            out.

    Raises:
        DataError: the database can't be reached or written, is broken, or holds something else.
    """

    def __init__(self, place: str | os.PathLike[str] | None = None) -> None:
        self._store = connected(place or usual_place())

    def rate(self, item: Item, rating: int, *, who: str | None = None) -> None:
        """Say how good a version is, from 1 to 5; what the same person said of it before no longer counts.

        Args:
            item: the version.
            rating: 1 is poor, 5 great.
            who: whose judgement it is; the user's login name when left out.

        Raises:
            DataError: the rating is none of these, nobody's name is known, or the database fails.
        """
        if isinstance(rating, bool) or not isinstance(rating, int) or not LOWEST <= rating <= HIGHEST:
            raise DataError(f"{rating!r} is no rating: give a whole number from {LOWEST} (poor) to {HIGHEST} (great).")
        person = _name(who)
        with self._store.writing() as connection:
            _know(connection, item)
            said = {"who": person, "task": item.task, "sha256": item.sha256, "rating": rating, "at": datetime.now(UTC)}
            connection.execute(ratings.insert().values(said))

    def prefer(self, better: Item, worse: Item, *, who: str | None = None) -> None:
        """Say that one version is better than another; what the same person said of the two before no longer counts.

        Args:
            better: the preferred version.
            worse: another one of the same task.
            who: whose judgement it is; the user's login name when left out.

        Raises:
            DataError: both are the same version or of different tasks, nobody's name is known, or the database fails.
        """
        if better.task != worse.task:
            raise DataError(f"Versions of {better.task} and of {worse.task} can't be compared: name two of one step.")
        if better.sha256 == worse.sha256:
            raise DataError(f"Both are the same version of {better.task}: name two that differ.")
        person = _name(who)
        with self._store.writing() as connection:
            for item in sorted((better, worse), key=lambda item: item.sha256):  # so no two writers wait for each other
                _know(connection, item)
            said = {"who": person, "task": better.task, "at": datetime.now(UTC)}
            connection.execute(preferences.insert().values(said | {"better": better.sha256, "worse": worse.sha256}))

    def tasks(self) -> tuple[str, ...]:
        """The tasks of which something was said, by name."""
        with self._store.reading() as connection:
            return tuple(connection.scalars(select(versions.c.task).distinct().order_by(versions.c.task)))

    def pairs(self, task: str, *, names: Sequence[str] = (), who: str | None = None) -> Pairs:
        """Every comparison of a task: each person's last word on two versions, and every two ratings that differ.

        Args:
            task: the step's name.
            names: the features to tell of; comparisons of versions that lack one are left out. When none are named,
                versions without any feature are left out, and those are told of that all the others have, by name.
            who: count only what this person said; everyone's when left out.
        """
        with self._store.reading() as connection:
            known = {
                sha256: features
                for sha256, features in _features(connection, task)
                if features and {*names} <= {*features}
            }
            preferred = _preferred(connection, task, who)
            rated = [row for row in _last_ratings(connection, task, who) if row[1] in known]
        weighed = [(pair, 1.0) for pair in preferred if known.keys() >= {*pair}] + _ranked(rated)
        said = [pair for pair, _ in weighed]
        compared = [known[sha256] for pair in said for sha256 in pair]
        if compared and not names:
            names = sorted(set(compared[0]).intersection(*compared[1:]))
        rows = np.array([[known[sha256][name] for name in names] for pair in said for sha256 in pair], np.float64)
        rows = rows.reshape(len(said), 2, len(names))
        return Pairs(tuple(names), rows[:, 0], rows[:, 1], np.array([count for _, count in weighed], np.float64))

    def standing(self, task: str, sha256: str) -> Standing:
        """What was said of one version."""
        with self._store.reading() as connection:
            rated = [rating for _, one, rating in _last_ratings(connection, task, None) if one == sha256]
            said = _preferred(connection, task, None)
        won, lost = (sum(pair[side] == sha256 for pair in said) for side in (0, 1))
        return Standing(tuple(rated), won, lost)


def _name(who: str | None) -> str:
    """Whose judgement it is: the login name where none is given."""
    if who is None:
        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError) as error:  # Python before 3.13 lets any of them through
            raise DataError("Nobody is logged in by name, so whose judgement is it: give a name, who.") from error
    if not who.strip() or not who.isprintable():
        raise DataError(f"{who!r} is nobody's name: write it in letters.")
    return who


def _know(connection: Connection, item: Item) -> None:
    """Keep a version; features that are now known take the place of older ones."""
    features = {name: float(value) for name, value in item.features.items()}
    upsert(connection, task=item.task, sha256=item.sha256, features=features)


def _features(connection: Connection, task: str) -> Iterable[tuple[str, dict[str, float]]]:
    found = connection.execute(select(versions.c.sha256, versions.c.features).where(versions.c.task == task))
    return [(sha256, features) for sha256, features in found]


def _preferred(connection: Connection, task: str, who: str | None) -> list[tuple[str, str]]:
    """The better and the worse of every two versions that a person compared, as that person said at last."""
    wanted = select(preferences.c.who, preferences.c.better, preferences.c.worse).where(preferences.c.task == task)
    if who is not None:
        wanted = wanted.where(preferences.c.who == who)
    said = connection.execute(wanted.order_by(preferences.c.id))
    return [*{(person, frozenset((better, worse))): (better, worse) for person, better, worse in said}.values()]


def _ranked(rated: Iterable[tuple[str, str, int]]) -> list[tuple[tuple[str, str], float]]:
    """The better and the worse of every two versions that one person rated differently, and how much that counts.

    ``rated`` says who rated which version how. A version that is one of m stands in m - 1 pairs, which are no m - 1
    judgements.
    """
    by_person = groupby(sorted(rated, key=lambda row: row[0]), key=lambda row: row[0])
    found = []
    for _, group in by_person:
        rows = [*group]
        found += [((a[1], b[1]), 1 / (len(rows) - 1)) for a, b in permutations(rows, 2) if a[2] > b[2]]
    return found


def _last_ratings(connection: Connection, task: str, who: str | None) -> list[tuple[str, str, int]]:
    """Who rated which version how, at last."""
    wanted = select(ratings.c.who, ratings.c.sha256, ratings.c.rating).where(ratings.c.task == task)
    if who is not None:
        wanted = wanted.where(ratings.c.who == who)
    last = {(person, sha256): rating for person, sha256, rating in connection.execute(wanted.order_by(ratings.c.id))}
    return [(person, sha256, rating) for (person, sha256), rating in last.items()]
