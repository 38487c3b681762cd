"""Content features say what an item is, in columns that stay the same; tastes say what a user likes by them."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.audience.catalogue import Catalogue
from laterna.audience.events import Events
from laterna.audience.features import Norm, Space, beside, standing, taste_names, tastes
from laterna.audience.interactions import Interactions
from laterna.errors import ModelError

FILMS = Catalogue.of(
    pl.DataFrame(
        {
            "item": ["a", "b", "c"],
            "title": ["The Night Train", "Train to Nowhere", "Roses"],
            "year": [1994, 2003, None],
            "genres": [["Crime", "War"], ["War"], []],
            "tags": [["film noir"], ["Film Noir"], ["romance"]],
            "seconds": [90.0, 110.0, None],
        }
    )
)


def test_columns_are_genres_decades_numbers_and_words() -> None:
    space = Space.of(FILMS, words=8)
    assert space.names[:5] == ["Crime", "War", "1990s", "2000s", "seconds"]
    assert space.names[5:] == [f"words {number}" for number in range(8)]
    found = space.features(FILMS)
    assert found.shape == (3, 13)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[:, :2], [[0.5**0.5, 0.5**0.5], [0, 1], [0, 0]], atol=1e-6)
    np.testing.assert_array_equal(found[:, 2:5], [[1, 0, -1], [0, 1, 1], [0, 0, 0]])


def test_words_that_few_items_have_make_two_alike_and_an_id_that_stands_for_a_title_does_not() -> None:
    space = Space.of(FILMS, words=512)
    words = space.features(FILMS)[:, -512:]
    np.testing.assert_allclose(np.linalg.norm(words, axis=1), 1, atol=1e-6)
    assert words[0] @ words[1] > 0.3  # noir trains
    assert abs(words[0] @ words[2]) < 0.1
    untitled = Catalogue.of({"item": ["train", "night"]})
    assert not Space.of(untitled).features(untitled).any()


def test_later_catalogues_have_the_same_columns_and_what_is_unknown_is_nothing() -> None:
    space = Space.of(FILMS, words=8)
    later = Catalogue.of({"item": ["z"], "genres": [["War", "Western"]], "year": [1950], "seconds": [1e9]})
    (row,) = space.features(later)
    assert row[:5].tolist() == [0, 1, 0, 0, 3]  # an outlier is held
    named = space.features(FILMS, ["c", "missing", "a"])
    np.testing.assert_array_equal(named[[0, 2]], space.features(FILMS)[[2, 0]])
    assert not named[1].any()


def test_a_space_is_kept_as_bytes() -> None:
    space = Space.of(FILMS)
    assert Space.from_bytes(space.to_bytes()) == space
    with pytest.raises(ModelError, match="list of content features is broken"):
        Space.from_bytes(b'{"genres": 3}')


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=12), st.lists(st.text(max_size=6), max_size=3)), min_size=1, max_size=5))
def test_features_are_finite_whatever_is_written(rows: list[tuple[str, list[str]]]) -> None:
    films = Catalogue.of(
        pl.DataFrame(
            {
                "item": [f"{n}" for n in range(len(rows))],
                "title": [row[0] for row in rows],
                "tags": [row[1] for row in rows],
            },
            {"item": pl.String, "title": pl.String, "tags": pl.List(pl.String)},
        )
    )
    found = Space.of(films, words=16).features(films)
    assert np.isfinite(found).all()
    assert (np.linalg.norm(found, axis=1) < 1.0001).all()


def histories() -> Interactions:
    events = Events.of(
        {
            "user": ["fan", "fan", "fan", "foe", "foe", "one"],
            "item": ["a", "b", "c", "a", "c", "a"],
            "time": [1, 2, 3, 4, 5, 6],
            "rating": [5.0, 4.0, 1.0, 1.0, 5.0, 4.0],
        }
    )
    return Interactions.of(events, ["a", "b", "c"], ["fan", "foe", "one", "new"])


def test_tastes_tell_who_likes_what_has_a_feature_and_who_watches_it() -> None:
    rows, war = histories(), np.array([[1], [1], [0]], np.float32)
    found = tastes(rows, war, Norm.of(rows))
    assert found.shape == (4, 5)
    assert taste_names(["War"])[3:] == ["likes War", "watches War"]
    fan, foe, _, new = found
    assert fan[3] > 0 > foe[3]
    assert fan[4] > foe[4] > 0
    np.testing.assert_array_equal(tastes(rows.rows([0]), war, Norm.of(rows))[0], fan)  # whoever else is asked about
    np.testing.assert_allclose(new, 0, atol=1e-6)  # nothing is known of a newcomer but what all are like


def test_standing_tells_what_is_liked_more_than_its_viewers_like_things() -> None:
    rows = histories()
    found = standing(rows, Norm.of(rows))
    assert found[1, 0] > found[0, 0]
    assert found[:, 1] == pytest.approx(np.log1p([3, 1, 2]) / 5)


def test_the_catalogue_that_lies_with_events_is_found(tmp_path: Path) -> None:
    events = tmp_path / "events.csv"
    events.write_text("user,item,time\nu,a,1\n")
    assert beside(events) is None
    assert beside(tmp_path) is None
    FILMS.save(tmp_path / "catalogue.parquet")
    for data in (events, tmp_path):
        found = beside(data)
        assert found is not None
        assert found.items == ["a", "b", "c"]
