"""A small audience of clear tastes: users of four circles, who mostly watch what their circle does."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from laterna.audience.events import Events

CIRCLES, USERS, ITEMS, WATCHED = 4, 80, 48, 9


@pytest.fixture(scope="session")
def tastes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of events; item i12-2 is liked by circle 2."""
    rng = np.random.default_rng(0)
    popular = 1 / (1 + np.arange(ITEMS) // CIRCLES)
    rows = []
    for user in range(USERS):
        chances = popular * np.where(np.arange(ITEMS) % CIRCLES == user % CIRCLES, 20, 1)
        watched = rng.choice(ITEMS, WATCHED, replace=False, p=chances / chances.sum())
        rows += [(f"u{user:02}", name(item), 1_700_000_000 + 60 * place) for place, item in enumerate(watched)]
    path = tmp_path_factory.mktemp("tastes") / "events.csv"
    pl.DataFrame(rows, ["user", "item", "time"], orient="row").write_csv(path)
    return path


@pytest.fixture(scope="session")
def events(tastes: Path) -> Events:
    return Events.open(tastes)


def name(item: int) -> str:
    return f"i{item:02}-{item % CIRCLES}"
