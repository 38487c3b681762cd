"""What a viewer likes, as numbers, as a card in plain words, and as a picture; from allowed fields only."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from PIL import Image

from laterna.audience.catalogue import Catalogue
from laterna.audience.events import Events
from laterna.audience.profiles import card, picture
from laterna.audience.profiles.tastes import SHARES, Drift, Novelty, drift, hours, novelty, shares
from laterna.errors import DataError

# All that a profile reads. Whatever else a house keeps of its viewers (gender, age, postcode) stays unread; tags too,
# for people write into them what they like.
EVENT_FIELDS = ("user", "item", "time", "rating")
ITEM_FIELDS = ("item", "title", "year", "genres")
_UNKNOWN = pl.Schema({"item": pl.String(), "title": pl.String(), "year": pl.Int32(), "genres": pl.List(pl.String())})
_FAVOURITES = 3


@dataclass(frozen=True)
class Profile:
    """A viewer's tastes.

    Attributes:
        user: their id.
        count: of their events.
        first, last: when these began and ended, in ``zone``.
        genres, eras: name ("1990s" of an era), share of their events (an item of two genres counts half for each),
            everyone's share, z (how many standard deviations of chance the two are apart) and stars (their mean rating
            of it beside their mean of all, null where they rated fewer than five); the largest share first. Empty
            where nothing is known of their items.
        hours, everyones_hours: (24,) shares by the hour, in ``zone``.
        weekend: their share on Saturdays and Sundays.
        stars, everyones_stars: mean ratings, None where there are none.
        novelty: how rare their items are; None where nobody else is there.
        drift: how their tastes moved; None of fewer than 20 events of known genres.
        favourites: titles of what they rated highest, the latest first; none where nothing was rated.
        zone: the time zone of hours and days.
        fields: what was read.
    """

    user: str
    count: int
    first: datetime
    last: datetime
    genres: pl.DataFrame = field(repr=False)
    eras: pl.DataFrame = field(repr=False)
    hours: np.ndarray = field(repr=False)
    everyones_hours: np.ndarray = field(repr=False)
    weekend: float
    stars: float | None
    everyones_stars: float | None
    novelty: Novelty | None = field(repr=False)
    drift: Drift | None = field(repr=False)
    favourites: tuple[str, ...]
    zone: str
    fields: tuple[str, ...]

    @property
    def card(self) -> str:
        """The profile in plain words: a line for each thing that can be told; what chance could do is not."""
        return card.text(self)

    def __str__(self) -> str:
        return self.card

    def to_html(self) -> str:
        """The card as an HTML ``article``; whatever ids, titles and genres hold is escaped."""
        return card.page_part(self)

    def plot(self) -> Image.Image:
        """The profile as a picture: genres, eras, hours, novelty and drift beside everyone's."""
        return picture.draw(self)

    def to_json(self) -> dict[str, Any]:
        """The numbers, with times as ISO 8601."""
        rare, moved = self.novelty, self.drift
        return {
            "user": self.user,
            "events": self.count,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "genres": self.genres.to_dicts(),
            "eras": self.eras.to_dicts(),
            "hours": self.hours.tolist(),
            "weekend": self.weekend,
            "stars": self.stars,
            "novelty": None if rare is None else {"bits": rare.bits, "rank": rare.rank},
            "drift": None if moved is None else {"distance": moved.distance, "chance": moved.chance},
            "favourites": list(self.favourites),
            "zone": self.zone,
            "fields": list(self.fields),
            "card": self.card,
        }


def profile(
    events: Events, user: str, catalogue: Catalogue | None = None, *, zone: str = "UTC", seed: int = 0
) -> Profile:
    """Tell what a viewer likes: genres, eras, times of the day, novelty, and how that drifts.

    Args:
        events: theirs and others'; of these alone EVENT_FIELDS are read.
        user: their id.
        catalogue: titles, years and genres (ITEM_FIELDS) of items.
        zone: the time zone that hours and days are told in, such as Europe/Berlin.
        seed: of the shuffles that tell drift from chance.

    Raises:
        DataError: the user has no events, the catalogue knows none of the items, or there is no such time zone.
    """
    place = _zone(zone)
    frame = events.frame.select(EVENT_FIELDS)
    mine = frame.filter(pl.col("user") == user).with_columns(pl.col("time").dt.convert_time_zone(zone))
    if not len(mine):
        raise DataError(_stranger(user, events))
    known = _known(catalogue, frame)
    met = mine.join(known, on="item", how="left", maintain_order="left")
    often = frame.group_by("item").len("weight").join(known, on="item")
    time = frame["time"].dt.convert_time_zone(zone)
    return Profile(
        user=user,
        count=len(mine),
        first=mine["time"][0].astimezone(place),
        last=mine["time"][-1].astimezone(place),
        genres=_compared(met.with_columns(weight=1.0), often, _by_genre),
        eras=_compared(met.with_columns(weight=1.0), often, _by_era),
        hours=hours(mine["time"]),
        everyones_hours=hours(time),
        weekend=float(np.mean(mine["time"].dt.weekday().to_numpy() >= 6)),
        stars=_mean(mine["rating"]),
        everyones_stars=_mean(frame["rating"]) if len(mine) < len(frame) else None,
        novelty=novelty(frame, user),
        drift=drift(met["genres"].fill_null([]).to_list(), seed),
        favourites=_favourites(met),
        zone=zone,
        fields=tuple(dict.fromkeys((*EVENT_FIELDS, *ITEM_FIELDS)) if catalogue else EVENT_FIELDS),
    )


def portrait(
    events: Events, user: str, catalogue: Catalogue | None = None, *, zone: str = "UTC", seed: int = 0
) -> Image.Image:
    """Draw the profile of a viewer; see :func:`profile`."""
    return profile(events, user, catalogue, zone=zone, seed=seed).plot()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise DataError(f"There is no time zone {name!r}: write one such as UTC or Europe/Berlin.") from error


def _stranger(user: str, events: Events) -> str:
    near = difflib.get_close_matches(user, events.users, 1, 0.6)
    told = f"the nearest is {near[0]!r}" if near else f"they are {events.users[0]!r} to {events.users[-1]!r}"
    return f"The user {user!r} has no events: {told}."


def _known(catalogue: Catalogue | None, frame: pl.DataFrame) -> pl.DataFrame:
    """ITEM_FIELDS of what the catalogue knows."""
    if catalogue is None:
        return pl.DataFrame(schema=_UNKNOWN)
    known = catalogue.frame.select(ITEM_FIELDS)
    if not frame["item"].is_in(known["item"].implode()).any():
        raise DataError(
            f"The catalogue knows none of the events' items: it names them like {known['item'][0]!r}, the events like"
            f" {frame['item'][0]!r}; write both in one way."
        )
    return known


def _by_genre(met: pl.DataFrame) -> pl.DataFrame:
    share = pl.col("weight") / pl.col("genres").list.len()
    return met.with_columns(weight=share).explode("genres").rename({"genres": "name"}).drop_nulls("name")


def _by_era(met: pl.DataFrame) -> pl.DataFrame:
    return met.drop_nulls("year").with_columns(name=pl.format("{}s", pl.col("year") // 10 * 10))


def _compared(met: pl.DataFrame, often: pl.DataFrame, by: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    mine, everyones = by(met), by(often)
    return shares(mine, everyones) if len(mine) else pl.DataFrame(schema=SHARES)


def _favourites(met: pl.DataFrame) -> tuple[str, ...]:
    rated = met.drop_nulls(["rating", "title"]).reverse().sort("rating", descending=True, maintain_order=True)
    return tuple(rated["title"].head(_FAVOURITES))


def _mean(ratings: pl.Series) -> float | None:
    mean: Any = ratings.mean()
    return None if mean is None else float(mean)
