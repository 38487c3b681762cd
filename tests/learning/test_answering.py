"""Networks that answer without torch are read with the same distrust, whichever they are."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

import toys

from laterna.errors import ModelError
from laterna.learning import save
from laterna.learning.answering import answering


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(toys.Plain.build("debug"), toys.card(), tmp_path / "plain")
    return tmp_path / "plain"


def read(
    folder: Path, make: Callable[[Any, Any], Any] = lambda weights, config: (weights, config), version: int = 1
) -> Any:
    return answering(folder, "toys/plain", version, make, ArithmeticError)


def test_a_network_is_made_of_its_weights_and_arguments(folder: Path) -> None:
    weights, config = read(folder)
    assert all(isinstance(one, np.ndarray) for one in weights.values())
    assert config | toys.Plain.sizes["debug"] == config


@pytest.mark.parametrize("error", [KeyError, IndexError, ValueError, TypeError, ArithmeticError])
def test_weights_that_do_not_fit_are_one_sentence(folder: Path, error: type[Exception]) -> None:
    def make(weights: Any, config: Any) -> None:
        raise error("no")

    with pytest.raises(ModelError, match="weights that do not fit: copy it again"):
        read(folder, make)


def test_a_fault_of_ours_is_no_fault_of_the_weights(folder: Path) -> None:
    def broken(weights: Any, config: Any) -> None:
        raise RuntimeError("ours")

    with pytest.raises(RuntimeError):
        read(folder, broken)


def test_older_weights_and_another_model_are_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="of an older version of toys/plain than this Laterna's: train it again"):
        read(folder, version=2)
    with pytest.raises(ModelError, match="not of toys/mean"):
        answering(folder, "toys/mean", 1, lambda weights, config: None)


def test_what_may_not_be_used_in_trade_is_refused(folder: Path) -> None:
    save(toys.Plain.build("debug"), replace(toys.card(), licence="CC-BY-NC-4.0"), folder)
    with pytest.raises(ModelError, match="forbids commercial use: take other weights of toys/plain"):
        read(folder)
