"""Whether an event is liked: rows that don't tell their own labels, and models that beat the mean of each item."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

torch = pytest.importorskip("torch")

from laterna.audience.evaluation.metrics import auc  # noqa: E402
from laterna.audience.events import Events  # noqa: E402
from laterna.audience.features import is_liked  # noqa: E402
from laterna.audience.generate import Generated, generate  # noqa: E402
from laterna.audience.models import clicks, deepfm, logistic, wide_deep  # noqa: E402
from laterna.audience.models.clicks import ClickModel, Clicks, baseline, metrics, parted, read  # noqa: E402
from laterna.learning import launch  # noqa: E402
from laterna.learning.loop import Settings  # noqa: E402
from laterna.learning.recipe import Splits  # noqa: E402

NEW = 20  # items that nobody met in training


@pytest.fixture(scope="module")
def audience() -> Generated:
    return generate(300, 90, 6_000, seed=3)


@pytest.fixture(scope="module")
def splits(audience: Generated) -> Splits:
    new = audience.catalogue.items[-NEW:]
    return parted(audience.events.where(~pl.col("item").is_in(new)), audience.catalogue)


@pytest.fixture(scope="module", params=[logistic, wide_deep, deepfm], ids=["logistic", "wide_deep", "deepfm"])
def taught(request: pytest.FixtureRequest, splits: Splits, tmp_path_factory: pytest.TempPathFactory) -> ClickModel:
    recipe = request.param.recipe
    model = recipe.suit(recipe.model(learning_rate=1e-2, decay=0.5), splits.train)
    launch.run(launch.Job(recipe, splits, Settings(120, 256, device="cpu"), tmp_path_factory.mktemp("run")), model)
    assert isinstance(model, ClickModel)
    return model


def test_it_is_better_than_the_mean_of_each_item(taught: ClickModel, splits: Splits) -> None:
    with torch.no_grad():
        found, usual = metrics(taught.eval(), splits.test), baseline(splits)
    assert found["auc"] > usual["auc"] + 0.03
    assert found["logloss"] < usual["logloss"]
    assert found["calibration"] < 0.1


def test_what_nobody_has_met_is_told_by_its_content(taught: ClickModel, audience: Generated) -> None:
    new = audience.events.where(pl.col("item").is_in(audience.catalogue.items[-NEW:])).frame
    known = audience.events.where(~pl.col("item").is_in(audience.catalogue.items[-NEW:]))
    histories = taught.fold_in(known)
    scores = taught.score(histories)
    users, items = ({name: n for n, name in enumerate(names)} for names in (histories.users, taught.items))
    found = [scores[users[user], items[item]] for user, item in new.select("user", "item").iter_rows()]
    assert auc(is_liked(new["rating"].to_numpy()), np.array(found)) > 0.58


def test_it_ranks_for_newcomers_and_says_why(taught: ClickModel, audience: Generated) -> None:
    own = audience.events.where(pl.col("user") == audience.events.users[5])
    history = taught.fold_in(Events.of(own.frame.with_columns(user=pl.lit("new"))))
    numbers, scores = taught.recommend(history, most=5)
    assert not {*numbers[0]} & {*history.columns}
    assert (np.diff(scores[0]) <= 0).all()
    reasons = taught.explain(history, int(numbers[0, 0]))
    assert {reason.name for reason in reasons if reason.kind == "watched"} <= {*own.items}


def test_scores_are_those_of_the_rows(taught: ClickModel, splits: Splits) -> None:
    test = splits.test
    assert isinstance(test, Clicks)
    rows = [test.sample(number, np.random.default_rng(0)) for number in range(5)]
    with torch.no_grad():
        logits = taught.eval()(clicks.collate(rows)).numpy()
    scores = taught.score(test.past.rows(test.users[:5]))
    np.testing.assert_allclose(scores[np.arange(5), test.items[:5]], logits, rtol=1e-4)


def test_no_row_is_told_from_its_own_label(splits: Splits) -> None:
    train = splits.train
    assert isinstance(train, Clicks)
    for number in range(0, len(train), 97):
        row = train.sample(number, np.random.default_rng(0))
        view = train.views[train.view[number]].histories
        assert row.item not in row.liked
        assert row.item not in row.disliked
        assert row.item not in view.row(int(train.users[number]))


def test_an_item_that_the_vocabulary_lacks_is_still_judged(taught: ClickModel, splits: Splits) -> None:
    test = splits.test
    assert isinstance(test, Clicks)
    row = test.sample(0, np.random.default_rng(0))._replace(item=-1, standing=np.zeros(2, np.float32))
    with torch.no_grad():
        assert torch.isfinite(taught.eval()(clicks.collate([row]))).all()


def test_where_nothing_is_rated_events_are_told_from_what_was_not_met(audience: Generated, tmp_path: Path) -> None:
    audience.events.frame.drop("rating").head(900).write_parquet(tmp_path / "events.parquet")
    parts = read(tmp_path / "events.parquet")
    met = {*audience.events.frame.head(900).select("user", "item").iter_rows()}
    for part in (parts.train, parts.valid, parts.test):
        assert isinstance(part, Clicks)
        assert part.labels.mean() == 0.5
        past = part.past
        names: Any = zip(part.users, part.items, part.labels, strict=True)
        pairs = {(past.users[user], past.items[item]): label for user, item, label in names if item >= 0}
        assert all((pair in met) == label for pair, label in pairs.items())


def test_the_same_data_give_the_same_parts_and_their_content_is_told(audience: Generated, tmp_path: Path) -> None:
    audience.save(tmp_path)
    one, two = (read(tmp_path / "events.parquet") for _ in range(2))
    assert isinstance(one.test, Clicks)
    assert isinstance(two.test, Clicks)
    np.testing.assert_array_equal(one.test.items, two.test.items)
    assert "the content of 90 items" in one.data[0]
