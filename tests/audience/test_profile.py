"""A viewer's profile tells what is there, leaves out what chance could do, and reads allowed fields only."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import numpy as np
import polars as pl
import pytest

from laterna.audience.catalogue import Catalogue
from laterna.audience.events import Events
from laterna.audience.generate import Generated, generate
from laterna.audience.profile import portrait, profile
from laterna.audience.profiles.card import printable
from laterna.audience.profiles.tastes import divergence
from laterna.errors import DataError

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


def watched(user: str, items: list[str], at: Callable[[int], datetime] | None = None, **more: Any) -> dict[str, Any]:
    """Events of one user, an item a day at 20:00 unless said otherwise."""
    time = at or (lambda day: MONDAY + timedelta(days=day, hours=20))
    rows = {"user": [user] * len(items), "item": items, "time": [time(day) for day in range(len(items))]}
    return rows | {name: [value] * len(items) for name, value in more.items()}


def joined(*tables: dict[str, Any]) -> Events:
    return Events.of(pl.concat([pl.DataFrame(table) for table in tables], how="diagonal"))


def films(genre: str, count: int = 30) -> list[str]:
    return [f"{genre}-{number}" for number in range(count)]


@pytest.fixture
def catalogue() -> Catalogue:
    """30 films each of horror (1980s) and comedy (2000s)."""
    items = films("Horror") + films("Comedy")
    return Catalogue.of(
        {
            "item": items,
            "title": [item.replace("-", " ") for item in items],
            "genres": [[item.partition("-")[0]] for item in items],
            "year": [1985 if item.startswith("Horror") else 2005 for item in items],
        }
    )


@pytest.fixture
def crowd() -> dict[str, Any]:
    """Twenty viewers of a few comedies each."""
    tables = [watched(f"crowd {number}", films("Comedy", 6)) for number in range(20)]
    return {name: [value for table in tables for value in table[name]] for name in tables[0]}


def test_tastes_are_told_beside_everybodys(catalogue: Catalogue, crowd: dict[str, Any]) -> None:
    found = profile(joined(watched("me", films("Horror", 12)), crowd), "me", catalogue)
    horror, comedy = found.genres.iter_rows(named=True)
    assert (horror["name"], horror["share"], comedy["share"]) == ("Horror", 1, 0)
    assert horror["everyone"] == pytest.approx(12 / 132)
    assert horror["z"] > 10 > -10 > comedy["z"]
    assert found.eras["name"].to_list() == ["1980s", "2000s"]
    assert "Genres: more than others Horror (100%, everyone 9.1%); less than others Comedy." in found.card
    assert "Eras: more than others the 1980s (100%" in found.card
    assert "Novelty: seeks the rare: rarer items than 100% of viewers." in found.card
    assert found.novelty is not None
    assert found.novelty.bits == pytest.approx(np.log2(21))


def test_an_item_of_two_genres_counts_half_for_each() -> None:
    catalogue = Catalogue.of({"item": ["a", "b"], "genres": [["Drama", "War"], ["War"]]})
    found = profile(joined(watched("me", ["a", "b"])), "me", catalogue)
    assert dict(found.genres.select("name", "share").rows()) == {"War": 0.75, "Drama": 0.25}


def test_what_chance_could_do_is_not_told(catalogue: Catalogue, crowd: dict[str, Any]) -> None:
    mine = watched("me", [*films("Comedy", 10), "Horror-1"])
    others = watched("you", films("Horror", 10))
    card = profile(joined(mine, others, crowd), "me", catalogue).card
    assert "Genres: much like everyone, most of all Comedy." in card


def test_hours_are_those_of_the_zone(catalogue: Catalogue, crowd: dict[str, Any]) -> None:
    events = joined(watched("me", films("Horror", 12), lambda day: MONDAY + timedelta(days=day, hours=23)), crowd)
    here, there = profile(events, "me"), profile(events, "me", zone="Europe/Berlin")
    assert (np.argmax(here.hours), np.argmax(there.hours)) == (23, 0)
    assert "mostly in the evening (100%, everyone 100%)" in here.card
    assert "mostly at night (100%, everyone 9.1%)" in there.card
    assert (here.weekend, there.weekend) == (2 / 12, 3 / 12)


@pytest.mark.parametrize("seed", range(3))
def test_a_drift_of_tastes_is_told_and_none_is_not(catalogue: Catalogue, crowd: dict[str, Any], seed: int) -> None:
    moved = joined(watched("me", films("Comedy", 15) + films("Horror", 15)), crowd)
    found = profile(moved, "me", catalogue, seed=seed)
    assert found.drift is not None
    assert found.drift.distance == pytest.approx(1)
    assert "Drift: from the first half to the second more Horror (0.0% to 100%), less Comedy (100% to 0.0%)" in str(
        found
    )
    mixed = [film for pair in zip(films("Comedy", 15), films("Horror", 15), strict=True) for film in pair]
    assert (
        "Drift: tastes have stayed as they were" in profile(joined(watched("me", mixed), crowd), "me", catalogue).card
    )


def test_of_few_events_no_drift_is_told(catalogue: Catalogue) -> None:
    assert profile(joined(watched("me", films("Comedy", 19))), "me", catalogue).drift is None


def test_ratings_are_told_by_genre(catalogue: Catalogue, crowd: dict[str, Any]) -> None:
    loved, hated = watched("me", films("Horror", 6), rating=5.0), watched("me", films("Comedy", 6), rating=2.0)
    found = profile(joined(loved, hated, crowd | {"rating": [3.0] * 120}), "me", catalogue)
    assert (found.stars, found.everyones_stars) == (3.5, pytest.approx((12 * 3.5 + 120 * 3) / 132))
    assert "Ratings: 3.5 on the mean, everyone 3.0; highest for Horror (+1.5), lowest for Comedy (-1.5)." in found.card
    assert found.favourites == ("Horror 5", "Horror 4", "Horror 3")


def test_of_a_lone_viewer_nothing_is_compared(catalogue: Catalogue) -> None:
    found = profile(joined(watched("me", films("Horror", 12), rating=4.0)), "me", catalogue)
    assert (found.novelty, found.everyones_stars) == (None, None)
    assert "everyone" not in found.card
    assert "nobody else is in these events" in found.card


PRIVATE = {"gender": "F", "age": 34, "postcode": "94110", "occupation": "writer"}


def test_only_allowed_fields_are_read(catalogue: Catalogue, crowd: dict[str, Any]) -> None:
    mine = watched("me", films("Horror", 12))
    plain = profile(joined(mine, crowd), "me", catalogue)
    told = profile(joined(mine | {name: [value] * 12 for name, value in PRIVATE.items()}, crowd), "me", catalogue)
    assert told.to_json() == plain.to_json()
    assert np.array_equal(np.asarray(told.plot()), np.asarray(plain.plot()))
    assert plain.fields == ("user", "item", "time", "rating", "title", "year", "genres")
    assert "Told from: user, item, time, rating, title, year and genres; nothing else was read." in plain.card


def test_private_columns_are_not_even_looked_at(
    catalogue: Catalogue, crowd: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    events = joined(watched("me", films("Horror", 12)) | {n: [v] * 12 for n, v in PRIVATE.items()}, crowd)
    looked = catalogue.frame.with_columns(tags=pl.lit("what people wrote"))
    read: set[str] = set()
    select = pl.DataFrame.select

    def watching(frame: pl.DataFrame, *columns: Any, **named: Any) -> pl.DataFrame:
        found = select(frame, *columns, **named)
        if frame is events.frame or frame is looked:
            read.update(found.columns)
        return found

    monkeypatch.setattr(pl.DataFrame, "select", watching)
    profile(events, "me", Catalogue(looked))
    assert read == {"user", "item", "time", "rating", "title", "year", "genres"}


def test_a_card_is_safe_in_a_page(catalogue: Catalogue) -> None:
    evil = "<script>alert('&')</script>\u202e\n"
    frame = catalogue.frame.with_columns(genres=pl.concat_list(pl.lit(evil)), title=pl.lit(evil))
    found = profile(joined(watched(evil, films("Horror", 25), rating=4.0)), evil, Catalogue(frame))
    tags: set[str] = set()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _: tags.add(tag)  # type: ignore[method-assign]
    parser.feed(found.to_html())
    assert tags == {"article", "h2", "dl", "dt", "dd"}
    assert not {"\u202e", "\n"} & set(found.to_html())
    assert found.plot().width > 0


def test_characters_that_hide_or_turn_are_shown_as_replaced() -> None:
    assert printable("a\x00b\u202ec\ud800") == "a\ufffdb\ufffdc\ufffd"
    assert printable("émile 小明") == "émile 小明"


def test_a_profile_of_a_real_viewer_is_drawn(data: Any) -> None:
    folder = data / "ml-latest-small"
    events, catalogue = Events.open(folder), Catalogue.open(folder)
    found = profile(events, "15", catalogue)
    assert found.count == 1700
    assert found.novelty is not None
    assert found.novelty.rank > 0.9
    picture = portrait(events, "15", catalogue)
    assert picture.size == (1404, 696)
    assert (np.asarray(picture) == (196, 112, 62)).all(-1).mean() > 0.02  # bars


@pytest.fixture(scope="module")
def made() -> Generated:
    return generate(150, 200, 7_000, seed=5)


def test_true_tastes_of_made_viewers_are_found(made: Generated) -> None:
    events, catalogue = made.events, made.catalogue
    genres = catalogue.frame.select("item", "genres").explode("genres")
    liking = made.tastes.liking(made.tastes.users)
    ranks = []
    for number in range(0, 150, 10):
        table = profile(events, made.tastes.users[number], catalogue).genres.sort("z", descending=True)
        true = genres.with_columns(liking=pl.Series(np.repeat(liking[number], catalogue.frame["genres"].list.len())))
        order = true.group_by("genres").agg(pl.col("liking").mean()).sort("liking", descending=True)["genres"].to_list()
        ranks.append(order.index(table["name"][0]))
    assert np.median(ranks) < 4  # of 16; 7.5 by chance


def test_pictures_have_panels_for_what_is_known(catalogue: Catalogue) -> None:
    alone = profile(joined(watched("me", films("Horror", 12))), "me").plot()  # hours only
    more = profile(joined(watched("me", films("Horror", 12))), "me", catalogue).plot()
    assert alone.width < more.width


def test_divergence_is_between_none_and_one_bit() -> None:
    same, other = np.array([0.5, 0.5, 0]), np.array([0, 0, 1.0])
    assert divergence(same, same) == 0
    assert divergence(same, other) == pytest.approx(1)


@pytest.mark.parametrize(
    ("user", "zone", "sentence"),
    [
        ("mee", "UTC", "The user 'mee' has no events: the nearest is 'me'"),
        ("zzz", "UTC", "The user 'zzz' has no events: they are 'me' to 'me'"),
        ("me", "Mars/Olympus", "There is no time zone 'Mars/Olympus': write one such as UTC"),
        ("me", "../etc", "There is no time zone"),
    ],
)
def test_strangers_and_strange_zones_are_refused(user: str, zone: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        profile(joined(watched("me", ["a"])), user, zone=zone)


def test_a_catalogue_of_other_ids_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(DataError, match=r"knows none of the events' items: it names them like 'Horror-0', the events"):
        profile(joined(watched("me", ["tt01"])), "me", catalogue)
