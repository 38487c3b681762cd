"""A made audience looks like one, is the same with the same seed, and tells what its viewers truly like."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from laterna.audience.catalogue import Catalogue
from laterna.audience.events import Events
from laterna.audience.generate import Generated, generate
from laterna.audience.generation import choices
from laterna.audience.generation.shelf import START
from laterna.errors import DataError


@pytest.fixture(scope="module")
def audience() -> Generated:
    return generate(400, 300, 20_000, seed=3)


def test_there_are_as_many_as_asked_for_and_no_pair_twice(audience: Generated) -> None:
    frame = audience.events.frame
    assert len(frame) == 20_000
    assert len(audience.events.users) == 400
    assert not frame.select("user", "item").is_duplicated().any()
    assert set(audience.events.items) <= set(audience.catalogue.items)
    assert frame["rating"].is_between(0.5, 5).all()


def test_the_same_seed_gives_the_same_bytes(audience: Generated) -> None:
    again, other = generate(400, 300, 20_000, seed=3), generate(400, 300, 20_000, seed=4)
    assert again.events.frame.equals(audience.events.frame)
    assert again.catalogue.frame.equals(audience.catalogue.frame)
    assert not other.events.frame.equals(audience.events.frame)


def test_few_items_have_most_of_the_events(audience: Generated) -> None:
    counts = np.sort(audience.events.frame["item"].value_counts()["count"].to_numpy())[::-1]
    assert counts[:30].sum() > 0.25 * counts.sum()  # a tenth of the items; a fair share were 0.1
    assert counts[0] > 5 * np.median(counts)


def test_people_watch_in_sessions_in_the_evening_and_at_the_weekend(audience: Generated) -> None:
    time = audience.events.frame["time"]
    assert (time.dt.hour() >= 18).mean() > 0.35
    assert (time.dt.weekday() >= 6).mean() > 2 / 7 + 0.05
    gaps = audience.events.frame.sort("user", "time").select(pl.col("time").diff().over("user").drop_nulls())
    assert (gaps["time"] < timedelta(hours=2)).mean() > 0.4


def test_nothing_is_watched_before_it_is_out(audience: Generated) -> None:
    out = audience.catalogue.frame.select("item", "since").drop_nulls()
    watched = audience.events.frame.join(out, on="item")
    assert len(out) > 50
    assert len(watched) > 500
    assert (watched["time"] >= watched["since"]).all()


def test_new_items_are_sought_most(audience: Generated) -> None:
    watched = audience.events.frame.join(audience.catalogue.frame.select("item", "since"), on="item")
    within = watched.filter(pl.col("since") < START + timedelta(days=180))  # what had time to become old
    age = (within["time"] - within["since"]).dt.total_days()
    assert (age < 60).sum() > 1.5 * age.is_between(120, 180, closed="left").sum()


def test_true_tastes_foretell_what_is_watched_and_how_it_is_rated(audience: Generated) -> None:
    frame = audience.events.frame.head(1_000)  # later on, favourites have been seen
    rows, columns = _places(audience, frame)
    chances = audience.tastes.chances(audience.tastes.users, frame["time"][0])
    assert np.allclose(chances.sum(1), 1, atol=1e-4)
    popularity = chances.mean(0)[columns]
    out = popularity > 0  # some came out in those weeks
    assert out.mean() > 0.9
    told = np.log(chances[rows, columns][out] / popularity[out])
    assert told.mean() > 0.3  # nats that tastes tell beside popularity
    liking = audience.tastes.liking(audience.tastes.users, frame["time"][0])[rows, columns]
    assert np.corrcoef(liking, frame["rating"])[0, 1] > 0.5


def test_tastes_drift(audience: Generated) -> None:
    users = audience.tastes.users
    end = audience.tastes.liking(users)
    ways = [np.abs(audience.tastes.liking(users, START + timedelta(days=day)) - end).mean() for day in (0, 180, 364)]
    assert ways[0] > ways[1] > ways[2] == 0


def test_habits_of_the_day_show(audience: Generated) -> None:
    watched = audience.events.frame.join(audience.catalogue.frame.select("item", "genres"), on="item")
    scary = watched["genres"].list.contains("Horror")
    hour = watched["time"].dt.hour()
    assert scary.filter(hour < 6).mean() > 1.3 * scary.filter(hour.is_between(6, 17)).mean()


def test_chunks_change_nothing_but_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("laterna.audience.generate"), "_CHUNK", 500)
    parts = list(generate(50, 60, 900).parts())
    assert len(parts) == 2
    assert sum(map(len, parts)) == 900
    assert not set(parts[0]["user"]) & set(parts[1]["user"])


def test_viewers_who_have_seen_nearly_all_are_shown_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "SHELF", 1)
    frame = generate(20, 30, 200).events.frame
    assert not frame.select("user", "item").is_duplicated().any()


def test_an_audience_is_saved(audience: Generated, tmp_path: Path) -> None:
    audience.save(tmp_path / "audience")
    assert Events.open(tmp_path / "audience").frame.equals(audience.events.frame)
    assert Catalogue.open(tmp_path / "audience").frame.equals(audience.catalogue.frame)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((0, 100, 10), "0 users, 100 items and 10 events make no audience"),
        ((10, 5, 10), "ask for 1 user and 12 items at least"),
        ((10, 100, 9), "for as many events as users"),
        ((10, 100, 1000), "10 users can't watch 1000 of 100 items: ask for 330 events at most"),
        ((10, 100, 100, 0, 3), "3 days are no time for an audience: ask for 7 to 371"),
    ],
)
def test_what_can_not_be_made_is_refused(arguments: tuple[int, ...], sentence: str) -> None:
    numbers = dict(zip(("users", "items", "events", "seed", "days"), arguments, strict=False))
    with pytest.raises(DataError, match=sentence):
        generate(**numbers)


def test_strangers_and_other_times_are_refused(audience: Generated) -> None:
    with pytest.raises(DataError, match="'me' is no user of this audience: they are u000 to u399"):
        audience.tastes.liking(["me"])
    with pytest.raises(DataError, match="2026-01-01 is outside the audience's time"):
        audience.tastes.chances(["u000"], START.replace(year=2026, day=1))


def _places(audience: Generated, frame: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of events in the arrays of tastes."""
    users = {name: number for number, name in enumerate(audience.tastes.users)}
    items = {name: number for number, name in enumerate(audience.tastes.items)}
    return np.array([users[name] for name in frame["user"]]), np.array([items[name] for name in frame["item"]])
