"""How events are parted into what models learn from and what they are asked for. Printed beside each number.

All protocols take a user's first meeting with an item alone: a recommender that leaves out what was seen can't be
asked for it again. Targets are those of users with a history: newcomers with none are another question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
import polars as pl

from laterna.audience.events import Events
from laterna.errors import DataError

Name = Literal["leave-last-out", "time", "random"]


@dataclass(frozen=True)
class Split:
    """Events parted once.

    Attributes:
        name: which of the protocol's splits it is.
        train: what models learn from, and users' histories, while settings are chosen.
        valid: what the models are asked for then.
        known: all that is known before the test: ``train`` and what came after it. The chosen models learn from it
            anew, and it holds the histories of the test.
        test: what they are asked for at last; seen by no choice.
    """

    name: str
    train: Events
    valid: Events
    known: Events
    test: Events


class Parting(Protocol):
    """A protocol: its full text is its ``str``, without a full stop."""

    @property
    def name(self) -> str: ...

    def split(self, events: Events) -> list[Split]: ...


@dataclass(frozen=True)
class LeaveLastOut:
    """Each user's last event is to be found.

    Attributes:
        cuts: shares of the events, by time: at each, only the events up to then exist, and the last of them are left
            out. (1.0,) takes all events once.
    """

    cuts: tuple[float, ...] = (1.0,)
    name = "leave-last-out"

    def __post_init__(self) -> None:
        _check_cuts(self.cuts, 1.0)

    def __str__(self) -> str:
        cuts = "" if self.cuts == (1.0,) else f", of the first {_shares(self.cuts)} of the events by time"
        return (
            f"leave-last-out by time{cuts}: of each user with three events or more the last is the test and the one"
            " before it the validation; settings are chosen on the validation, then models learn from all but the test;"
            " events of others may be later than a user's test; first meetings of user and item only"
        )

    def split(self, events: Events) -> list[Split]:
        """One split a cut.

        Raises:
            DataError: no user has met three items, or there is only one user.
        """
        frame = _first_meetings(events)
        return [self._split(frame, cut) for cut in self.cuts]

    def _split(self, frame: pl.DataFrame, cut: float) -> Split:
        times = frame["time"]
        if cut < 1:
            frame = frame.filter(pl.col("time") < _time_at(times, cut))
        last = pl.int_range(pl.len()).reverse().over("user")
        enough = pl.len().over("user") >= 3
        frame = frame.with_columns(place=pl.when(enough).then(last).otherwise(2))
        train, valid, test = (
            Events(frame.filter(pl.col("place").is_between(low, high)).drop("place"))
            for low, high in ((2, len(frame) + 2), (1, 1), (0, 0))
        )
        known = Events(frame.filter(pl.col("place") >= 1).drop("place"))
        name = "all events" if cut == 1 else f"the first {cut:.0%} of the events"
        return _checked(Split(name, train, valid, known, test), "no user has met three items")


@dataclass(frozen=True)
class GlobalTime:
    """What users with a history do after a moment, the same for all: nothing that is learnt from is later.

    Attributes:
        cuts: the moments, as shares of the events by time.
        window: how long the test and, before the cut, the validation last, as shares of the events.
    """

    cuts: tuple[float, ...] = (0.7, 0.8, 0.9)
    window: float = 0.1
    name = "time"

    def __post_init__(self) -> None:
        _check_cuts(self.cuts, 1 - 1e-9)
        if not 0 < self.window < min(self.cuts):
            raise DataError(
                f"A window of {self.window:g} leaves nothing to learn from before {min(self.cuts):g}: make it shorter."
            )

    def __str__(self) -> str:
        return (
            f"global time split at {_shares(self.cuts)} of the events: what users with a history meet in the"
            f" {self.window:.0%} of events after a cut is the test, in the {self.window:.0%} before it the validation;"
            " settings are chosen on the validation, then models learn from all before the cut; first meetings of user"
            " and item only"
        )

    def split(self, events: Events) -> list[Split]:
        """One split a cut.

        Raises:
            DataError: nobody with a history has events after a cut, or there is only one user.
        """
        frame = _first_meetings(events)
        return [self._split(frame, cut) for cut in self.cuts]

    def _split(self, frame: pl.DataFrame, cut: float) -> Split:
        times, time = frame["time"], pl.col("time")
        first, middle = _time_at(times, cut - self.window), _time_at(times, cut)
        train, known = frame.filter(time < first), frame.filter(time < middle)
        test = frame.filter(time >= middle)
        if cut + self.window < 1 - 1e-9:
            test = test.filter(time < _time_at(times, cut + self.window))
        valid = known.filter(time >= first)
        name = f"cut at {cut:.0%}, {middle:%Y-%m-%d}"
        why = f"nobody with a history has events after {name}"
        return _checked(_with_histories(name, train, valid, known, test), why)


@dataclass(frozen=True)
class RandomSplit:
    """Events at random, whenever they were: easier than what a service is asked, for it also guesses the past.

    Attributes:
        valid, test: shares of the events.
        seed: of the draw.
    """

    valid: float = 0.1
    test: float = 0.1
    seed: int = 0
    name = "random"

    def __post_init__(self) -> None:
        if not (self.valid > 0 and self.test > 0 and self.valid + self.test < 1):
            raise DataError(
                f"Shares of {self.valid:g} and {self.test:g} leave no three parts: give two above 0, below 1 together."
            )

    def __str__(self) -> str:
        train = 1 - self.valid - self.test
        return (
            f"random split {train:.0%}/{self.valid:.0%}/{self.test:.0%}, seed {self.seed}: events whenever they were;"
            " settings are chosen on the validation, then models learn from all but the test; first meetings of user"
            " and item only"
        )

    def split(self, events: Events) -> list[Split]:
        """A single split.

        Raises:
            DataError: a part is empty, or there is only one user.
        """
        frame = _first_meetings(events)
        place = np.random.default_rng(self.seed).permutation(len(frame)) / len(frame)
        part = pl.Series("part", np.digitize(place, (self.test, self.test + self.valid)))  # 0 test, 1 valid, 2 train
        parts = (frame.filter(which) for which in (part == 2, part == 1, part >= 1, part == 0))
        return [_checked(_with_histories("all events", *parts), "there are too few events for the shares")]


PROTOCOLS: dict[str, type[LeaveLastOut] | type[GlobalTime] | type[RandomSplit]] = {
    "leave-last-out": LeaveLastOut,
    "time": GlobalTime,
    "random": RandomSplit,
}


@dataclass(frozen=True)
class Full:
    """Every item is ranked but those that the user has met."""

    name = "full"

    def __str__(self) -> str:
        return "full ranking of all items the user has not met"

    def candidates(self, met: np.ndarray, target: np.ndarray, first: int = 0) -> np.ndarray:
        """What is ranked for each user, (users, items) bool; as :meth:`Sampled.candidates`."""
        return ~met


@dataclass(frozen=True)
class Sampled:
    """A user's targets are ranked among a few items drawn at random from those the user never met.

    Its figures are far higher than those of full ranking, and may order models otherwise (Krichene and Rendle 2020,
    "On sampled metrics for item recommendation").

    Attributes:
        negatives: how many are drawn.
        seed: of the draw; the same for all models.
    """

    negatives: int = 100
    seed: int = 0
    name = "sampled"

    def __post_init__(self) -> None:
        if self.negatives < 1:
            raise DataError(f"A target can't be ranked among {self.negatives} others: draw at least one.")

    def __str__(self) -> str:
        return (
            f"sampled ranking, each user's targets among {self.negatives} items drawn from those not met, seed"
            f" {self.seed}; not comparable with full ranking"
        )

    def candidates(self, met: np.ndarray, target: np.ndarray, first: int = 0) -> np.ndarray:
        """What is ranked for each user, (users, items) bool.

        Args:
            met: (users, items) bool, before.
            target: (users, items) bool, what is to be found.
            first: the number of the first of these users: each has a draw of its own.

        Raises:
            DataError: a user has too few other items.
        """
        free, drawn = ~(met | target), target.copy()
        if free.sum(1).min() < self.negatives:
            raise DataError(
                f"A user has not met {free.sum(1).min()} items, of which {self.negatives} can't be drawn: use full"
                " ranking, or fewer negatives."
            )
        for row in range(len(met)):
            rng = np.random.default_rng([self.seed, first + row])
            drawn[row, rng.choice(np.flatnonzero(free[row]), self.negatives, replace=False)] = True
        return drawn


Ranking = Full | Sampled


def _first_meetings(events: Events) -> pl.DataFrame:
    frame = events.frame
    if frame["user"].n_unique() < 2:
        raise DataError("The events are those of one user: nothing can be learnt for others, so give at least two.")
    return frame.unique(["user", "item"], keep="first", maintain_order=True)


def _with_histories(
    name: str, train: pl.DataFrame, valid: pl.DataFrame, known: pl.DataFrame, test: pl.DataFrame
) -> Split:
    """A split whose targets are those of users who have met something before."""
    valid, test = (
        targets.filter(pl.col("user").is_in(history["user"].unique().implode()))
        for targets, history in ((valid, train), (test, known))
    )
    return Split(name, Events(train), Events(valid), Events(known), Events(test))


def _time_at(times: pl.Series, share: float) -> datetime:
    """The time before which about that share of the events lie; those of one time are never parted."""
    moment = times[min(int(share * len(times)), len(times) - 1)]
    assert isinstance(moment, datetime)
    return moment


def _checked(split: Split, why: str) -> Split:
    for events, what in ((split.train, "learn from"), (split.valid, "choose by"), (split.test, "test on")):
        if not len(events):
            raise DataError(f"The split ({split.name}) leaves nothing to {what}, since {why}: give more events.")
    return split


def _check_cuts(cuts: Sequence[float], most: float) -> None:
    if not cuts or not all(0 < cut <= most for cut in cuts):
        raise DataError(f"The cuts {list(cuts)} are no shares of the events: give some between 0 and 1.")


def _shares(cuts: Sequence[float]) -> str:
    return ", ".join(f"{cut:.0%}" for cut in cuts)
