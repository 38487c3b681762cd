"""What is registered is found by name, and data are parted in the same way every time."""

from pathlib import Path

import numpy as np
import pytest
import toys
from hypothesis import given
from hypothesis import strategies as st

from laterna.errors import DataError, ModelError
from laterna.learning import recipe
from laterna.learning.recipe import parts, registered, registry


def test_a_registered_recipe_is_found_by_name() -> None:
    assert registered("toys/plain") is toys.plain


def test_a_package_registers_its_models_by_entry_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = tmp_path / "mine-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[laterna.models]\nmine/plain = toys:plain\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry.cache_clear()
    monkeypatch.setattr(recipe, "registry", registry)
    try:
        assert registered("mine/plain") is toys.plain
    finally:
        registry.cache_clear()


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(
        ModelError, match=r"^There is no model 'toys/plane': write toys/plain, or see `laterna models`.$"
    ):
        registered("toys/plane")


def test_an_entry_point_that_is_no_recipe_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    point = toys.Point("toys/plain")
    point.load = lambda: toys.Plain  # type: ignore[method-assign, assignment, return-value]
    monkeypatch.setattr(recipe, "registry", lambda: {"toys/plain": point})
    with pytest.raises(ModelError, match="is no Recipe: name one in its package"):
        registered("toys/plain")


def test_the_objective_is_better_when_its_score_is_higher() -> None:
    assert toys.plain.score({"mse": 0.5}) > toys.plain.score({"mse": 0.6})


@given(st.sets(st.text(), min_size=3), st.randoms())
def test_every_item_is_in_one_part_whatever_the_order(names: set[str], chance: "np.random.Generator") -> None:
    items = sorted(names)
    first = parts(items, str)
    chance.shuffle(items)  # type: ignore[arg-type]
    assert parts(items, str) == first
    assert sorted(name for part in first for name in part) == sorted(names)
    assert all(first)


def test_parts_have_their_share() -> None:
    train, valid, test = parts(range(100), str, valid=0.1, test=0.2)
    assert (len(train), len(valid), len(test)) == (70, 10, 20)


@pytest.mark.parametrize(("count", "said"), [(0, "no samples"), (1, "only one sample"), (2, "only two samples")])
def test_too_few_samples_are_one_sentence(count: int, said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"^There are {said}: give at least three"):
        toys.plain.splits(toys.write(tmp_path / "points", count))


def test_data_that_are_not_there_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist: check the path"):
        toys.plain.splits(tmp_path / "points")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="There are no samples"):
        toys.plain.splits(tmp_path / "empty")


def test_an_empty_part_is_one_sentence(tmp_path: Path) -> None:
    whole = toys.Points(np.zeros((5, 3)))
    none = toys.Points(np.zeros((0, 3)))
    lacking = toys.recipe(toys.Plain, read=lambda data: recipe.Splits(whole, none, whole))
    with pytest.raises(DataError, match="has no samples to choose by for toys/plain: add more"):
        lacking.splits(tmp_path)
