"""Two towers meet: users by what they watched, items by id and content, and new items by content alone."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

torch = pytest.importorskip("torch")

from laterna.audience.catalogue import Catalogue  # noqa: E402
from laterna.audience.events import Events  # noqa: E402
from laterna.audience.interactions import Interactions  # noqa: E402
from laterna.audience.models.content import Described  # noqa: E402
from laterna.audience.models.learnt import learnt  # noqa: E402
from laterna.audience.models.two_tower import TwoTower, recipe  # noqa: E402
from laterna.errors import ModelError  # noqa: E402
from laterna.learning import check_model, launch  # noqa: E402
from laterna.learning.card import Card  # noqa: E402
from laterna.learning.loop import Settings  # noqa: E402
from laterna.learning.recipe import Splits  # noqa: E402
from laterna.learning.weights import read, save  # noqa: E402

GENRES = ("Crime", "Love", "War")
ITEMS, NEW = 45, 15


def catalogue(items: int = ITEMS + NEW) -> Catalogue:
    """Each third item is of one genre; the first ITEMS have been watched."""
    return Catalogue.of(
        {
            "item": [f"i{item:02}" for item in range(items)],
            "genres": [[GENRES[item % 3]] for item in range(items)],
            "year": [1990 + item % 7 for item in range(items)],
        }
    )


def fans(folder: Path, users: int = 60, length: int = 9) -> Path:
    """A folder of users who keep to one genre, mostly; beside their events lies the catalogue."""
    rng, rows = np.random.default_rng(0), []
    for user in range(users):
        chances = np.where(np.arange(ITEMS) % 3 == user % 3, 8.0, 1.0)
        met = rng.choice(ITEMS, length, replace=False, p=chances / chances.sum())
        rows += [(f"u{user:02}", f"i{item:02}", 1_700_000_000 + place) for place, item in enumerate(met)]
    pl.DataFrame(rows, ["user", "item", "time"], orient="row").write_csv(folder / "events.csv")
    catalogue(ITEMS).save(folder / "catalogue.csv")
    return folder / "events.csv"


@pytest.fixture(scope="module")
def splits(tmp_path_factory: pytest.TempPathFactory) -> Splits:
    return recipe.splits(fans(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def taught(splits: Splits, tmp_path_factory: pytest.TempPathFactory) -> TwoTower:
    assert recipe.suit is not None
    model = recipe.suit(TwoTower(width=16, length=12, drop=0.1, anonymous=0.4, learning_rate=1e-2), splits.train)
    launch.run(launch.Job(recipe, splits, Settings(150, 60, device="cpu"), tmp_path_factory.mktemp("run")), model)
    assert isinstance(model, TwoTower)
    return model


def newcomers(model: TwoTower, genre: int) -> Interactions:
    watched = [item for item in range(ITEMS) if item % 3 == genre][:6]
    events = Events.of({"user": ["new"] * 6, "item": [f"i{item:02}" for item in watched], "time": [*range(6)]})
    return model.fold_in(events)


def test_it_reads_the_catalogue_beside_the_events(splits: Splits) -> None:
    assert isinstance(splits.train, Described)
    assert splits.train.catalogue is not None
    assert "content of 45 items" in splits.data[1]


def test_it_is_better_than_popularity_where_tastes_tell(taught: TwoTower, splits: Splits) -> None:
    assert recipe.metrics(taught, splits.test)["ndcg@10"] > 1.5 * recipe.baseline(splits)["ndcg@10"]


def test_new_items_are_ranked_at_once_and_better_than_by_popularity(taught: TwoTower) -> None:
    grown = taught.welcome(catalogue())
    assert grown.items == tuple(catalogue().items)
    fresh = np.arange(ITEMS + NEW) >= ITEMS
    for genre in range(3):
        numbers, _ = grown.recommend(newcomers(grown, genre), most=5, allowed=fresh)  # popularity: none was watched
        assert (numbers % 3 == genre).all()


def test_new_items_stand_among_the_known_ones(taught: TwoTower) -> None:
    grown = taught.welcome(catalogue())
    numbers, _ = grown.recommend(newcomers(grown, 1), most=20)
    assert (numbers >= ITEMS).any()
    assert (numbers < ITEMS).any()


def test_known_items_score_as_before_when_others_are_welcomed(taught: TwoTower) -> None:
    grown = taught.welcome(catalogue())
    np.testing.assert_allclose(
        grown.score(newcomers(grown, 0))[:, :ITEMS], taught.score(newcomers(taught, 0)), atol=1e-4
    )


def test_a_model_that_has_welcomed_items_is_kept_with_them(taught: TwoTower, tmp_path: Path) -> None:
    grown = taught.welcome(catalogue())
    said = {"licence": "CC0-1.0", "data": ("made",), "command": "none", "protocol": "none", "figures": {"x": 1.0}}
    save(grown, Card("audience/two_tower", baseline={"x": 0.0}, **said), tmp_path / "model")
    again = read(TwoTower, tmp_path / "model")
    assert again.items == grown.items
    np.testing.assert_array_equal(again.score(newcomers(again, 2)), grown.score(newcomers(grown, 2)))


def test_without_a_catalogue_it_knows_ids_alone_and_says_so(splits: Splits) -> None:
    model, _ = learnt(recipe, {"width": 8, "length": 12, "steps": 5}, splits.train.past, None)
    assert isinstance(model, TwoTower)
    assert np.isfinite(model.score(splits.valid.past)).all()
    with pytest.raises(ModelError, match="has learnt without a catalogue: train it with one"):
        model.welcome(catalogue())


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(tmp_path: Path) -> None:
    assert "overfits" in check_model(recipe, fans(tmp_path), steps=120, drop=0.3)
