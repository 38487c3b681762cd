"""Every registered model keeps its name, is built in its debug size, and ships, if at all, better than the baseline."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from laterna.learning import load  # noqa: E402
from laterna.learning.model import Model  # noqa: E402
from laterna.learning.recipe import registered, registry  # noqa: E402
from laterna.learning.store import bundled_store  # noqa: E402

NAMES = sorted(registry())
TESTS = Path(__file__).parent


@pytest.mark.parametrize("name", NAMES)
def test_it_is_registered_under_its_own_name_and_has_a_debug_size(name: str) -> None:
    recipe = registered(name)
    assert recipe.name == name
    assert isinstance(recipe.model.build("debug"), Model)
    kept = recipe.model.build("debug").state_dict().values()
    assert sum(map(torch.Tensor.numel, kept)) < 1e6


@pytest.mark.parametrize("name", NAMES)
def test_its_own_tests_run_the_contract_suite(name: str) -> None:
    department, model = name.split("/")
    tests = (TESTS / department / "models").glob(f"test_{model}*.py")
    assert any("check_model(" in path.read_text("utf-8") for path in tests)


@pytest.mark.parametrize("name", [name for name in NAMES if (bundled_store() / name).exists()])
def test_what_ships_is_better_than_the_trivial_baseline_by_its_card(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATERNA_MODELS", "/nowhere")
    recipe, card = registered(name), load(name).card
    assert card is not None
    assert recipe.score(card.figures) > recipe.score(card.baseline)
    assert card.licence
    assert card.data
